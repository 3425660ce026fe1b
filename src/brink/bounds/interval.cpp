// Interval arithmetic over the box, layer by layer (intervals.h).
#include "brink/base/deadline.h"
#include "range.h"

namespace brink {

std::vector<NeuronBounds> interval_layer(const Network& network, const Bounds& known, int k) {
  const Box range = activations(known, k - 1);
  const Intervals layer = interval_step(network.layer(k), range.lower.data(), range.upper.data());
  // Nothing is tighter on the first layer: its inputs are a box.
  const BoundSource source = k == 1 ? BoundSource::exact : BoundSource::interval;
  std::vector<NeuronBounds> result;
  for (std::size_t j = 0; j < layer.lower.size(); ++j) {
    result.push_back({layer.lower[j], layer.upper[j], source, source});
  }
  return result;
}

Bounds interval_bounds(const Network& network, const Box& box) {
  const Stopwatch watch;
  Bounds bounds;
  bounds.network = content_hash(network);
  bounds.box = box;
  bounds.method = "interval";
  for (int k = 1; k <= network.depth(); ++k) {
    bounds.add_layer(interval_layer(network, bounds, k), network.layer(k).linear);
  }
  bounds.t_pre = watch.seconds();
  return bounds;
}

}  // namespace brink
