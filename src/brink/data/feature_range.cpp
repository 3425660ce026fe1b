#include "feature_range.h"

namespace brink {

Box range_of(const Dataset& set) {
  Box box{set.image(0), set.image(0)};
  for (int i = 1; i < set.count(); ++i) {
    const Eigen::VectorXd values = set.image(i);
    box.lower = box.lower.cwiseMin(values);
    box.upper = box.upper.cwiseMax(values);
  }
  if (!set.picture) return box;
  const double low = box.lower.minCoeff(), high = box.upper.maxCoeff();
  if (low >= 0 && high <= 1) return Box::uniform(set.image_size(), 0, 1);
  return Box::uniform(set.image_size(), low, high);
}

}  // namespace brink
