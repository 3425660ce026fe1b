// brink visualize: the input that excites each unit most (or least), as pictures and a table.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "brink/base/file_lock.h"
#include "brink/base/progress.h"
#include "brink/report/pictures.h"
#include "brink/report/units.h"
#include "brink/search/footprint.h"
#include "chosen_units.h"
#include "print_rows.h"
#include "store_options.h"
#include "streams.h"
#include "unit_images.h"

namespace brink::cli {

namespace {

struct VisualizeOptions {
  ClosestOptions shared;  ///< network, output, box, bounds, formulation, solver, limits
  UnitChoice choice;
  int scale = 8;
  std::string sheet = "png";
  std::filesystem::path out;
  std::filesystem::path store;
  std::filesystem::path images;  ///< --images-out
  bool least = false;            ///< --min
  bool force = false;
};

/// Where answers are kept with all digits of their images: partial tables have pictures only.
std::filesystem::path store_of(const VisualizeOptions& options) {
  return options.store.empty() && !options.images.empty() ? store_beside(options.images)
                                                          : options.store;
}

Question question_of(const VisualizeOptions& options, const Network& network, const Box& box) {
  return visualize_question(options.shared, network, box, options.least);
}

/// All that was asked, but the list of units: a stopped run may be continued with more of them.
std::string question_text(const VisualizeOptions& options, const Network& network, const Box& box) {
  return fmt::format("{} scale {}", question_of(options, network, box).text, options.scale);
}

UnitFiles files_of(const VisualizeOptions& options, const Network& network, const Box& box) {
  return {options.out, question_of(options, network, box).hash, options.force,
          "units." + options.sheet};
}

UnitResult to_result(const Unit& unit, const Excitation& found, const Box& box,
                     const VisualizeOptions& options) {
  UnitResult result;
  result.least = options.least;
  result.layer = unit.layer;
  result.unit = unit.index;
  result.status = name(found.status);
  result.nodes = found.nodes;
  result.seconds = found.seconds;
  result.proof = found.proof;
  if (found.status == AnswerStatus::error) return result;
  result.bound = found.bound;
  if (found.image.size() == 0) return result;
  result.activation = found.activation;
  result.picture = grey_picture(found.image, shape_of(found.image.size()), box.lower.minCoeff(),
                                box.upper.maxCoeff(), options.scale);
  return result;
}

/// Everything a run needs once its options are read.
struct VisualizeRun {
  LoadedNetwork loaded;
  Box box;
  MipOptions mip;
  std::vector<Unit> units;
  Bounds bounds;
};

/// Where answers are kept: in the folder's partial table, or in the store.
struct UnitKeeping {
  std::unique_ptr<FileLock> lock;
  std::optional<Store> store;
  QuestionId question = 0;
  UnitFolder folder;

