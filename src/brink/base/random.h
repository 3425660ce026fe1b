// Random numbers that are the same on every machine and standard library for the same seed.
//
// xoshiro256** (Blackman and Vigna 2018), seeded by splitmix64. The standard distributions are
// left to each library, so ours are written out.
#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace brink {

class Random {
 public:
  explicit Random(std::uint64_t seed);

  std::uint64_t next();
  /// Uniform in [0, 1), 53 bits.
  double uniform();
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Uniform in {0, ..., count - 1}; count >= 1.
  int index(int count);
  /// Standard normal (Box-Muller).
  double normal();

  template <class T>
  void shuffle(std::vector<T>& items) {
    for (int i = static_cast<int>(items.size()) - 1; i > 0; --i) {
      std::swap(items[static_cast<std::size_t>(i)], items[static_cast<std::size_t>(index(i + 1))]);
    }
  }

 private:
  std::array<std::uint64_t, 4> state_;
};

}  // namespace brink
