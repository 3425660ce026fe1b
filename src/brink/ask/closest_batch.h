// One question asked of many images.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "brink/ask/closest.h"
#include "brink/ask/image_answer.h"
#include "brink/base/crew.h"
#include "brink/bounds/bounds.h"
#include "brink/data/dataset.h"

namespace brink {

/// One image's answer.
struct ClosestRow {
  int image = 0;  ///< index in the split
  int label = 0;
  Norm norm = Norm::l1;
  ClosestAnswer answer;
};

/// A question, the network and images it is about, and the engine that answers it. Refers to what
/// the caller holds.
struct ClosestBatch {
  const Network* network = nullptr;
  const Dataset* set = nullptr;
  ClosestQuestion question;
  std::optional<MipOptions> mip;   ///< set: the MIP engine
  const Bounds* bounds = nullptr;  ///< of the MIP engine
  SearchOptions search;            ///< else; its callbacks and threads are set image by image
};

struct BatchHooks : ImageHooks<ClosestRow> {
  /// What was known of an image when the user stopped it, from any thread: an answer to look at,
  /// not one to keep; may be empty.
  std::function<void(const ClosestRow&)> stopped;
};

/// Answers for the leader's `images`, at most `at_once` at a time in
/// each process, `threads_each` for each and those that have no image any more; every answer goes
/// to `keep`, in the leader, as soon as it is there. Interrupted answers are no answers.
Expected<void> ask_images(const ClosestBatch& batch, const std::vector<int>& images, int at_once,
                          int threads_each, Crew& crew, const BatchHooks& hooks,
                          const std::function<Expected<void>(const ClosestRow&)>& keep,
                          const std::atomic<bool>* interrupt = nullptr);

/// The same, kept in memory, in the order of `images`.
Expected<std::vector<ClosestRow>> ask_images(const ClosestBatch& batch,
                                             const std::vector<int>& images, int threads,
                                             const std::atomic<bool>* interrupt = nullptr);

/// The first `count` images that the network gets right; an error says how many there are.
Expected<std::vector<int>> first_correct(const Network& network, const Dataset& set, int count);

}  // namespace brink
