#include "brink/search/slope_state.h"

#include <algorithm>

namespace brink::search {

std::vector<std::vector<int>> neurons_needed(const Problem& problem,
                                             const std::vector<SlopeAscent::Item>& items,
                                             int last) {
  std::vector<std::vector<int>> needed;
  for (int k = 1; k <= last; ++k) {
    needed.emplace_back();
    for (int j = 0; j < static_cast<int>(problem.network().width(k)); ++j) {
      const int id = problem.neuron(k, j);
      const bool linear = problem.network().layer(k).is_linear(j);
      if (std::any_of(items.begin(), items.end(), [&](const SlopeAscent::Item& item) {
            return linear || item.node->upper[static_cast<std::size_t>(id)] > 0 ||
                   item.cost.neuron == id || (item.start && item.start->phases(id) != 0);
          })) {
        needed.back().push_back(j);
      }
    }
  }
  return needed;
}

SlopeState::SlopeState(const Problem& problem, const LiveLayers& live,
                       const std::vector<SlopeAscent::Item>& items, int k) {
  const std::vector<int>& neurons = live.neurons(k);
  const auto count = static_cast<Eigen::Index>(items.size());
  const auto width = static_cast<Eigen::Index>(neurons.size());
  for (FloatRows* each : {&slope, &low, &sign, &limit, &open, &own, &carried, &x, &mean, &square}) {
    *each = FloatRows::Zero(count, width);
  }
  for (Eigen::Index b = 0; b < count; ++b) {
    const SlopeAscent::Item& item = items[static_cast<std::size_t>(b)];
    const Slopes* start = item.start;
    for (Eigen::Index j = 0; j < width; ++j) {
      const int place = neurons[static_cast<std::size_t>(j)];
      if (problem.network().layer(k).is_linear(place)) {
        slope(b, j) = 1;
        continue;
      }
      const int id = problem.neuron(k, place);
      const double lower = item.node->lower[static_cast<std::size_t>(id)];
      const double upper = item.node->upper[static_cast<std::size_t>(id)];
      if (lower < 0 && upper > 0) {
        open(b, j) = 1;
        slope(b, j) = static_cast<float>(upper / (upper - lower));
        low(b, j) = static_cast<float>(lower);
        own(b, j) = start != nullptr ? start->lines(id) : upper > -lower ? 1.0F : 0.0F;
      } else {
        slope(b, j) = upper <= 0 ? 0 : 1;
        sign(b, j) = upper <= 0 ? 1 : -1;
        limit(b, j) = static_cast<float>(upper <= 0 ? upper : lower);
        own(b, j) = start != nullptr ? start->phases(id) : 0;
        if (own(b, j) < 0) own(b, j) = -1 - start->lines(id);
      }
    }
  }
}

void SlopeState::settle() {
  for (Eigen::Index b = 0; b < own.rows(); ++b) {
    for (Eigen::Index j = 0; j < own.cols(); ++j) {
      if (own(b, j) >= 0) continue;
      const float line = -1 - own(b, j), above = std::max(cost(b, j), 0.0F);
      own(b, j) = above * (sign(b, j) > 0 ? line : 1 - line);
    }
  }
  best_own = own;
}

}  // namespace brink::search
