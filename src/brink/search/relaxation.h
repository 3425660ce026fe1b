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

#include <deque>
#include <optional>
#include <vector>

#include "brink/search/dual_simplex.h"
#include "brink/search/lagrangian.h"

namespace brink::search {

/// Point columns of a program: d + 1 of them span the first layer's d dimensions, and a few must be
/// free to go. More only cost time; without end they would cost memory.
constexpr int point_columns(int first_width) {
  return first_width < 84 ? first_width + 12 : 96;
}
constexpr std::size_t kPointsKept = 1024;  ///< of a pool: pixels are many, searches long

/// What to minimise over a node: c_x x + c_s s for one neuron's columns, or -t.
struct Objective {
  int neuron = -1;  ///< -1: the margin, minimise -t with t free; else minimise sign * y, t >= 0
  double sign = 1;
  bool sharp = false;   ///< a close bound matters
  bool whole = false;   ///< the program's solution matters: no early end
  bool radius = false;  ///< excluded_radius() will be asked for: the best multipliers matter

  Cost cost() const { return {neuron, neuron < 0 ? 0 : sign, neuron < 0, neuron < 0}; }
  /// Of a ray: nothing, in the same range of t.
  Cost no_cost() const { return {.any_margin = neuron < 0}; }
};

/// The latest points W^1 d of the ball that a search asked for, shared by its nodes. They are
/// stored for the first radius met; in a smaller ball every point is shrunk (Ball::shrinking).
class PointPool {
 public:
  struct Point {
    Eigen::VectorXd change;  ///< d, at radius()
    Eigen::VectorXd image;   ///< W^1 d
  };
  /// A point's part of a sum.
  struct Share {
    int number = 0;
    double part = 0;  ///< > 0
  };

  /// Adds a change in the ball; returns its number.
  int add(const Problem& problem, const Eigen::VectorXd& change, const Ball& ball);

  double radius() const { return radius_; }
  int begin() const { return added_ - static_cast<int>(points_.size()); }  ///< the oldest kept
  int end() const { return added_; }
  const Point& point(int number) const {
    return points_[static_cast<std::size_t>(number - begin())];
  }
  /// A sum of points as a change in the ball; those that are not kept any more are left out.
  Eigen::VectorXd change(const std::vector<Share>& shares, const Ball& ball) const;

 private:
  double radius_ = 0;
  int added_ = 0;
  std::deque<Point> points_;
};

/// Of the program's last solution: x and s of a neuron, the multiplier (>= 0) of its triangle, and
/// what the objective would gain, per unit, by leaving a settled phase; 0: nothing, or not known.
struct NeuronState {
  double x = 0, s = 0, triangle = 0, gain = 0;
};

/// What minimising an objective over a node came to.
struct NodeBound {
  std::optional<double> value;      ///< lower bound, proven; nothing: the node is proven empty
  Proof proof;                      ///< of either
  std::vector<NeuronState> states;  ///< empty if no program was solved
  bool solved = false;              ///< the last program, to optimality
  std::vector<PointPool::Share> solution;  ///< its change
  Eigen::VectorXd maximiser;  ///< farthest change of the ball in the last proof's direction
  long iterations = 0;        ///< of the simplex
  long points = 0;            ///< that the pool was given

  bool empty() const { return !value.has_value(); }
  /// Nothing in the node has the objective at `value` or below.
  bool exceeds(double least) const { return !value || *value > least; }
};

class Relaxation {
 public:
  /// Structure for the neurons that may be active by the bounds of the layer before under `root`,
  /// which nodes only tighten. A neuron found inactive otherwise keeps its row, which says y_k <=
  /// 0.
  Relaxation(const Problem& problem, const Intervals& root);

  /// Solves, adds points, solves again, from the last basis, until the bound exceeds `enough`,
  /// bound and program meet (or, for the margin, the program shows that the bound cannot exceed
  /// it), or `rounds`, or the deadline comes: what the multipliers prove by then.
  NodeBound minimise(const Intervals& node, const Objective& objective, const Ball& ball,
                     PointPool& pool, double enough, int rounds, const Deadline& deadline);

 private:
  struct Slot {
    int layer = 0, index = 0;
    int x = -1, s = -1;                             ///< column; the slack of `row`, as a column
    int row = -1;                                   ///< y_k - x_k + s_k = 0
    int triangle = -1;                              ///< its triangle row
    double slope = 0;                               ///< of the triangle's upper side
    double upper = 0;                               ///< as loaded
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
