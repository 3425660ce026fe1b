// Moves of single pixels as the columns of a linear program, for exact answers on one pattern.
#pragma once

#include <vector>

#include "brink/pattern/pattern.h"
#include "brink/program/program.h"
#include "brink/search/problem.h"

namespace brink::search {

/// Columns that move a pixel up or down, without costs; rows G (x~ + moves) >= h.
struct MoveProgram {
  struct Move {
    Eigen::Index pixel;
    double sign;
  };
  Program program;
  std::vector<Move> moves;  ///< of the first columns
};

MoveProgram move_program(const Problem& problem, const PatternPolytope& polytope);

/// The image with a solution's moves.
Eigen::VectorXd moved(const Problem& problem, const MoveProgram& program,
                      const std::vector<double>& values);

/// Share of the sum of a pattern row's terms that its value may be off by: its entries are products
/// of weights.
inline constexpr double kRowRounding = 1e-13;
/// |rows| reach + |rhs|, row by row.
Eigen::VectorXd row_sizes(const Problem& problem, const PatternPolytope& polytope);

}  // namespace brink::search
