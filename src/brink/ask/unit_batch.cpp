#include "brink/ask/unit_batch.h"

#include <nlohmann/json.hpp>

#include "brink/ask/least_unit.h"
#include "brink/ask/wire.h"

namespace brink {

namespace {

/// [[layer, index], ...]
std::string list_text(const std::vector<Unit>& units) {
  nlohmann::json list = nlohmann::json::array();
  for (const Unit& unit : units) list.push_back({unit.layer, unit.index});
  return list.dump();
}

std::vector<Unit> parse_list(const std::string& text) {
  std::vector<Unit> units;
  for (const auto& entry : nlohmann::json::parse(text)) {
    units.push_back({entry.at(0).get<int>(), entry.at(1).get<int>()});
  }
  return units;
}

}  // namespace

Expected<Excitation> excite(const UnitBatch& batch, const Unit& unit,
                            const std::atomic<bool>* interrupt) {
  auto sound = check_unit(*batch.network, *batch.bounds, unit.layer, unit.index);
  if (!sound) return tl::unexpected(sound.error());
  if (batch.least) {
    const NegatedUnit negated(*batch.network, *batch.bounds, unit.layer, unit.index);
    UnitBatch most = batch;
    most.network = &negated.network;
    most.bounds = &negated.bounds;
    most.least = false;
    return excite(most, unit, interrupt).map(told_of_unit);
  }
  if (batch.mip) {
    return excite_by_mip(*batch.network, *batch.bounds, unit.layer, unit.index, *batch.mip,
                         interrupt);
  }
  return excite_by_search(*batch.network, *batch.bounds, unit.layer, unit.index, batch.search,
                          interrupt);
}

Expected<void> ask_units(const UnitBatch& batch, const std::vector<Unit>& units_asked, int at_once,
                         Crew& crew,
                         const std::function<Expected<void>(const Unit&, const Excitation&)>& keep,
                         const std::atomic<bool>* interrupt, const StoppedUnit& stopped) {
  const auto shared = crew.share(list_text(units_asked));
  if (!shared) return tl::unexpected(shared.error());
  const std::vector<Unit> units = parse_list(*shared);
  const auto work = [&](int i) -> std::optional<std::string> {
    const auto found = excite(batch, units[static_cast<std::size_t>(i)], interrupt);
    if (found && found->status == AnswerStatus::interrupted) {
      if (stopped) stopped(units[static_cast<std::size_t>(i)], *found);
      return std::nullopt;
    }
    return to_bytes(found);
  };
  const auto take = [&](int i, const std::string& bytes) -> Expected<void> {
    const auto found = excitation_from_bytes(bytes);
    if (!found) return tl::unexpected(found.error());
    return keep(units[static_cast<std::size_t>(i)], *found);
  };
  return crew.run(static_cast<int>(units.size()), at_once, work, take);
}

}  // namespace brink
