// A first radius that is free of answers, before any program is solved.
#pragma once

#include <vector>

#include "brink/base/deadline.h"
#include "brink/search/ball.h"
#include "brink/search/problem.h"

namespace brink::search {

/// Proven: no change within this distance meets the rows of any of the problems, which share
/// network, image and reach. 0: the cheap bounds show nothing, or not by the deadline. `whole`: the
/// ball that holds all of the reach.
double first_bound(const std::vector<Problem>& problems, const Ball& whole,
                   const Deadline& deadline);

}  // namespace brink::search
