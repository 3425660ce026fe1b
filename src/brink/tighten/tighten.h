// Bound tightening by optimisation, layer by layer (Fischetti & Jo 2018, section 3).
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "brink/bounds/bounds.h"
#include "brink/solve/solver.h"

namespace brink {

/// exact with a limit per bound is the seeds' "weak".
enum class BoundMethod { interval, symbolic, lp, exact };
/// interval, symbolic, lp, weak (exact with 1 s a bound), exact.
struct BoundRequest {
  BoundMethod method = BoundMethod::symbolic;
  std::optional<double> limit_per_bound;  ///< seconds, > 0; exact only
};
Expected<BoundRequest> parse_bound_method(std::string_view text);

struct TightenOptions {
  BoundRequest request;
  std::string solver = "cbc";
  int threads = 1;
  std::function<void(int done, int total)> on_progress;  ///< neurons; called from any thread
};

/// Bounds on all layers, output included, over the box; t_pre measured. An error of kind
/// `interrupted` when `interrupt` is raised.
Expected<Bounds> tighten(const Network& network, const Box& box, const TightenOptions& options,
                         const std::atomic<bool>* interrupt = nullptr);

}  // namespace brink
