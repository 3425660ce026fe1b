// From what an engine learned to the answer that is shown: common to both engines.
#include "brink/ask/answer.h"

#include <algorithm>
#include <cmath>

#include "brink/ask/levels.h"
#include "brink/base/random.h"
#include "brink/bounds/rounding.h"
#include "brink/network/float32.h"
#include "brink/pattern/polish.h"

namespace brink {

namespace {

/// A valid bound on the true L2 distance r from one, b, on the linearised distance. With spacing h
/// of the breakpoints, f~(d) <= d^2 + min(h^2/4, h d), so b^2 <= r^2 + n h^2/4 and
/// b^2 <= r^2 + h sqrt(n) r.
double euclidean_from_linearised(const ClosestQuestion& question, const Eigen::VectorXd& image,
                                 double b) {
  const Box box = reach(question, image);
  const Eigen::VectorXd longest = (box.upper - image).cwiseMax(image - box.lower);
  const double h = longest.maxCoeff() / (*question.breakpoints - 1);
  const double n = static_cast<double>((longest.array() > 0).count());
  const double by_square = std::sqrt(std::max(0.0, b * b - n * h * h / 4));
  const double by_sum = 0.5 * (std::sqrt(h * h * n + 4 * b * b) - h * std::sqrt(n));
  return std::max(by_square, by_sum);
}

AnswerStatus conclude(const ClosestQuestion& question, double distance, double bound, double gap,
                      bool nothing_there) {
  if (std::isinf(distance)) {
    return nothing_there ? AnswerStatus::infeasible : AnswerStatus::time_limit;
  }
  if (distance - bound <= optimality_slack(question, distance)) return AnswerStatus::optimal;
  if (gap > 0 && distance - bound <= gap * distance) return AnswerStatus::gap;
  return AnswerStatus::time_limit;
}

/// The find with its image on levels; nothing found if none is.
Found on_levels(const Found& found, const ClosestQuestion& question, const Network& network,
                const Eigen::VectorXd& image) {
  Found result;
  result.lead = found.lead;
  const auto x = to_levels(question, network, *found.region, image, found.image, found.lead);
  if (!x) return result;
  result.distance = measured_distance(question, image, *x);
  result.image = *x;
  result.region = found.region;
  return result;
}

/// A point beside x that fools, if random directions have one; what x leaves as it was stays so.
std::optional<Eigen::VectorXd> beside(const ClosestQuestion& question, const Network& network,
                                      const Found& found, const Eigen::VectorXd& image,
                                      const Box& box) {
  constexpr int kDirections = 64;
  Random random(0);
  const Eigen::VectorXd& x = found.image;
  for (double step = 1e-15; step <= 1e-8; step *= 10) {
    for (int i = 0; i < kDirections; ++i) {
      Eigen::VectorXd y = x;
      for (Eigen::Index j = 0; j < y.size(); ++j) {
        const double width = box.upper(j) - box.lower(j);
        if (x(j) != image(j)) y(j) += step * width * random.normal();
      }
      y = y.cwiseMax(box.lower).cwiseMin(box.upper);
      if (fools(question, network, *found.region, image, y, found.lead)) return y;
    }
  }
  return std::nullopt;
}

/// The image found, what it changes a hair farther out where the file's own forward pass, which
/// rounds otherwise than the network's, misses it; or where two conditions are met with nothing to
/// spare, in any direction.
Eigen::VectorXd confirmed(const ClosestQuestion& question, const Network& network,
                          const Found& found, const Eigen::VectorXd& image) {
  const Box box = reach(question, image);
  const bool may_move = network.as_in_file && !question.levels;
  Eigen::VectorXd x = found.image;
  for (double push = 1e-13; may_move && push <= 1e-7; push *= 10) {
    if (fools(question, network, *found.region, image, x, found.lead)) return x;
    x = (x + push * (x - image)).cwiseMax(box.lower).cwiseMin(box.upper);
  }
  if (fools(question, network, *found.region, image, x, found.lead)) return x;
  return may_move ? beside(question, network, found, image, box).value_or(found.image)
                  : found.image;
}

}  // namespace

bool taken_in_float32(const ClosestQuestion& question, const Network& network,
                      const Eigen::VectorXd& x, int target) {
  if (!question.target.is_threshold()) return fools_float32(network, x, target);
  const double beyond = outputs_float32(network, x)(0) - question.target.threshold;
  return question.target.kind == TargetRule::Kind::above ? beyond > 0 : beyond < 0;
}

ClosestAnswer refused(std::string note) {
  ClosestAnswer answer;
  answer.note = std::move(note);
  return answer;
}

Expected<void> check_asked(const Network& network, const ClosestQuestion& question,
                           const Eigen::VectorXd& image, int label) {
  if (auto sound = check(network); !sound) return sound;
  if (image.size() != network.input_size()) {
    return bad_request("the image has {} pixels, the network {} inputs", image.size(),
                       network.input_size());
  }
  if (auto sound = question.check(network); !sound) return sound;
  if (!question.box.contains(image)) return bad_request("the image lies outside the box");
  const bool is_class = label >= -1 && label < network.output_size();  // -1: two are largest
  if (!question.target.is_threshold() && !is_class) {
    return bad_request("label {} is no class of a network of {} outputs", label,
                       network.output_size());
  }
  return {};
}

std::optional<ClosestAnswer> before_search(const Network& network, const ClosestQuestion& question,
                                           const Eigen::VectorXd& image, int label,
                                           const std::vector<OutputRegion>& regions) {
  if (!question.target.is_threshold() && class_of(outputs_in_file(network, image)) != label) {
    ClosestAnswer answer;
    answer.status = AnswerStatus::misclassified;
    return answer;
  }
  if (regions.empty()) return refused("the target class equals the label");
  return std::nullopt;
}

std::vector<OutputRegion> proof_regions(const Network& network, const ClosestQuestion& question,
                                        const Eigen::VectorXd& image,
                                        std::vector<OutputRegion> regions, int exponent) {
  const auto distance = distance_from_file(network, reach(question, image));
  if (distance.empty()) return regions;
  for (OutputRegion& region : regions) {
    for (OutputRow& row : region.rows) {
      const double spare = row.coefficients.cwiseAbs().dot(distance.back());
      row.rhs = std::nextafter(row.rhs - std::ldexp(1.0001 * spare, exponent), -kInfinity);
    }
  }
  return regions;
}

void complete(ClosestAnswer& answer, const ClosestQuestion& question, const Network& network,
              const Eigen::VectorXd& image, const Found& found_any, Proven proven, double gap) {
  const bool leveled = question.levels && found_any.region != nullptr;
  const Found found = leveled ? on_levels(found_any, question, network, image) : found_any;
  proven.bound = std::min(proven.bound, found.distance);
  proven.lead_bound = std::min(std::max(proven.lead_bound, proven.bound), found.distance);
  answer.status = conclude(question, found.distance, proven.lead_bound, gap, proven.nothing_there);
  // Only rounding to levels keeps it from its bound.
  const bool by_levels =
      leveled && found.region != nullptr && answer.status == AnswerStatus::time_limit &&
      conclude(question, found_any.distance, proven.lead_bound, gap, proven.nothing_there) ==
          AnswerStatus::optimal;
  if (by_levels) answer.status = AnswerStatus::gap;
  // Nothing there: no distance to bound.
  if (std::isinf(proven.bound)) proven.bound = 0;
  if (std::isinf(proven.lead_bound)) proven.lead_bound = proven.bound;
  answer.lead = found.lead.value;
  answer.bound = proven.bound;
  answer.lead_bound = proven.lead_bound;
  if (question.breakpoints) {
    answer.linearised_bound = proven.bound;
    answer.bound = euclidean_from_linearised(question, image, proven.bound);
    answer.lead_bound = euclidean_from_linearised(question, image, proven.lead_bound);
  }
  if (found.region == nullptr) return;
  answer.image = confirmed(question, network, found, image);
  answer.distance = weighted_distance(question, answer.image, image);
  if (!question.target.is_threshold()) answer.target = found.region->target;
  answer.verified = fools(question, network, *found.region, image, answer.image, found.lead) &&
                    (!question.levels || on_levels(question, image, answer.image));
  const bool closed = answer.status == AnswerStatus::optimal || answer.status == AnswerStatus::gap;
  if (!answer.verified && closed) {
    answer.status = AnswerStatus::undecided;
    answer.note = "undecided by rounding: the image found is one only but for that";
  }
  answer.float32 = taken_in_float32(question, network, answer.image, found.region->target);
  answer.all_zero = network.output == OutputKind::relu &&
                    (outputs_in_file(network, answer.image).array() == 0).all();
  answer.bound = std::min(answer.bound, *answer.distance);
  answer.lead_bound = std::min(answer.lead_bound, *answer.distance);
  if (question.breakpoints) answer.linearised = found.distance;
}

std::string_view name(AnswerStatus status) {
  switch (status) {
    case AnswerStatus::optimal:
      return "optimal";
    case AnswerStatus::gap:
      return "gap";
    case AnswerStatus::time_limit:
      return "time_limit";
    case AnswerStatus::undecided:
      return "undecided";
    case AnswerStatus::infeasible:
      return "infeasible";
    case AnswerStatus::misclassified:
      return "misclassified";
    case AnswerStatus::interrupted:
      return "interrupted";
    case AnswerStatus::error:
      return "error";
  }
  return "?";
}

std::optional<AnswerStatus> row_status(std::string_view text) {
  for (const AnswerStatus status : kRowStatuses) {
    if (text == name(status)) return status;
  }
  return std::nullopt;
}

std::optional<double> ClosestAnswer::gap() const {
  if (linearised) {
    return *linearised == 0
               ? 0
               : std::max(0.0, *linearised - linearised_bound.value_or(0)) / *linearised;
  }
  if (!distance) return std::nullopt;
  return *distance == 0 ? 0 : (*distance - bound) / *distance;
}

}  // namespace brink
