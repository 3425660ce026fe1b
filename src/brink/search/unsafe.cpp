// Which search, by how many inputs vary; where programs may be solved, in units of the search's own
// (units.h), but twins, which are compared, in their own.
#include "brink/search/unsafe.h"

#include <algorithm>
#include <cmath>

#include "brink/network/neurons.h"
#include "brink/search/box_search.h"
#include "brink/search/parameters.h"
#include "brink/search/phase_search.h"
#include "brink/search/units.h"

namespace brink::search {

namespace {

Box hull_of(const std::vector<Box>& boxes) {
  Box hull = boxes.front();
  for (const Box& box : boxes) {
    hull.lower = hull.lower.cwiseMin(box.lower);
    hull.upper = hull.upper.cwiseMax(box.upper);
  }
  return hull;
}

bool few_inputs_vary(const std::vector<Box>& boxes) {
  return std::all_of(boxes.begin(), boxes.end(), [](const Box& box) {
    return ((box.upper - box.lower).array() > 0).count() <= parameters().box_inputs;
  });
}

/// Boxes are bounded by dense products.
bool is_small(const Network& network) {
  constexpr double kMostWeights = 4e6;
  double weights = 0;
  for (const Layer& layer : network.layers) {
    weights +=
        static_cast<double>(layer.weights.rows()) * static_cast<double>(layer.weights.cols());
  }
  return weights <= kMostWeights;
}

/// By boxes or phases; where programs may be solved, in units of the search's own.
UnsafeResult divided(const Network& network, const UnsafeQuestion& question,
                     const Deadline& deadline, const UnsafeOptions& options, bool boxes) {
  const auto search = boxes ? search_boxes : search_phases;
  if (Neurons(network).hidden() > parameters().large_above) {
    return search(network, question, deadline, options);  // slopes know no units
  }
  const Units units = own_units(network, hull_of(question.boxes));
  const auto own_network = rescaled(network, units.neurons, units.inputs);
  if (!own_network) return search(network, question, deadline, options);
  UnsafeQuestion own = question;
  for (Box& box : own.boxes) {
    box = {scaled(box.lower, units.inputs), scaled(box.upper, units.inputs)};
  }
  for (UnsafeSet& set : own.sets) {
    for (OutputRow& row : set.region.rows) row.rhs = std::ldexp(row.rhs, units.outputs());
  }
  UnsafeOptions own_options = options;
  own_options.accept = [&](int set, const Eigen::VectorXd& x) {
    return options.accept(set, scaled(x, -units.inputs));
  };
  UnsafeResult result = search(*own_network, own, deadline, own_options);
  result.excess = std::ldexp(result.excess, -units.outputs());
  return result;
}

/// Phases of twins are divided apart; what their differences say of whole boxes comes first.
UnsafeResult divided_after_roots(const Network& network, UnsafeQuestion question,
                                 const Deadline& deadline, const UnsafeOptions& options) {
  const OpenSets open = bound_whole_boxes(network, question, deadline, options);
  UnsafeResult result;
  result.outcome = UnsafeOutcome::none;
  if (open.sets.empty()) return result;
  std::vector<UnsafeSet> left;
  for (const int set : open.sets) {
    left.push_back(std::move(question.sets[static_cast<std::size_t>(set)]));
  }
  question.sets = std::move(left);
  question.twins.clear();
  UnsafeOptions of_left = options;
  of_left.accept = [&](int set, const Eigen::VectorXd& x) {
    return options.accept(open.sets[static_cast<std::size_t>(set)], x);
  };
  result = divided(network, question, deadline, of_left, false);
  result.excess = std::min(result.excess, open.excess);
  return result;
}

}  // namespace

bool divides_boxes(const Network& network, const std::vector<Box>& boxes) {
  return is_small(network) && few_inputs_vary(boxes);
}

UnsafeResult search_unsafe(const Network& network, const UnsafeQuestion& question,
                           const Deadline& deadline, const UnsafeOptions& options) {
  UnsafeResult nothing;
  nothing.outcome = UnsafeOutcome::none;
  if (question.sets.empty()) return nothing;
  const bool small = is_small(network), boxes = small && few_inputs_vary(question.boxes);
  const bool twins = small && !question.twins.empty() && parameters().box_twins != 0;
  if (twins && boxes) return search_boxes(network, question, deadline, options);
  if (twins) return divided_after_roots(network, question, deadline, options);
  if (question.twins.empty()) return divided(network, question, deadline, options, boxes);
  UnsafeQuestion apart = question;
  apart.twins.clear();
  return divided(network, apart, deadline, options, boxes);
}

}  // namespace brink::search
