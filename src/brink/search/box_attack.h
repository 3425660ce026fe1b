// Points of a box that meet a problem's rows, by gradients, without proof.
#pragma once

#include "brink/base/deadline.h"
#include "brink/base/random.h"
#include "brink/search/problem.h"

namespace brink::search {

struct BoxFind {
  Eigen::VectorXd x;
  double slack = 0;  ///< the least of rows x^{K-1} - rhs; >= 0: they are met
};

/// From each start (a row, within the box) so many steps; the point of the largest slack met.
BoxFind attack_box(const Problem& problem, const Box& box, RowMatrix starts, int steps,
                   const Deadline& deadline);

/// Random points of a box, its middle first.
RowMatrix random_starts(const Box& box, int count, Random& random);
/// Random points of its faces: most inputs are at one of their sides.
RowMatrix random_on_faces(const Box& box, int count, Random& random);

}  // namespace brink::search
