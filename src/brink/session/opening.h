// Private to this folder: how questions begin, whether of images or of units.
#pragma once

#include <algorithm>
#include <set>
#include <type_traits>

#include "brink/session/session.h"

namespace brink {

/// How a batch is answered, with which limits.
template <class Batch>
void set_engine(Batch& batch, const Engine& engine) {
  batch.search.time_limit = engine.time_limit;
  batch.search.gap = engine.gap;
  if (engine.search) return;
  batch.mip = engine.mip;
  batch.mip->time_limit = engine.time_limit;
  batch.mip->gap = engine.gap;
}

/// The items that neither the sink nor `take` has, once each. `take(item)`: whether it is known,
/// and then the sink has been told.
template <class Item, class AskedSink, class Take>
Expected<std::vector<Item>> left_of(const std::vector<Item>& items, const AskedSink& sink,
                                    const Take& take) {
  std::vector<Item> left;
  std::set<Item> seen;
  for (const Item& item : items) {
    if (!seen.insert(item).second || (sink.has && sink.has(item))) continue;
    const Expected<bool> known = take(item);
    if (!known) return tl::unexpected(known.error());
    if (!*known) left.push_back(item);
  }
  return left;
}

/// True, once the sink has been told; or its error.
template <class AskedSink, class... Answer>
Expected<bool> told(const AskedSink& sink, const Answer&... answer) {
  if (sink.keep) {
    if (auto kept = sink.keep(answer...); !kept) return tl::unexpected(kept.error());
  }
  return true;
}

/// What `read(id, first, last)` of the store has of the images; nothing without a question.
template <class Read>
auto known_of(const std::vector<int>& images, std::optional<QuestionId> id, const Read& read) {
  using Rows = std::invoke_result_t<Read, QuestionId, int, int>;
  if (!id || images.empty()) return Rows(typename Rows::value_type());
  const auto [first, last] = std::minmax_element(images.begin(), images.end());
  return Rows(read(*id, *first, *last));
}

/// Into the store, if the question is there, and to the sink.
template <class AskedSink, class Row>
Expected<void> Session::keep(std::optional<QuestionId> id, const AskedSink& sink,
                             const Row& row) const {
  if (id) {
    if (auto ok = store_->put(*id, row); !ok) return ok;
  }
  return sink.keep ? sink.keep(row) : Expected<void>();
}

/// In the leader: the question's id in the store, if there is one, in which `besides` is kept too,
/// and what is left to be asked.
template <class Item, class Asked, class AskedSink>
Expected<Session::Opened<Item>> Session::open(
    const Asked& asked, const AskedSink& sink, const std::function<Question()>& question,
    const std::function<Expected<void>()>& besides) const {
  Opened<Item> opened;
  auto ok = crew_->lead([&]() -> Expected<void> {
    if (store_) {
      const NamedNetwork& network = asked.network;
      const auto id = store_->ask(network.network, network.name, question(), network.file);
      if (!id) return tl::unexpected(id.error());
      opened.id = *id;
      if (auto kept = besides(); !kept) return kept;
    }
    auto left_to_ask = left(asked, opened.id, sink);
    if (!left_to_ask) return tl::unexpected(left_to_ask.error());
    opened.todo = std::move(*left_to_ask);
    if (sink.begin) sink.begin(static_cast<int>(opened.todo.size()));
    return {};
  });
  if (!ok) return tl::unexpected(ok.error());
  return opened;
}

}  // namespace brink
