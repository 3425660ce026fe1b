// Moves of single pixels as the columns of a linear program, for exact answers on one pattern.
#pragma once

#include <vector>

#include "brink/pattern/pattern.h"
#include "brink/program/program.h"
#include "brink/search/problem.h"

namespace brink::search {

/// Of a pixel, up or down, by `room` at most.
struct Move {
  Eigen::Index pixel;
  double sign;
  double room;
};

std::vector<Move> possible_moves(const Box& changes);

/// Columns that move a pixel up or down, without costs; rows G (x~ + moves) >= h.
struct MoveProgram {
  Program program;
  std::vector<Move> moves;  ///< of the first columns
};

MoveProgram move_program(const Problem& problem, const PatternPolytope& polytope);
MoveProgram move_program(const NearPolytope& polytope);

/// The image (of a near polytope: its origin) with a solution's moves.
Eigen::VectorXd moved(const Eigen::VectorXd& image, const MoveProgram& program,
                      const std::vector<double>& values);

/// What rounding may take from or add to each row of pattern_polytope() anywhere in the reach. Its
/// entries are products of all layers' weights, which may cancel: the charge is for what they are
/// before they do, |W_k| .. |W_1| |x| and the biases on their way (Higham, Accuracy and Stability
/// of Numerical Algorithms, 3.5).
Eigen::VectorXd row_doubts(const Problem& problem, const Phases& phases,
                           const OutputRegion& region);

/// The same of pattern_slacks() at the image plus the rows times a change of each pixel by at most
/// `radius`, but for the rounding of the slacks to double.
Eigen::VectorXd row_doubts(const Problem& problem, const Phases& phases, const OutputRegion& region,
                           double radius);

}  // namespace brink::search
