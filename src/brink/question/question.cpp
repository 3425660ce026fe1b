#include "brink/question/question.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "brink/base/digest.h"
#include "brink/base/near_word.h"
#include "brink/network/float32.h"

namespace brink {

namespace {

std::optional<double> parse_real(std::string_view text) {
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

std::optional<int> parse_int(std::string_view text) {
  int value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// coefficients: +1 on `target`, -ratio on `other`.
OutputRow ratio_row(Eigen::Index classes, int target, int other, double ratio) {
  OutputRow row{Eigen::VectorXd::Zero(classes), 0.0};
  row.coefficients(target) = 1;
  row.coefficients(other) = -ratio;
  return row;
}

OutputRow floor_row(Eigen::Index classes, int target, double floor) {
  OutputRow row{Eigen::VectorXd::Zero(classes), floor};
  row.coefficients(target) = 1;
  return row;
}

/// y_t >= margin y_j for all j, with the floor (none: y_t >= y_j too). With a floor >= 0 the relu
/// and the linear output ask the same: max(0, y_t) >= margin max(0, y_j) is linear when y_t >= 0.
OutputRegion ratio_region(const ClosestQuestion& question, Eigen::Index classes, int target) {
  OutputRegion region;
  region.target = target;
  for (int j = 0; j < classes; ++j) {
    if (j == target) continue;
    region.rows.push_back(ratio_row(classes, target, j, question.margin));
    if (!question.target_min && question.margin != 1) {
      region.rows.push_back(ratio_row(classes, target, j, 1));
    }
  }
  if (question.target_min) {
    region.rows.push_back(floor_row(classes, target, *question.target_min));
  }
  return region;
}

/// y >= threshold or y <= threshold, for a network of one output.
OutputRegion threshold_region(const TargetRule& rule) {
  const double sign = rule.kind == TargetRule::Kind::above ? 1 : -1;
  OutputRegion region;
  region.rows.push_back({Eigen::VectorXd::Constant(1, sign), sign * rule.threshold});
  return region;
}

/// The literal model's loophole: every output is zero, so 0 >= margin * 0 holds.
OutputRegion all_zero_region(Eigen::Index classes, int target) {
  OutputRegion region;
  region.target = target;
  region.all_zero = true;
  for (int j = 0; j < classes; ++j) {
    OutputRow row{Eigen::VectorXd::Zero(classes), 0.0};
    row.coefficients(j) = -1;
    region.rows.push_back(std::move(row));
  }
  return region;
}

}  // namespace

Expected<TargetRule> TargetRule::parse(std::string_view text) {
  if (text == "any") return TargetRule{Kind::any, 0};
  for (const Kind kind : {Kind::above, Kind::below}) {
    const std::string_view word = kind == Kind::above ? "above:" : "below:";
    if (!text.starts_with(word)) continue;
    const auto threshold = parse_real(text.substr(word.size()));
    if (!threshold) return bad_request("target '{}': after '{}' comes a number", text, word);
    return TargetRule{kind, 0, *threshold};
  }
  const bool shift = text.starts_with("shift:");
  const auto value = parse_int(shift ? text.substr(6) : text);
  if (!value || *value < 0) {
    return bad_request(
        "unknown target '{}': use any, a class number, shift:N, above:T or below:T{}", text,
        did_you_mean(text, {"any"}));
  }
  return TargetRule{shift ? Kind::shift : Kind::fixed, *value};
}

std::string TargetRule::text() const {
  switch (kind) {
    case Kind::any:
      return "any";
    case Kind::shift:
      return fmt::format("shift:{}", value);
    case Kind::fixed:
      return fmt::format("{}", value);
    case Kind::above:
      return fmt::format("above:{}", threshold);
    case Kind::below:
      return fmt::format("below:{}", threshold);
  }
  return "?";
}

namespace {
// Of margin, floor and lead: beyond, solvers take numbers for infinity.
constexpr double kMostAsked = 1e9;
constexpr int kMostBreakpoints = 10'000;
constexpr double kMostCost = 1e6;  ///< in L0, of the least: sums of them are counted
constexpr int kMostLevels = 65'536;

Expected<void> check_box(const ClosestQuestion& question, const Network& network) {
  const Box& box = question.box;
  if (box.size() != network.input_size()) {
    return bad_request("the box has {} inputs, the network {}", box.size(), network.input_size());
  }
  if (!box.lower.allFinite() || !box.upper.allFinite() ||
      (box.lower.array() > box.upper.array()).any()) {
    return bad_request("the box needs finite numbers with low <= high");
  }
  return {};
}

Expected<void> check_weights(const ClosestQuestion& question, const Network& network) {
  const Eigen::VectorXd& weights = question.weights;
  if (weights.size() == 0) return {};
  if (weights.size() != network.input_size()) {
    return bad_request("there are {} weights for {} inputs", weights.size(), network.input_size());
  }
  const double most = question.norm == Norm::l0 ? kMostCost : kMostAsked;
  if (!weights.allFinite() || weights.minCoeff() <= 0 ||
      weights.maxCoeff() > most * weights.minCoeff()) {
    Eigen::Index least = 0;
    weights.minCoeff(&least);
    return bad_request(
        "weights must be above 0, the largest at most {} times the least; the least, that of input "
        "{}, is {}",
        most, least, weights(least));
  }
  if (question.levels || question.breakpoints) {
    return bad_request("weights do not go with levels and breakpoints");
  }
  return {};
}

Expected<void> check_threshold(const ClosestQuestion& question, const Network& network) {
  if (network.output_size() != 1) {
    return bad_request("--above and --below are for networks of one output; this one has {}",
                       network.output_size());
  }
  if (network.output == OutputKind::relu) {
    return bad_request("--above and --below need a linear output; this network ends in relu");
  }
  if (question.margin != 1 || question.target_min) {
    return bad_request(
        "a margin and a floor speak of classes: leave them out with --above, --below");
  }
  if (std::abs(question.target.threshold) > kMostAsked) {
    return bad_request("threshold {} is beyond {}; use less", question.target.threshold,
                       kMostAsked);
  }
  return check_box(question, network);
}

}  // namespace

ClosestQuestion papers_question() {
  ClosestQuestion question;
  question.target = {TargetRule::Kind::shift, 5};
  question.margin = 1.2;
  question.target_min = 0.001;
  return question;
}

Expected<void> ClosestQuestion::check(const Network& network) const {
  if (!(margin >= 1)) return bad_request("margin {} is below 1; use 1 or more", margin);
  if (margin > kMostAsked) {
    return bad_request("margin {} is above {}; use less", margin, kMostAsked);
  }
  if (lead && !(*lead >= 0)) {
    return bad_request("lead {} is negative; use 0 or more, or 'auto'", *lead);
  }
  if (lead && *lead > kMostAsked) {
    return bad_request("lead {} is above {}; use less", *lead, kMostAsked);
  }
  if (cap && !(*cap >= 0)) return bad_request("cap {} is negative; use 0 or more", *cap);
  if (target_min && !(*target_min >= 0)) {
    return bad_request("target-min {} is negative; use 0 or more, or 'none'", *target_min);
  }
  if (target_min && *target_min > kMostAsked) {
    return bad_request("target-min {} is above {}; use less", *target_min, kMostAsked);
  }
  if (!target_min && network.output == OutputKind::relu) {
    return bad_request(
        "target-min none needs linear outputs; this network ends in relu (see --output)");
  }
  if (breakpoints && norm != Norm::l2) {
    return bad_request("breakpoints linearise the l2 norm; they mean nothing for {}", name(norm));
  }
  if (breakpoints && *breakpoints < 2) {
    return bad_request("breakpoints {} is too few; use 2 or more", *breakpoints);
  }
  if (breakpoints && *breakpoints > kMostBreakpoints) {
    return bad_request("breakpoints {} is too many; use {} or fewer, or none for the true L2",
                       *breakpoints, kMostBreakpoints);
  }
  if (levels && (*levels < 2 || *levels > kMostLevels)) {
    return bad_request("levels {} is not a number from 2 to {}; pictures of bytes have 256",
                       *levels, kMostLevels);
  }
  if (target.kind == TargetRule::Kind::fixed && target.value >= network.output_size()) {
    return bad_request("target class {} does not exist; the network has classes 0 to {}",
                       target.value, network.output_size() - 1);
  }
  if (auto ok = check_weights(*this, network); !ok) return ok;
  if (target.is_threshold()) return check_threshold(*this, network);
  if (network.output_size() < 2) {
    return bad_request(
        "the network has one output and so no classes; ask for a value: --above T or --below T");
  }
  return check_box(*this, network);
}

std::string ClosestQuestion::text() const {
  const std::string weighed =
      weights.size() > 0 ? " weights=" + short_digest(weights) : std::string();
  const std::string kept = frozen.empty() ? "" : fmt::format(" frozen={}", fmt::join(frozen, ","));
  const std::string grey = levels ? fmt::format(" levels={}", *levels) : "";
  const std::string ending = ending_doubt > 0 ? fmt::format("+{}", ending_doubt) : "";
  const std::string led = !leads() ? ""
                          : lead   ? fmt::format(" lead={}", *lead)
                                   : " lead=auto" + ending;
  return fmt::format(
      "norm={} target={} margin={} target-min={} cap={} breakpoints={} box={}{}{}{}{}", name(norm),
      target.text(), margin, target_min ? fmt::format("{}", *target_min) : "none",
      cap ? fmt::format("{}", *cap) : "none",
      breakpoints ? fmt::format("{}", *breakpoints) : "none", short_digest(box), led, grey, kept,
      weighed);
}

std::vector<OutputRegion> output_regions(const ClosestQuestion& question, const Network& network,
                                         int label) {
  if (question.target.is_threshold()) return {threshold_region(question.target)};
  const auto classes = network.output_size();
  std::vector<int> targets;
  switch (question.target.kind) {
    case TargetRule::Kind::fixed:
      targets = {question.target.value};
      break;
    case TargetRule::Kind::shift:
      targets = {static_cast<int>((label + question.target.value % classes) % classes)};
      break;
    case TargetRule::Kind::any:
      for (int j = 0; j < classes; ++j) targets.push_back(j);
      break;
    case TargetRule::Kind::above:
    case TargetRule::Kind::below:
      break;
  }
  std::erase(targets, label);

  std::vector<OutputRegion> regions;
  for (const int target : targets) regions.push_back(ratio_region(question, classes, target));
  const bool literal = question.target_min && *question.target_min == 0;
  if (literal && network.output == OutputKind::relu && !targets.empty()) {
    // The same set for every target: asked once.
    regions.push_back(all_zero_region(classes, targets.front()));
  }
  return regions;
}

double weighted_distance(const ClosestQuestion& question, const Eigen::VectorXd& x,
                         const Eigen::VectorXd& image) {
  if (question.weights.size() == 0) return distance(question.norm, x, image);
  if (question.norm == Norm::l0) {
    return (x.array() != image.array()).select(question.weights, 0.0).sum();
  }
  const Eigen::VectorXd change = question.weights.cwiseProduct(x - image);
  return distance(question.norm, change, Eigen::VectorXd::Zero(change.size()));
}

Box reach(const ClosestQuestion& question, const Eigen::VectorXd& image) {
  Box result = question.box;
  if (question.cap) {
    result.lower = result.lower.cwiseMax((image.array() - *question.cap).matrix());
    result.upper = result.upper.cwiseMin((image.array() + *question.cap).matrix());
  }
  for (const int j : question.frozen) result.lower(j) = result.upper(j) = image(j);
  return result;
}

Lead lead_of(const ClosestQuestion& question, const Network& network, const Eigen::VectorXd& image,
             const Eigen::VectorXd& found, int target) {
  constexpr double kMore = 1.2;          // images nearby need as much, or hardly more
  constexpr double kWithoutImage = 4.0;  // what an image may need whose pixels are not known yet
  if (!question.leads()) return {};
  if (question.lead) return {*question.lead, false};
  const bool known = found.size() > 0;
  const double here = float32_doubt(network, known ? found : image, target) + question.ending_doubt;
  const double doubt = (known ? kMore : kWithoutImage) * here;
  return {doubt, true};
}

ClosestQuestion with_outputs_scaled(ClosestQuestion question, int exponent) {
  if (question.target_min) *question.target_min = std::ldexp(*question.target_min, exponent);
  question.target.threshold = std::ldexp(question.target.threshold, exponent);
  question.ending_doubt = std::ldexp(question.ending_doubt, exponent);
  return question;
}

OutputRegion moved_inward(OutputRegion region, double lead) {
  for (OutputRow& row : region.rows) row.rhs += lead;
  region.lead += lead;
  return region;
}

double optimality_slack(const ClosestQuestion& question, double distance) {
  const bool euclidean = question.norm == Norm::l2 && !question.breakpoints;
  const double width = (question.box.upper - question.box.lower).maxCoeff();
  return std::max((euclidean ? 1e-4 : 1e-6) * distance, 1e-12 * width);
}

bool fools(const ClosestQuestion& question, const Network& network, const OutputRegion& region,
           const Eigen::VectorXd& image, const Eigen::VectorXd& x, const Lead& lead) {
  if (!x.allFinite() || !reach(question, image).contains(x)) return false;
  const Eigen::VectorXd y = outputs_in_file(network, x);
  const double least = region.lead + lead.value;
  if (region.all_zero) return least == 0 && !lead.float32 && (y.array() == 0).all();
  if (question.target.is_threshold()) {
    const double threshold = question.target.threshold;
    const bool above = question.target.kind == TargetRule::Kind::above;
    const bool beyond = above ? y(0) - least >= threshold : y(0) + least <= threshold;
    return beyond && (!lead.float32 || survives_float32(network, x, region.target, threshold,
                                                        question.ending_doubt));
  }
  const double activation = y(region.target) - least;
  if (question.target_min && !(activation >= *question.target_min)) return false;
  for (Eigen::Index j = 0; j < y.size(); ++j) {
    if (j == region.target) continue;
    if (!(activation >= question.margin * y(j))) return false;
    if (!question.target_min && !(activation >= y(j))) return false;
  }
  return !lead.float32 || survives_float32(network, x, region.target, 0, question.ending_doubt);
}

}  // namespace brink
