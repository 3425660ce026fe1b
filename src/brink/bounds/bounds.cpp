// Names of sources, and the one place where two claims about a neuron meet.
#include "brink/bounds/bounds.h"

#include <algorithm>

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

int Bounds::unstable_count() const {
  int count = 0;
  for (std::size_t k = 0; k + 1 < layers.size(); ++k) {
    count += static_cast<int>(std::count_if(layers[k].begin(), layers[k].end(),
                                            [](const auto& b) { return b.unstable(); }));
  }
  return count;
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
