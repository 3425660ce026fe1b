// The search engine: src/brink/search behind the answer's form.
#include "brink/search/closest_search.h"

#include <algorithm>
#include <cmath>

#include "brink/ask/answer.h"
#include "brink/ask/closest_certificate.h"
#include "brink/ask/weights.h"
#include "brink/network/float32.h"

namespace brink {

namespace {

constexpr int kMoreLeads = 3;  ///< searches with a larger lead

search::ClosestOptions inner_options(const SearchOptions& options, search::ClaimLog* claims) {
  search::ClosestOptions inner;
  inner.gap = options.gap;
  inner.within = options.within;
  inner.seed = options.seed;
  inner.threads = options.threads;
  inner.spare = options.spare;
  inner.on_change = options.on_change;
  inner.on_beat = options.on_beat;
  inner.claims = claims;
  return inner;
}

ClosestAnswer search_unweighted(const Network& network, const ClosestQuestion& question,
                                const Eigen::VectorXd& image, int label,
                                const SearchOptions& options, const std::atomic<bool>* interrupt,
                                certificate::Listener* listener) {
  const Stopwatch watch;
  auto regions = output_regions(question, network, label);
  if (auto early = before_search(network, question, image, label, regions)) return *early;
  regions = proof_regions(network, question, image, std::move(regions));
  search::ClosestOptions inner = inner_options(options, listener);
  const Deadline deadline = Deadline::after(options.time_limit, interrupt);
  ClosestAnswer answer;
  search::Statistics statistics;
  search::ClosestResult result;
  double bound = 0;
  Found found;
  for (int round = 0;; ++round) {
    if (listener != nullptr) listener->forget();
    result = search::search_closest(network, question, regions, image, deadline, inner);
    statistics.add(result.statistics);
    answer = {};
    bound = std::max(bound, result.bound);
    found = {result.distance, result.image, result.region, result.lead};
    complete(answer, question, network, image, found, {bound, result.lead_bound, result.nothing},
             options.gap);
    // The nearest image may need more of a lead than was chosen from the first one.
    const bool open = answer.status == AnswerStatus::time_limit && result.ended;
    if (!open || !result.lead.float32 || found.region == nullptr) break;
    const double doubt =
        float32_doubt(network, found.image, found.region->target) + question.ending_doubt;
    if (doubt <= result.lead.value || round == kMoreLeads || deadline.expired()) break;
    inner.least_lead = 1.25 * doubt;
  }
  answer.proof = "search";
  answer.statistics = statistics;
  answer.nodes = statistics.nodes;
  if (found.region == nullptr && regions.size() == 1 && !question.target.is_threshold()) {
    answer.target = regions[0].target;
  }
  if (answer.status == AnswerStatus::time_limit && result.statistics.doubtful > 0) {
    answer.note = fmt::format("undecided by rounding: {} leaves", result.statistics.doubtful);
  }
  if (answer.status == AnswerStatus::time_limit && result.ended) {
    answer.status = AnswerStatus::undecided;
    if (std::isinf(result.lead_bound)) {
      answer.note = fmt::format("ties only: no image leads by {:.3g} (--lead)", answer.lead);
    } else if (answer.note.empty()) {
      answer.note = "undecided by rounding";
    }
  }
  if (deadline.interrupted() && answer.status == AnswerStatus::time_limit) {
    answer.status = AnswerStatus::interrupted;
  }
  answer.seconds = watch.seconds();
  answer.bound_seconds = std::min(answer.statistics.tightening_seconds, answer.seconds);
  return answer;
}

/// With what they report in the unit that the caller knows.
SearchOptions in_unit(SearchOptions options, double unit) {
  if (unit == 1) return options;
  options.within /= unit;
  if (options.on_change) {
    options.on_change = [tell = options.on_change, unit](double distance, double bound,
                                                         double seconds) {
      tell(unit * distance, unit * bound, seconds);
    };
  }
  if (options.on_beat) {
    options.on_beat = [tell = options.on_beat, unit](auto beat) {
      beat.distance *= unit;
      beat.bound *= unit;
      tell(beat);
    };
  }
  return options;
}

}  // namespace

Expected<ClosestAnswer> closest_by_search(const Network& network, const ClosestQuestion& question,
                                          const Eigen::VectorXd& image, int label,
                                          const SearchOptions& options,
                                          const std::atomic<bool>* interrupt) {
  if (auto sound = check_asked(network, question, image, label); !sound) {
    return tl::unexpected(sound.error());
  }
  certificate::Listener own;
  certificate::Listener* const listener =
      options.listener != nullptr || !options.certificate ? options.listener : &own;
  const auto ask = [&](const Network& n, const ClosestQuestion& q, const Eigen::VectorXd& x,
                       double unit) {
    return search_unweighted(n, q, x, label, in_unit(options, unit), interrupt, listener);
  };
  ClosestAnswer answer = with_weights(network, question, image, label, ask);
  if (options.certificate) {
    auto done = certify(network, question, image, label, options, answer, interrupt, listener);
    if (!done) return tl::unexpected(done.error());
  }
  return answer;
}

}  // namespace brink
