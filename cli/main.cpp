// brink: exact answers about trained ReLU networks, by the threads of one process.
#include "commands.h"
#include "streams.h"

int main(int argc, char** argv) {
  brink::cli::open_missing_streams();
  brink::cli::watch_signals();
  brink::ThreadCrew crew(&brink::interrupt_flag());
  const auto outcome = brink::cli::run_program(argc, argv, crew);
  brink::cli::print_problem(outcome);
  return outcome.exit_code;
}
