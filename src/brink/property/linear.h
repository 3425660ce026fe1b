// A property of one network from arrays, for those who have no file.
//
// Has it an input in a box whose outputs meet all rows A y <= b of one of the cases? Every number
// means itself: a double is an exact decimal number.
#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "brink/base/box.h"
#include "brink/property/property.h"

namespace brink {

struct LinearCase {
  Eigen::MatrixXd a;  ///< a row a condition, a column an output
  Eigen::VectorXd b;
};

/// As a query of VNN-LIB 1.0. Errors (bad_request), which name the number: box and cases that do
/// not fit together; lower ends above upper ones; what is not finite or, but for 0, below 1e-280.
Expected<Query> linear_query(const Box& box, int outputs, const std::vector<LinearCase>& cases);

/// A query of one network with one input and one output, in the format of VNN-LIB 1.0.
std::string vnnlib_text(const Query& query);

}  // namespace brink
