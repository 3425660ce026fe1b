#include "oracle.h"

#include <bit>
#include <cmath>

#include "least_distance.h"

namespace brink::oracle {

namespace {

std::vector<int> targets_of(const TargetRule& rule, int classes, int label) {
  if (rule.kind == TargetRule::Kind::fixed) return {rule.value};
  if (rule.kind == TargetRule::Kind::shift) return {(label + rule.value) % classes};
  std::vector<int> all;
  for (int t = 0; t < classes; ++t) {
    if (t != label) all.push_back(t);
  }
  return all;
}

/// One target, the outputs in `positive` (a bit each) being y_j and the others 0 (relu only).
OutputPart phase_part(const ClosestQuestion& question, int classes, int target, unsigned positive,
                      bool relu) {
  const auto activation = [&](int j) -> Vector {
    if ((positive >> j & 1U) == 0) return Vector::Zero(classes);
    return Vector::Unit(classes, j);
  };
  OutputPart part;
  const auto require = [&part](const Vector& normal, Real rhs) {
    part.normals.push_back(normal);
    part.rhs.push_back(rhs);
  };
  for (int j = 0; j < classes; ++j) {
    if (j == target) continue;
    require(activation(target) - static_cast<Real>(question.margin) * activation(j), 0);
    if (!question.target_min) require(activation(target) - activation(j), 0);
  }
  if (question.target_min) require(activation(target), *question.target_min);
  part.conditions = static_cast<int>(part.rhs.size());
  for (int j = 0; relu && j < classes; ++j) {
    require((positive >> j & 1U) != 0 ? Vector(Vector::Unit(classes, j))
                                      : Vector(-Vector::Unit(classes, j)),
            0);
  }
  return part;
}

/// The part of `cell` whose outputs lie in `part`.
Polytope meet(const Cell& cell, const OutputPart& part, Real shift) {
  Polytope p = cell.polytope;
  for (std::size_t i = 0; i < part.rhs.size(); ++i) {
    const Real asked = part.rhs[i] + (static_cast<int>(i) < part.conditions ? shift : 0);
    p.require(cell.output.matrix.transpose() * part.normals[i],
              asked - part.normals[i].dot(cell.output.offset));
  }
  return p;
}

/// t_group >= +-slope v_j + constant.
void add_both_signs(std::vector<Piece>& pieces, int group, Eigen::Index n, Eigen::Index j,
                    Real slope, Real constant) {
  pieces.push_back({group, slope * Vector::Unit(n, j), constant});
  pieces.push_back({group, -slope * Vector::Unit(n, j), constant});
}

/// Chords of d^2 on `count` uniform breakpoints of [0, largest].
void add_chords(std::vector<Piece>& pieces, int group, Eigen::Index n, Eigen::Index j, Real largest,
                int count) {
  for (int i = 0; i + 1 < count; ++i) {
    const Real a = largest * i / (count - 1), b = largest * (i + 1) / (count - 1);
    add_both_signs(pieces, group, n, j, a + b, -a * b);
  }
}

Real nearest_by_lp(const ClosestQuestion& question, Measure measure, const Polytope& p,
                   const Polytope& whole) {
  const Eigen::Index n = p.size();
  std::vector<Piece> pieces;
  for (Eigen::Index j = 0; j < n; ++j) {
    const int group = question.norm == Norm::linf ? 0 : static_cast<int>(j);
    if (measure == Measure::linearised) {
      add_chords(pieces, group, n, j, std::max(std::fabs(whole.lo(j)), std::fabs(whole.hi(j))),
                 *question.breakpoints);
    } else {
      add_both_signs(pieces, group, n, j, 1, 0);
    }
  }
  const Real value =
      minimise(p, pieces, question.norm == Norm::linf ? 1 : static_cast<int>(n))->value;
  return measure == Measure::linearised ? std::sqrt(value) : value;
}

/// Fewest pixels that must differ; only counts below `limit` are looked at. Empty: none that small.
std::optional<Real> fewest_changes(const Polytope& p, int limit) {
  const auto n = static_cast<int>(p.size());
  for (int size = 0; size <= n && size < limit; ++size) {
    for (unsigned changed = 0; changed < 1U << n; ++changed) {
      if (std::popcount(changed) != size) continue;
      Polytope q = p;
      bool possible = true;
      for (int j = 0; j < n; ++j) {
        if ((changed >> j & 1U) != 0) continue;
        possible = possible && q.lo(j) <= 0 && q.hi(j) >= 0;
        q.lo(j) = q.hi(j) = 0;
      }
      if (possible && least_violation(q) <= kFeasible) return size;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<OutputPart> fooled_parts(const ClosestQuestion& question, const Network& network,
                                     int label) {
  const auto classes = static_cast<int>(network.output_size());
  const bool relu = network.output == OutputKind::relu;
  std::vector<OutputPart> parts;
  for (const int target : targets_of(question.target, classes, label)) {
    const unsigned all = (1U << classes) - 1;
    for (unsigned positive = relu ? 0 : all; positive <= all; ++positive) {
      parts.push_back(phase_part(question, classes, target, positive, relu));
    }
  }
  return parts;
}

std::vector<OutputPart> region_parts(const ClosestQuestion& question, const Network& network,
                                     int label, bool leads) {
  std::vector<OutputPart> parts;
  for (const OutputRegion& region : output_regions(question, network, label)) {
    if (leads && region.all_zero) continue;
    OutputPart part;
    for (const OutputRow& row : region.rows) {
      part.normals.emplace_back(row.coefficients.cast<Real>());
      part.rhs.push_back(row.rhs);
    }
    part.conditions = static_cast<int>(part.rhs.size());
    parts.push_back(std::move(part));
  }
  return parts;
}

std::vector<Cell> reach_cells(const ClosestQuestion& question, const Network& network,
                              const Eigen::VectorXd& image) {
  Box box = question.box;
  if (question.cap) {
    const Eigen::VectorXd cap = Eigen::VectorXd::Constant(image.size(), *question.cap);
    box.lower = box.lower.cwiseMax(image - cap);
    box.upper = box.upper.cwiseMin(image + cap);
  }
  for (const int j : question.frozen) box.lower(j) = box.upper(j) = image(j);
  return linear_cells(network, box, image, network.depth());
}

std::optional<Real> nearest(const ClosestQuestion& question, Measure measure,
                            const std::vector<Cell>& cells, const std::vector<OutputPart>& parts,
                            Real shift) {
  std::optional<Real> best;
  for (const Cell& cell : cells) {
    for (const OutputPart& part : parts) {
      const Polytope p = meet(cell, part, shift);
      const Real violation = least_violation(p);
      if (violation > kFeasible) continue;
      if (question.norm == Norm::l0) {
        const int limit = best ? static_cast<int>(*best) : static_cast<int>(p.size()) + 1;
        if (const auto fewer = fewest_changes(p, limit)) best = fewer;
        continue;
      }
      const Polytope open = relaxed(p, violation + 1e-14L);
      const Real value = question.norm == Norm::l2 && measure == Measure::norm
                             ? nearest_to_origin(open).norm()
                             : nearest_by_lp(question, measure, open, cell.polytope);
      if (!best || value < *best) best = value;
    }
  }
  return best;
}

bool is_fooled(const ClosestQuestion& question, const Network& network,
               const Eigen::VectorXd& image, const Eigen::VectorXd& x, int target, bool all_zero,
               Real slack) {
  if (x.size() != image.size() || !question.box.contains(x)) return false;
  if (question.cap && (x - image).cwiseAbs().maxCoeff() > *question.cap + 1e-15) return false;
  for (const int j : question.frozen) {
    if (x(j) != image(j)) return false;
  }
  Vector y = forward(network, x);
  if (all_zero) return y.maxCoeff() <= slack;
  if (target < 0 || target >= y.size()) return false;
  if (network.output == OutputKind::relu) y = y.cwiseMax(Real(0)).eval();
  for (Eigen::Index j = 0; j < y.size(); ++j) {
    if (j == target) continue;
    if (y(target) < static_cast<Real>(question.margin) * y(j) - slack) return false;
    if (!question.target_min && y(target) < y(j) - slack) return false;
  }
  return !question.target_min || y(target) >= *question.target_min - slack;
}

}  // namespace brink::oracle
