// Extents of 1 say nothing about an order and are passed over.
#include "brink/data/layout.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace brink {

namespace {

using Extents = std::vector<std::int64_t>;

std::int64_t product_of(const Extents& extents) {
  std::int64_t product = 1;
  for (const std::int64_t extent : extents) product *= extent;
  return product;
}

Extents above_one(Extents extents) {
  std::erase(extents, 1);
  return extents;
}

Extents extents_of(const Dataset& set) {
  if (!set.picture) return {set.columns};
  if (set.channels_last) return {set.rows, set.columns, set.channels};
  return {set.channels, set.rows, set.columns};
}

/// As a picture of `extents`, two or three of them.
void set_extents(Dataset& set, const Extents& extents) {
  set.picture = true;
  set.channels = 1;
  set.channels_last = false;
  set.rows = static_cast<int>(extents[extents.size() - 2]);
  set.columns = static_cast<int>(extents.back());
  if (extents.size() < 3) return;
  set.channels_last = channels_are_last(extents[0], extents[2]);
  set.channels = static_cast<int>(extents[set.channels_last ? 2 : 0]);
  set.rows = static_cast<int>(extents[set.channels_last ? 0 : 1]);
  set.columns = static_cast<int>(extents[set.channels_last ? 1 : 2]);
}

/// Of each image, element (p, q) of `first` x `second` becomes element (q, p).
void transpose_images(Dataset& set, std::size_t first, std::size_t second) {
  std::visit(
      [&](auto& numbers) {
        auto one = numbers;
        one.resize(first * second);
        for (std::size_t start = 0; start < numbers.size(); start += one.size()) {
          for (std::size_t p = 0; p < first; ++p) {
            for (std::size_t q = 0; q < second; ++q) {
              one[q * first + p] = numbers[start + p * second + q];
            }
          }
          std::copy(one.begin(), one.end(), numbers.begin() + static_cast<std::ptrdiff_t>(start));
        }
      },
      set.pixels);
}

tl::unexpected<Error> differs(const Dataset& set, const Extents& shape, const std::string& why) {
  return bad_request("{}, but the network takes [{}] = {} inputs{}", set.shape_text(),
                     fmt::join(shape, ", "), product_of(shape), why);
}

}  // namespace

bool channels_are_last(std::int64_t first, std::int64_t last) {
  const auto likely = [](std::int64_t extent) {
    return extent == 1 || extent == 3 ? 2 : extent == 4 ? 1 : 0;
  };
  return likely(last) > likely(first);
}

Dataset with_channels_moved(Dataset set) {
  const auto space = static_cast<std::size_t>(set.rows) * static_cast<std::size_t>(set.columns);
  const auto channels = static_cast<std::size_t>(set.channels);
  transpose_images(set, set.channels_last ? space : channels, set.channels_last ? channels : space);
  set.channels_last = !set.channels_last;
  return set;
}

Dataset with_other_channels(Dataset set) {
  const Extents extents = extents_of(set);
  set.channels_last = !set.channels_last;
  set.channels = static_cast<int>(extents[set.channels_last ? 2 : 0]);
  set.rows = static_cast<int>(extents[set.channels_last ? 0 : 1]);
  set.columns = static_cast<int>(extents[set.channels_last ? 1 : 2]);
  return set;
}

Expected<Dataset> laid_out(Dataset set, const Extents& shape) {
  if (product_of(shape) != set.image_size()) {
    const bool missing = !set.picture && set.image_size() == product_of(shape) - 1;
    return differs(set, shape, missing ? " (is there no label column? --label none)" : "");
  }
  Extents wanted = shape;
  if (wanted.size() > 1 && wanted.front() == 1) wanted.erase(wanted.begin());
  const Extents axes = above_one(wanted), own = above_one(extents_of(set));
  if (axes.size() < 2 || wanted.size() > 3) return set;
  if (!set.picture) {
    // Sequences of one channel, and features that have names, stay as they are.
    if (set.features.empty()) set_extents(set, wanted);
    return set;
  }
  if (own == axes) {
    if (wanted.size() == 3 && own.size() == 3) set_extents(set, wanted);
    return set;
  }
  const bool permuted = std::is_permutation(own.begin(), own.end(), axes.begin(), axes.end());
  if (!permuted) return set;  // another shape of the same numbers, in their order
  if (own.size() == 3 && own == Extents{axes[1], axes[2], axes[0]}) {
    set.channels_last = true;
    set.rows = static_cast<int>(own[0]);
    set.columns = static_cast<int>(own[1]);
    set.channels = static_cast<int>(own[2]);
    return with_channels_moved(std::move(set));
  }
  if (own.size() == 3 && own == Extents{axes[2], axes[0], axes[1]}) {
    set.channels_last = false;
    set.channels = static_cast<int>(own[0]);
    set.rows = static_cast<int>(own[1]);
    set.columns = static_cast<int>(own[2]);
    return with_channels_moved(std::move(set));
  }
  return differs(set, shape, ": the same extents in another order; transpose the data");
}

}  // namespace brink
