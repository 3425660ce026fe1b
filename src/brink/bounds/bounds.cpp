// Names of sources, and the one place where two claims about a neuron meet.
#include "brink/bounds/bounds.h"

#include <algorithm>
#include <utility>

namespace brink {

std::string_view name(BoundSource source) {
  switch (source) {
    case BoundSource::interval:
      return "interval";
    case BoundSource::symbolic:
      return "symbolic";
    case BoundSource::lp:
      return "lp";
    case BoundSource::stopped:
      return "stopped";
    case BoundSource::exact:
      return "exact";
  }
  return "?";
}

NeuronBounds Bounds::at(int neuron) const {
  const auto i = static_cast<std::size_t>(neuron);
  return {intervals_.lower[i], intervals_.upper[i], lower_sources_[i], upper_sources_[i],
          intervals_.is_linear(neuron)};
}

void Bounds::set(int neuron, const NeuronBounds& bounds) {
  const auto i = static_cast<std::size_t>(neuron);
  intervals_.lower[i] = bounds.lower;
  intervals_.upper[i] = bounds.upper;
  lower_sources_[i] = bounds.lower_source;
  upper_sources_[i] = bounds.upper_source;
}

std::vector<NeuronBounds> Bounds::layer(int k) const {
  std::vector<NeuronBounds> result;
  for (int j = 0; j < width(k); ++j) result.push_back(at(k, j));
  return result;
}

void Bounds::set_layer(int k, const std::vector<NeuronBounds>& layer) {
  for (int j = 0; j < width(k); ++j) set(k, j, layer[static_cast<std::size_t>(j)]);
}

void Bounds::add_layer(const std::vector<NeuronBounds>& layer, const std::vector<char>& linear) {
  neurons_.add_layer(static_cast<Eigen::Index>(layer.size()));
  resize();
  set_layer(depth(), layer);
  mark_linear(depth(), linear);
}

void Bounds::mark_linear(int k, const std::vector<char>& linear) {
  if (linear.empty()) return;
  intervals_.linear.resize(intervals_.lower.size());
  std::copy(linear.begin(), linear.end(), intervals_.linear.begin() + neurons_.first(k));
}

void Bounds::set_linear(const Network& of) {
  intervals_.linear.clear();
  for (int k = 1; k <= of.depth(); ++k) mark_linear(k, of.layer(k).linear);
}

void Bounds::keep_layers(int depth) {
  neurons_.keep_layers(depth);
  resize();
}

void Bounds::resize() {
  const auto size = static_cast<std::size_t>(neurons_.count());
  intervals_.lower.resize(size);
  intervals_.upper.resize(size);
  if (!intervals_.linear.empty()) intervals_.linear.resize(size);
  lower_sources_.resize(size);
  upper_sources_.resize(size);
}

int Bounds::unstable_count() const {
  int found = 0;
  for (int id = 0; id < neurons_.hidden(); ++id) found += intervals_.unstable(id) ? 1 : 0;
  return found;
}

Expected<void> check_bounds(const Network& network, int k, const Box& box, const Bounds& bounds) {
  bool fit = bounds.depth() >= k;
  for (int i = 1; fit && i <= k; ++i) fit = bounds.width(i) == network.width(i);
  if (!fit) return bad_request("the bounds are of a network with other layers");
  const bool boxes = bounds.box.size() == network.input_size() && box.size() == bounds.box.size();
  if (!boxes) {
    return bad_request("boxes of {} and {} inputs, but the network takes {}", bounds.box.size(),
                       box.size(), network.input_size());
  }
  if (bounds.box.contains(box.lower) && bounds.box.contains(box.upper)) return {};
  return bad_request("the bounds hold for a smaller box than the one asked for");
}

NeuronBounds intersect(const NeuronBounds& a, const NeuronBounds& b) {
  NeuronBounds result = a;
  // On equal values the source that says more: they are declared in that order.
  if (b.lower > a.lower || (b.lower == a.lower && b.lower_source > a.lower_source)) {
    result.lower = b.lower;
    result.lower_source = b.lower_source;
  }
  if (b.upper < a.upper || (b.upper == a.upper && b.upper_source > a.upper_source)) {
    result.upper = b.upper;
    result.upper_source = b.upper_source;
  }
  // Two proven claims can cross by their rounding margins only: keep an interval that holds.
  if (result.lower > result.upper) std::swap(result.lower, result.upper);
  return result;
}

}  // namespace brink
