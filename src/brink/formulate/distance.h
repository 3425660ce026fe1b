// Private to this folder: what the four distances share.
#pragma once

#include <algorithm>
#include <vector>

#include "brink/formulate/formulate.h"

namespace brink {

/// What pixel j can do: low <= x_j <= high, the pixel's part of reach(question, image). Moves are
/// sizes; least_* is above 0 where the image itself lies outside its box.
struct Move {
  double origin = 0;  ///< x~_j
  double low = 0;
  double high = 0;
  double weight = 1;  ///< of the change

  double up() const { return std::max(0.0, high - origin); }
  double down() const { return std::max(0.0, origin - low); }
  double least_up() const { return std::max(0.0, low - origin); }
  double least_down() const { return std::max(0.0, origin - high); }
  double largest() const { return std::max(up(), down()); }  ///< D_j
  double least() const { return std::max(least_up(), least_down()); }
};

/// One per pixel. A pixel that can reach nothing (cap and box do not meet) gets the row "0 >= 1":
/// the program is infeasible, as the question is.
std::vector<Move> moves(Program& program, const ClosestQuestion& question,
                        const Eigen::VectorXd& image);

/// x_j = x~_j + p_j - n_j, at `cost` times the weight. Columns exist only where the pixel can move
/// that way (-1).
struct SplitMove {
  int p = -1;
  int n = -1;
};
std::vector<SplitMove> add_split_moves(Program& program, const std::vector<Move>& moves,
                                       double cost);
std::vector<LinearExpression> inputs_of(const std::vector<Move>& moves,
                                        const std::vector<SplitMove>& split);

/// The papers' x_j^0 columns over the reach.
std::vector<LinearExpression> add_seed_inputs(Program& program, const std::vector<Move>& moves);
/// -weight w <= x_j - x~_j <= weight w for the column w: two rows.
void add_seed_rows(Program& program, std::size_t j, const LinearExpression& input, double origin,
                   int w, double weight = 1);

// One norm a file; each adds its columns and rows, sets the objective and returns x^0.
std::vector<LinearExpression> add_l0(Program& program, const std::vector<Move>& moves,
                                     DistanceForm form);
std::vector<LinearExpression> add_l1(Program& program, const std::vector<Move>& moves,
                                     DistanceForm form);
std::vector<LinearExpression> add_linf(Program& program, const std::vector<Move>& moves,
                                       DistanceForm form);

/// f~ on the breakpoints of [0, D_j].
std::vector<LinearExpression> add_l2_breakpoints(Program& program, const std::vector<Move>& moves,
                                                 int breakpoints, DistanceForm form, bool sos2);
/// p_j^2 + n_j^2.
std::vector<LinearExpression> add_l2_squares(Program& program, const std::vector<Move>& moves);
/// max_i 2 a_i d - a_i^2 for the tangent points a of each pixel.
std::vector<LinearExpression> add_l2_tangents(Program& program, const std::vector<Move>& moves,
                                              const std::vector<std::vector<double>>& tangents);

}  // namespace brink
