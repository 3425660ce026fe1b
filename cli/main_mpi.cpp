// brink-mpi: the same program, its work done by all ranks of an MPI job. Rank 0 reads stores,
// writes files and prints; the others print nothing and exit with 0, so that what the job says and
// exits with is what rank 0 does.
#include <unistd.h>

#include <cstdlib>

#include "brink/cluster/cluster_crew.h"
#include "brink/mpi/mpi_link.h"
#include "commands.h"
#include "streams.h"

namespace {

/// BRINK_SILENCE: seconds after which a rank that owes a result and says nothing counts as dead.
double silence() {
  const char* text = std::getenv("BRINK_SILENCE");
  const double seconds = text != nullptr ? std::atof(text) : 0;
  return seconds > 0 ? seconds : 60;
}

}  // namespace

int main(int argc, char** argv) {
  brink::cli::open_missing_streams();
  auto link = brink::MpiLink::start(argc, argv);
  if (!link) {
    brink::cli::note("brink: {}", link.error().message);
    return 3;
  }
  brink::cli::watch_signals(link->rank() == 0);
  brink::ClusterCrew::Options options;
  options.silence = silence();
  options.on_note = [](const std::string& note) { brink::cli::note("brink: {}", note); };
  brink::ClusterCrew crew(*link, brink::interrupt_flag(), options);
  const auto outcome = brink::cli::run_program(argc, argv, crew, link->threads());
  if (crew.leads()) brink::cli::print_problem(outcome);
  const int code = crew.leads() || crew.leader_lost() ? outcome.exit_code : 0;
  if (crew.leave(outcome.problem)) {
    link->finalize();
    return code;
  }
  std::fflush(nullptr);
  _exit(code);
}
