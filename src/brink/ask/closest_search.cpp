// The search engine: src/brink/search behind the answer's form.
#include "brink/search/closest_search.h"

#include <algorithm>

#include "brink/ask/answer.h"

namespace brink {

ClosestAnswer closest_by_search(const Network& network, const ClosestQuestion& question,
                                const Eigen::VectorXd& image, int label,
                                const SearchOptions& options, const std::atomic<bool>* interrupt) {
  const Stopwatch watch;
  const auto regions = output_regions(question, network, label);
  if (auto early = before_search(network, question, image, label, regions)) return *early;
  search::ClosestOptions inner;
  inner.gap = options.gap;
  inner.seed = options.seed;
  inner.threads = options.threads;
  inner.spare = options.spare;
  inner.on_change = options.on_change;
  inner.on_beat = options.on_beat;
  const Deadline deadline = Deadline::after(options.time_limit, interrupt);
  const auto result = search::search_closest(network, question, regions, image, deadline, inner);
  ClosestAnswer answer;
  answer.proof = "search";
  answer.statistics = result.statistics;
  answer.nodes = result.statistics.nodes;
  const Found found{result.distance, result.image, result.region};
  complete(answer, question, network, image, found, result.bound, options.gap, result.finished);
  if (found.region == nullptr && regions.size() == 1) answer.target = regions[0].target;
  if (answer.status == AnswerStatus::time_limit && result.statistics.doubtful > 0) {
    answer.note = fmt::format("undecided by rounding: {} leaves", result.statistics.doubtful);
  }
  if (answer.status == AnswerStatus::time_limit && result.ended) {
    answer.status = AnswerStatus::undecided;
    if (answer.note.empty()) answer.note = "undecided by rounding";
  }
  if (deadline.interrupted() && answer.status == AnswerStatus::time_limit) {
    answer.status = AnswerStatus::interrupted;
  }
  answer.seconds = watch.seconds();
  answer.bound_seconds = std::min(answer.statistics.tightening_seconds, answer.seconds);
  return answer;
}

}  // namespace brink
