// brink's projection on a pattern's polytope (true L2) against least distance programming.
#include <gtest/gtest.h>

#include "brink/pattern/projection.h"
#include "cases.h"
#include "least_distance.h"
#include "oracle.h"

namespace brink::oracle {
namespace {

struct Rows {
  Eigen::MatrixXd rows;
  Eigen::VectorXd rhs;
};

Rows to_double(const Polytope& p) {
  const auto count = static_cast<Eigen::Index>(p.rhs.size());
  Rows result{Eigen::MatrixXd(count, p.size()), Eigen::VectorXd(count)};
  for (Eigen::Index i = 0; i < count; ++i) {
    result.rows.row(i) = p.normals[static_cast<std::size_t>(i)].cast<double>().transpose();
    result.rhs(i) = static_cast<double>(p.rhs[static_cast<std::size_t>(i)]);
  }
  return result;
}

/// Every cell of the case that has room to spare around its fooled points.
int compare_cells(const Case& c) {
  int compared = 0;
  const auto parts = region_parts(c.question, c.network, c.label);
  for (const Cell& cell : reach_cells(c.question, c.network, c.image)) {
    for (const OutputPart& part : parts) {
      Polytope p = cell.polytope;
      for (std::size_t i = 0; i < part.rhs.size(); ++i) {
        p.require(cell.output.matrix.transpose() * part.normals[i],
                  part.rhs[i] - part.normals[i].dot(cell.output.offset));
      }
      if (least_violation(relaxed(p, -1e-6L)) > kFeasible) continue;  // thin: rounding decides
      const double expected = static_cast<double>(nearest_to_origin(p).norm());
      const Rows rows = to_double(p);
      const Box box{p.lo.cast<double>(), p.hi.cast<double>()};
      const auto found = project(Eigen::VectorXd::Zero(p.size()), rows.rows, rows.rhs, box);
      ++compared;
      if (!found) {
        ADD_FAILURE() << "no point, oracle " << expected << "\n  " << describe(c);
        continue;
      }
      EXPECT_NEAR(found->point.norm(), expected, 1e-6 * std::max(1.0, expected)) << describe(c);
    }
  }
  return compared;
}

TEST(ProjectionOracle, EqualsLeastDistanceOnEveryCell) {
  int compared = 0;
  for (std::uint64_t seed = 80000; seed < 80200; ++seed) {
    Case c = draw_case(seed);
    if (c.label < 0) continue;
    compared += compare_cells(c);
  }
  EXPECT_GE(compared, 500);
}

}  // namespace
}  // namespace brink::oracle
