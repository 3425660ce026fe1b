// How a question about closest images is typed on the command line.
#include "closest_options.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "brink/base/digest.h"
#include "brink/base/files.h"
#include "brink/base/memory.h"
#include "streams.h"

namespace brink::cli {

namespace {

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A number of 0 or more; nothing for `word`, which leaves it to the question.
Expected<std::optional<double>> number_or(const std::string& word, const char* option,
                                          const std::string& text) {
  if (text == word) return std::nullopt;
  const auto value = parse_number(text);
  if (!value || !std::isfinite(*value) || *value < 0) {
    return bad_request("{} '{}' is not a number of 0 or more, nor '{}'", option, text, word);
  }
  return value;
}

Expected<Box> uniform_box(const std::string& text, std::size_t colon, Eigen::Index inputs) {
  const auto low = parse_number(std::string_view(text).substr(0, colon));
  const auto high = parse_number(std::string_view(text).substr(colon + 1));
  if (!low || !high || !std::isfinite(*low) || !std::isfinite(*high) || *low > *high) {
    return bad_request("--box '{}' is neither LO:HI with numbers LO <= HI nor a file", text);
  }
  return Box::uniform(inputs, *low, *high);
}

Expected<void> check_numbers(const ClosestOptions& options) {
  if (options.margin && !std::isfinite(*options.margin)) {
    return bad_request("--margin {} is not a number of 1 or more", *options.margin);
  }
  if (options.cap && !std::isfinite(*options.cap)) {
    return bad_request("--cap {} is not a number of 0 or more", *options.cap);
  }
  return {};
}

/// --above or --below as a rule; nothing if neither is given.
Expected<std::optional<TargetRule>> threshold_rule(const ClosestOptions& options) {
  if (!options.above && !options.below) return std::nullopt;
  const bool is_above = options.above.has_value();
  const double threshold = is_above ? *options.above : *options.below;
  if (!std::isfinite(threshold)) {
    return bad_request("{} {} is not a number", is_above ? "--above" : "--below", threshold);
  }
  if (options.target) {
    return bad_request("--target is for classes: leave it out with --above and --below");
  }
  return TargetRule{is_above ? TargetRule::Kind::above : TargetRule::Kind::below, 0, threshold};
}

/// The question that --question names, with the single options given.
Expected<ClosestQuestion> asked_of_outputs(const ClosestOptions& options, const Network& network,
                                           const ImageSet& set) {
  if (options.question != "robust" && options.question != "fj") {
    return bad_request("unknown --question '{}': use robust or fj", options.question);
  }
  ClosestQuestion question;
  if (options.question == "fj") {
    question = papers_question();
    question.lead = 0;
  } else if (network.output == OutputKind::relu) {
    question.target_min = 0;  // all outputs 0 is no class: wrong too
  }
  const auto threshold = threshold_rule(options);
  if (!threshold) return tl::unexpected(threshold.error());
  if (*threshold) question.target = **threshold;
  if (options.target) {
    const auto named = std::find(set.classes.begin(), set.classes.end(), *options.target);
    if (named != set.classes.end()) {
      question.target = {TargetRule::Kind::fixed, static_cast<int>(named - set.classes.begin())};
    } else {
      const auto target = TargetRule::parse(*options.target);
      if (!target) return tl::unexpected(target.error());
      question.target = *target;
    }
  }
  if (options.margin) question.margin = *options.margin;
  if (options.target_min) {
    const auto target_min = number_or("none", "--target-min", *options.target_min);
    if (!target_min) return tl::unexpected(target_min.error());
    question.target_min = *target_min;
  }
  if (options.lead) {
    const auto lead = number_or("auto", "--lead", *options.lead);
    if (!lead) return tl::unexpected(lead.error());
    question.lead = *lead;
  }
  return question;
}

/// "0,4-6,age": ascending, each once.
Expected<std::vector<int>> frozen_inputs(const std::string& text, const ImageSet& set) {
  std::set<int> inputs;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string item = text.substr(at, comma - at);
    at = comma + 1;
    const auto named = std::find(set.features.begin(), set.features.end(), item);
    if (named != set.features.end()) {
      inputs.insert(static_cast<int>(named - set.features.begin()));
      continue;
    }
    const auto range = parse_image_list(item);
    if (!range || range->indices.empty() || range->indices.back() >= set.image_size()) {
      return bad_request(
          "--freeze '{}' is no input: use numbers below {}, ranges of them{}", item,
          set.image_size(),
          set.features.empty() ? "" : fmt::format(", or {}", fmt::join(set.features, ", ")));
    }
    inputs.insert(range->indices.begin(), range->indices.end());
  }
  return std::vector<int>(inputs.begin(), inputs.end());
}

Expected<void> check_limits(const ClosestOptions& options) {
  if (!(options.time_limit > 0)) {
    return bad_request("--time-limit {} is not a number of seconds above 0", options.time_limit);
  }
  if (!(options.gap >= 0 && options.gap < 1)) {
    return bad_request("--gap {} is not a share in [0, 1)", options.gap);
  }
  return {};
}

}  // namespace

