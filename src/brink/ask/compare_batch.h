// How far apart are two networks around many images?
#pragma once

#include <functional>
#include <vector>

#include "brink/ask/compare.h"
#include "brink/ask/image_answer.h"
#include "brink/base/crew.h"
#include "brink/data/dataset.h"

namespace brink {

using CompareRow = ImageAnswer<CompareAnswer>;

/// Refers to what the caller holds.
struct CompareBatch {
  const Network* first = nullptr;
  const Network* second = nullptr;
  const Dataset* set = nullptr;
  CompareQuestion question;  ///< its box is of all images
  double radius = 0;         ///< of each input
  VerifyOptions options;     ///< of each image, all its threads
};

/// As ask_images() of closest_batch.h, one image at a time in each process.
Expected<void> ask_compare(const CompareBatch& batch, const std::vector<int>& images, Crew& crew,
                           const std::function<Expected<void>(const CompareRow&)>& keep,
                           const std::atomic<bool>* interrupt = nullptr);

}  // namespace brink
