// Nearly nearest images that fool the network, by gradients, before anything is proven.
#pragma once

#include <vector>

#include "brink/base/deadline.h"
#include "brink/base/random.h"
#include "brink/search/ball.h"
#include "brink/search/incumbent.h"
#include "brink/search/problem.h"

namespace brink::search {

/// The nearest image found that meets the rows of problem `region`.
struct GradientFind {
  std::size_t region = 0;
  double distance = 0;
  Eigen::VectorXd image;
};

/// Finds for some of the problems, which share their inputs, nearest first. `ball`: the largest
/// that is searched; `first`: the radius to begin with, 0: unknown. Nothing in L0 where changes
/// have costs, and for the linearised L2 by its plain distance.
std::vector<GradientFind> gradient_attack(const std::vector<Problem>& problems, const Ball& ball,
                                          double first, std::uint64_t seed,
                                          const Deadline& deadline);

/// Offers the nearest few as far as their patterns go, one after the other until the rest are much
/// farther than the incumbent; they are left in `finds`.
void offer_nearest(std::vector<GradientFind>& finds, const std::vector<OutputRegion>& regions,
                   Incumbent& incumbent);

}  // namespace brink::search
