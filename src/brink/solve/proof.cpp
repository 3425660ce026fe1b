// A claim of a MIP solver, proven again by branch and bound on the binaries.
//
// A solver's optimum is right within tolerances on rows, reduced costs and integrality; on its
// cutoffs, presolve and cuts hangs more. How far off that makes its bound no one says: M times the
// integrality tolerance times multipliers of the rows above, where the solver took a half-switched
// neuron for a solution and closed the node. Here every node is closed by numbers that can be
// checked one by one: for any multipliers the Lagrangean bound over the columns' box, less its own
// rounding (LpSolver::safe_bound), or a ray that no point can satisfy. Columns that are fixed are
// fixed exactly, so no tolerance passes through an M.
//
// With the optimum known all that counts is the number of nodes below it: best first, but depth
// first for a while below each node taken up, where the last basis nearly solves the next program.
// Branching: the binary that is not whole and whose rows weigh most, |multiplier times coefficient|
// times the way to the nearer end. A binary without cost that may be rounded within its rows counts
// as whole. Nodes without a binary to branch on give the best point.
//
// Dropped: CBC with its tree read through events (what cuts and probing fix cannot be checked).
#include "brink/solve/proof.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "brink/solve/lp.h"

namespace brink {

namespace {

constexpr double kTolerance = 1e-9;  ///< of linear programs
constexpr double kSharp = 1e-13;
constexpr double kWhole = 1e-10;    ///< as near to 0 or 1 counts as there
constexpr double kRowSlack = 1e-9;  ///< of rows when a binary is rounded, times the coefficient
/// Programs end this much behind the target (relative): the proof loses some to rounding.
constexpr double kPastTarget = 1e-8;
constexpr std::int64_t kBurst = 100;
constexpr std::size_t kMostOpen = 100'000;

struct Node {
  double bound = -kInfinity;
  std::vector<signed char> fixed;  ///< of each binary: -1 is open
  bool operator<(const Node& other) const { return bound > other.bound; }  // the least on top
};

class ProofTree {
 public:
  ProofTree(const Program& program, double target, const Deadline& deadline)
      : program_(program), lp_(program), deadline_(deadline), target_(target) {
    entries_.resize(program.columns.size());
    for (std::size_t r = 0; r < program.rows.size(); ++r) {
      for (const Term& term : program.rows[r].terms) {
        entries_[static_cast<std::size_t>(term.column)].push_back({r, term.coefficient});
      }
    }
    for (std::size_t c = 0; c < program.columns.size(); ++c) {
      if (program.columns[c].integer) binaries_.push_back(static_cast<int>(c));
    }
    now_.assign(binaries_.size(), -1);
  }

  ProofResult run() {
    open_.push_back({-kInfinity, now_});
    while (open_bound() < target_ && !(result_.nodes > 0 && deadline_.expired())) explore(take());
    result_.bound = std::min({target_, closed_, open_bound()});
    return std::move(result_);
  }

 private:
  struct Entry {
    std::size_t row;
    double coefficient;
  };

  double open_bound() const {
    double bound = kInfinity;
    for (const Node& node : near_) bound = std::min(bound, node.bound);
    return open_.empty() ? bound : std::min(bound, open_.front().bound);
  }

  Node take() {
    if (result_.nodes >= burst_end_) {
      for (Node& node : near_) {
        open_.push_back(std::move(node));
        std::push_heap(open_.begin(), open_.end());
      }
      near_.clear();
    }
    if (near_.empty()) {
      burst_end_ = result_.nodes + kBurst;
      // Beyond, the heap's newest leaf, so that memory stays bounded. The heap stays one without.
      if (open_.size() <= kMostOpen) std::pop_heap(open_.begin(), open_.end());
    }
    std::vector<Node>& from = near_.empty() ? open_ : near_;
    Node node = std::move(from.back());
    from.pop_back();
    return node;
  }

  void fix(const Node& node) {
    for (std::size_t b = 0; b < binaries_.size(); ++b) {
      if (node.fixed[b] == now_[b]) continue;
      now_[b] = node.fixed[b];
      const Column& column = program_.columns[static_cast<std::size_t>(binaries_[b])];
      if (now_[b] < 0) {
        lp_.set_column_bounds(binaries_[b], column.lower, column.upper);
      } else {
        lp_.set_column_bounds(binaries_[b], now_[b], now_[b]);
      }
    }
  }

