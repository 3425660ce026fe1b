// Finding an image that fools the network, without proof: the search's first incumbent.
#pragma once

#include <optional>

#include "brink/base/deadline.h"
#include "brink/base/random.h"
#include "brink/search/ball.h"
#include "brink/search/problem.h"

namespace brink::search {

/// Value and gradient of the least slack over the problem's rows at x. Inactive neurons pass on
/// `leak` of the gradient: the true one (leak 0) is often zero.
double slack_gradient(const Problem& problem, const Eigen::VectorXd& x, double leak,
                      Eigen::VectorXd& gradient);

/// Frank-Wolfe inside the ball: moves towards the support function's maximiser of the gradient.
/// Starts at image + `start`; returns the first point with slack >= 0, or nothing, also when the
/// deadline comes.
std::optional<Eigen::VectorXd> attack(const Problem& problem, const Ball& ball,
                                      const Eigen::VectorXd& start, double leak, int steps,
                                      const Deadline& deadline, double least = 0);

}  // namespace brink::search
