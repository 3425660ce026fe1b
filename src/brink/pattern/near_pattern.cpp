// Seen from the image, in a unit of the radius, by a program over moves up and down (L1), the dual
// of the projection (L2) or programs within a radius (Linf).
// The polytope grows (growing_polytope.h): the first answer knows few rows, and it is asked again
// until none is violated.
#include "brink/pattern/near_pattern.h"

#include "brink/pattern/growing_polytope.h"
#include "brink/pattern/linf_projection.h"
#include "brink/pattern/projection.h"
#include "brink/solve/lp.h"

namespace brink {

namespace {

/// What the last answer may be beyond the next one's nearest.
constexpr double kNearer = 1e-9;

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
      : norm_(norm), image_(image), polytope_(network, phases, region, image, box, radius) {
    renew();
  }

  std::optional<Eigen::VectorXd> nearest(double inward, const Deadline& deadline) override {
    for (double from = 0;;) {
      const NearPolytope& near = polytope_.near();
      Eigen::VectorXd rhs = near.rhs;
      for (Eigen::Index i = 0; i < rhs.size(); ++i) {
        if (!polytope_.is_phase(i)) rhs(i) += inward / near.unit;
      }
      const auto change = technique_->shortest(rhs, from, deadline);
      if (!change) return std::nullopt;
      Eigen::VectorXd x = image_ + near.unit * *change;
      if (deadline.expired() || !polytope_.join(x)) return x;
      renew();
      from = (1 - kNearer) * change->lpNorm<Eigen::Infinity>();
    }
  }

 private:
  void renew() {
    const NearPolytope& near = polytope_.near();
    if (norm_ == Norm::l2) {
      technique_ = std::make_unique<Euclidean>(near);
    } else if (norm_ == Norm::linf) {
      technique_ = std::make_unique<Largest>(near);
    } else {
      technique_ = std::make_unique<Moves>(near);
    }
  }

  Norm norm_;
  const Eigen::VectorXd& image_;
  GrowingPolytope polytope_;
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
