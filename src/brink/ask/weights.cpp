// With z_j = w_j x_j the weighted distance of x is the plain one of z, the box is stretched, and
// the first layer's columns are divided by w_j: the engines need not know. Weights that are no
// powers of two round those columns (1e-16 of themselves), so what is found is checked again in x,
// pushed outward by a hair where it misses, and bounds are lowered by kRounding of themselves.
//
// In L0 a change has a cost, and that costs are whole numbers is what makes the search's bounds
// strong. So they are counted in the largest unit of which all are multiples (0.5 of 0.5, 2 and
// 10); where there is none, or too small a one, in a fraction of the sum so small that rounding
// them down changes the bound by next to nothing.
#include "brink/ask/weights.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "brink/ask/answer.h"
#include "brink/network/normalise.h"

namespace brink {

namespace {

constexpr double kRounding = 1e-9;

/// The sum of whole costs, at most: tolerances of sums are of this.
constexpr double kLargestSum = 1e10;
constexpr int kMostDecimals = 8;
constexpr double kSameNumber = 1e-14;  ///< relative: a decimal number, but for its last bit

/// Whole numbers >= 1, times `unit` (nearly) the weights and nowhere more than them.
struct WholeCosts {
  Eigen::VectorXd costs;
  double unit;
};

/// The weights as whole multiples of 10^-decimals, if they are.
std::optional<WholeCosts> as_decimals(const Eigen::VectorXd& weights, int decimals) {
  const double power = std::pow(10.0, decimals);
  Eigen::VectorXd costs = (power * weights).array().round();
  if (!(costs.sum() <= 1e15) || costs.minCoeff() < 1) return std::nullopt;
  if (((power * weights - costs).array().abs() > kSameNumber * costs.array()).any()) {
    return std::nullopt;
  }
  std::int64_t common = 0;
  for (const double cost : costs) common = std::gcd(common, static_cast<std::int64_t>(cost));
  costs /= static_cast<double>(common);
  if (costs.sum() > kLargestSum) return std::nullopt;
  return WholeCosts{costs, static_cast<double>(common) / power};
}

WholeCosts whole_costs(const Eigen::VectorXd& weights) {
  for (int decimals = 0; decimals <= kMostDecimals; ++decimals) {
    if (auto whole = as_decimals(weights, decimals)) return *whole;
  }
  const double unit = std::min(weights.sum() / kLargestSum, weights.minCoeff());
  return {(weights / unit).array().floor().max(1.0), unit};
}

/// In units of the costs', whose sums are whole.
Unweighted counted(const Network& network, const ClosestQuestion& question,
                   const Eigen::VectorXd& image) {
  const WholeCosts whole = whole_costs(question.weights);
  Unweighted plain{network, question, image, whole.unit};
  plain.question.weights = whole.costs;
  return plain;
}

Unweighted stretched(const Network& network, const ClosestQuestion& question,
                     const Eigen::VectorXd& image) {
  const Box box = reach(question, image);
  Unweighted plain{network, question, image, 1};
  normalise_inputs(plain.network, {Eigen::VectorXd::Zero(image.size()), question.weights});
  plain.question.weights.resize(0);
  plain.question.frozen.clear();  // as the cap, in the reach
  plain.question.cap.reset();
  Box& wide = plain.question.box;
  wide = {box.lower.cwiseProduct(question.weights), box.upper.cwiseProduct(question.weights)};
  plain.image = image.cwiseProduct(question.weights).cwiseMax(wide.lower).cwiseMin(wide.upper);
  return plain;
}

ClosestAnswer by_costs(const Network& network, const ClosestQuestion& question,
                       const Eigen::VectorXd& image, const PlainEngine& engine) {
  const Unweighted plain = counted(network, question, image);
  ClosestAnswer answer = engine(plain.network, plain.question, plain.image, plain.unit);
  answer.bound *= plain.unit;
  answer.lead_bound *= plain.unit;
  if (!answer.distance) return answer;
  const double distance = weighted_distance(question, answer.image, image);
  answer.distance = distance;
  answer.bound = std::min(answer.bound, distance);
  answer.lead_bound = std::min(answer.lead_bound, distance);
  const bool near = answer.lead_bound >= distance - optimality_slack(question, distance);
  if (answer.status == AnswerStatus::optimal && !near) answer.status = AnswerStatus::gap;
  return answer;
}

/// x for z, within the reach; inputs that did not move are the image's own.
Eigen::VectorXd in_own_units(const Eigen::VectorXd& z, const Eigen::VectorXd& moved_from,
                             const ClosestQuestion& question, const Eigen::VectorXd& image,
                             const Box& box) {
  Eigen::VectorXd x = z.cwiseQuotient(question.weights);
  for (Eigen::Index j = 0; j < x.size(); ++j) {
    x(j) = z(j) == moved_from(j) ? image(j) : std::clamp(x(j), box.lower(j), box.upper(j));
  }
  return x;
}

/// The region of the question that the answer's image lies in.
const OutputRegion* region_of(const std::vector<OutputRegion>& regions,
                              const ClosestAnswer& answer) {
  for (const OutputRegion& region : regions) {
    if (region.all_zero != answer.all_zero) continue;
    if (answer.target < 0 || region.target == answer.target || region.all_zero) return &region;
  }
  return nullptr;
}

}  // namespace

Unweighted unweighted(const Network& network, const ClosestQuestion& question,
                      const Eigen::VectorXd& image) {
  if (question.weights.size() == 0) return {network, question, image, 1};
  return question.norm == Norm::l0 ? counted(network, question, image)
                                   : stretched(network, question, image);
}

ClosestAnswer with_weights(const Network& network, const ClosestQuestion& question,
                           const Eigen::VectorXd& image, int label, const PlainEngine& engine) {
  if (question.weights.size() == 0) return engine(network, question, image, 1);
  if (question.norm == Norm::l0) return by_costs(network, question, image, engine);
  const auto regions = output_regions(question, network, label);
  if (auto early = before_search(network, question, image, label, regions)) return *early;
  const Box box = reach(question, image);
  const Unweighted plain = stretched(network, question, image);
  ClosestAnswer answer = engine(plain.network, plain.question, plain.image, 1);
  answer.bound *= 1 - kRounding;
  answer.lead_bound *= 1 - kRounding;
  if (answer.image.size() == 0) return answer;
  const OutputRegion* region = region_of(regions, answer);
  Eigen::VectorXd x = in_own_units(answer.image, plain.image, question, image, box);
  const Lead lead{answer.lead, question.leads() && !question.lead};
  for (double push = 1e-13; push <= 1e-9; push *= 10) {
    answer.verified = region != nullptr && fools(question, network, *region, image, x, lead);
    if (answer.verified) break;
    x = (x + push * (x - image)).cwiseMax(box.lower).cwiseMin(box.upper);
  }
  answer.image = x;
  answer.float32 = taken_in_float32(question, network, x, region != nullptr ? region->target : 0);
  answer.distance = weighted_distance(question, x, image);
  answer.bound = std::min(answer.bound, *answer.distance);
  answer.lead_bound = std::min(answer.lead_bound, *answer.distance);
  if (!answer.verified) {
    answer.status = AnswerStatus::undecided;
    answer.note = "undecided by rounding: the image found in weighted inputs misses in plain ones";
  }
  return answer;
}

}  // namespace brink
