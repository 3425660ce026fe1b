// The program, whoever does its work: commands, exit codes, signals.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

#include "brink/base/near_word.h"
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
constexpr std::string_view kShared[] = {"closest",   "verify", "compare",
                                        "visualize", "bounds", "harden"};

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

/// What `typed`, which the command does not know, may have been meant for.
std::string near_option(const CLI::App& command, const std::string& typed) {
  const std::size_t first = typed.find_first_not_of('-');
  if (first == std::string::npos) return {};
  std::vector<std::string> known;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  }
  return did_you_mean("--" + typed.substr(first, typed.find('=') - first), known);
}

std::string near_command(const CLI::App& parent, const std::string& typed) {
  std::vector<std::string> known;
  for (const CLI::App* command : parent.get_subcommands({})) known.push_back(command->get_name());
  return did_you_mean(typed, known);
}

/// What was typed wrong and where to read on. CLI11 lists what it cannot place back to front
/// ("1 --layers"), and not at all where a misspelt option leaves a required one missing.
std::string mistake(const CLI::App& app, const CLI::ParseError& error) {
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
  if (last->get_require_subcommand_min() > 0 && !left.empty() && option == left.end()) {
    const std::string& typed = left.front();
    what = fmt::format("'{}' is no command{}", typed, near_command(*last, typed));
  } else if (option != left.end()) {
    what = fmt::format("{} has no option {}{}", command, *option, near_option(*last, *option));
  } else if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    what = fmt::format("{} has no use for '{}'", command, left.front());
  } else if (last->get_require_subcommand_min() > 0) {
    what = "a command is missing";
  }
  return fmt::format("{} (see {} --help)", what, command);
}

/// What was printed has to arrive.
Outcome of_answer(const Crew& crew) {
  const auto arrived = crew.leads() ? check_answer() : Expected<void>();
  return arrived ? Outcome() : Outcome{exit_code(arrived.error()), arrived.error().message};
}

Outcome run(int argc, char** argv, Crew& crew, int threads) {
  CLI::App app{"Exact answers about trained ReLU networks.", "brink"};
  app.set_version_flag("--version", BRINK_VERSION);
  app.add_flag_callback(
      "--name", [] { throw CLI::CallForVersion("brink", 0); },
      "Display the program's name and exit");
  app.require_subcommand(1);
  app.footer("brink COMMAND --help lists a command's options and shows an example.");
  Common common;
  common.command = as_typed(argc, argv);
  common.crew = &crew;
  common.threads = threads;
  Action chosen;
  add_train(app, common, chosen);
  add_info(app, common, chosen);
  add_convert(app, common, chosen);
  add_eval(app, common, chosen);
  add_data(app, common, chosen);
  add_bounds(app, common, chosen);
  add_visualize(app, common, chosen);
  add_closest(app, common, chosen);
  add_verify(app, common, chosen);
  add_compare(app, common, chosen);
  add_supports(app, common, chosen);
  add_solvers(app, common, chosen);
  add_export(app, common, chosen);
  add_picture(app, common, chosen);
  add_page(app, common, chosen);
  add_harden(app, common, chosen);
  add_reproduce(app, common, chosen);
  add_curve(app, common, chosen);
  add_runs(app, common, chosen);
  add_table(app, common, chosen);
  add_report(app, common, chosen);
  add_certificate(app, common, chosen);
  add_completion(app, chosen);
  if (argc < 2) {
    if (crew.leads()) fmt::print("{}", app.help());
    return of_answer(crew);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() != 0) return {2, mistake(app, error)};
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

void add_example(CLI::App& command, const std::string& example) {
  command.footer("Example:\n  " + example);
}

CLI::Validator one_of(const std::vector<std::string>& words) {
  return {[words](const std::string& text) {
            if (std::find(words.begin(), words.end(), text) != words.end()) return std::string();
            return unknown_word("word", text, words).value().message;
          },
          ""};
}

namespace {

CLI::Validator at_least_zero(bool zero_too, const std::string& kind, const std::string& said) {
  return {[zero_too, said](const std::string& text) {
            double value = 0;
            const char* end = text.data() + text.size();
            const char* begin = text.data() + (text.starts_with('+') ? 1 : 0);
            const bool read = std::from_chars(begin, end, value).ptr == end;
            const bool good = read && std::isfinite(value) && (zero_too ? value >= 0 : value > 0);
            return good ? std::string() : fmt::format("{} is not a finite number {}", text, said);
          },
          kind};
}

}  // namespace

CLI::Validator above_zero() {
  return at_least_zero(false, "POSITIVE", "above 0");
}

CLI::Validator zero_or_more() {
  return at_least_zero(true, "NONNEGATIVE", "of 0 or more");
}

CLI::App* add_command(CLI::App& app, Common& common, Action& chosen, const std::string& name,
                      const std::string& description, const std::string& example, Action action) {
  CLI::App* command = app.add_subcommand(name, description);
  add_example(*command, example);
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
                  unknown_word("--format", text, {"text", "csv", "markdown", "latex"})
                      .value()
                      .message);
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
