// The program, whoever does its work: commands, exit codes, signals.
#include <algorithm>
#include <charconv>
#include <string_view>

#include "commands.h"
#include "streams.h"

namespace brink::cli {

namespace {

int exit_code(const Error& error) {
  switch (error.kind) {
    case Error::Kind::bad_request:
      return 2;
    case Error::Kind::failure:
      return 3;
    case Error::Kind::interrupted:
      return 130;
  }
  return 3;
}

/// Commands whose work all processes of a crew share; the others are the leader's alone.
constexpr std::string_view kShared[] = {"closest", "visualize", "bounds", "harden"};

/// Commands that look at the interrupt flag and keep what is finished; the others have nothing to
/// keep and end at once.
constexpr std::string_view kKeeping[] = {"closest",   "visualize", "bounds", "harden", "curve",
                                         "reproduce", "train",     "fetch",  "merge"};

template <class Names>
bool is_one_of(const CLI::App& app, const Names& names) {
  for (const CLI::App* command : app.get_subcommands()) {
    const bool named =
        std::find(std::begin(names), std::end(names), command->get_name()) != std::end(names);
    if (named || is_one_of(*command, names)) return true;
  }
  return false;
}

/// CLI11's own conversion takes -1 for 2^64 - 1 and 010 for 8.
std::uint64_t seed_of(const std::string& text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error == std::errc() && stop == end) return value;
  throw CLI::ValidationError(
      "--seed", fmt::format("'{}' is not a whole number from 0 to 18446744073709551615", text));
}

std::string as_typed(int argc, char** argv) {
  std::string text;
  for (int i = 0; i < argc; ++i) text += fmt::format("{}{}", i == 0 ? "" : " ", argv[i]);
  return text;
}

/// What was typed wrong and where to read on. CLI11 lists what it cannot place back to front
/// ("1 --layers"), and not at all where a misspelt option leaves a required one missing.
std::string mistake(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  std::string command = "brink";
  const CLI::App* last = &app;
  while (!last->get_subcommands().empty()) {
    last = last->get_subcommands().front();
    command += " " + last->get_name();
  }
  const std::vector<std::string> left = app.remaining(true);
  const auto option = std::find_if(left.begin(), left.end(), [](const std::string& word) {
    return word.size() > 1 && word.front() == '-';
  });
  std::string what = error.what();
  if (argc < 2) {
    what = "a command is missing";
  } else if (argv[1][0] != '-' && last == &app) {
    what = fmt::format("'{}' is no command", argv[1]);
  } else if (option != left.end()) {
    what = fmt::format("{} has no option {}", command, *option);
  } else if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    what = fmt::format("{} has no use for '{}'", command, left.front());
  }
  return fmt::format("{} (see {} --help)", what, command);
}

/// What was printed has to arrive.
Outcome of_answer(const Crew& crew) {
  const auto arrived = crew.leads() ? check_answer() : Expected<void>();
  return arrived ? Outcome() : Outcome{exit_code(arrived.error()), arrived.error().message};
}

Outcome run(int argc, char** argv, Crew& crew, int threads) {
  CLI::App app{"Exact answers about trained ReLU networks."};
  app.set_version_flag("--version", BRINK_VERSION);
  app.require_subcommand(1);
  Common common;
  common.command = as_typed(argc, argv);
  common.crew = &crew;
  common.threads = threads;
  Action chosen;
  add_train(app, common, chosen);
  add_eval(app, common, chosen);
  add_data(app, common, chosen);
  add_bounds(app, common, chosen);
  add_visualize(app, common, chosen);
  add_closest(app, common, chosen);
  add_export(app, common, chosen);
  add_picture(app, common, chosen);
  add_page(app, common, chosen);
  add_harden(app, common, chosen);
  add_reproduce(app, common, chosen);
  add_curve(app, common, chosen);
  add_runs(app, common, chosen);
  add_table(app, common, chosen);
  add_report(app, common, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return {2, mistake(app, error, argc, argv)};
    if (crew.leads()) app.exit(error);  // prints what --help and --version ask for
    return of_answer(crew);
  }
  if (!crew.leads()) {
    if (!is_one_of(app, kShared)) return {};
    common.quiet = true;
  }
  if (is_one_of(app, kKeeping)) keep_on_signals();
  const Expected<void> result = chosen();
  return result ? of_answer(crew) : Outcome{exit_code(result.error()), result.error().message};
}

}  // namespace

CLI::App* add_command(CLI::App& app, Common& common, Action& chosen, const std::string& name,
                      const std::string& description, Action action) {
  CLI::App* command = app.add_subcommand(name, description);
  command->add_option("--threads", common.threads, "worker threads (default: all cores)")
      ->check(CLI::Range(1, 1024));
  command
      ->add_option_function<std::string>(
          "--seed", [&common](const std::string& text) { common.seed = seed_of(text); },
          "seed of all random numbers (default: 0)")
      ->type_name("UINT");
  command->add_flag("--quiet", common.quiet, "no progress, no notes on stderr");
  command->add_flag("--json", common.json, "stdout is one JSON document");
  command->add_option("--data-dir", common.data_dir, "where data sets are looked for first");
  command->callback([&chosen, action = std::move(action)] { chosen = action; });
  return command;
}

CLI::Option* add_format_option(CLI::App& command, Common& common) {
  static const std::map<std::string, TableFormat> formats = {{"text", TableFormat::text},
                                                             {"csv", TableFormat::csv},
                                                             {"markdown", TableFormat::markdown},
                                                             {"latex", TableFormat::latex}};
  return command
      .add_option_function<std::string>(
          "--format",
          [&common](const std::string& text) {
            const auto format = formats.find(text);
            if (format == formats.end()) {
              throw CLI::ValidationError(
                  "--format", fmt::format("'{}' is neither text, csv, markdown nor latex", text));
            }
            common.format = format->second;
          },
          "of the table on stdout: text, csv, markdown or latex (booktabs)")
      ->default_str("text")
      ->excludes(command.get_option("--json"));
}

Outcome run_program(int argc, char** argv, Crew& crew, int threads) {
  try {
    return run(argc, argv, crew, threads);
  } catch (const std::bad_alloc&) {
    return {3, "out of memory"};
  } catch (const std::exception& error) {
    if (const auto arrived = check_answer(); !arrived) return {3, arrived.error().message};
    return {3, fmt::format("internal error: {}", error.what())};
  }
}

void print_problem(const Outcome& outcome) {
  if (!outcome.problem.empty()) note("brink: {}", outcome.problem);
}

}  // namespace brink::cli
