// Bound tightening by optimisation, layer by layer (Fischetti & Jo 2018, section 3).
//
// y_j^k is minimised and maximised over the part of the model before it, with the bounds found so
// far. Each method starts from the cheaper ones and is looser than none of them on any side:
//     interval -> symbolic -> lp -> weak, exact
// Exact bounds are optimal to kBoundSlack below; each bound says in its source what proved it.
// Where no earlier neuron is unstable (so on layer 1) y_j^k is affine, and symbolic is exact.
#pragma once

#include <atomic>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "brink/base/crew.h"
#include "brink/bounds/bounds.h"
#include "brink/solve/solver.h"

namespace brink {

/// How far outside of the true extreme value y an exact bound may lie: kBoundSlack max(1, |y|);
/// from a MIP solver: kBoundSlack max(r, |y|), with r the larger size of the neuron's symbolic
/// bounds.
inline constexpr double kBoundSlack = 2e-6;

/// exact with a limit per bound is the papers' "weak".
enum class BoundMethod { interval, symbolic, lp, exact };
/// interval, symbolic, lp, weak (exact with 1 s a bound), exact.
struct BoundRequest {
  BoundMethod method = BoundMethod::symbolic;
  std::optional<double> limit_per_bound;  ///< seconds, > 0; exact only
  bool outputs_only = false;  ///< hidden layers are left as symbolic has them; lp and exact
};
Expected<BoundRequest> parse_bound_method(std::string_view text);
/// As it stands in Bounds::method: interval, symbolic, lp, exact, weak; "weak:LIMIT" for a limit
/// other than 1 s; ":outputs" at the end for those of outputs only.
std::string method_text(const BoundRequest& request);

/// Null: "search", brink's own. Errors: as make_solver's.
Expected<std::unique_ptr<MipSolver>> make_bound_solver(const std::string& name);

struct TightenOptions {
  BoundRequest request;
  std::string solver = "search";  ///< of exact and weak: "search" or a MIP solver's name
  int threads = 1;
  Crew* crew = nullptr;  ///< who does the work, on `threads` threads each; null: this process
  /// Seconds in all; sides not treated by then keep what the cheaper methods prove. With
  /// outputs_only every side has its share of them.
  double time_limit = std::numeric_limits<double>::infinity();

  /// Bounds of an interrupted run of the same request, or null; the same in every process. Sides
  /// that it settled (exact; for weak also stopped) are not computed again, and its t_pre is added
  /// to.
  const Bounds* known = nullptr;

  /// Neurons; in the crew's leader, called from any thread.
  std::function<void(int done, int total)> on_progress;
  /// After each neuron, in the leader: the bounds so far, valid for all layers, with t_pre so far.
  /// No two calls at a time.
  std::function<void(const Bounds& so_far)> on_bounds;
};

/// Bounds on all layers, output included, over the box; t_pre measured. Errors: bad_request when
/// the solver is unknown, `known` is of another network or box, or weights are so large that
/// interval arithmetic overflows; failure when a solve goes wrong; interrupted when `interrupt`
/// is raised (what on_bounds was told last is what was finished).
Expected<Bounds> tighten(const Network& network, const Box& box, const TightenOptions& options,
                         const std::atomic<bool>* interrupt = nullptr);

}  // namespace brink
