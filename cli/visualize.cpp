// brink visualize: the input that excites each unit most, as pictures and a table.
#include <algorithm>
#include <charconv>
#include <mutex>
#include <nlohmann/json.hpp>

#include "brink/ask/visualize.h"
#include "brink/base/digest.h"
#include "brink/base/file_lock.h"
#include "brink/base/progress.h"
#include "brink/report/pictures.h"
#include "brink/report/units.h"
#include "brink/search/footprint.h"
#include "closest_options.h"

namespace brink::cli {

namespace {

struct VisualizeOptions {
  ClosestOptions shared;  ///< network, output, box, bounds, formulation, solver, limits
  std::vector<std::string> units;
  int layer = 0;
  bool all = false;
  int scale = 8;
  std::filesystem::path out;
};

struct Unit {
  int layer = 0;
  int index = 0;
  bool operator==(const Unit&) const = default;
};

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

/// Layer by layer, in order; none twice.
Expected<std::vector<Unit>> chosen_units(const VisualizeOptions& options, const Network& network) {
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
  return chosen;
}

/// All that was asked, but the list of units: a stopped run may be continued with more of them.
std::string question_text(const VisualizeOptions& options, const Network& network, const Box& box,
                          const MipOptions& mip) {
  std::string sides;
  for (const auto* side : {&box.lower, &box.upper}) {
    for (const double value : *side) sides += fmt::format("{},", value);
  }
  return fmt::format(
      "visualize {} box {} engine {} bounds {} solver {} formulation {} limit {} gap {} scale {}",
      content_hash(network), sha256(sides), options.shared.engine, options.shared.bounds,
      mip.solver, options.shared.formulation, mip.time_limit, mip.gap, options.scale);
}

UnitResult to_result(const Unit& unit, const Excitation& found, const Box& box, int scale) {
  UnitResult result;
  result.layer = unit.layer;
  result.unit = unit.index;
  result.status = name(found.status);
  result.nodes = found.nodes;
  result.seconds = found.seconds;
  if (found.status == AnswerStatus::error) return result;
  result.bound = found.bound;
  if (found.image.size() == 0) return result;
  result.activation = found.activation;
  result.picture = grey_picture(found.image, shape_of(found.image.size()), box.lower.minCoeff(),
                                box.upper.maxCoeff(), scale);
  return result;
}

/// Everything a run needs once its options are read.
struct Run {
  Network network;
  Bounds bounds;
  bool by_search = true;
  MipOptions mip;
  std::vector<Unit> units;
  int at_once = 1;  ///< searches
};

Excitation excite(const Run& run, const Unit& unit) {
  if (run.by_search) {
    SearchOptions search;
    search.time_limit = run.mip.time_limit;
    search.gap = run.mip.gap;
    return excite_by_search(run.network, run.bounds, unit.layer, unit.index, search,
                            &interrupt_flag());
  }
  return excite_by_mip(run.network, run.bounds, unit.layer, unit.index, run.mip, &interrupt_flag());
}

/// Solves what is not finished yet; each answer is on disk before the next is begun.
Expected<void> solve_units(const Run& run, const VisualizeOptions& options, const Common& common,
                           UnitFolder& folder) {
  std::vector<Unit> open;
  for (const Unit& unit : run.units) {
    const auto& done = folder.finished();
    const bool finished = std::any_of(done.begin(), done.end(), [&](const UnitResult& r) {
      return r.layer == unit.layer && r.unit == unit.index;
    });
    if (!finished) open.push_back(unit);
  }
  std::mutex mutex;
  Expected<void> outcome;
  Progress progress("units", static_cast<int>(open.size()), common.quiet);
  parallel_for(static_cast<int>(open.size()), run.at_once, [&](int i) {
    if (interrupt_flag().load()) return;
    const Unit& unit = open[static_cast<std::size_t>(i)];
    const Excitation found = excite(run, unit);
    if (found.status == AnswerStatus::interrupted) return;
    const std::lock_guard lock(mutex);
    if (found.status == AnswerStatus::error && !common.quiet) {
      fmt::print(stderr, "brink: unit {}:{}: {}\n", unit.layer, unit.index, found.note);
    }
    auto added = folder.add(to_result(unit, found, run.bounds.box, options.scale));
    if (!added && outcome) outcome = std::move(added);
    progress.step();
  });
  if (!outcome) return outcome;
  if (interrupt_flag().load()) return interrupted();
  return {};
}

void print_summary(const std::vector<UnitResult>& units, const VisualizeOptions& options,
                   const Common& common) {
  if (common.json) {
    nlohmann::json rows = nlohmann::json::array();
    for (const UnitResult& unit : units) {
      rows.push_back({{"layer", unit.layer},
                      {"unit", unit.unit},
                      {"status", unit.status},
                      {"nodes", unit.nodes},
                      {"seconds", unit.seconds}});
      if (unit.activation) rows.back()["activation"] = *unit.activation;
      if (unit.bound) rows.back()["bound"] = *unit.bound;
    }
    fmt::print("{}\n", nlohmann::json{{"folder", options.out.string()}, {"units", rows}}.dump(2));
    return;
  }
  int solved = 0;
  double seconds = 0;
  double slowest = 0;
  for (const UnitResult& unit : units) {
    solved += unit.status == "optimal" ? 1 : 0;
    seconds += unit.seconds;
    slowest = std::max(slowest, unit.seconds);
  }
  fmt::print(
      "{} units, {} proven optimal; mean {:.2f} s, max {:.2f} s; pictures and units.csv in {}\n",
      units.size(), solved, seconds / std::max<double>(1, static_cast<double>(units.size())),
      slowest, options.out.string());
}

Expected<void> visualize(const VisualizeOptions& options, const Common& common) {
  auto loaded = load_network(options.shared, common);
  if (!loaded) return tl::unexpected(loaded.error());
  auto units = chosen_units(options, loaded->network);
  if (!units) return tl::unexpected(units.error());
  const auto box = parse_box(options.shared.box, loaded->network.input_size());
  if (!box) return tl::unexpected(box.error());
  const auto mip = make_mip_options(options.shared, ClosestQuestion());  // a unit has no distance
  if (!mip) return tl::unexpected(mip.error());
  auto bounds = make_bounds(options.shared, common, *loaded, *box);
  if (!bounds) return tl::unexpected(bounds.error());
  Run run{loaded->network, std::move(*bounds), options.shared.engine == "search", *mip,
          std::move(*units)};
  const auto at_once =
      searches_at_once(options.shared, search::extreme_bytes(run.network), common.threads);
  if (!at_once) return tl::unexpected(at_once.error());
  run.at_once = *at_once;
  const auto lock = FileLock::take(options.out);
  if (!lock) return tl::unexpected(lock.error());
  auto folder = UnitFolder::open(options.out, question_text(options, run.network, *box, *mip));
  if (!folder) return tl::unexpected(folder.error());
  if (auto ok = solve_units(run, options, common, *folder); !ok) return ok;
  if (auto ok = folder->finish(); !ok) return ok;
  print_summary(folder->finished(), options, common);
  return {};
}

}  // namespace

void add_visualize(CLI::App& app, Common& common, Action& chosen) {
  const auto options = std::make_shared<VisualizeOptions>();
  CLI::App* command = add_command(app, common, chosen, "visualize",
                                  "the input that excites a unit most, for any or all units",
                                  [options, &common] { return visualize(*options, common); });
  ClosestOptions& shared = options->shared;
  command->add_option("NETWORK", shared.network, "network, ONNX")->required();
  command->add_option("--unit", options->units, "layer and unit, K:J; layers from 1, units from 0");
  command->add_option("--layer", options->layer, "all units of layer K")
      ->check(CLI::PositiveNumber);
  command->add_flag("--all", options->all, "all units of all layers");
  command->add_option("-o,--out", options->out, "folder for units.csv and the pictures")
      ->required();
  command->add_option("--box", shared.box, "inputs searched: LO:HI, or an npz file")
      ->capture_default_str();
  command->add_option("--engine", shared.engine, "search (brink's own) or mip")
      ->capture_default_str();
  command
      ->add_option("--bounds", shared.bounds,
                   "none, interval, symbolic, lp, weak, exact, or a file of brink bounds")
      ->capture_default_str();
  command->add_option("--formulation", shared.formulation, "of the mip engine: bigm or indicator")
      ->capture_default_str();
  command->add_option("--solver", shared.solver, "solver of the mip engine: cbc")
      ->capture_default_str();
  add_memory_limit(*command, shared);
  command->add_option("--time-limit", shared.time_limit, "seconds per unit")->capture_default_str();
  command->add_option("--gap", shared.gap, "stop at this relative gap (0: prove)")
      ->capture_default_str();
  command->add_option("--output", shared.output, "relu or linear (default: as in the file)");
  command->add_option("--scale", options->scale, "pixels of a picture per pixel of an image")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
}

}  // namespace brink::cli
