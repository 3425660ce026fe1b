// Private to this folder: maxima with binaries of their own.
#pragma once

#include <set>
#include <utility>
#include <vector>

#include "brink/formulate/formulate.h"

namespace brink {

class DirectMaxima {
 public:
  /// Of the network's maxima those within the layers that are encoded.
  DirectMaxima(const Network& network, int last_layer);

  /// Unit j of layer k needs no binary: all that is made of it are these maxima.
  bool release(int k, Eigen::Index j) const { return released_.contains({k, static_cast<int>(j)}); }
  void add_to(Program& program, const NetworkEncoding& encoding, const Bounds& bounds,
              const EncodingOptions& options) const;

 private:
  std::vector<const Maximum*> maxima_;
  std::set<std::pair<int, int>> released_;
};

}  // namespace brink
