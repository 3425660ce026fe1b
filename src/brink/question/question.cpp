#include "brink/question/question.h"

#include <algorithm>
#include <charconv>

#include "brink/base/digest.h"

namespace brink {

namespace {

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
  const bool shift = text.starts_with("shift:");
  const auto value = parse_int(shift ? text.substr(6) : text);
  if (!value || *value < 0) {
    return bad_request("unknown target '{}': use shift:N, any or a class number", text);
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
  }
  return "?";
}

namespace {
// Of margin and floor: beyond, solvers take numbers for infinity.
constexpr double kMostAsked = 1e9;
constexpr int kMostBreakpoints = 10'000;
}  // namespace

Expected<void> ClosestQuestion::check(const Network& network) const {
  if (!(margin >= 1)) return bad_request("margin {} is below 1; use 1 or more", margin);
  if (margin > kMostAsked) {
    return bad_request("margin {} is above {}; use less", margin, kMostAsked);
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
  if (target.kind == TargetRule::Kind::fixed && target.value >= network.output_size()) {
    return bad_request("target class {} does not exist; the network has classes 0 to {}",
                       target.value, network.output_size() - 1);
  }
  if (network.output_size() < 2) {
    return bad_request("the network has one output; a closest example needs two classes or more");
  }
  if (box.size() != network.input_size()) {
    return bad_request("the box has {} inputs, the network {}", box.size(), network.input_size());
  }
  if (!box.lower.allFinite() || !box.upper.allFinite() ||
      (box.lower.array() > box.upper.array()).any()) {
    return bad_request("the box needs finite numbers with low <= high");
  }
  return {};
}

std::string ClosestQuestion::text() const {
  std::string box_bytes;
  for (const Eigen::VectorXd* side : {&box.lower, &box.upper}) {
    box_bytes.append(reinterpret_cast<const char*>(side->data()),
                     static_cast<std::size_t>(side->size()) * sizeof(double));
  }
  return fmt::format(
      "norm={} target={} margin={} target-min={} cap={} breakpoints={} box={}", name(norm),
      target.text(), margin, target_min ? fmt::format("{}", *target_min) : "none",
      cap ? fmt::format("{}", *cap) : "none",
      breakpoints ? fmt::format("{}", *breakpoints) : "none", sha256(box_bytes).substr(0, 16));
}

std::vector<OutputRegion> output_regions(const ClosestQuestion& question, const Network& network,
                                         int label) {
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

Box reach(const ClosestQuestion& question, const Eigen::VectorXd& image) {
  Box result = question.box;
  if (question.cap) {
    result.lower = result.lower.cwiseMax((image.array() - *question.cap).matrix());
    result.upper = result.upper.cwiseMin((image.array() + *question.cap).matrix());
  }
  return result;
}

double optimality_slack(const ClosestQuestion& question, double distance) {
  const bool euclidean = question.norm == Norm::l2 && !question.breakpoints;
  const double width = (question.box.upper - question.box.lower).maxCoeff();
  return std::max((euclidean ? 1e-4 : 1e-6) * distance, 1e-12 * width);
}

bool fools(const ClosestQuestion& question, const Network& network, const OutputRegion& region,
           const Eigen::VectorXd& image, const Eigen::VectorXd& x) {
  if (!x.allFinite() || !reach(question, image).contains(x)) return false;
  const Eigen::VectorXd y = outputs(network, x);
  if (region.all_zero) return (y.array() == 0).all();
  const double activation = y(region.target);
  if (question.target_min && !(activation >= *question.target_min)) return false;
  for (Eigen::Index j = 0; j < y.size(); ++j) {
    if (j == region.target) continue;
    if (!(activation >= question.margin * y(j))) return false;
    if (!question.target_min && !(activation >= y(j))) return false;
  }
  return true;
}

}  // namespace brink
