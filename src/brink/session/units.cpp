// Questions about what excites units most, or least.
#include "brink/search/footprint.h"
#include "brink/session/session.h"
#include "opening.h"

namespace brink {

namespace {

UnitBatch batch_of(const UnitsAsked& asked) {
  UnitBatch batch;
  batch.network = &asked.network.network;
  batch.bounds = &asked.bounds;
  batch.least = asked.least;
  set_engine(batch, asked.engine);
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
  return left_of(asked.units, sink, [&](const Unit& unit) -> Expected<bool> {
    const auto found = known.find({unit.layer, unit.index});
    // What failed is asked again.
    if (found == known.end() || !is_final(found->second.answer.status)) return false;
    return told(sink, unit, found->second.answer);
  });
}

Expected<void> Session::units(const UnitsAsked& asked, const UnitSink& sink) const {
  const auto question = [&] {
    return units_question(asked.network.network, asked.bounds.box, asked.engine, asked.least);
  };
  const auto opened = open<Unit>(asked, sink, question, [] { return Expected<void>(); });
  if (!opened) return tl::unexpected(opened.error());
  const auto fit = at_once(search::extreme_bytes(asked.network.network), threads_);
  if (!fit) return tl::unexpected(fit.error());
  const auto keep = [&](const Unit& unit, const Excitation& found) -> Expected<void> {
    if (opened->id) {
      if (auto ok = store_->put(*opened->id, StoredUnit{unit.layer, unit.index, found}); !ok)
        return ok;
    }
    return sink.keep ? sink.keep(unit, found) : Expected<void>();
  };
  return ask_units(batch_of(asked), opened->todo, *fit, *crew_, keep, interrupt_, sink.stopped);
}

}  // namespace brink
