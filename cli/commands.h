// The command line: parse, one library call, print. Each command is a file of this folder.
//
// stdout carries the answer, stderr progress and logs; exit codes 0, 2, 3, 130.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "brink/base/crew.h"
#include "brink/base/error.h"
#include "brink/base/interrupt.h"
#include "brink/base/parallel.h"
#include "brink/report/text_table.h"

namespace brink::cli {

/// Options every command has.
struct Common {
  int threads = hardware_threads();
  std::uint64_t seed = 0;
  bool quiet = false;  ///< so are all processes but one of a crew
  bool json = false;
  TableFormat format = TableFormat::text;  ///< of a table on stdout
  std::filesystem::path data_dir;
  std::string command;   ///< as typed
  Crew* crew = nullptr;  ///< who does the work; never null when a command runs
};

/// What a command does once parsed; the error becomes the exit code and the one line on stderr.
using Action = std::function<Expected<void>()>;

/// Adds a subcommand with the common options; `action` runs when it is chosen. `example`: a command
/// that works, for the help.
CLI::App* add_command(CLI::App& app, Common& common, Action& chosen, const std::string& name,
                      const std::string& description, const std::string& example, Action action);
/// A check of an option whose value is one of few words.
CLI::Validator one_of(const std::vector<std::string>& words);
/// Checks of finite numbers.
CLI::Validator above_zero();
CLI::Validator zero_or_more();
/// For a subcommand that add_command() did not make.
void add_example(CLI::App& command, const std::string& example);
/// --search and --help-search of a command that searches.
void add_search_constants(CLI::App& command, const Common& common);

/// --format, of a table that the command prints.
CLI::Option* add_format_option(CLI::App& command, Common& common);

// One per file. Each adds its command(s) to the app.
void add_train(CLI::App& app, Common& common, Action& chosen);
void add_info(CLI::App& app, Common& common, Action& chosen);
void add_convert(CLI::App& app, Common& common, Action& chosen);
void add_eval(CLI::App& app, Common& common, Action& chosen);
void add_data(CLI::App& app, Common& common, Action& chosen);
void add_bounds(CLI::App& app, Common& common, Action& chosen);
void add_visualize(CLI::App& app, Common& common, Action& chosen);
void add_closest(CLI::App& app, Common& common, Action& chosen);
void add_verify(CLI::App& app, Common& common, Action& chosen);
void add_compare(CLI::App& app, Common& common, Action& chosen);
void add_supports(CLI::App& app, Common& common, Action& chosen);
void add_solvers(CLI::App& app, Common& common, Action& chosen);
void add_export(CLI::App& app, Common& common, Action& chosen);
void add_page(CLI::App& app, Common& common, Action& chosen);
void add_picture(CLI::App& app, Common& common, Action& chosen);
void add_harden(CLI::App& app, Common& common, Action& chosen);
void add_reproduce(CLI::App& app, Common& common, Action& chosen);
void add_curve(CLI::App& app, Common& common, Action& chosen);
void add_runs(CLI::App& app, Common& common, Action& chosen);
void add_table(CLI::App& app, Common& common, Action& chosen);
void add_report(CLI::App& app, Common& common, Action& chosen);
void add_certificate(CLI::App& app, Common& common, Action& chosen);
void add_completion(CLI::App& app, Action& chosen);  // completion, manual

struct Outcome {
  int exit_code = 0;
  std::string problem;  ///< one line; empty: none
};
/// The program but for who does the work: parses, runs. `threads`: the default of --threads.
Outcome run_program(int argc, char** argv, Crew& crew, int threads = hardware_threads());
/// On stderr, if there was one.
void print_problem(const Outcome& outcome);
}  // namespace brink::cli
