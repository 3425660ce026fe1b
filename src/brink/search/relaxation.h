// The relaxation of a node: triangles for the neurons of open phase, points for the ball.
//
// Variables are the neurons only. The pixels enter through the first layer's pre-activations
// y^1 = y^1(x~) + W^1 d, d in the ball: a convex body Z in as many dimensions as the first layer
// has neurons. Z is described from inside, by points W^1 d_i that are generated as the multipliers
// ask for them (Dantzig & Wolfe 1960): the ball's support function h is the pricing problem, closed
// form for every norm. So one code serves all norms, and a node's program has a hundred columns
// where the pixels' would have a thousand.
//
//     max t   rows x^{K-1} - t >= rhs                              margin
//             W_k x^{k-1} + b_k = x_k - s_k                         layers 2..K-1
//             x_k / U_k + s_k / (-L_k) <= 1                         open phase (Ehlers 2017)
//             x^1 - s^1 - sum l_i W^1 d_i = y^1(x~),  sum l_i <= 1    the ball
// A program with too few points proves nothing by its value: the bound is the Lagrangian's at its
// multipliers (lagrangian.h). The two meet in the end.
#pragma once

#include <vector>

#include "brink/search/bounder.h"
#include "brink/search/dual_simplex.h"

namespace brink::search {

/// Point columns of a program: d + 1 of them span the first layer's d dimensions, and a few must be
/// free to go. More only cost time; without end they would cost memory.
constexpr int point_columns(int first_width) {
  return first_width < 84 ? first_width + 12 : 96;
}

class Relaxation final : public Bounder {
 public:
  /// Structure for the neurons that may be active by the bounds of the layer before under `root`,
  /// which nodes only tighten. A neuron found inactive otherwise keeps its row, which says y_k <=
  /// 0.
  Relaxation(const Problem& problem, const Intervals& root);

  /// Solves, adds points, solves again, from the last basis, until the bound exceeds `enough`,
  /// bound and program meet (or, for the margin, the program shows that the bound cannot exceed
  /// it), or `rounds`, or the deadline comes: what the multipliers prove by then.
  NodeBound minimise(const Intervals& node, const Objective& objective, const Ball& ball,
                     PointPool& pool, double enough, int rounds, const Deadline& deadline) override;
  std::size_t bytes() const override { return bytes_; }

  /// What the program takes.
  static std::size_t bytes(const Problem& problem, const Intervals& root);

 private:
  struct Slot {
    int layer = 0, index = 0;
    int x = -1, s = -1;                             ///< column; the slack of `row`, as a column
    int row = -1;                                   ///< y_k - x_k + s_k = 0
    int triangle = -1;                              ///< its triangle row
    double slope = 0;                               ///< of the triangle's upper side
    double upper = 0;                               ///< as loaded; infinite of linear units
    double triangle_lower = 0, triangle_upper = 0;  ///< as written in the triangle row
  };
  /// Multipliers in the ball: the best proof that they gave, and where the program must grow.
  struct Priced {
    Proof proof;
    Eigen::VectorXd first;      ///< the solved program's multipliers of the first layer
    Eigen::VectorXd maximiser;  ///< of the ball in their direction
  };
  void build(const Intervals& root);
  void add_layer(int k, const Intervals& root);
  void add_margin_row(int i, const Intervals& root);
  double fill_pre_activation(const Slot& slot, double factor);
  void write_triangle(Slot& slot, double lower, double upper);
  /// Takes a node's phases and bounds; the basis stays.
  void load(const Intervals& node);
  void set_objective(const Objective& objective);

  Multipliers multipliers() const;
  /// First-layer multipliers moved to where they prove more (relaxation_proof.cpp).
  Multipliers moved(Multipliers solved, const Cost& cost) const;
  double moved(const Slot& slot, double v, double r_x, double r_s) const;
  Priced prove_node(const Intervals& node, const Cost& cost, const Ball& ball, double enough,
                    bool hopeless) const;
  /// How much the program leans on a triangle (<= 0); proofs do without.
  double triangle_multiplier(const Slot& slot) const;
  NeuronState state(const Slot& slot) const;
  void read_solution(NodeBound& bound) const;

  /// Adds the last maximiser and the pool's best points for the last direction.
  void price(const Priced& priced, const Ball& ball, PointPool& pool);
  void enter(const PointPool& pool, int id);
  void scale_to(const Ball& ball, const PointPool& pool);

  const Problem* problem_;
  std::size_t bytes_;
  std::vector<Slot> slots_;
  DualSimplex simplex_;
  int margin_column_ = 0;
  int first_margin_row_ = 0;
  int hull_row_ = 0;  ///< sum l_i <= radius / pool radius
  int first_point_column_ = 0;
  struct PointColumn {
    int id = -1;            ///< number in the pool
    Eigen::VectorXd image;  ///< W^1 d, which the pool may have dropped by now
  };
  std::vector<PointColumn> point_columns_;  ///< from first_point_column_ on
  double margin_limit_ = 0;                 ///< |t| never exceeds it
  std::vector<double> dense_;
};

}  // namespace brink::search
