// Which search, by how many inputs vary; where programs may be solved, in units of the search's own
// (units.h).
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

}  // namespace

UnsafeResult search_unsafe(const Network& network, const UnsafeQuestion& question,
                           const Deadline& deadline, const UnsafeOptions& options) {
  UnsafeResult nothing;
  nothing.outcome = UnsafeOutcome::none;
  if (question.sets.empty()) return nothing;
  const bool boxes = is_small(network) && few_inputs_vary(question.boxes);
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
  return search(*own_network, own, deadline, own_options);
}

}  // namespace brink::search
