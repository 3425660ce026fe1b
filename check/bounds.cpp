#include "bounds.h"

#include <algorithm>
#include <cstdlib>

namespace check {

namespace {

constexpr int kBits = 50;                              // of the first bounds
constexpr std::int64_t kMost = std::int64_t{1} << 56;  // of any bound
constexpr std::size_t kMostChanges = 1 << 25;

std::int64_t clamped(const Integer& value) {
  if (value > static_cast<long>(kMost)) return kMost;
  if (value < -static_cast<long>(kMost)) return -kMost;
  return value.get_si();
}

std::int64_t clamped(Wide value) {
  return static_cast<std::int64_t>(std::clamp(value, Wide{-kMost}, Wide{kMost}));
}

/// Of size in [2^49, 2^50) when multiplied by 2^this.
int grid_for(const Rational& low, const Rational& high) {
  const Rational size = std::max(Rational(abs(low)), Rational(abs(high)));
  if (size == 0) return kBits;
  const auto bits = static_cast<long>(mpz_sizeinbase(size.get_num_mpz_t(), 2)) -
                    static_cast<long>(mpz_sizeinbase(size.get_den_mpz_t(), 2));
  if (bits > 30000) throw Refused("the network's bounds have too many digits");
  return static_cast<int>(std::min(kBits - 1 - bits, 30000L));
}

}  // namespace

Bounds::Bounds(const Network& network, const InputSet& set)
    : low_(static_cast<std::size_t>(network.neurons())),
      high_(low_),
      stale_(network.layers.size(), 0) {
  auto tables = std::make_shared<Tables>();
  tables->network = &network;
  tables->grid.resize(low_.size());
  tables->common.resize(network.layers.size());
  tables->forward.resize(network.layers.size());
  tables_ = tables;
  for (int k = 0; k < network.depth(); ++k) add_layer(*tables, k, set);
}

void Bounds::add_layer(Tables& tables, int k, const InputSet& set) {
  const Layer& layer = tables.network->layers[static_cast<std::size_t>(k)];
  const int first = tables.network->first[static_cast<std::size_t>(k)];
  std::vector<Integer> row(static_cast<std::size_t>(layer.cols()));
  int common = 0;
  for (int j = 0; j < layer.rows(); ++j) {
    Rational low, high;
    if (k == 0) {
      for (Integer& value : row) value = 0;
      layer.each(j, [&](int i, const Integer& w) { row[static_cast<std::size_t>(i)] = w; });
      high = (set.support(row) + layer.bias(j)) / layer.denominator();
      for (Integer& value : row) value = -value;
      low = (layer.bias(j) - set.support(row)) / layer.denominator();
    } else {
      const Ends ends = slow(k, j);
      const long scale = -tables.common[static_cast<std::size_t>(k - 1)];
      low = shifted(ends.low / Rational(layer.denominator()), scale);
      high = shifted(ends.high / Rational(layer.denominator()), scale);
    }
    const auto id = static_cast<std::size_t>(first) + static_cast<std::size_t>(j);
    const int grid = grid_for(low, high);
    tables.grid[id] = grid;
    low_[id] = clamped(floor_of(shifted(low, grid)));
    high_[id] = clamped(ceil_of(shifted(high, grid)));
    common = std::max(common, grid);
  }
  tables.common[static_cast<std::size_t>(k)] = common;
  if (k > 0) tables.forward[static_cast<std::size_t>(k)] = forward(tables, k);
}

Bounds::Ends Bounds::slow(int k, int j) const {
  const Network& network = *tables_->network;
  const Layer& layer = network.layers[static_cast<std::size_t>(k)];
  const Layer& before = network.layers[static_cast<std::size_t>(k - 1)];
  const int first = network.first[static_cast<std::size_t>(k - 1)];
  const int common = common_grid(k - 1);
  Ends ends;
  ends.low = layer.bias(j) << static_cast<unsigned>(common);
  ends.high = ends.low;
  layer.each(j, [&](int i, const Integer& weight) {
    std::int64_t low = this->low(first + i), high = this->high(first + i);
    if (before.relu(i)) {
      low = std::max<std::int64_t>(low, 0);
      high = std::max<std::int64_t>(high, 0);
    }
    const Integer scaled = weight << static_cast<unsigned>(common - grid(first + i));
    ends.low += scaled * static_cast<long>(weight > 0 ? low : high);
    ends.high += scaled * static_cast<long>(weight > 0 ? high : low);
  });
  return ends;
}

Bounds::Forward Bounds::forward(const Tables& tables, int k) const {
  const Layer& layer = tables.network->layers[static_cast<std::size_t>(k)];
  const int first = tables.network->first[static_cast<std::size_t>(k)];
  const int before = tables.network->first[static_cast<std::size_t>(k - 1)];
  const int common = tables.common[static_cast<std::size_t>(k - 1)];
  const auto power = static_cast<int>(mpz_sizeinbase(layer.denominator().get_mpz_t(), 2)) - 1;
  Forward result;
  if (layer.denominator() != Integer(1) << static_cast<unsigned>(power)) return result;
  for (int j = 0; j < layer.rows(); ++j) {
    Integer sum;
    bool fits = true;
    layer.each(j, [&](int i, const Integer& weight) {
      const Integer scaled =
          weight << static_cast<unsigned>(
              common - tables.grid[static_cast<std::size_t>(before) + static_cast<std::size_t>(i)]);
      fits = fits && scaled.fits_slong_p();
      sum += abs(scaled);
      result.weights.push_back(scaled.get_si());
    });
    const Integer bias = layer.bias(j) << static_cast<unsigned>(common);
    const int shift =
        power + common - tables.grid[static_cast<std::size_t>(first) + static_cast<std::size_t>(j)];
    sum = sum * static_cast<long>(kMost) + abs(bias);
    if (!fits || mpz_sizeinbase(sum.get_mpz_t(), 2) > 125 || shift < 0) return Forward{};
    Wide wide = 0;
    for (std::size_t limb = mpz_size(bias.get_mpz_t()); limb-- > 0;) {
      wide = (wide << 64) + mpz_getlimbn(bias.get_mpz_t(), static_cast<mp_size_t>(limb));
    }
    result.bias.push_back(bias < 0 ? -wide : wide);
    result.shift.push_back(std::min(shift, 126));
  }
  result.fast = true;
  return result;
}

void Bounds::set(int neuron, bool upper, std::int64_t value) {
  std::int64_t& held = (upper ? high_ : low_)[static_cast<std::size_t>(neuron)];
  if (upper ? value >= held : value <= held) return;
  if (trail_.size() >= kMostChanges) throw Refused("the tree is too deep");
  trail_.push_back({neuron, upper, held});
  held = value;
  stale_[static_cast<std::size_t>(tables_->network->layer_of(neuron))] = 1;
}

void Bounds::narrow(int neuron, bool upper, const Rational& value) {
  const Rational scaled = shifted(value, grid(neuron));
  set(neuron, upper, clamped(upper ? ceil_of(scaled) : floor_of(scaled)));
}

void Bounds::narrow_first(const InputSet& set, int input) {
  const Layer& layer = tables_->network->layers.front();
  std::vector<Integer> row(static_cast<std::size_t>(layer.cols()));
  for (int j = 0; j < layer.rows(); ++j) {
    for (Integer& value : row) value = 0;
    layer.each(j, [&](int i, const Integer& w) { row[static_cast<std::size_t>(i)] = w; });
    if (input >= 0 && row[static_cast<std::size_t>(input)] == 0) continue;
    narrow(j, true, (set.support(row) + layer.bias(j)) / layer.denominator());
    for (Integer& value : row) value = -value;
    narrow(j, false, (layer.bias(j) - set.support(row)) / layer.denominator());
  }
}

void Bounds::bring_up(int k) {
  for (int layer = 1; layer <= k; ++layer) {
    if (stale_[static_cast<std::size_t>(layer - 1)] == 0) continue;
    stale_[static_cast<std::size_t>(layer - 1)] = 0;
    if (tables_->forward[static_cast<std::size_t>(layer)].fast) {
      bring_fast(layer);
      continue;
    }
    const Layer& weights = tables_->network->layers[static_cast<std::size_t>(layer)];
    const int first = tables_->network->first[static_cast<std::size_t>(layer)];
    for (int j = 0; j < weights.rows(); ++j) {
      const Ends ends = slow(layer, j);
      const Integer denominator = weights.denominator()
                                  << static_cast<unsigned>(common_grid(layer - 1));
      Rational low(ends.low, denominator), high(ends.high, denominator);
      low.canonicalize();
      high.canonicalize();
      narrow(first + j, false, low);
      narrow(first + j, true, high);
    }
  }
}

void Bounds::bring_fast(int k) {
  const Layer& layer = tables_->network->layers[static_cast<std::size_t>(k)];
  const Layer& before = tables_->network->layers[static_cast<std::size_t>(k - 1)];
  const Forward& table = tables_->forward[static_cast<std::size_t>(k)];
  const int from = tables_->network->first[static_cast<std::size_t>(k - 1)];
  const int first = tables_->network->first[static_cast<std::size_t>(k)];
  std::vector<std::int64_t> low, high;
  for (int i = 0; i < before.rows(); ++i) {
    const bool relu = before.relu(i);
    low.push_back(relu ? std::max<std::int64_t>(this->low(from + i), 0) : this->low(from + i));
    high.push_back(relu ? std::max<std::int64_t>(this->high(from + i), 0) : this->high(from + i));
  }
  for (int j = 0; j < layer.rows(); ++j) {
    const auto id = static_cast<std::size_t>(j);
    Wide least = table.bias[id], most = table.bias[id];
    for (std::size_t e = layer.start()[id]; e < layer.start()[id + 1]; ++e) {
      const Wide weight = table.weights[e];
      const auto i = static_cast<std::size_t>(layer.index()[e]);
      least += weight * (weight > 0 ? low[i] : high[i]);
      most += weight * (weight > 0 ? high[i] : low[i]);
    }
    // Shifts round down.
    set(first + j, false, clamped(least >> table.shift[id]));
    set(first + j, true, clamped(-(-most >> table.shift[id])));
  }
}

bool Bounds::empty() {
  bring_up(tables_->network->depth() - 1);
  for (std::size_t n = 0; n < low_.size(); ++n) {
    if (low_[n] > high_[n]) return true;
  }
  return false;
}

void Bounds::undo(const Mark& mark) {
  while (trail_.size() > mark.trail) {
    const Change& change = trail_.back();
    (change.upper ? high_ : low_)[static_cast<std::size_t>(change.neuron)] = change.old;
    trail_.pop_back();
  }
  stale_ = mark.stale;
}

}  // namespace check
