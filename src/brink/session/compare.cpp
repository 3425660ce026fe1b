// Questions how far apart two networks are around images.
#include "brink/ask/compare.h"

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
  auto known = known_of(asked.images, id, [&](QuestionId question, int first, int last) {
    return store_->compare(question, first, last);
  });
  if (!known) return tl::unexpected(known.error());
  return left_of(asked.images, sink, [&](int image) -> Expected<bool> {
    const auto found = known->find(image);
    if (found == known->end()) return false;
    complete_witness(asked.network.network, asked.second.network, found->second.answer);
    return told(sink, found->second);
  });
}

Expected<void> Session::compare(const CompareAsked& asked, const CompareSink& sink) const {
  const auto question = [&] {
    return compare_question(asked.network, asked.second, asked.question, asked.radius, asked.engine,
                            asked.named);
  };
  const auto opened = open<int>(asked, sink, question, [&]() -> Expected<void> {
    const NamedNetwork& second = asked.second;
    auto kept = store_->add_network(second.network, second.name, second.file);
    if (!kept) return kept;
    return keep_originals(asked.named, asked.images);
  });
  if (!opened) return tl::unexpected(opened.error());
  return ask_compare(
      batch_of(asked, threads_), opened->todo, *crew_,
      [&](const CompareRow& row) { return keep(opened->id, sink, row); }, interrupt_);
}

}  // namespace brink
