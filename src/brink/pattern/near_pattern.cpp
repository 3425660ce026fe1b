// Seen from the image, in a unit of the radius, by a program over moves up and down (L1), the dual
// of the projection (L2) or programs within a radius (Linf).
//
// A large network's polytope has a row for each of hundreds of neurons, of which a few dozen keep
// the nearest point where it is. So the first answer knows the region's rows alone, the most
// violated of the others are composed and join, and it is asked again until none is violated: the
// nearest point of fewer rows that meets them all is the nearest of all. (784-256-256-10: 0.45 s a
// pattern with all rows.)
#include "brink/pattern/near_pattern.h"

#include <algorithm>
#include <numeric>

#include "brink/pattern/linf_projection.h"
#include "brink/pattern/projection.h"
#include "brink/solve/lp.h"

namespace brink {

namespace {

/// Polytopes of so many rows have them all from the beginning.
constexpr Eigen::Index kFew = 128;
/// So many join at a time.
constexpr std::ptrdiff_t kJoin = 32;
/// Of the unit: what a row may be violated by.
constexpr double kViolated = 1e-9;

class Technique {
 public:
  virtual ~Technique() = default;
  /// No change shorter than `from` meets the rows, as is known.
  virtual std::optional<Eigen::VectorXd> shortest(const Eigen::VectorXd& rhs, double from,
                                                  const Deadline& deadline) = 0;
};

/// A program over the moves up and down.
class Moves final : public Technique {
 public:
  explicit Moves(const NearPolytope& near) : size_(near.box.size()), lp_(build(near)) {}

  std::optional<Eigen::VectorXd> shortest(const Eigen::VectorXd& rhs, double /*from*/,
                                          const Deadline& deadline) override {
    for (Eigen::Index r = 0; r < rhs.size(); ++r) {
      lp_.set_row_bounds(static_cast<int>(r), rhs(r), kInfinity);
    }
    const LpSolution solution = lp_.solve(deadline);
    if (solution.status != SolveStatus::optimal) return std::nullopt;
    Eigen::VectorXd change = Eigen::VectorXd::Zero(size_);
    for (std::size_t c = 0; c < moves_.size(); ++c) {
      change(moves_[c].pixel) += moves_[c].sign * solution.values[c];
    }
    return change;
  }

 private:
  struct Move {
    Eigen::Index pixel;
    double sign;
  };

  LpSolver build(const NearPolytope& near) {
    Program program;
    for (Eigen::Index j = 0; j < size_; ++j) {
      for (const double sign : {1.0, -1.0}) {
        const double room = sign > 0 ? near.box.upper(j) : -near.box.lower(j);
        if (room <= 0) continue;
        program.add_column({"", 0, room, 1, false});
        moves_.push_back({j, sign});
      }
    }
    for (Eigen::Index r = 0; r < near.rhs.size(); ++r) {
      Row row;
      for (std::size_t c = 0; c < moves_.size(); ++c) {
        const double weight = moves_[c].sign * near.rows(r, moves_[c].pixel);
        if (weight != 0) row.terms.push_back({static_cast<int>(c), weight});
      }
      row.lower = near.rhs(r);
      program.rows.push_back(std::move(row));
    }
    return LpSolver(program);
  }

  Eigen::Index size_;
  std::vector<Move> moves_;
  LpSolver lp_;
};

class Euclidean final : public Technique {
 public:
  explicit Euclidean(const NearPolytope& near) : near_(near) {}

  std::optional<Eigen::VectorXd> shortest(const Eigen::VectorXd& rhs, double /*from*/,
                                          const Deadline& deadline) override {
    const auto projection =
        project(near_.origin(), near_.rows, rhs, near_.box, kInfinity, deadline);
    if (!projection) return std::nullopt;
    return projection->point;
  }

 private:
  const NearPolytope& near_;
};

class Largest final : public Technique {
 public:
  explicit Largest(const NearPolytope& near) : projection_(near.rows, near.origin(), near.box) {}

  std::optional<Eigen::VectorXd> shortest(const Eigen::VectorXd& rhs, double from,
                                          const Deadline& deadline) override {
    return projection_.nearest(rhs, deadline, from).point;
  }

