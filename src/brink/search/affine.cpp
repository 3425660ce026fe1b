// The pattern's exact program (leaf.h) in the ball of the nearest image known, again as long as it
// finds nearer ones: a find need not be the nearest (L0).
#include "brink/search/affine.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "brink/search/claims.h"
#include "brink/search/leaf.h"
#include "brink/search/worker.h"

namespace brink::search {

AffineBound bound_affine(const Problem& problem, const OutputRegion& region, const Ball& whole,
                         Incumbent& incumbent, double lead, double horizon,
                         const Deadline& deadline) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto nearest = [&] {
    return lead > 0 ? incumbent.led_radius() : incumbent.search_radius();
  };
  LeafResult leaf;
  Ball ball = whole;
  do {
    ball.set_radius(std::min(whole.radius(), nearest()));
    const OutputRegion inner = moved_inward(region, lead);
    leaf = solve_leaf(problem, inner, {}, ball, deadline);
    problem.claims().pattern(problem, inner, {}, ball, leaf.empty ? kInfinity : leaf.bound);
  } while (!leaf.empty && leaf.point &&
           (incumbent.offer(region, *leaf.point) ||
            (lead == 0 && incumbent.offer_touching(region, *leaf.point))));
  const bool closed = leaf.empty || leaf.bound >= std::min(nearest(), horizon);
  if (!leaf.empty) return {leaf.bound, closed};
  const bool none = std::isinf(nearest());
  return {none ? kInfinity : beyond(ball.norm(), ball.radius()), closed};
}

}  // namespace brink::search
