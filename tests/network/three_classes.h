// A small problem for tests of training.
#pragma once

#include <algorithm>
#include <vector>

#include "brink/base/random.h"
#include "brink/network/examples.h"

namespace brink::testing {

inline constexpr int kInputs = 12;

/// Images of three classes: class c lights four pixels of its own, over noise; some pixels are 0.
inline Examples three_classes(int count, std::uint64_t seed) {
  Random random(seed);
  Examples examples(kInputs);
  for (int i = 0; i < count; ++i) {
    const int label = random.index(3);
    std::vector<std::uint8_t> pixels;
    for (int j = 0; j < kInputs; ++j) {
      const bool own = j / 4 == label;
      const int value = random.index(own ? 256 : 160) - (own ? 0 : 60);
      pixels.push_back(static_cast<std::uint8_t>(std::max(value, 0)));
    }
    const Eigen::Map<const Eigen::Matrix<std::uint8_t, Eigen::Dynamic, 1>> bytes(
        pixels.data(), static_cast<Eigen::Index>(pixels.size()));
    examples.add(bytes.cast<double>() / 255.0, label);
  }
  return examples;
}

inline Eigen::VectorXd dense(const Examples& examples, int i) {
  Eigen::VectorXd x = Eigen::VectorXd::Zero(examples.input_size());
  for (std::size_t p = 0; p < examples.positions(i).size(); ++p) {
    x(examples.positions(i)[p]) = static_cast<double>(examples.values(i)[p]);
  }
  return x;
}

}  // namespace brink::testing
