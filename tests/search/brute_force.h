// The truth about a pattern, or about a whole region, by the oracle's brute force (tests/oracle).
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <string>

#include "brink/pattern/pattern.h"
#include "oracle/oracle.h"

namespace brink::search {

inline constexpr double kNowhere = std::numeric_limits<double>::infinity();

/// A norm, and for the linearised L2 its breakpoints.
struct Distance {
  Norm norm;
  int breakpoints = 0;
};
inline constexpr std::array kDistances = {Distance{Norm::l0}, Distance{Norm::l1},
                                          Distance{Norm::l2}, Distance{Norm::linf},
                                          Distance{Norm::l2, 7}};

/// Of a test's parameter.
inline std::string name_of(const ::testing::TestParamInfo<Distance>& test) {
  return std::string(name(test.param.norm)) + (test.param.breakpoints > 0 ? "linearised" : "");
}

inline ClosestQuestion question_of(const Distance& distance, const Box& box) {
  ClosestQuestion question;
  question.norm = distance.norm;
  question.box = box;
  if (distance.breakpoints > 0) question.breakpoints = distance.breakpoints;
  return question;
}

/// The cell of one pattern, in long double; it may have no point.
inline oracle::Cell cell_of(const Network& network, const Phases& phases, const Box& box,
                            const Eigen::VectorXd& image) {
  const oracle::Vector origin = image.cast<oracle::Real>();
  oracle::Cell cell;
  cell.polytope.lo = box.lower.cast<oracle::Real>() - origin;
  cell.polytope.hi = box.upper.cast<oracle::Real>() - origin;
  oracle::AffineMap x{oracle::Matrix::Identity(origin.size(), origin.size()), origin};
  for (int k = 1; k <= network.depth(); ++k) {
    const oracle::Matrix weights = network.layer(k).weights.to_dense().cast<oracle::Real>();
    x = {weights * x.matrix, weights * x.offset + network.layer(k).bias.cast<oracle::Real>()};
    for (Eigen::Index j = 0; k < network.depth() && j < x.offset.size(); ++j) {
      const bool active = phases[static_cast<std::size_t>(k - 1)][static_cast<std::size_t>(j)];
      const oracle::Real sign = active ? 1 : -1;
      cell.polytope.require(sign * x.matrix.row(j).transpose(), -sign * x.offset(j));
      if (active) continue;
      x.matrix.row(j).setZero();
      x.offset(j) = 0;
    }
  }
  cell.output = x;
  return cell;
}

inline oracle::OutputPart part_of(const OutputRegion& region) {
  oracle::OutputPart part;
  for (const OutputRow& row : region.rows) {
    part.normals.emplace_back(row.coefficients.cast<oracle::Real>());
    part.rhs.push_back(row.rhs);
  }
  return part;
}

/// To the nearest point of the region in one of the cells, as the question measures it.
inline double nearest_of(const ClosestQuestion& question, const std::vector<oracle::Cell>& cells,
                         const OutputRegion& region) {
  const auto measure = question.breakpoints ? oracle::Measure::linearised : oracle::Measure::norm;
  const auto found = oracle::nearest(question, measure, cells, {part_of(region)});
  return found ? static_cast<double>(*found) : kNowhere;
}

}  // namespace brink::search
