// Questions about what excites units most, or least.
#include "brink/search/footprint.h"
#include "brink/session/session.h"

namespace brink {

namespace {

UnitBatch batch_of(const UnitsAsked& asked) {
  const Engine& engine = asked.engine;
  UnitBatch batch;
  batch.network = &asked.network.network;
  batch.bounds = &asked.bounds;
  batch.least = asked.least;
  batch.search.time_limit = engine.time_limit;
  batch.search.gap = engine.gap;
  if (!engine.search) {
    batch.mip = engine.mip;
    batch.mip->time_limit = engine.time_limit;
    batch.mip->gap = engine.gap;
  }
  return batch;
}

}  // namespace

Expected<std::vector<Unit>> Session::left(const UnitsAsked& asked, std::optional<QuestionId> id,
                                          const UnitSink& sink) const {
  std::map<std::pair<int, int>, StoredUnit> known;
  if (id) {
    auto stored = store_->units(*id);
    if (!stored) return tl::unexpected(stored.error());
    known = std::move(*stored);
  }
  std::vector<Unit> left;
  for (const Unit& unit : asked.units) {
    if (sink.has && sink.has(unit)) continue;
    const auto found = known.find({unit.layer, unit.index});
    // What failed is asked again.
    if (found == known.end() || !is_final(found->second.answer.status)) {
      left.push_back(unit);
    } else if (sink.keep) {
      auto kept = sink.keep(unit, found->second.answer);
      if (!kept) return tl::unexpected(kept.error());
    }
  }
  return left;
}

Expected<void> Session::units(const UnitsAsked& asked, const UnitSink& sink) const {
  std::optional<QuestionId> id;
  std::vector<Unit> todo;
  const auto opened = crew_->lead([&]() -> Expected<void> {
    if (store_) {
      const Network& network = asked.network.network;
      const auto stored =
          store_->ask(network, asked.network.name,
                      units_question(network, asked.bounds.box, asked.engine, asked.least));
      if (!stored) return tl::unexpected(stored.error());
      id = *stored;
    }
    auto not_known = left(asked, id, sink);
    if (!not_known) return tl::unexpected(not_known.error());
    todo = std::move(*not_known);
    if (sink.begin) sink.begin(static_cast<int>(todo.size()));
    return {};
  });
  if (!opened) return opened;
  const auto fit = at_once(search::extreme_bytes(asked.network.network), threads_);
  if (!fit) return tl::unexpected(fit.error());
  const auto keep = [&](const Unit& unit, const Excitation& found) -> Expected<void> {
    if (id) {
      if (auto ok = store_->put(*id, StoredUnit{unit.layer, unit.index, found}); !ok) return ok;
    }
    return sink.keep ? sink.keep(unit, found) : Expected<void>();
  };
  return ask_units(batch_of(asked), todo, *fit, *crew_, keep, interrupt_);
}

}  // namespace brink