  void explore(Node node) {
    if (node.bound >= target_) return;
    ++result_.nodes;
    fix(node);
    LpSolution lp;
    if (closed_by_program(node, lp, false)) return;
    int branch = lp.status == SolveStatus::optimal ? fractional(lp) : -1;
    if (branch < 0) {
      // Within its tolerances the program is at its end. Times the multipliers they may be all that
      // is missing.
      if (closed_by_program(node, lp, true)) return;
      branch = lp.status == SolveStatus::optimal ? fractional(lp) : first_open(node);
    }
    if (branch < 0) return close(node, lp);
    for (const bool value : {true, false}) {
      near_.push_back(node);
      near_.back().fixed[static_cast<std::size_t>(branch)] = value ? 1 : 0;
    }
    const double share =
        lp.values[static_cast<std::size_t>(binaries_[static_cast<std::size_t>(branch)])];
    if (share > 0.5) std::iter_swap(near_.end() - 1, near_.end() - 2);
  }

  /// Solves the node's program; whether that shows the node to be beyond the target, or empty.
  bool closed_by_program(Node& node, LpSolution& lp, bool sharply) {
    lp_.set_tolerance(sharply ? kSharp : kTolerance);
    lp_.set_cutoff(sharply ? kInfinity : target_ + kPastTarget * std::abs(target_));
    lp = lp_.solve(deadline_);
    if (lp_.proves_infeasible(lp.ray)) return true;
    node.bound = std::max(node.bound, lp_.safe_bound(lp.duals));
    return node.bound >= target_;
  }

  /// All binaries are whole, or nothing is known of a node all of whose binaries are fixed.
  void close(const Node& node, const LpSolution& lp) {
    if (lp.status == SolveStatus::optimal) {
      if (lp.objective < best_) {
        best_ = lp.objective;
        result_.values = lp.values;
      }
    } else if (!deadline_.expired() && proven_infeasible(with_fixed(), deadline_)) {
      return;
    }
    closed_ = std::min(closed_, node.bound);
    target_ = std::min(target_, node.bound);  // more is not to be had
  }

  Program with_fixed() const {
    Program program = program_;
    for (std::size_t b = 0; b < binaries_.size(); ++b) {
      Column& column = program.columns[static_cast<std::size_t>(binaries_[b])];
      if (now_[b] >= 0) column.lower = column.upper = now_[b];
    }
    return program;
  }

  int first_open(const Node& node) const {
    const auto at = std::find(node.fixed.begin(), node.fixed.end(), -1);
    return at == node.fixed.end() ? -1 : static_cast<int>(at - node.fixed.begin());
  }

  /// The binary to branch on; -1: all are whole.
  int fractional(const LpSolution& lp) const {
    int best = -1;
    double most = -1;
    std::vector<double> activity;
    for (std::size_t b = 0; b < binaries_.size(); ++b) {
      const auto column = static_cast<std::size_t>(binaries_[b]);
      const double share = lp.values[column];
      const double way = std::min(share, 1 - share);
      if (now_[b] >= 0 || way <= kWhole) continue;
      if (activity.empty()) activity = activities(lp.values);
      if (may_round(column, -share, activity) || may_round(column, 1 - share, activity)) continue;
      double weight = std::abs(program_.columns[column].cost);
      for (const Entry& entry : entries_[column]) {
        weight += std::abs(entry.coefficient * lp.duals[entry.row]);
      }
      const double score = (weight + 1e-6) * way;
      if (score > most) {
        most = score;
        best = static_cast<int>(b);
      }
    }
    return best;
  }

  std::vector<double> activities(const std::vector<double>& values) const {
    std::vector<double> activity(program_.rows.size());
    for (std::size_t r = 0; r < activity.size(); ++r) {
      for (const Term& term : program_.rows[r].terms) {
        activity[r] += term.coefficient * values[static_cast<std::size_t>(term.column)];
      }
    }
    return activity;
  }

  bool may_round(std::size_t column, double step, const std::vector<double>& activity) const {
    if (program_.columns[column].cost != 0) return false;
    return std::all_of(entries_[column].begin(), entries_[column].end(), [&](const Entry& entry) {
      const Row& row = program_.rows[entry.row];
      const double there = activity[entry.row] + step * entry.coefficient;
      const double slack = kRowSlack * std::abs(entry.coefficient);
      return there >= row.lower - slack && there <= row.upper + slack;
    });
  }

  const Program& program_;
  LpSolver lp_;
  Deadline deadline_;
  double target_;
  std::vector<int> binaries_;
  std::vector<std::vector<Entry>> entries_;  ///< by columns
  std::vector<signed char> now_;             ///< as the program stands
  std::vector<Node> open_;                   ///< a heap
  std::vector<Node> near_;                   ///< a stack, explored before these
  std::int64_t burst_end_ = 0;
  double closed_ = kInfinity;  ///< of nodes closed below the target
  double best_ = kInfinity;
  ProofResult result_;
};

}  // namespace

ProofResult prove(const Program& program, double target, const Deadline& deadline) {
  return ProofTree(program, target, deadline).run();
}

}  // namespace brink
