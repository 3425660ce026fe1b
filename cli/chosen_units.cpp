// Which units `visualize` is about: --unit, --layer, --all, --shard.
#include "chosen_units.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace brink::cli {

namespace {

Expected<void> check_unit(const Network& network, const Unit& unit) {
  if (unit.layer < 1 || unit.layer > network.depth()) {
    return bad_request("there is no layer {}: the network has layers 1 to {}", unit.layer,
                       network.depth());
  }
  if (unit.index < 0 || unit.index >= network.width(unit.layer)) {
    return bad_request("layer {} has no unit {}: it has units 0 to {}", unit.layer, unit.index,
                       network.width(unit.layer) - 1);
  }
  return {};
}

/// "K:J".
Expected<Unit> parse_unit(const std::string& text) {
  Unit unit;
  const char* end = text.data() + text.size();
  const auto layer = std::from_chars(text.data(), end, unit.layer);
  if (layer.ec == std::errc() && layer.ptr != end && *layer.ptr == ':') {
    const auto index = std::from_chars(layer.ptr + 1, end, unit.index);
    if (index.ec == std::errc() && index.ptr == end) return unit;
  }
  return bad_request("--unit '{}' is not K:J, layer and unit, e.g. 1:0", text);
}

}  // namespace

Expected<std::vector<Unit>> chosen_units(const UnitChoice& options, const Network& network,
                                         const std::string& shard) {
  const int ways =
      (options.units.empty() ? 0 : 1) + (options.layer != 0 ? 1 : 0) + (options.all ? 1 : 0);
  if (ways != 1) return bad_request("say which units: one of --unit K:J, --layer K and --all");
  std::vector<Unit> chosen;
  for (const std::string& text : options.units) {
    const auto unit = parse_unit(text);
    if (!unit) return tl::unexpected(unit.error());
    if (auto ok = check_unit(network, *unit); !ok) return tl::unexpected(ok.error());
    if (std::find(chosen.begin(), chosen.end(), *unit) == chosen.end()) chosen.push_back(*unit);
  }
  if (options.layer != 0) {
    if (auto ok = check_unit(network, {options.layer, 0}); !ok) return tl::unexpected(ok.error());
  }
  for (int k = 1; k <= network.depth(); ++k) {
    if (!options.all && k != options.layer) continue;
    for (int j = 0; j < network.width(k); ++j) chosen.push_back({k, j});
  }
  std::vector<int> places(chosen.size());
  std::iota(places.begin(), places.end(), 0);
  const auto part = shard_of(places, shard);
  if (!part) return tl::unexpected(part.error());
  std::vector<Unit> left;
  for (const int place : *part) left.push_back(chosen[static_cast<std::size_t>(place)]);
  return left;
}

}  // namespace brink::cli
