// Are many images right within a radius?
#pragma once

#include <functional>
#include <vector>

#include "brink/ask/image_answer.h"
#include "brink/ask/robustness.h"
#include "brink/base/crew.h"
#include "brink/data/dataset.h"

namespace brink {

using RadiusRow = ImageAnswer<RadiusAnswer>;

/// Refers to what the caller holds.
struct RadiusBatch {
  const Network* network = nullptr;
  const Dataset* set = nullptr;
  ClosestQuestion question;
  double radius = 0;
  SearchOptions search;  ///< its callbacks, certificate and threads are set image by image
};

using RadiusHooks = ImageHooks<RadiusRow>;

/// As ask_images() of closest_batch.h.
Expected<void> ask_radius(const RadiusBatch& batch, const std::vector<int>& images, int at_once,
                          int threads_each, Crew& crew, const RadiusHooks& hooks,
                          const std::function<Expected<void>(const RadiusRow&)>& keep,
                          const std::atomic<bool>* interrupt = nullptr);

}  // namespace brink
