// How a question about closest images is typed on the command line.
#include "closest_options.h"

#include <charconv>
#include <cmath>

#include "brink/base/digest.h"
#include "brink/base/files.h"
#include "brink/base/memory.h"

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
  if (!std::isfinite(options.margin)) {
    return bad_request("--margin {} is not a number of 1 or more", options.margin);
  }
  if (options.cap && !std::isfinite(*options.cap)) {
    return bad_request("--cap {} is not a number of 0 or more", *options.cap);
  }
  return {};
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

void add_question_options(CLI::App& command, ClosestOptions& options) {
  command.add_option("NETWORK", options.network, "network, ONNX")->required();
  command.add_option("--data", options.data, "mnist, fashion-mnist, strokes or a folder")
      ->required();
  command.add_option("--split", options.split, "test or train")->capture_default_str();
  command.add_option("--output", options.output,
                     "what the last layer ends in: relu or linear (default: as in the file)");
  command.add_option("--norm", options.norm, "l0, l1, l2 or linf")->capture_default_str();
  command.add_option("--target", options.target, "shift:N (label + N), any, or a class")
      ->capture_default_str();
  command.add_option("--margin", options.margin, "the target's output is at least M times others")
      ->capture_default_str();
  command.add_option("--target-min", options.target_min, "floor on the target's output, or none")
      ->capture_default_str();
  command
      .add_option(
          "--lead", options.lead,
          "D: images meet every condition by D more; auto: by what float32 rounding can take "
          "away (0 if the margin is above 1). Bounds speak of lead 0")
      ->capture_default_str();
  command.add_option("--levels", options.levels,
                     "changed pixels on N evenly spaced levels only; 256: whole grey levels");
  command.add_option("--cap", options.cap, "largest change of a pixel (default: none)");
  command.add_option("--box", options.box, "LO:HI, or an npz file with arrays lower and upper")
      ->capture_default_str();
  command.add_option("--breakpoints", options.breakpoints,
                     "l2 by the seeds' linearisation with N breakpoints (default: the true l2)");
  command
      .add_option("--bounds", options.bounds,
                  "none, interval, symbolic, lp, weak, exact, or a file of brink bounds")
      ->capture_default_str();
  command.add_option("--formulation", options.formulation, "bigm or indicator")
      ->capture_default_str();
  command
      .add_option("--distance-form", options.distance_form,
                  "seed (the seeds' rows) or tight (no rows)")
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
                  "search (brink's own) or mip (a MIP solver on the seeds' model)")
      ->capture_default_str();
  command.add_option("--solver", options.solver, "solver of the mip engine: cbc")
      ->capture_default_str();
}

Expected<Box> parse_box(const std::string& text, Eigen::Index inputs) {
  std::error_code ignored;
  const std::size_t colon = text.find(':');
  if (colon != std::string::npos && !std::filesystem::exists(text, ignored)) {
    return uniform_box(text, colon, inputs);
  }
  return read_box(text, inputs);
}

Expected<ClosestQuestion> make_question(const ClosestOptions& options, const Network& network) {
  if (auto ok = check_numbers(options); !ok) return tl::unexpected(ok.error());
  const auto norm = parse_norm(options.norm);
  if (!norm) return tl::unexpected(norm.error());
  const auto target = TargetRule::parse(options.target);
  if (!target) return tl::unexpected(target.error());
  const auto target_min = number_or("none", "--target-min", options.target_min);
  if (!target_min) return tl::unexpected(target_min.error());
  const auto lead = number_or("auto", "--lead", options.lead);
  if (!lead) return tl::unexpected(lead.error());
  auto box = parse_box(options.box, network.input_size());
  if (!box) return tl::unexpected(box.error());

  ClosestQuestion question;
  question.norm = *norm;
  question.target = *target;
  question.margin = options.margin;
  question.target_min = *target_min;
  question.lead = *lead;
  question.levels = options.levels;
  question.cap = options.cap;
  question.box = std::move(*box);
  question.breakpoints = options.breakpoints;
  if (auto ok = question.check(network); !ok) return tl::unexpected(ok.error());
  return question;
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
  const bool seed_form = *form == DistanceForm::seed;
  if (question.norm == Norm::l2 && seed_form && !question.breakpoints) {
    return bad_request("--distance-form seed of l2 is a linearisation: give --breakpoints N");
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

Engine engine_of(const ClosestOptions& options, const Common& common, const MipOptions& mip) {
  Engine engine;
  engine.search = options.engine == "search";
  engine.time_limit = options.time_limit;
  engine.gap = options.gap;
  engine.seed = common.seed;
  engine.mip = mip;
  engine.bounds = bounds_name(options.bounds);
  engine.box_text = options.box;
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
