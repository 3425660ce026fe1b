// With z_j = w_j x_j the weighted distance of x is the plain one of z, the box is stretched, and
// the first layer's columns are divided by w_j: the engines need not know. Weights that are no
// powers of two round those columns (1e-16 of themselves), so what is found is checked again in x,
// pushed outward by a hair where it misses, and bounds are lowered by kRounding of themselves.
#include "brink/ask/weights.h"

#include <algorithm>

#include "brink/ask/answer.h"
#include "brink/network/normalise.h"

namespace brink {

namespace {

constexpr double kRounding = 1e-9;

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

ClosestAnswer with_weights(
    const Network& network, const ClosestQuestion& question, const Eigen::VectorXd& image,
    int label,
    const std::function<ClosestAnswer(const Network&, const ClosestQuestion&,
                                      const Eigen::VectorXd& image)>& unweighted) {
  const auto regions = output_regions(question, network, label);
  if (auto early = before_search(network, question, image, label, regions)) return *early;
  const Box box = reach(question, image);
  Network stretched = network;
  normalise_inputs(stretched, {Eigen::VectorXd::Zero(image.size()), question.weights});
  ClosestQuestion plain = question;
  plain.weights.resize(0);
  plain.frozen.clear();  // as the cap, in the reach
  plain.cap.reset();
  plain.box = {box.lower.cwiseProduct(question.weights), box.upper.cwiseProduct(question.weights)};
  const Eigen::VectorXd from =
      image.cwiseProduct(question.weights).cwiseMax(plain.box.lower).cwiseMin(plain.box.upper);

  ClosestAnswer answer = unweighted(stretched, plain, from);
  answer.bound *= 1 - kRounding;
  answer.lead_bound *= 1 - kRounding;
  if (answer.image.size() == 0) return answer;
  const OutputRegion* region = region_of(regions, answer);
  Eigen::VectorXd x = in_own_units(answer.image, from, question, image, box);
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
