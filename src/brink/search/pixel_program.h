// The linear program of moves into one pattern, kept from node to node of pixel_search.h.
#pragma once

#include <limits>
#include <vector>

#include "brink/base/deadline.h"
#include "brink/search/dual_simplex.h"
#include "brink/search/problem.h"

namespace brink::search {

/// min cost v  s.t.  rows v >= rhs,  0 <= v <= room. What it says is proven by its multipliers
/// alone, whatever the simplex did.
class PixelProgram {
 public:
  /// All costs are 0.
  PixelProgram(RowMatrix rows, Eigen::VectorXd rhs, Eigen::VectorXd rooms);

  Eigen::Index columns() const { return rows_.cols(); }
  void set_cost(Eigen::Index column, double cost);
  /// Lets a column move, or keeps it at 0.
  void set_open(Eigen::Index column, bool open);

  struct Answer {
    /// Proven: no v costs less; infinity: there is none.
    double bound = -std::numeric_limits<double>::infinity();
    Eigen::VectorXd values;  ///< an optimum; empty: it was not found, or not looked for
    /// By column: within `doubts` of the reduced costs at which the bound holds.
    Eigen::VectorXd reduced, doubts;
  };
  /// It ends once the bound is above `enough`.
  Answer solve(double enough, const Deadline& deadline);

  /// Of so many columns, those of the given numbers, without the rows that they cannot break.
  PixelProgram restricted(const std::vector<Eigen::Index>& columns) const;

 private:
  Answer proven(const std::vector<double>& multipliers, bool with_costs) const;
  Answer solve_afresh(const Deadline& deadline) const;
  Eigen::VectorXd values() const;

  RowMatrix rows_;
  Eigen::VectorXd rhs_, rooms_, costs_, open_;  ///< open_: the rooms of the columns that may move
  DualSimplex simplex_;
};

}  // namespace brink::search
