// A factorisation that rounds nothing: with distinct columns d_1 ... d_q of M (up to sign) and the
// groups G_1 ... G_q of equal ones
//     M = [d_1 ... d_q] S,   row g of S: +-1 at the columns of G_g,
// and the same of rows, M = S^T [distinct rows]. Rows are given to one or the other consumer by
// consumer, as long as that saves units.
#include "brink/graph/carry.h"

#include <string>
#include <unordered_map>

namespace brink::graph {

namespace {

using Index = Eigen::Index;
using Triplets = std::vector<Eigen::Triplet<double, Index>>;

SparseRows matrix(Index rows, Index cols, const Triplets& entries) {
  SparseRows result(rows, cols);
  result.setFromTriplets(entries.begin(), entries.end());
  return result;
}

/// Distinct rows up to sign: for each row its group (-1 of a row of zeros) and its sign there.
struct Groups {
  Selection of, first;  ///< of each row; each group's first row
  std::vector<double> sign;
};

Groups group_rows(const SparseRows& m) {
  Groups groups;
  std::unordered_map<std::string, Index> known;
  std::string key;
  for (Index i = 0; i < m.rows(); ++i) {
    key.clear();
    double sign = 0;
    for (SparseRows::InnerIterator entry(m, i); entry; ++entry) {
      if (sign == 0) sign = entry.value() < 0 ? -1 : 1;
      const Index column = entry.col();
      const double value = sign * entry.value();
      key.append(reinterpret_cast<const char*>(&column), sizeof column);
      key.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    groups.sign.push_back(sign);
    groups.of.push_back(-1);
    if (key.empty()) continue;
    const auto [found, is_new] = known.try_emplace(key, std::ssize(groups.first));
    if (is_new) groups.first.push_back(i);
    groups.of.back() = found->second;
  }
  for (std::size_t i = 0; i < groups.of.size(); ++i) {  // relative to the group's first row
    if (groups.of[i] < 0) continue;
    const Index first = groups.first[static_cast<std::size_t>(groups.of[i])];
    if (static_cast<std::size_t>(first) != i) {
      groups.sign[i] *= groups.sign[static_cast<std::size_t>(first)];
    }
  }
  for (const Index first : groups.first) groups.sign[static_cast<std::size_t>(first)] = 1;
  return groups;
}

/// Row i: the sign at its group.
SparseRows membership(const Groups& groups) {
  Triplets entries;
  for (std::size_t i = 0; i < groups.of.size(); ++i) {
    if (groups.of[i] >= 0) {
      entries.emplace_back(static_cast<Index>(i), groups.of[i], groups.sign[i]);
    }
  }
  return matrix(std::ssize(groups.of), std::ssize(groups.first), entries);
}

SparseRows rows_of(const SparseRows& m, const Selection& rows) {
  return Matrix(m).selected(rows).sparse();
}

/// m with zeros in all rows but those of the consumers that are (not) by rows.
SparseRows part(const SparseRows& m, const Selection& groups, const std::vector<bool>& by_rows,
                bool wanted) {
  Selection from(static_cast<std::size_t>(m.rows()), -1);
  for (std::size_t g = 0; g < by_rows.size(); ++g) {
    for (Index i = groups[g]; by_rows[g] == wanted && i < groups[g + 1]; ++i) {
      from[static_cast<std::size_t>(i)] = i;
    }
  }
  return rows_of(m, from);
}

Index count(const SparseRows& m, const Selection& groups, const std::vector<bool>& by_rows) {
  const SparseRows columns = part(m, groups, by_rows, false).transpose();
  return std::ssize(group_rows(columns).first) +
         std::ssize(group_rows(part(m, groups, by_rows, true)).first);
}

std::vector<bool> choose(const SparseRows& m, const Selection& groups) {
  std::vector<bool> best(groups.size() - 1, false);
  Index least = count(m, groups, best);
  const auto try_other = [&](std::vector<bool> other) {
    const Index units = count(m, groups, other);
    if (units < least) best = std::move(other);
    least = std::min(least, units);
  };
  try_other(std::vector<bool>(best.size(), true));
  for (std::size_t g = 0; best.size() > 1 && g < best.size(); ++g) {
    std::vector<bool> other = best;
    other[g] = !other[g];
    try_other(std::move(other));
  }
  return best;
}

SparseRows beside(const SparseRows& a, const SparseRows& b) {
  Triplets entries;
  for (Index i = 0; i < a.rows(); ++i) {
    for (SparseRows::InnerIterator e(a, i); e; ++e) entries.emplace_back(i, e.col(), e.value());
    for (SparseRows::InnerIterator e(b, i); e; ++e) {
      entries.emplace_back(i, a.cols() + e.col(), e.value());
    }
  }
  return matrix(a.rows(), a.cols() + b.cols(), entries);
}

}  // namespace

Carry carry(const SparseRows& needed, const Selection& groups) {
  const std::vector<bool> by_rows = choose(needed, groups);
  const SparseRows columns = part(needed, groups, by_rows, false).transpose();
  const SparseRows rows = part(needed, groups, by_rows, true);
  const Groups of_columns = group_rows(columns), of_rows = group_rows(rows);
  const SparseRows sums = membership(of_columns).transpose();
  const SparseRows own = rows_of(rows, of_rows.first);
  const SparseRows use_columns = rows_of(columns, of_columns.first).transpose();
  return {beside(use_columns, membership(of_rows)),
          beside(SparseRows(sums.transpose()), SparseRows(own.transpose())).transpose()};
}

}  // namespace brink::graph
