// Bounds of all neurons over the ball, and each row walked back (ball_substitution.h). First the
// neurons' bounds are interval arithmetic's: a radius costs a few passes through the network. Then,
// while there is time, they are walked back too, which is worth most in deep networks. The smallest
// program of a network of thousands of neurons takes seconds: a search that is stopped early has
// this at least. Radii grow or shrink by factors until one is proven and another is not; then some
// are tried in between.
#include "brink/search/first_bound.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "brink/search/ball_substitution.h"
#include "brink/search/claims.h"
#include "brink/search/parameters.h"
#include "brink/search/worker.h"

namespace brink::search {

namespace {

/// A radius above `least` that is proven, or `least`.
double largest_free(const std::vector<Problem>& problems, const Ball& whole, double least,
                    bool walk_back, const Deadline& deadline) {
  double proven = least, refused = std::numeric_limits<double>::infinity();
  const auto attempt = [&](double radius) {
    Ball ball = whole;
    ball.set_radius(radius);
    const BallSubstitution probe(problems.front(), ball, walk_back, deadline);
    const bool free = std::all_of(problems.begin(), problems.end(),
                                  [&](const Problem& problem) { return probe.excludes(problem); });
    if (free) {
      for (const Problem& problem : problems) problem.claims().empty_ball(problem, ball);
    }
    if (free || !deadline.expired()) (free ? proven : refused) = radius;
  };
  double radius =
      std::max(parameters().first_ball * whole.radius(), parameters().first_growth * least);
  for (int tries = 0; tries < parameters().first_tries && !deadline.expired(); ++tries) {
    if (!(radius > least) || radius > whole.radius()) break;
    attempt(radius);
    if (proven > least && !std::isinf(refused)) break;
    radius =
        proven > least ? parameters().first_growth * radius : radius / parameters().first_shrinking;
  }
  for (int tries = 0; tries < parameters().first_between && proven > 0 && !deadline.expired();
       ++tries) {
    if (std::isinf(refused)) break;
    attempt(std::sqrt(proven * refused));
  }
  return proven;
}

}  // namespace

double first_bound(const std::vector<Problem>& problems, const Ball& whole,
                   const Deadline& deadline) {
  double radius = 0;
  for (const bool walk_back : {false, true}) {
    radius = std::max(radius, largest_free(problems, whole, radius, walk_back, deadline));
  }
  return radius > 0 ? beyond(whole.norm(), radius) : 0;
}

}  // namespace brink::search
