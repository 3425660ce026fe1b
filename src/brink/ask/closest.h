// The closest adversarial example of one image: the answer as a value, and the two engines.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "brink/base/deadline.h"
#include "brink/base/spare_threads.h"
#include "brink/certificate/records.h"
#include "brink/formulate/formulate.h"
#include "brink/question/question.h"
#include "brink/search/statistics.h"
#include "brink/solve/solver.h"

namespace brink {

namespace certificate {
class Listener;
}

enum class AnswerStatus {
  optimal,        ///< distance - lead_bound is within optimality_slack()
  gap,            ///< the gap asked for was reached
  time_limit,     ///< stopped; distance (if any) and bound hold
  undecided,      ///< ended, but rounding left something open; distance (if any) and bound hold
  infeasible,     ///< proven: no such image exists for the question as asked
  misclassified,  ///< the network gets the image wrong to begin with; nothing was searched
  interrupted,    ///< stopped by the user; not a row of the table
  error,          ///< see note
};
std::string_view name(AnswerStatus status);
/// What a row of a table or store may say.
inline constexpr std::array kRowStatuses{AnswerStatus::optimal,    AnswerStatus::gap,
                                         AnswerStatus::time_limit, AnswerStatus::undecided,
                                         AnswerStatus::infeasible, AnswerStatus::misclassified,
                                         AnswerStatus::error};
/// That of the name, if it is one of them.
std::optional<AnswerStatus> row_status(std::string_view name);
/// Neither proven nor near enough: a limit or rounding came first.
inline bool is_open(AnswerStatus status) {
  return status == AnswerStatus::time_limit || status == AnswerStatus::undecided;
}
/// What failed (a solver's process that was killed, say) is not final: a later run asks again.
inline bool is_final(AnswerStatus status) {
  return status != AnswerStatus::error;
}

struct ClosestAnswer {
  AnswerStatus status = AnswerStatus::error;
  int target = -1;                 ///< class fooled into (any: of the image found; -1 none)
  std::optional<double> distance;  ///< of `image`, recomputed from its pixels
  double bound = 0;       ///< proven lower bound on the minimal distance, with lead 0 (ties fool)
  double lead = 0;        ///< by which `image` meets every condition
  double lead_bound = 0;  ///< proven: no image with that lead is nearer; `bound` where lead is 0
  bool float32 = false;   ///< the float32 forward pass takes `image` for the target too
  std::int64_t nodes = 0;
  double seconds = 0;
  /// Of `seconds`: tightening bounds for this image, summed over threads but at most `seconds`. The
  /// MIP engine has its bounds from before.
  double bound_seconds = 0;
  bool verified = false;             ///< fools() holds for `image`, with the lead
  bool all_zero = false;             ///< `image` is the literal model's all-zero answer
  Eigen::VectorXd image;             ///< n_0, empty if none was found
  std::string proof;                 ///< what vouches for the bound: search (mip too); "": none
  std::optional<double> linearised;  ///< with breakpoints: sqrt(sum f~(d_j)) of `image`
  std::optional<double> linearised_bound;          ///< with breakpoints: bound on that
  std::string note;                                ///< why there is an error, or no proof in time
  search::Statistics statistics;                   ///< of the search engine
  std::optional<certificate::Counts> certificate;  ///< what it took to write one
  double certificate_seconds = 0;                  ///< besides `seconds`

  /// (distance - bound) / distance; 0 at distance 0; empty without an image. With breakpoints, of
  /// the linearised distance.
  std::optional<double> gap() const;
};

/// A file that proves the bound without brink (ask/closest_certificate.h).
struct CertificateOptions {
  std::filesystem::path file;
  std::string network;       ///< as the file names it: "onnx HASH" or "layers HASH"
  std::optional<int> index;  ///< of the image in its data set
  /// The radius to be proven; nothing: as near to the bound as may be.
  std::optional<double> radius = {};
};

/// Options of the MIP engine.
struct MipOptions {
  double time_limit = 300;  ///< seconds per image
  double gap = 0;           ///< relative; 0: prove optimality
  std::string solver = "cbc";
  int threads = 1;  ///< of the solver, for one solve
  Formulation formulation = Formulation::bigm;
  DistanceForm distance_form = DistanceForm::tight;
  bool basic = false;  ///< the papers' basic model
  std::optional<CertificateOptions> certificate;
};

/// What makes it no question: a network or options that are not sound, an image of another size,
/// outside the box or with NaN, a label that is no class. Both engines check it first and return
/// its error; what goes wrong later is an answer of status error.
Expected<void> check_asked(const Network& network, const ClosestQuestion& question,
                           const Eigen::VectorXd& image, int label);

/// `bounds` hold on the question's box (an error if they are of another network or box). The
/// image's class is checked by the plain forward pass.
Expected<ClosestAnswer> closest_by_mip(const Network& network, const Bounds& bounds,
                                       const ClosestQuestion& question,
                                       const Eigen::VectorXd& image, int label,
                                       const MipOptions& options,
                                       const std::atomic<bool>* interrupt = nullptr);

/// Options of brink's own search.
struct SearchOptions {
  double time_limit = 300;        ///< seconds per image
  double gap = 0;                 ///< relative; 0: prove optimality
  double within = kInfinity;      ///< what is farther is not looked for: the bound ends there
  std::uint64_t seed = 0;         ///< of the heuristics
  int threads = 1;                ///< for this one image
  SpareThreads* spare = nullptr;  ///< lends it more
  std::optional<CertificateOptions> certificate;
  /// For a certificate that the caller writes: what the search says. Null: its own certificate's.
  certificate::Listener* listener = nullptr;
  /// Called on each change: distance (infinity: none yet), bound, seconds since the start.
  std::function<void(double, double, double)> on_change;
  std::function<void(const search::Beat&)> on_beat;  ///< every second or so
};

/// Branch and bound over the phases (src/brink/search). Needs no bounds: it makes its own.
Expected<ClosestAnswer> closest_by_search(const Network& network, const ClosestQuestion& question,
                                          const Eigen::VectorXd& image, int label,
                                          const SearchOptions& options,
                                          const std::atomic<bool>* interrupt = nullptr);

}  // namespace brink
