// Two networks on the same inputs: how far apart are their outputs, do they choose other classes?
//
// Asked as a property of both side by side (verify.h): what is proven is proven over the reals of
// the files' weights, and a witness has been looked at in double precision and in float32.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "brink/ask/verify.h"
#include "brink/base/box.h"
#include "brink/data/dataset.h"

namespace brink {

struct CompareQuestion {
  Box box;  ///< of the inputs; finite
  /// Does some output differ by more than this (>= 0)? Nothing: by how much do they differ at most?
  std::optional<double> tolerance;
  /// Instead: does each network have a strictly largest output, but not the same one?
  bool classes = false;
  /// Without a tolerance: the bound is proven once it is above the largest difference found by no
  /// more than this share of it.
  double gap = 0.01;
};

struct CompareAnswer {
  /// sat: they differ by more, or in class; unsat: they never do. Without a tolerance: unsat, the
  /// bound is within the gap; else the limit or rounding came first.
  PropertyVerdict verdict = PropertyVerdict::unknown;
  Eigen::VectorXd input;          ///< of the witness; empty: none
  Eigen::VectorXd first, second;  ///< the outputs there
  int output = -1;                ///< where they differ most
  double difference = 0;          ///< by how much; 0 without a witness
  /// Proven: no output differs by more in the box; infinity: nothing is. Not of classes.
  double bound = std::numeric_limits<double>::infinity();
  double seconds = 0;
  search::Statistics statistics;
};

/// differs, never, bounded (the largest difference is known within the gap), unknown, timeout.
std::string_view status_of(const CompareQuestion& question, const CompareAnswer& answer);

/// Errors (bad_request): inputs or outputs of the two do not match, or the box does not fit them; a
/// tolerance or gap below 0.
Expected<CompareAnswer> compare(const Network& first, const Network& second,
                                const CompareQuestion& question, const VerifyOptions& options,
                                const std::atomic<bool>* interrupt = nullptr);

/// Inputs that differ from `image` by at most `radius` each, in `whole`, where the image lies.
Box around(const Eigen::VectorXd& image, double radius, const Box& whole);

/// Two networks around images. Refers to what the caller holds.
struct CompareBatch {
  const Network* first = nullptr;
  const Network* second = nullptr;
  const Dataset* set = nullptr;
  CompareQuestion question;  ///< its box is where inputs may lie at all
  double radius = 0;
};

struct CompareRow {
  int image = -1, label = -1;
  CompareAnswer answer;
};

/// One image after another; `after` each, may be empty. Those left when the user stops are not
/// asked. Errors: as above; an image outside the box; a radius below 0.
Expected<std::vector<CompareRow>> compare_around(
    const CompareBatch& batch, const std::vector<int>& images, const VerifyOptions& options,
    const std::function<void(const CompareRow&)>& after,
    const std::atomic<bool>* interrupt = nullptr);

}  // namespace brink