void add_data_options(CLI::App& command, ClosestOptions& options, bool required, bool split) {
  command
      .add_option("--data", options.data,
                  "mnist, fashion-mnist, strokes, a folder of IDX files, FILE.npz or FILE.csv")
      ->required(required);
  if (split) command.add_option("--split", options.split, "test or train")->capture_default_str();
  command.add_option("--label", options.understood.label,
                     "column of FILE.csv with the label, or none (default: the last)");
  command
      .add_option(
          "--classes", options.understood.classes,
          "what the labels are called in FILE.csv, class by class (default: 0, 1, ... or the "
          "names in the order of the alphabet)")
      ->delimiter(',');
}

void add_class_options(CLI::App& command, ClosestOptions& options) {
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

void add_question_options(CLI::App& command, ClosestOptions& options) {
  add_network_options(command, options);
  add_data_options(command, options, true);
  command.add_option("--norm", options.norm, "l0, l1, l2 or linf")->capture_default_str();
  add_class_options(command, options);
  command.add_option("--levels", options.levels,
                     "changed pixels on N evenly spaced levels only; 256: whole grey levels");
  command.add_option("--cap", options.cap, "largest change of a pixel (default: none)");
  command.add_option("--box", options.box,
                     "where inputs may lie: LO:HI, or an npz file with arrays lower and upper "
                     "(default: 0:1 for bytes, else the data's own range)");
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
  command
      .add_option("--distance-form", options.distance_form,
                  "papers (rows as Fischetti & Jo and Zhu write them) or tight (no rows)")
      ->capture_default_str();
}

void add_engine_options(CLI::App& command, ClosestOptions& options) {
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
  command.add_option("--solver", options.solver, "solver of the mip engine: cbc")
      ->capture_default_str();
}

Expected<Box> asked_box(const ClosestOptions& options, Eigen::Index inputs, const ImageSet* set) {
  const std::string& text = options.box;
  if (text.empty()) return set && set->range ? *set->range : Box::uniform(inputs, 0, 1);
  std::error_code ignored;
  const std::size_t colon = text.find(':');
  if (colon != std::string::npos && !std::filesystem::exists(text, ignored)) {
    return uniform_box(text, colon, inputs);
  }
  return read_box(text, inputs);
}

Expected<Box> box_without_question(const ClosestOptions& options, const Common& common,
                                   const Network& network) {
  const Eigen::Index inputs = network.input_size();
  if (options.data.empty()) return asked_box(options, inputs, nullptr);
  const auto set = load_images(options, common, network);
  if (!set) return tl::unexpected(set.error());
  auto box = asked_box(options, inputs, &*set);
  if (box) note_box(options, common, *set);
  return box;
}

void note_box(const ClosestOptions& options, const Common& common, const ImageSet& set) {
  if (!options.box.empty() || !set.range || common.quiet || !common.crew->leads()) return;
  const std::string range = box_text(*set.range, "each input between its least and greatest value");
  if (range != "0:1") {
    note("brink: box: {} in {}; --box LO:HI or FILE says otherwise", range, options.data);
  }
}

std::string box_text(const Box& box, const std::string& otherwise) {
  const double low = box.lower.minCoeff(), high = box.upper.maxCoeff();
  const bool same = (box.lower.array() == low).all() && (box.upper.array() == high).all();
  return same ? fmt::format("{}:{}", low, high) : otherwise;
}

Expected<ClosestQuestion> make_question(const ClosestOptions& options, const Network& network,
                                        const ImageSet& set) {
  if (auto ok = check_numbers(options); !ok) return tl::unexpected(ok.error());
  const auto norm = parse_norm(options.norm);
  if (!norm) return tl::unexpected(norm.error());
  auto question = asked_of_outputs(options, network, set);
  if (!question) return question;
  auto box = asked_box(options, network.input_size(), &set);
  if (!box) return tl::unexpected(box.error());
  const auto frozen = frozen_inputs(options.freeze, set);
  if (!frozen) return tl::unexpected(frozen.error());
  question->norm = *norm;
  question->levels = options.levels;
  question->cap = options.cap;
  question->box = std::move(*box);
  question->breakpoints = options.breakpoints;
  question->frozen = *frozen;
  if (!options.weights.empty()) {
    auto weights = read_weights(options.weights, set, question->box);
    if (!weights) return tl::unexpected(weights.error());
    question->weights = std::move(*weights);
  }
  if (auto ok = question->check(network); !ok) return tl::unexpected(ok.error());
  return question;
}

Expected<void> check_inside(const ClosestQuestion& question, const ImageSet& set,
                            const std::vector<int>& images) {
  for (const int image : images) {
    const Eigen::VectorXd x = set.image(image);
    for (Eigen::Index j = 0; j < x.size(); ++j) {
      const double low = question.box.lower(j), high = question.box.upper(j);
      if (x(j) >= low && x(j) <= high) continue;
      return bad_request(
          "image {} lies outside the box: {} is {}, the box has {} to {}; widen --box", image,
          set.input_name(static_cast<int>(j)), x(j), low, high);
    }
  }
  return {};
}

Expected<MipOptions> make_mip_options(const ClosestOptions& options,
                                      const ClosestQuestion& question) {
  if (auto ok = check_limits(options); !ok) return tl::unexpected(ok.error());
  if (options.engine != "mip" && options.engine != "search") {
    return bad_request("unknown --engine '{}': use search or mip", options.engine);
  }
  if (const auto solver = make_solver(options.solver); !solver) {
    return tl::unexpected(solver.error());
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

Engine engine_of(const ClosestOptions& options, const Common& common, const MipOptions& mip,
                 const Box& box) {
  Engine engine;
  engine.search = options.engine == "search";
  engine.time_limit = options.time_limit;
  engine.gap = options.gap;
  engine.seed = common.seed;
  engine.mip = mip;
  engine.bounds = bounds_name(options.bounds);
  engine.box_text = box_text(box, options.box.empty() ? "the data's" : options.box);
  return engine;
}

void add_shard_option(CLI::App& command, ClosestOptions& options) {
  command.add_option(
      "--shard", options.shard,
      "I/N: only every N-th of what is asked, beginning with the I-th (for runs side "
      "by side)");
}

void add_memory_limit(CLI::App& command, ClosestOptions& options) {
  command
      .add_option("--memory-limit", options.memory_limit,
                  "MB for all searches together, of the search engine: fewer run at once (default: "
                  "no limit)")
      ->check(CLI::PositiveNumber);
}

Expected<void> check_mip_options(const CLI::App& command, const ClosestOptions& options,
                                 std::initializer_list<const char*> names) {
  if (options.engine != "search") return {};
  for (const char* name : names) {
    if (command.count(name) > 0) {
      return bad_request("{} is an option of the mip engine: add --engine mip", name);
    }
  }
  return {};
}

Expected<int> searches_at_once(const ClosestOptions& options, std::size_t bytes, int threads) {
  if (options.memory_limit == 0) return threads;
  if (options.engine != "search") {
    return bad_request("--memory-limit is for --engine search: a MIP solver's memory is its own");
  }
  constexpr double kMega = 1e6;
  const double held = static_cast<double>(resident_bytes());
  const double each = static_cast<double>(bytes);
  const double fit = (options.memory_limit * kMega - held) / each;
  if (!(fit >= 1)) {
    return bad_request("--memory-limit {} is too small: a search of this network needs {:.0f} MB",
                       options.memory_limit, std::ceil((held + each) / kMega));
  }
  return fit < threads ? static_cast<int>(fit) : threads;
}

}  // namespace brink::cli
