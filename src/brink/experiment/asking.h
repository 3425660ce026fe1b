// Questions asked of many images through a results store: what was answered before is not asked
// again, what is answered now is kept at once.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "brink/ask/closest_batch.h"
#include "brink/ask/closest_summary.h"
#include "brink/store/store.h"
#include "brink/tighten/tighten.h"

namespace brink {

/// A split of a data set, with the names a store knows it by. The digest tells sets of one name
/// apart.
struct NamedImages {
  NamedImages() = default;
  NamedImages(const Dataset& images, std::string data_name, std::string split_name)
      : set(&images),
        data(std::move(data_name)),
        split(std::move(split_name)),
        digest(images.digest()) {}

  const Dataset* set = nullptr;
  std::string data;
  std::string split;
  std::string digest;
};

/// How answers are sought. With `search` false by a MIP solver.
struct Engine {
  bool search = true;
  double time_limit = 300;  ///< seconds an image
  double gap = 0;           ///< relative
  std::uint64_t seed = 0;
  MipOptions mip;        ///< its limits are those above
  std::string bounds;    ///< of the MIP engine: none, interval, ..., weak, exact or a file's name
  std::string box_text;  ///< as typed, "0:1"
};

/// The question as a store knows it. Time limits do not change what a proven answer is, but do
/// change the others: they are part of it.
Question closest_question(const Network& network, const ClosestQuestion& question,
                          const Engine& engine, const NamedImages& named);

/// The question ready to be asked of images of `set`; refers to what the caller holds. `bounds`: of
/// the MIP engine, else null.
ClosestBatch closest_batch(const Network& network, const ClosestQuestion& question,
                           const Engine& engine, const Dataset& set, const Bounds* bounds);

/// The same of bounds. A limit on all of it is part of the question: it decides how far they are
/// proven.
Question bounds_question(const Network& network, const Box& box, const std::string& box_text,
                         const BoundRequest& request, const std::string& solver, double time_limit);

/// A network and the name its file has.
struct NamedNetwork {
  Network network;
  std::string name;
};

/// By image.
using Answers = std::map<int, ClosestRow>;

class Asker {
 public:
  /// `store` may be null: answers are in memory only. It counts in the crew's leader alone. `crew`
  /// and `interrupt` outlive the asker.
  Asker(Store* store, Crew& crew, int threads, const std::atomic<bool>* interrupt)
      : store_(store), crew_(&crew), threads_(threads), interrupt_(interrupt) {}

  /// Answers for `images`, in this order and in every process of the crew. `bounds`: of the MIP
  /// engine, else null. Errors: of the store; interrupted (what was answered is kept).
  Expected<std::vector<ClosestRow>> closest(const NamedNetwork& network,
                                            const ClosestQuestion& question, const Engine& engine,
                                            const NamedImages& named,
                                            const std::vector<int>& images,
                                            const Bounds* bounds = nullptr) const;

  /// Called with how many of how many images are answered; may be empty.
  std::function<void(int done, int total)> on_progress;

  Store* store() const { return store_; }
  Crew& crew() const { return *crew_; }
  int threads() const { return threads_; }
  const std::atomic<bool>* interrupt() const { return interrupt_; }
  bool interrupted() const { return interrupt_ != nullptr && *interrupt_; }

 private:
  /// The question's id in the store, and what it knows of `images`; in the leader.
  Expected<std::optional<QuestionId>> known(const NamedNetwork& network, const Question& asked,
                                            const NamedImages& named,
                                            const std::vector<int>& images, Answers& rows) const;

  Store* store_;
  Crew* crew_;
  int threads_;
  const std::atomic<bool>* interrupt_;
};

}  // namespace brink
