// Are images right within a radius? One radius asked of many images.
#pragma once

#include <functional>
#include <vector>

#include "brink/ask/robustness.h"
#include "brink/data/dataset.h"

namespace brink {

struct RadiusRow {
  int image = -1, label = -1;
  RadiusAnswer result;
  bool stopped = false;  ///< by the user, or not begun: what is known holds, and is no answer
};

/// Refers to what the caller holds.
struct RadiusBatch {
  const Network* network = nullptr;
  const Dataset* set = nullptr;
  ClosestQuestion question;
  double radius = 0;
  SearchOptions search;  ///< threads are set image by image
};

struct RadiusHooks {
  /// Adds what is of one image alone, a certificate or on_beat; may be empty.
  std::function<void(int image, SearchOptions&)> before;
  /// After each image, from any thread; may be empty.
  std::function<void(const RadiusRow&)> after;
};

/// Answers in the order of `images`, on `threads` threads in all. Errors: the first of an image.
Expected<std::vector<RadiusRow>> robust_within(const RadiusBatch& batch,
                                               const std::vector<int>& images, int threads,
                                               const RadiusHooks& hooks,
                                               const std::atomic<bool>* interrupt = nullptr);

}  // namespace brink