  Expected<void> keep(const Unit& unit, const Excitation& found, const Box& box,
                      const VisualizeOptions& options) {
    if (store) {
      auto ok = store->put(question, StoredUnit{unit.layer, unit.index, found});
      if (!ok) return ok;
    }
    return folder.add(to_result(unit, found, box, options));
  }
};

/// Units that were asked for and are in the store go into the folder.
Expected<void> take_answered(const VisualizeRun& run, const VisualizeOptions& options,
                             UnitKeeping& keeping) {
  const auto answered = keeping.store->units(keeping.question);
  if (!answered) return tl::unexpected(answered.error());
  for (const Unit& unit : run.units) {
    const auto known = answered->find({unit.layer, unit.index});
    // What failed (a solver's process that was killed, say) is asked again.
    if (known == answered->end() || !is_final(known->second.answer.status)) continue;
    auto added = keeping.folder.add(to_result(unit, known->second.answer, run.box, options));
    if (!added) return added;
  }
  return {};
}

Expected<UnitKeeping> open_keeping(const VisualizeRun& run, const VisualizeOptions& options,
                                   const Common& common) {
  const Network& network = run.loaded.network;
  UnitKeeping keeping;
  if (!options.out.empty()) {
    auto lock = FileLock::take(options.out);
    if (!lock) return tl::unexpected(lock.error());
    keeping.lock = std::make_unique<FileLock>(std::move(*lock));
  }
  const std::filesystem::path store = store_of(options);
  const UnitFiles files = files_of(options, network, run.box);
  auto folder = store.empty() && !options.out.empty()
                    ? UnitFolder::open(files, question_text(options, network, run.box))
                    : UnitFolder::of_answers(files);
  if (!folder) return tl::unexpected(folder.error());
  keeping.folder = std::move(*folder);
  if (store.empty()) return keeping;

  auto asked = open_store_for(store, common, network, options.shared.network,
                              question_of(options, network, run.box));
  if (!asked) return tl::unexpected(asked.error());
  keeping.store.emplace(std::move(asked->store));
  keeping.question = asked->question;
  if (auto taken = take_answered(run, options, keeping); !taken) {
    return tl::unexpected(taken.error());
  }
  return keeping;
}

/// The units asked for that have no answer yet.
std::vector<Unit> to_do(const VisualizeRun& run, const UnitFolder& folder) {
  const auto& done = folder.finished();
  std::vector<Unit> open;
  for (const Unit& unit : run.units) {
    const bool finished = std::any_of(done.begin(), done.end(), [&](const UnitResult& r) {
      return r.layer == unit.layer && r.unit == unit.index;
    });
    if (!finished) open.push_back(unit);
  }
  return open;
}

UnitBatch batch_of(const VisualizeRun& run, const VisualizeOptions& options) {
  UnitBatch batch;
  batch.least = options.least;
  batch.network = &run.loaded.network;
  batch.bounds = &run.bounds;
  if (options.shared.engine != "search") batch.mip = run.mip;
  batch.search.time_limit = run.mip.time_limit;
  batch.search.gap = run.mip.gap;
  return batch;
}

/// Solves what is not finished yet; each answer is kept as soon as it is there. `keeping`: of the
/// leader alone.
Expected<void> solve_units(const VisualizeRun& run, const VisualizeOptions& options,
                           const Common& common, int at_once, Expected<UnitKeeping>& keeping) {
  Crew& crew = *common.crew;
  Expected<std::vector<Unit>> todo;
  if (crew.leads()) todo = keeping.map([&](UnitKeeping& k) { return to_do(run, k.folder); });
  Progress progress("units", todo ? static_cast<int>(todo->size()) : 0,
                    common.quiet || !crew.leads());
  const auto keep = [&](const Unit& unit, const Excitation& found) {
    if (found.status == AnswerStatus::error && !common.quiet) {
      note("brink: unit {}:{}: {}", unit.layer, unit.index, found.note);
    }
    auto kept = keeping->keep(unit, found, run.box, options);
    progress.step();
    return kept;
  };
  auto asked = ask_units(batch_of(run, options), todo, at_once, crew, keep, &interrupt_flag());
  if (!asked) return asked;
  if (interrupt_flag()) return interrupted();
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
                      {"seconds", unit.seconds},
                      {"proof", unit.proof},
                      {"extreme", unit.least ? "min" : "max"}});
      rows.back()["activation"] = unit.activation ? nlohmann::json(*unit.activation) : nullptr;
      rows.back()["bound"] = unit.bound ? nlohmann::json(*unit.bound) : nullptr;
    }
    print_json(nlohmann::json{{"folder", options.out.string()}, {"units", rows}}, 2);
    return;
  }
  if (units.empty()) {  // no request is for no units, but a shard of one may be
    fmt::print("no unit falls to this shard\n");
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
  const std::string where =
      options.out.empty() ? ""
                          : fmt::format("; pictures and units.csv in {}", options.out.string());
  const std::string summary =
      fmt::format("{} units, {} proven optimal; mean {:.2f} s, max {:.2f} s{}", units.size(),
                  solved, seconds / static_cast<double>(units.size()), slowest, where);
  TextTable table;
  table.columns = {"layer", "unit", "activation", "bound", "status", "nodes", "seconds"};
  for (const UnitResult& u : units) {
    const auto number = [](const std::optional<double>& v) {
      return v ? fmt::format("{:.6g}", *v) : std::string("-");
    };
    table.rows.push_back({fmt::format("{}", u.layer), fmt::format("{}", u.unit),
                          number(u.activation), number(u.bound), u.status,
                          fmt::format("{}", u.nodes), fmt::format("{:.2f}", u.seconds)});
  }
  print_rows(
      table, [&] { return unit_table(units); }, options.out.empty() ? options.store : options.out,
      summary, common);
}

/// --images-out; what kept the answers for it goes.
Expected<void> write_images(const VisualizeRun& run, const VisualizeOptions& options,
                            UnitKeeping& keeping) {
  if (options.images.empty()) return {};
  const auto answered = keeping.store->units(keeping.question);
  if (!answered) return tl::unexpected(answered.error());
  std::vector<StoredUnit> asked;
  for (const UnitResult& row : keeping.folder.finished()) {
    const auto found = answered->find({row.layer, row.unit});
    if (found != answered->end()) asked.push_back(found->second);
  }
  const auto hash = question_of(options, run.loaded.network, run.box).hash;
  if (auto ok = write_unit_images(options.images, asked, hash); !ok) return ok;
  remove_keeping_store(options.store, options.images);
  return {};
}

