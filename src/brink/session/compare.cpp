// Questions how far apart two networks are around images.
#include "brink/ask/compare.h"

#include <algorithm>

#include "brink/session/session.h"
#include "opening.h"

namespace brink {

namespace {

CompareBatch batch_of(const CompareAsked& asked, int threads) {
  CompareBatch batch;
  batch.first = &asked.network.network;
  batch.second = &asked.second.network;
  batch.set = asked.named.set;
  batch.question = asked.question;
  batch.radius = asked.radius;
  batch.options.time_limit = asked.engine.time_limit;
  batch.options.seed = asked.engine.seed;
  batch.options.threads = threads;
  return batch;
}

}  // namespace

Expected<std::vector<int>> Session::left(const CompareAsked& asked, std::optional<QuestionId> id,
                                         const CompareSink& sink) const {
  std::map<int, CompareRow> known;
  if (id && !asked.images.empty()) {
    const auto [first, last] = std::minmax_element(asked.images.begin(), asked.images.end());
    auto stored = store_->compare(*id, *first, *last);
    if (!stored) return tl::unexpected(stored.error());
    known = std::move(*stored);
  }
  return left_of(asked.images, sink, [&](int image) -> Expected<bool> {
    const auto found = known.find(image);
    if (found == known.end()) return false;
    complete_witness(asked.network.network, asked.second.network, found->second.answer);
    return told(sink, found->second);
  });
}

Expected<void> Session::compare(const CompareAsked& asked, const CompareSink& sink) const {
  const NamedImages& named = asked.named;
  const auto question = [&] {
    return compare_question(asked.network, asked.second, asked.question, asked.radius, asked.engine,
                            named);
  };
  const auto opened = open<int>(asked, sink, question, [&]() -> Expected<void> {
    const NamedNetwork& second = asked.second;
    auto kept = store_->add_network(second.network, second.name, second.file);
    if (!kept) return kept;
    return store_->put_originals(named.digest, named.split, *named.set, asked.images);
  });
  if (!opened) return tl::unexpected(opened.error());
  const auto keep = [&](const CompareRow& row) -> Expected<void> {
    if (opened->id) {
      if (auto ok = store_->put(*opened->id, row); !ok) return ok;
    }
    return sink.keep ? sink.keep(row) : Expected<void>();
  };
  return ask_compare(batch_of(asked, threads_), opened->todo, *crew_, keep, interrupt_);
}

}  // namespace brink
