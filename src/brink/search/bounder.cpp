#include "brink/search/bounder.h"

#include "brink/search/parameters.h"
#include "brink/search/relaxation.h"
#include "brink/search/substitution.h"

namespace brink::search {

int PointPool::add(const Problem& problem, const Eigen::VectorXd& change, const Ball& ball) {
  if (added_ == 0) radius_ = ball.radius();
  Point point;
  point.change = change / ball.shrinking(radius_, ball.radius());
  problem.first_image(point.change, point.image);
  points_.push_back(std::move(point));
  if (points_.size() > parameters().points_kept) points_.pop_front();
  return added_++;
}

Eigen::VectorXd PointPool::change(const std::vector<Share>& shares, const Ball& ball) const {
  Eigen::VectorXd change = Eigen::VectorXd::Zero(ball.size());
  double total = 0;
  for (const Share& share : shares) {
    if (share.number < begin()) continue;
    change += share.part * point(share.number).change;
    total += share.part;
  }
  const double room = ball.shrinking(radius_, ball.radius());
  if (total > room) change *= room / total;
  return change;
}

bool program_fits(const Problem& problem, const Intervals& root) {
  return Relaxation::bytes(problem, root) <= parameters().largest_program;
}

bool programs_pay(const Problem& problem, const Intervals& root) {
  return !problem.is_large() && program_fits(problem, root);
}

std::unique_ptr<Bounder> make_bounder(const Problem& problem, const Intervals& root) {
  if (!programs_pay(problem, root)) return std::make_unique<Substitution>(problem);
  return std::make_unique<Relaxation>(problem, root);
}

}  // namespace brink::search