/// Steps that need no proof: all bad requests are found here.
Expected<VisualizeRun> prepare(const VisualizeOptions& options, const Common& common) {
  auto loaded = load_network(options.shared, common);
  if (!loaded) return tl::unexpected(loaded.error());
  auto units = chosen_units(options.choice, loaded->network, options.shared.shard);
  if (!units) return tl::unexpected(units.error());
  auto box = box_without_question(options.shared, common, loaded->network);
  if (!box) return tl::unexpected(box.error());
  const auto mip = make_mip_options(options.shared, ClosestQuestion());  // a unit has no distance
  if (!mip) return tl::unexpected(mip.error());
  if (common.crew->leads()) {
    const UnitFiles files = files_of(options, loaded->network, *box);
    if (auto ok = UnitFolder::of_answers(files); !ok) return tl::unexpected(ok.error());
    auto ok = check_unit_images(options.images, files.question, options.force);
    if (!ok) return tl::unexpected(ok.error());
  }
  return VisualizeRun{std::move(*loaded), std::move(*box), *mip, std::move(*units), {}};
}

Expected<void> visualize(const VisualizeOptions& options, const Common& common) {
  auto run = prepare(options, common);
  if (!run) return tl::unexpected(run.error());
  const auto bytes = search::extreme_bytes(run->loaded.network);
  const auto at_once = searches_at_once(options.shared, bytes, common.threads);
  if (!at_once) return tl::unexpected(at_once.error());
  auto bounds = make_bounds(options.shared, common, run->loaded, run->box, store_of(options));
  if (!bounds) return tl::unexpected(bounds.error());
  run->bounds = std::move(*bounds);
  run->bounds.box = run->box;  // a file may hold for a larger one; this one is searched
  Expected<UnitKeeping> keeping;
  if (common.crew->leads()) note_nothing_kept(common.quiet, {options.out, store_of(options)});
  if (common.crew->leads()) keeping = open_keeping(*run, options, common);
  if (auto ok = solve_units(*run, options, common, *at_once, keeping); !ok) return ok;
  if (!common.crew->leads()) return {};
  if (auto ok = keeping->folder.finish(); !ok) return ok;
  if (auto ok = write_images(*run, options, *keeping); !ok) return ok;
  print_summary(keeping->folder.finished(), options, common);
  return {};
}

}  // namespace

void add_visualize(CLI::App& app, Common& common, Action& chosen) {
  const auto options = std::make_shared<VisualizeOptions>();
  const auto self = std::make_shared<CLI::App*>(nullptr);  // known only after add_command
  CLI::App* command = add_command(
      app, common, chosen, "visualize",
      "the input that excites a unit most (or least), for any or all units",
      "brink visualize net.onnx --layer 2 --time-limit 20 -o units",
      [options, self, &common]() -> Expected<void> {
        auto ok = check_mip_options(**self, options->shared, {"--formulation", "--solver"});
        return ok ? visualize(*options, common) : ok;
      });
  *self = command;
  ClosestOptions& shared = options->shared;
  add_network_options(*command, shared);
  add_search_constants(*command, common);
  command->add_option("--unit", options->choice.units,
                      "layer and unit, K:J; layers from 1, units from 0");
  command->add_option("--layer", options->choice.layer, "all units of layer K")
      ->check(CLI::PositiveNumber);
  command->add_flag("--all", options->choice.all, "all units of all layers");
  command->add_option("-o,--out", options->out, "folder for units.csv and the pictures");
  command->add_flag("--min", options->least,
                    "the least pre-activation in place of the largest activation");
  command->add_option("--images-out", options->images, "the inputs found, as .npz for numpy.load");
  add_store_option(*command, options->store);
  add_force_option(*command, options->force);
  add_shard_option(*command, shared);
  command->add_option(
      "--box", shared.box,
      "inputs searched: LO:HI, or an npz or CSV file (default: the range of --data, or 0:1)");
  add_data_options(*command, shared, false);
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
  command->add_option("--scale", options->scale, "pixels of a picture per pixel of an image")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_option("--sheet", options->sheet, "format of the contact sheet: png, svg or pdf")
      ->check(one_of({"png", "svg", "pdf"}))
      ->capture_default_str();
}

}  // namespace brink::cli
