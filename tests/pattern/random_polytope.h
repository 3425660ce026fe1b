// Random polytopes in a box, for tests of the projections onto them.
#pragma once

#include "brink/base/box.h"
#include "brink/base/random.h"

namespace brink {

struct RandomPolytope {
  explicit RandomPolytope(Random& random)
      : rows(1 + random.index(8), 1 + random.index(12)), origin(rows.cols()) {
    for (double& entry : rows.reshaped()) entry = random.uniform() < 0.2 ? 0 : random.normal();
    for (double& value : origin) value = random.uniform() < 0.3 ? -1 : random.uniform(-1, 2);
    box = Box::uniform(rows.cols(), -1, 2);
    for (Eigen::Index j = 0; j < origin.size(); ++j) {  // some entries may not move
      if (random.uniform() < 0.2) box.lower(j) = box.upper(j) = origin(j);
    }
  }
  Eigen::VectorXd point(Random& random) const {
    Eigen::VectorXd x(origin.size());
    for (Eigen::Index j = 0; j < x.size(); ++j) {
      x(j) = box.lower(j) + random.uniform() * (box.upper(j) - box.lower(j));
    }
    return x;
  }
  /// Right sides some `level` beyond the origin.
  Eigen::VectorXd beyond_origin(double level, Random& random) const {
    Eigen::VectorXd rhs = rows * origin;
    for (double& side : rhs) side += level * (1 + random.normal());
    return rhs;
  }
  /// Right sides that the point meets, most of them with nothing to spare.
  Eigen::VectorXd met_by(const Eigen::VectorXd& point, Random& random) const {
    Eigen::VectorXd rhs = rows * point;
    for (double& side : rhs) {
      const double room = random.uniform() < 0.7 ? 0 : random.uniform();
      side -= room * rows.cwiseAbs().maxCoeff() + 1e-15 * rows.cwiseAbs().sum() * 4;
    }
    return rhs;
  }
  Eigen::MatrixXd rows;
  Eigen::VectorXd origin;
  Box box;
};

}  // namespace brink
