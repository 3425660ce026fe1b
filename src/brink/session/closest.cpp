// Questions about the nearest images that fool a network.
#include <nlohmann/json.hpp>

#include "brink/ask/wire.h"
#include "brink/session/session.h"
#include "opening.h"

namespace brink {

namespace {

using Answers = std::map<int, ClosestRow>;

/// The rows that the leader has, in every process of the crew.
Expected<Answers> share_rows(Crew& crew, const Dataset& set, Norm norm, const Answers& rows) {
  if (crew.processes() == 1) return rows;
  nlohmann::json list = nlohmann::json::array();
  for (const auto& [image, row] : rows) {
    const std::string bytes = to_bytes(row.answer);
    list.push_back({image, nlohmann::json::binary({bytes.begin(), bytes.end()})});
  }
  const auto packed = nlohmann::json::to_cbor(list);
  const auto shared = crew.share(std::string(packed.begin(), packed.end()));
  if (!shared) return tl::unexpected(shared.error());
  Answers all;
  for (const auto& entry : nlohmann::json::from_cbor(*shared)) {
    const auto& bytes = entry.at(1).get_binary();
    auto answer = closest_from_bytes({bytes.begin(), bytes.end()});
    if (!answer) return tl::unexpected(answer.error());
    const int image = entry.at(0).get<int>();
    all[image] = {image, set.label(image), norm, std::move(*answer)};
  }
  return all;
}

ClosestBatch batch_of(const ClosestAsked& asked) {
  ClosestBatch batch;
  batch.network = &asked.network.network;
  batch.set = asked.named.set;
  batch.question = asked.question;
  batch.bounds = asked.bounds;
  batch.search.seed = asked.engine.seed;
  set_engine(batch, asked.engine);
  return batch;
}

}  // namespace

Expected<std::vector<int>> Session::left(const ClosestAsked& asked, std::optional<QuestionId> id,
                                         const ClosestSink& sink) const {
  const auto known = known_of(asked.images, id, [&](QuestionId question, int first, int last) {
    return store_->closest(question, first, last);
  });
  if (!known) return tl::unexpected(known.error());
  return left_of(asked.images, sink, [&](int image) -> Expected<bool> {
    const auto found = known->find(image);
    // What failed (a solver's process that was killed, say) is asked again.
    if (found == known->end() || !is_final(found->second.answer.status)) return false;
    return told(sink, found->second);
  });
}

Expected<void> Session::closest(const ClosestAsked& asked, const ClosestSink& sink) const {
  const auto question = [&] {
    return closest_question(asked.network.network, asked.question, asked.engine, asked.named);
  };
  const auto opened =
      open<int>(asked, sink, question, [&] { return keep_originals(asked.named, asked.images); });
  if (!opened) return tl::unexpected(opened.error());
  const auto division =
      divide(asked.network.network, asked.question, static_cast<int>(opened->todo.size()));
  if (!division) return tl::unexpected(division.error());
  return ask_images(
      batch_of(asked), opened->todo, division->at_once, division->inner, *crew_, sink.hooks,
      [&](const ClosestRow& row) { return keep(opened->id, sink, row); }, interrupt_);
}

Expected<std::vector<ClosestRow>> Session::closest(const ClosestAsked& asked,
                                                   const BatchHooks& hooks) const {
  Answers rows;
  ClosestSink sink;
  sink.hooks = hooks;
  sink.keep = [&](const ClosestRow& row) -> Expected<void> {
    rows[row.image] = row;
    if (on_progress) {
      on_progress(static_cast<int>(rows.size()), static_cast<int>(asked.images.size()));
    }
    return {};
  };
  if (auto asked_all = closest(asked, sink); !asked_all) return tl::unexpected(asked_all.error());
  const auto all = share_rows(*crew_, *asked.named.set, asked.question.norm, rows);
  if (!all) return tl::unexpected(all.error());
  std::vector<ClosestRow> result;
  for (const int image : asked.images) result.push_back(all->at(image));
  return result;
}

}  // namespace brink
