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
// multipliers, with h in place of the points, rounding accounted for. The two meet in the end.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "brink/search/ball.h"
#include "brink/search/dual_simplex.h"
#include "brink/search/problem.h"
#include "brink/search/statistics.h"

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
};

/// The latest points W^1 d of the ball that a search asked for, shared by its nodes. They are
/// stored for the first radius met; in a smaller ball every point is shrunk (Ball::shrinking).
class PointPool {
 public:
  struct Point {
    Eigen::VectorXd change;  ///< d, at radius()
    Eigen::VectorXd image;   ///< W^1 d
  };

  /// Adds a change in the ball; returns its number.
  int add(const Problem& problem, const Eigen::VectorXd& change, const Ball& ball);

  double radius() const { return radius_; }
  int begin() const { return added_ - static_cast<int>(points_.size()); }  ///< the oldest kept
  int end() const { return added_; }
  const Point& point(int number) const {
    return points_[static_cast<std::size_t>(number - begin())];
  }

 private:
  double radius_ = 0;
  int added_ = 0;
  std::deque<Point> points_;
};

/// A bound that holds, and how it was come by.
struct NodeBound {
  double value = 0;         ///< lower bound on the objective over the node, proven
  bool infeasible = false;  ///< proven: the node is empty
};

class Relaxation {
 public:
  /// Structure for the neurons that may be active by the bounds of the layer before under `root`,
  /// which nodes only tighten. A neuron found inactive otherwise keeps its row, which says y_k <=
  /// 0. Counts its work in `statistics`.
  Relaxation(const Problem& problem, const Phasing& root, Statistics& statistics);

  /// Takes a node's phases and bounds; the basis stays.
  void load(const Phasing& node);

  /// Solves, adds points, solves again, until the bound exceeds `enough`, bound and program meet
  /// (or, for the margin, the program shows that the bound cannot exceed it), or `rounds`, or the
  /// deadline comes: what the multipliers prove by then.
  NodeBound minimise(const Objective& objective, const Ball& ball, PointPool& pool, double enough,
                     int rounds, const Deadline& deadline);

  /// After minimise(margin): the last maximiser of the support function, a candidate change.
  const Eigen::VectorXd& candidate() const { return candidate_; }

  /// After minimise(): the change behind the program's own point, in the ball.
  Eigen::VectorXd program_change(const Ball& ball, const PointPool& pool) const;

  /// The last program was solved to optimality.
  bool solved() const { return status_ == DualSimplex::Status::optimal; }

  /// After minimise(): x_k, s_k of a neuron and the multiplier (>= 0) of its triangle.
  struct NeuronState {
    double x = 0, s = 0, triangle = 0;
  };
  NeuronState state(int neuron) const;

  /// The neuron of open phase that the last objective leans on most; -1 when all are settled.
  int branching_neuron(const Phasing& phasing) const;

  /// The last program's point is nearer to that neuron's active phase than to its inactive one.
  bool leans_active(const Phasing& phasing, int neuron) const;

  /// After minimise() with settled phases: neurons whose other phase the objective gains from, the
  /// largest gain first.
  std::vector<int> promising_flips() const;

  /// After minimise({.radius = true}): largest radius at which the last margin multipliers still
  /// prove that the node is empty, found on the same ball with a smaller radius; 0 if none.
  double excluded_radius(const Ball& ball) const;

 private:
  struct Slot {
    int layer = 0, index = 0;
    int x = -1, s = -1;                             ///< column; the slack of `row`, as a column
    int row = -1;                                   ///< y_k - x_k + s_k = 0
    int triangle = -1;                              ///< its triangle row
    double slope = 0;                               ///< of the triangle's upper side
    double lower = 0, upper = 0;                    ///< as loaded
    double triangle_lower = 0, triangle_upper = 0;  ///< as written in the triangle row
  };
  void build(const Phasing& root);
  DualSimplex::Status solve(double cutoff, const Deadline& deadline);
  void add_layer(int k, const Phasing& root);
  void add_margin_row(int i, const Phasing& root);
  double fill_pre_activation(const Slot& slot, double factor);
  void write_triangle(Slot& slot, double lower, double upper);
  void set_objective(const Objective& objective);
  struct Tally;
  Tally combine_rows();
  /// The proven bound of the simplex's multipliers; `ray`: costs count as zero. Leaves the ball's
  /// direction and the maximiser in the members below. `tally`: of combine_rows().
  /// `move`: the first layer's multipliers moved (first_layer_multiplier), or as solved.
  double lagrangian(Tally tally, const Objective& objective, bool ray, const Ball& ball, bool move);
  /// The better of both, the second only if the first is not enough. Leaves the direction as solved
  /// for pricing, and what excluded_radius() needs of the better. `hopeless`: only as solved.
  double prove(const Objective& objective, bool ray, const Ball& ball, double enough,
               bool hopeless);
  /// How much the program leans on a triangle (<= 0); proofs do without.
  double triangle_multiplier(const Slot& slot) const;
  double least(const Slot& slot, double r_x, double r_s) const;
  /// Minus the multiplier of a first-layer neuron's defining row, moved from `v` so that its
  /// columns, whose reduced costs without it are r_x and r_s, do not rest at a side that came from
  /// the ball.
  double first_layer_multiplier(const Slot& slot, double v, double r_x, double r_s) const;
  double cost(const Objective& objective, bool ray, int column) const;
  /// Adds the last maximiser and the pool's best points for the last direction.
  void price(const Ball& ball, PointPool& pool);
  void enter(const PointPool& pool, int id);
  void scale_to(const Ball& ball, const PointPool& pool);

  const Problem* problem_;
  Statistics* statistics_;
  std::vector<Slot> slots_;
  DualSimplex simplex_;
  DualSimplex::Status status_ = DualSimplex::Status::stalled;
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
  double largest_entry_ = 1;                ///< of the rows but the triangles
  Eigen::VectorXd direction_;               ///< -v: W^1' times it was asked of the ball last
  Eigen::VectorXd pixel_direction_;
  double outside_ball_ = 0;  ///< the last bound without its support term, rounding subtracted
  Eigen::VectorXd candidate_;
  std::vector<double> dense_, combined_, defining_;
};

}  // namespace brink::search
