// One number for each neuron: layer after layer, unit after unit, the outputs last.
#pragma once

#include <algorithm>
#include <vector>

#include "brink/network/network.h"

namespace brink {

/// People name a neuron by its layer k in 1..K and its unit j; arrays over neurons use the number.
class Neurons {
 public:
  Neurons() = default;
  explicit Neurons(const Network& network) {
    for (int k = 1; k <= network.depth(); ++k) add_layer(network.width(k));
  }

  int depth() const { return static_cast<int>(starts_.size()) - 1; }  ///< K
  int count() const { return starts_.back(); }
  int hidden() const { return depth() == 0 ? 0 : first(depth()); }  ///< all but the outputs
  int first(int k) const { return starts_[static_cast<std::size_t>(k - 1)]; }
  int width(int k) const { return starts_[static_cast<std::size_t>(k)] - first(k); }
  int number(int k, Eigen::Index j) const { return first(k) + static_cast<int>(j); }
  int layer_of(int number) const {
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), number);
    return static_cast<int>(after - starts_.begin());
  }
  int unit_of(int number) const { return number - first(layer_of(number)); }

  void add_layer(Eigen::Index width) { starts_.push_back(count() + static_cast<int>(width)); }
  void keep_layers(int depth) { starts_.resize(static_cast<std::size_t>(depth) + 1); }
  bool operator==(const Neurons&) const = default;

 private:
  std::vector<int> starts_ = {0};
};

}  // namespace brink