 private:
  LinfProjection projection_;
};

class NearPattern final : public PatternSolver {
 public:
  NearPattern(Norm norm, const Network& network, const Phases& phases, const OutputRegion& region,
              const Eigen::VectorXd& image, const Box& box, double radius)
      : norm_(norm),
        network_(network),
        phases_(phases),
        region_(region),
        image_(image),
        slacks_(pattern_slacks(network, phases, region, image)),
        phase_rows_(slacks_.size() - std::ssize(region.rows)) {
    chosen_.resize(static_cast<std::size_t>(slacks_.size()));
    std::iota(chosen_.begin(), chosen_.end(), Eigen::Index{0});
    if (slacks_.size() <= kFew) {
      near_ = near_polytope(pattern_polytope(network, phases, region).rows, slacks_, image, box,
                            radius);
    } else {
      chosen_.erase(chosen_.begin(), chosen_.begin() + phase_rows_);
      near_ = near_polytope(pattern_rows(network, phases, region, chosen_),
                            slacks_.tail(std::ssize(chosen_)), image, box, radius);
    }
    renew();
  }

  std::optional<Eigen::VectorXd> nearest(double inward, const Deadline& deadline) override {
    for (double from = 0;;) {
      Eigen::VectorXd rhs = near_.rhs;
      for (Eigen::Index i = 0; i < rhs.size(); ++i) {
        if (chosen_[static_cast<std::size_t>(i)] >= phase_rows_) rhs(i) += inward / near_.unit;
      }
      const auto change = technique_->shortest(rhs, from, deadline);
      if (!change) return std::nullopt;
      Eigen::VectorXd x = image_ + near_.unit * *change;
      if (deadline.expired() || !join(x)) return x;
      from = (1 - kViolated) * change->lpNorm<Eigen::Infinity>();
    }
  }

 private:
  void renew() {
    if (norm_ == Norm::l2) {
      technique_ = std::make_unique<Euclidean>(near_);
    } else if (norm_ == Norm::linf) {
      technique_ = std::make_unique<Largest>(near_);
    } else {
      technique_ = std::make_unique<Moves>(near_);
    }
  }

  /// The rows that x violates most; false: none.
  bool join(const Eigen::VectorXd& x) {
    if (std::ssize(chosen_) == slacks_.size()) return false;
    Eigen::VectorXd slacks = pattern_slacks(network_, phases_, region_, x);
    for (const Eigen::Index row : chosen_) slacks(row) = 0;
    std::vector<Eigen::Index> more;
    for (Eigen::Index row = 0; row < phase_rows_; ++row) {
      if (slacks(row) < -kViolated * near_.unit) more.push_back(row);
    }
    if (more.empty()) return false;
    std::sort(more.begin(), more.end(),
              [&](Eigen::Index a, Eigen::Index b) { return slacks(a) < slacks(b); });
    more.resize(static_cast<std::size_t>(std::min(kJoin, std::ssize(more))));
    const Eigen::Index before = near_.rhs.size();
    near_.rows.conservativeResize(before + std::ssize(more), Eigen::NoChange);
    near_.rows.bottomRows(std::ssize(more)) = pattern_rows(network_, phases_, region_, more);
    near_.rhs.conservativeResize(before + std::ssize(more));
    for (std::size_t i = 0; i < more.size(); ++i) {
      near_.rhs(before + static_cast<Eigen::Index>(i)) = -slacks_(more[i]) / near_.unit;
    }
    chosen_.insert(chosen_.end(), more.begin(), more.end());
    renew();
    return true;
  }

  Norm norm_;
  const Network& network_;
  const Phases& phases_;
  const OutputRegion& region_;
  const Eigen::VectorXd& image_;
  Eigen::VectorXd slacks_;  ///< of all rows, at the image
  Eigen::Index phase_rows_;
  std::vector<Eigen::Index> chosen_;  ///< numbers of the rows of near_
  NearPolytope near_;
  std::unique_ptr<Technique> technique_;
};

}  // namespace

std::unique_ptr<PatternSolver> near_pattern(Norm norm, const Network& network, const Phases& phases,
                                            const OutputRegion& region,
                                            const Eigen::VectorXd& image, const Box& box,
                                            double radius) {
  return std::make_unique<NearPattern>(norm, network, phases, region, image, box, radius);
}

}  // namespace brink
