// The point of a pattern's polytope that is nearest to an image, in L1, L2 or Linf.
#pragma once

#include <Eigen/Core>
#include <memory>
#include <optional>
#include <vector>

#include "brink/base/box.h"
#include "brink/base/deadline.h"
#include "brink/network/network.h"
#include "brink/pattern/pattern.h"
#include "brink/question/question.h"

namespace brink {

/// Answers for one polytope with several right sides, by one technique.
class PatternSolver {
 public:
  virtual ~PatternSolver() = default;
  /// With the region's rows moved inward; nothing: none was found.
  virtual std::optional<Eigen::VectorXd> nearest(double inward, const Deadline& deadline) = 0;
};

/// `box` contains the image; what is farther than `radius` is not looked at. It refers to all of
/// these but the box. The answer meets the rows to 1e-9 of the radius and what rounding costs.
std::unique_ptr<PatternSolver> near_pattern(Norm norm, const Network& network, const Phases& phases,
                                            const OutputRegion& region,
                                            const Eigen::VectorXd& image, const Box& box,
                                            double radius);

}  // namespace brink
