// brink visualize: the input that excites each unit most (or least), as pictures and a table.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "brink/ask/bounds_certificate.h"
#include "brink/base/file_lock.h"
#include "brink/base/progress.h"
#include "brink/report/pictures.h"
#include "brink/report/units.h"
#include "certificates.h"
#include "chosen_units.h"
#include "feature_maps.h"
#include "print_rows.h"
#include "store_options.h"
#include "streams.h"
#include "unit_images.h"

namespace brink::cli {

namespace {

struct VisualizeOptions {
  TypedOptions shared;  ///< network, output, box, bounds, formulation, solver, limits
  UnitChoice choice;
  int scale = 8;
  std::string sheet = "png";
  std::filesystem::path out;
  std::filesystem::path store;
  std::filesystem::path images;  ///< --images-out
  std::filesystem::path certificate;
  bool least = false;  ///< --min
  bool maps = false;   ///< --maps
  bool force = false;
};

/// Where answers are kept with all digits of their images: partial tables have pictures only.
std::filesystem::path store_of(const VisualizeOptions& options) {
  return options.store.empty() && !options.images.empty() ? store_beside(options.images)
                                                          : options.store;
}

UnitResult to_result(const Unit& unit, const Excitation& found, const Box& box,
                     const ImageShape& shape, const VisualizeOptions& options) {
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
  result.picture =
      image_picture(found.image, shape, box.lower.minCoeff(), box.upper.maxCoeff(), options.scale);
  return result;
}

/// Everything a run needs once its options are read.
struct VisualizeRun {
  LoadedNetwork loaded;
  Engine engine;
  std::vector<Unit> units;
  Bounds bounds;  ///< whose box is searched
  Question asked;
  UnitFiles files;
  ImageShape shape;                 ///< of an input
  std::vector<std::string> inputs;  ///< their names
  std::unique_ptr<FileLock> lock;
  Certificates certificates;
  UnitFolder folder;              ///< the leader's
  std::vector<StoredUnit> found;  ///< with the inputs, for --images-out
};

/// The folder of a run, with what a stopped one of the same question left: one of other units may
/// be continued.
Expected<void> open_folder(const VisualizeOptions& options, VisualizeRun& run) {
  if (!options.out.empty()) {
    auto lock = FileLock::take(options.out);
    if (!lock) return tl::unexpected(lock.error());
    run.lock = std::make_unique<FileLock>(std::move(*lock));
  }
  auto folder =
      store_of(options).empty() && !options.out.empty()
          ? UnitFolder::open(run.files, fmt::format("{} scale {}", run.asked.text, options.scale))
          : UnitFolder::of_answers(run.files);
  if (!folder) return tl::unexpected(folder.error());
  run.folder = std::move(*folder);
  return {};
}

/// --maps: unit_K_J-maps.png beside the unit's picture.
Expected<void> draw_maps(const VisualizeRun& run, const VisualizeOptions& options, const Unit& unit,
                         const Excitation& found) {
  if (!options.maps || found.image.size() == 0) return {};
  auto drawing = feature_maps(run.loaded, found.image, run.shape);
  if (!drawing) return tl::unexpected(drawing.error());
  drawing->note = fmt::format("{} unit {}:{} maps", run.asked.hash, unit.layer, unit.index);
  std::error_code ignored;  // what is wrong, writing says
  std::filesystem::create_directory(options.out, ignored);
  const std::string stem = std::filesystem::path(unit_file(unit.layer, unit.index)).stem();
  return write_drawing(*drawing, options.out / (stem + "-maps.png"));
}

/// Solves what is not finished yet; each answer is kept as soon as it is there.
Expected<void> solve_units(VisualizeRun& run, const VisualizeOptions& options, const Common& common,
                           const Session& session) {
  std::optional<Progress> progress;
  UnitSink sink;
  sink.has = [&](const Unit& unit) {
    const auto& done = run.folder.finished();
    return std::any_of(done.begin(), done.end(), [&](const UnitResult& r) {
      return r.layer == unit.layer && r.unit == unit.index;
    });
  };
  sink.begin = [&](int left) { progress.emplace("units", left, common.quiet); };
  sink.keep = [&](const Unit& unit, const Excitation& answer) -> Expected<void> {
    Excitation found = answer;
    if (run.certificates.wanted() && found.status != AnswerStatus::error) {
      const certificate::ProofOptions how{
          common.threads, Deadline::after(options.shared.time_limit, &interrupt_flag())};
      const auto counts =
          certify_unit(run.loaded.network, run.bounds.box, unit.layer, unit.index, options.least,
                       run.certificates.of_unit(unit.layer, unit.index), how, found.bound);
      if (!counts) return tl::unexpected(counts.error());
    }
    if (found.status == AnswerStatus::error && !common.quiet) {
      note("brink: unit {}:{}: {}", unit.layer, unit.index, found.note);
    }
    if (!options.images.empty()) run.found.push_back({unit.layer, unit.index, found});
    auto kept = run.folder.add(to_result(unit, found, run.bounds.box, run.shape, options));
    if (kept) kept = draw_maps(run, options, unit, found);
    if (progress) progress->step();
    return kept;
  };
  return session.units({run.loaded, run.bounds, run.engine, run.units, options.least}, sink);
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
Expected<void> write_images(VisualizeRun& run, const VisualizeOptions& options) {
  if (options.images.empty()) return {};
  std::sort(run.found.begin(), run.found.end(), [](const StoredUnit& a, const StoredUnit& b) {
    return std::pair(a.layer, a.unit) < std::pair(b.layer, b.unit);
  });
  if (auto ok = write_unit_images(options.images, run.found, run.inputs, run.asked.hash); !ok)
    return ok;
  remove_keeping_store(options.store, options.images);
  return {};
}

/// What an input looks like, and what its numbers are called.
void set_inputs(VisualizeRun& run, const std::optional<Dataset>& set) {
  run.shape = set && set->picture ? shape_of(*set) : shape_of(run.loaded.facts.input_shape);
  for (int j = 0; j < run.loaded.network.input_size(); ++j) {
    run.inputs.push_back(set ? set->input_name(j) : fmt::format("input {}", j));
  }
}

/// Steps that need no proof: all bad requests are found here.
Expected<void> prepare(const VisualizeOptions& options, const Common& common, VisualizeRun& run) {
  auto loaded = load_network(options.shared, common);
  if (!loaded) return tl::unexpected(loaded.error());
  run.loaded = std::move(*loaded);
  auto units = chosen_units(options.choice, run.loaded.network, options.shared.shard);
  if (!units) return tl::unexpected(units.error());
  run.units = std::move(*units);
  std::optional<Dataset> set;
  auto box = box_without_question(options.shared, common, run.loaded, &set);
  if (!box) return tl::unexpected(box.error());
  set_inputs(run, set);
  if (options.maps) {
    if (options.out.empty()) return bad_request("--maps needs a folder: -o DIR");
    auto any = maps_are_there(run.loaded, *box);
    if (!any) return any;
  }
  const auto mip = make_mip_options(options.shared, ClosestQuestion());  // a unit has no distance
  if (!mip) return tl::unexpected(mip.error());
  run.engine = engine_of(options.shared, common, *mip, *box);
  run.engine.box_text = options.shared.box;
  run.asked = units_question(run.loaded.network, *box, run.engine, options.least);
  run.files = {options.out, run.asked.hash, options.force, "units." + options.sheet};
  run.bounds.box = std::move(*box);
  return common.crew->lead([&]() -> Expected<void> {
    if (auto ok = UnitFolder::of_answers(run.files); !ok) return tl::unexpected(ok.error());
    return check_unit_images(options.images, run.asked.hash, options.force);
  });
}

Expected<void> visualize(const VisualizeOptions& options, const Common& common) {
  VisualizeRun run;
  if (auto ok = prepare(options, common, run); !ok) return ok;
  Session session = session_of(options.shared, common);
  if (auto fit = session.fits(run.loaded.network); !fit) return fit;
  auto given = given_bounds(options.shared, common, run.loaded, run.bounds.box);
  if (!given) return tl::unexpected(given.error());
  auto certificates =
      certificates_into(options.certificate, run.units.size(), options.shared, run.loaded,
                        {options.shared.network, options.images, options.store, options.out});
  if (!certificates) return tl::unexpected(certificates.error());
  run.certificates = std::move(*certificates);
  note_nothing_kept(common.quiet, {options.out, store_of(options)});
  if (auto ok = keep_in_store(session, store_of(options), common); !ok) return ok;
  auto bounds =
      make_bounds(options.shared, common, run.loaded, run.bounds.box, std::move(*given), session);
  if (!bounds) return tl::unexpected(bounds.error());
  bounds->box = std::move(run.bounds.box);  // a file's may hold for a larger one
  run.bounds = std::move(*bounds);
  auto opened = common.crew->lead([&] { return open_folder(options, run); });
  if (!opened) return opened;
  if (auto ok = solve_units(run, options, common, session); !ok) return ok;
  return common.crew->lead([&]() -> Expected<void> {
    if (auto ok = run.folder.finish(); !ok) return ok;
    if (auto ok = write_images(run, options); !ok) return ok;
    print_summary(run.folder.finished(), options, common);
    return {};
  });
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
        auto ok = check_mip_options(**self, options->shared,
                                    {"--formulation", "--pooling", "--solver", "--solver-library"});
        return ok ? visualize(*options, common) : ok;
      });
  *self = command;
  TypedOptions& shared = options->shared;
  add_network_options(*command, shared);
  add_search_constants(*command, common);
  command->add_option("--unit", options->choice.units,
                      "layer and unit, K:J; layers from 1, units from 0");
  command->add_option("--layer", options->choice.layer, "all units of layer K")
      ->check(above_zero());
  command->add_flag("--all", options->choice.all, "all units of all layers");
  command->add_option("-o,--out", options->out, "folder for units.csv and the pictures");
  command->add_option("--certificate", options->certificate,
                      "a file (of several units a folder) that proves the bound without brink");
  command->add_flag("--min", options->least,
                    "the least pre-activation in place of the largest activation");
  command->add_flag("--maps", options->maps,
                    "for each unit also what convolutions and pooling make of its input");
  command->add_option("--images-out", options->images,
                      "the inputs found, as .npz for numpy.load or .csv");
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
  add_pooling_option(*command, shared);
  add_solver_options(*command, shared, "solver of the mip engine: ");
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
