// What bounds a node: asked with a node, it answers with a value, proof included.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "brink/base/deadline.h"
#include "brink/search/lagrangian.h"
#include "brink/search/node.h"

namespace brink::search {

/// What to minimise over a node: c_x x + c_s s for one neuron's columns, or -t.
struct Objective {
  int neuron = -1;  ///< -1: the margin, minimise -t with t free; else minimise sign * y, t >= 0
  double sign = 1;
  bool sharp = false;   ///< a close bound matters
  bool whole = false;   ///< the program's solution matters: no early end
  bool radius = false;  ///< excluded_radius() will be asked for: the best multipliers matter
  /// Of a node above, or of another ball: where slopes begin; null: at none. Programs have a basis.
  const Slopes* start = nullptr;

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
  Cost cost;                        ///< that it is of
  std::vector<NeuronState> states;  ///< empty if no program was solved
  bool solved = false;              ///< the last program, to optimality
  std::vector<PointPool::Share> solution;  ///< its change
  std::shared_ptr<const Slopes> slopes;    ///< those of the proof, if it goes by slopes
  Eigen::VectorXd maximiser;  ///< farthest change of the ball in the last proof's direction
  long effort = 0;            ///< in Statistics::effort
  long points = 0;            ///< that the pool was given

  bool empty() const { return !value.has_value(); }
  /// Nothing in the node has the objective at `value` or below.
  bool exceeds(double least) const { return !value || *value > least; }
};

/// The change behind a bound's solution, in the ball.
inline Eigen::VectorXd change_of(const NodeBound& bound, const PointPool& pool, const Ball& ball) {
  return bound.solution.empty() ? bound.maximiser : pool.change(bound.solution, ball);
}

class SlopeMemory;

class Bounder {
 public:
  Bounder() = default;
  Bounder(const Bounder&) = delete;
  Bounder& operator=(const Bounder&) = delete;
  virtual ~Bounder() = default;

  /// Bounds the objective over a node within the ball, until the bound exceeds `enough`, nothing
  /// more is to be had, `rounds` are over or the deadline comes.
  virtual NodeBound minimise(const Intervals& node, const Objective& objective, const Ball& ball,
                             PointPool& pool, double enough, int rounds,
                             const Deadline& deadline) = 0;
  /// What it remembers, if it goes by slopes: many neurons are bounded at once, then. Null: by
  /// programs, one after another.
  virtual SlopeMemory* slopes() { return nullptr; }
  /// What it keeps from node to node.
  virtual std::size_t bytes() const = 0;
};

/// Would the program of all nodes below such a root take little enough memory?
bool program_fits(const Problem& problem, const Intervals& root);
/// Is it worth its time, too?
bool programs_pay(const Problem& problem, const Intervals& root);

/// The program of all nodes below a root (relaxation.h) where it pays, else backward substitution
/// (substitution.h). It refers to the problem.
std::unique_ptr<Bounder> make_bounder(const Problem& problem, const Intervals& root);

}  // namespace brink::search
