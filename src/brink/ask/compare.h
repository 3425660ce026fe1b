// Two networks on the same inputs: how far apart are their outputs, do they choose other classes?
//
// Asked as a property of both side by side (verify.h): what is proven is proven over the reals of
// the files' weights, and a witness has been looked at in double precision and in float32.
#pragma once

#include <optional>

#include "brink/ask/verify.h"
#include "brink/base/box.h"

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
  std::int64_t nodes = 0;
  double seconds = 0;
  search::Statistics statistics;
};

/// differs, never, bounded, unknown or timeout: what a verdict says of the question.
std::string_view compared(PropertyVerdict verdict, bool largest);
inline bool asks_largest(const CompareQuestion& question) {
  return !question.tolerance && !question.classes;
}
/// The inputs around an image, each by at most the radius, in the question's box.
Box box_around(const Eigen::VectorXd& image, double radius, const Box& whole);
/// Both networks' outputs at the witness, if there is one.
void complete_witness(const Network& first, const Network& second, CompareAnswer& answer);
/// What makes it no question.
Expected<void> check_compared(const Network& first, const Network& second,
                              const CompareQuestion& question);

/// Errors (bad_request): inputs or outputs of the two do not match, or the box does not fit them; a
/// tolerance or gap below 0.
Expected<CompareAnswer> compare(const Network& first, const Network& second,
                                const CompareQuestion& question, const VerifyOptions& options,
                                const std::atomic<bool>* interrupt = nullptr);

}  // namespace brink
