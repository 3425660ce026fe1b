// How a question about closest images is typed on the command line, and who is to answer it.
#include "closest_options.h"

#include <cmath>

#include "brink/base/digest.h"
#include "brink/base/files.h"
#include "brink/base/memory.h"
#include "brink/base/near_word.h"
#include "brink/solve/library.h"

namespace brink::cli {

namespace {

Expected<void> check_limits(const TypedOptions& options) {
  if (!(options.time_limit > 0)) {
    return bad_request("--time-limit {} is not a number of seconds above 0", options.time_limit);
  }
  if (!(options.gap >= 0 && options.gap < 1)) {
    return bad_request("--gap {} is not a share in [0, 1)", options.gap);
  }
  return {};
}

}  // namespace

void add_data_options(CLI::App& command, TypedOptions& options, bool required, bool split) {
  command
      .add_option(
          "--data", options.data,
          "mnist, fashion-mnist, strokes, a folder of IDX files or of CIFAR-10's batches, one of "
          "these (FILE.bin), FILE.npz or FILE.csv")
      ->required(required);
  if (split) command.add_option("--split", options.split, "test or train")->capture_default_str();
  command.add_option("--label", options.understood.label,
                     "column of FILE.csv with the label, or none (default: the last)");
  command
      .add_option(
          "--classes", options.understood.classes,
          "what the labels are called in FILE.csv or FILE.npz, class by class (default: as the "
          "network's file lists them, else 0, 1, ... or the names in the order of the alphabet)")
      ->delimiter(',');
}

void add_class_options(CLI::App& command, TypedOptions& options) {
  command
      .add_option("--question", options.question,
                  "robust: taken for any other class; fj: the question of Fischetti & Jo 2018 (the "
                  "class five further, outputs 1.2 times as large, at least 0.001)")
      ->capture_default_str();
  command.add_option("--target", options.target,
                     "any, a class, or shift:N (label + N) (default: any)");
  command.add_option("--margin", options.margin,
                     "the target's output is at least M times others (default: 1)");
  command.add_option("--target-min", options.target_min,
                     "floor on the target's output, or none (default: none)");
  command.add_option(
      "--lead", options.lead,
      "D: images meet every condition by D more; auto: by what float32 rounding can take "
      "away (0 if the margin is above 1). Bounds speak of lead 0 (default: auto)");
  CLI::Option* above = command.add_option("--above", options.above,
                                          "of a network of one output: raise it to T or more");
  command.add_option("--below", options.below, "of a network of one output: bring it to T or less")
      ->excludes(above);
}

void add_question_options(CLI::App& command, TypedOptions& options) {
  add_network_options(command, options);
  add_data_options(command, options, true);
  command.add_option("--norm", options.norm, "l0, l1, l2 or linf")->capture_default_str();
  add_class_options(command, options);
  command.add_option("--levels", options.levels,
                     "changed pixels on N evenly spaced levels only; 256: whole grey levels");
  command.add_option("--cap", options.cap, "largest change of a pixel (default: none)");
  command.add_option(
      "--box", options.box,
      "where inputs may lie: LO:HI, or a file: npz with arrays lower and upper, or CSV "
      "with the inputs' names, a row of lower and one of upper ends (default, also of "
      "inputs not named: 0:1 for bytes, else the data's own range)");
  command.add_option("--freeze", options.freeze,
                     "inputs that keep their value: numbers, ranges and names, e.g. 0,4-6,age");
  command.add_option(
      "--weights", options.weights,
      "what a change of each input counts: range (in widths of its range), or a file: "
      "npz with array weights, or CSV with the inputs' names and a row of numbers");
  command.add_option("--breakpoints", options.breakpoints,
                     "l2 linearised with N breakpoints, as in Zhu 2021 (default: the true l2)");
  command
      .add_option("--bounds", options.bounds,
                  "none, interval, symbolic, lp, weak, exact, or a file of brink bounds")
      ->capture_default_str();
  command.add_option("--formulation", options.formulation, "bigm or indicator")
      ->capture_default_str();
  add_pooling_option(command, options);
  command
      .add_option("--distance-form", options.distance_form,
                  "papers (rows as Fischetti & Jo and Zhu write them) or tight (no rows)")
      ->capture_default_str();
}

void add_pooling_option(CLI::App& command, TypedOptions& options) {
  command
      .add_option("--pooling", options.pooling,
                  "max pooling as a ReLU a match (lowered) or with binaries of its own (direct)")
      ->capture_default_str();
}

void add_engine_options(CLI::App& command, TypedOptions& options) {
  command.add_option("--images", options.images, "0-99, 3,7,20-29, correct:100 or each:2")
      ->required();
  add_shard_option(command, options);
  add_memory_limit(command, options);
  command.add_option("--time-limit", options.time_limit, "seconds per image")
      ->capture_default_str();
  command.add_option("--gap", options.gap, "stop at this relative gap (0: prove)")
      ->capture_default_str();
  command
      .add_option("--engine", options.engine,
                  "search (brink's own) or mip (a MIP solver on the model of Fischetti & Jo 2018)")
      ->capture_default_str();
  add_solver_options(command, options, "solver of the mip engine: ");
}

void add_solver_options(CLI::App& command, TypedOptions& options, const std::string& what) {
  command
      .add_option("--solver", options.solver,
                  what + either_of(solver_names()) + " (brink solvers: which are found)")
      ->capture_default_str();
  command.add_option("--solver-library", options.solver_library,
                     "the library of --solver, or its folder (default: looked for)");
}

Expected<void> choose_library(const TypedOptions& options) {
  if (options.solver_library.empty()) return {};
  if (options.solver == "cbc" || options.solver == "search") {
    return bad_request("--solver-library: {} needs none", options.solver);
  }
  use_library(options.solver, options.solver_library);
  return {};
}

Expected<MipOptions> make_mip_options(const TypedOptions& options,
                                      const ClosestQuestion& question) {
  if (auto ok = check_limits(options); !ok) return tl::unexpected(ok.error());
  if (options.engine != "mip" && options.engine != "search") {
    return unknown_word("--engine", options.engine, {"search", "mip"});
  }
  if (auto ok = choose_library(options); !ok) return tl::unexpected(ok.error());
  if (const auto solver = make_solver(options.solver); !solver) {
    return tl::unexpected(solver.error());
  }
  if (options.memory_limit > 0 && options.engine != "search") {
    return bad_request("--memory-limit is for --engine search: a MIP solver's memory is its own");
  }
  const auto formulation = parse_formulation(options.formulation);
  if (!formulation) return tl::unexpected(formulation.error());
  const auto form = parse_distance_form(options.distance_form);
  if (!form) return tl::unexpected(form.error());
  const bool with_rows = *form == DistanceForm::papers;
  if (question.norm == Norm::l2 && with_rows && !question.breakpoints) {
    return bad_request("--distance-form papers of l2 is a linearisation: give --breakpoints N");
  }
  MipOptions mip;
  mip.time_limit = options.time_limit;
  mip.gap = options.gap;
  mip.solver = options.solver;
  mip.formulation = *formulation;
  mip.distance_form = *form;
  mip.basic = options.bounds == "none";
  return mip;
}

std::string bounds_name(const std::string& bounds) {
  if (parse_bound_method(bounds) || bounds == "none") return bounds;
  const auto text = read_file(bounds);
  return text ? fmt::format("{}@{}", bounds, sha256(*text).substr(0, 16)) : bounds;
}

Engine engine_of(const TypedOptions& options, const Common& common, const MipOptions& mip,
                 const Box& box) {
  Engine engine;
  engine.search = options.engine == "search";
  engine.time_limit = options.time_limit;
  engine.gap = options.gap;
  engine.seed = common.seed;
  engine.mip = mip;
  engine.bounds = bounds_name(options.bounds);
  engine.box_text = box_text(box, options.box.empty() ? "the data's" : options.box);
  if (options.box.empty() && engine.box_text != "0:1" && engine.box_text != "the data's") {
    engine.box_text = "the data's " + engine.box_text;  // all there is, not what someone allowed
  }
  return engine;
}

void add_shard_option(CLI::App& command, TypedOptions& options) {
  command.add_option(
      "--shard", options.shard,
      "I/N: only every N-th of what is asked, beginning with the I-th (for runs side "
      "by side)");
}

void add_memory_limit(CLI::App& command, TypedOptions& options) {
  command
      .add_option("--memory-limit", options.memory_limit,
                  "MB for all searches together, of the search engine: fewer run at once (default: "
                  "no limit)")
      ->check(above_zero());
}

Expected<void> check_mip_options(const CLI::App& command, const TypedOptions& options,
                                 std::initializer_list<const char*> names) {
  if (options.engine != "search") return {};
  for (const char* name : names) {
    if (command.count(name) > 0) {
      return bad_request("{} is an option of the mip engine: add --engine mip", name);
    }
  }
  return {};
}

}  // namespace brink::cli
