// brink: exact answers about trained ReLU networks, by the threads of one process.
#include "commands.h"

int main(int argc, char** argv) {
  brink::cli::watch_signals();
  brink::ThreadCrew crew(&brink::cli::interrupt_flag());
  return brink::cli::run_program(argc, argv, crew);
}
