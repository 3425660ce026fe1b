// What the program says, and to whom: answers on stdout, which must arrive, notes on stderr, which
// need not; and what signals do.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "brink/base/printable.h"
#include "commands.h"

namespace brink::cli {

/// stdin, stdout and stderr that are closed: otherwise a file that is opened would take their place
/// and receive what is printed. What is then printed to stdout is lost, which check_answer() says.
void open_missing_streams();

/// SIGINT and SIGTERM end the program from now on, with exit code 130.
/// `speaks`: with a line on stderr; of several ranks one does.
void watch_signals(bool speaks = true);
/// From now on they raise the interrupt flag; a second one ends the program.
void keep_on_signals();

/// A line on stderr. One that is lost is no reason to stop.
template <class... Args>
void note(fmt::format_string<Args...> format, Args&&... args) {
  const std::string line = printable(fmt::format(format, std::forward<Args>(args)...)) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

/// One JSON document on stdout, in ASCII; what is no UTF-8 in it (a file's name, say) is replaced.
template <class Json>
void print_json(const Json& document, int indent) {
  fmt::print("{}\n", document.dump(indent, ' ', true, Json::error_handler_t::replace));
}

/// check_outputs() of all that the command writes. Where one of them is stdout, what the command
/// says goes to stderr.
Expected<void> claim_outputs(const Common& common,
                             const std::vector<std::filesystem::path>& outputs,
                             const std::vector<std::filesystem::path>& kept);

/// A failure if some of what was printed to stdout did not arrive.
Expected<void> check_answer();

}  // namespace brink::cli
