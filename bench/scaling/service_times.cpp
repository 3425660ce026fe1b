// What one piece of work costs rank 0: run as `mpirun -np 2 service_times STORE.db`. Prints
//   the gap between two pieces at another rank (its result on the way, the next piece back),
//   the processor time of rank 0's queue per piece, when the others do nothing but ask,
//   the time to put one answer with an image of 784 pixels into a store.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>

#include "brink/base/deadline.h"
#include "brink/cluster/cluster_crew.h"
#include "brink/mpi/mpi_link.h"
#include "brink/store/store.h"

namespace {

using namespace brink;

constexpr std::size_t kAnswerBytes = 784 * sizeof(double) + 300;

/// Rank 0's own pieces are long, so that the others do nearly all.
void slow_if_leader(const Crew& crew) {
  if (crew.leads()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

double thread_seconds() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void round_trip(Crew& crew) {
  std::optional<Stopwatch> since;
  std::vector<double> gaps;
  const auto work = [&](int) -> std::optional<std::string> {
    const double gap = since ? since->seconds() : -1;
    std::string result(kAnswerBytes, '\0');
    std::memcpy(result.data(), &gap, sizeof gap);
    slow_if_leader(crew);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    since = Stopwatch();
    return result;
  };
  const auto keep = [&](int, const std::string& result) -> Expected<void> {
    double gap = 0;
    std::memcpy(&gap, result.data(), sizeof gap);
    if (gap >= 0 && gap < 0.05) gaps.push_back(gap);
    return {};
  };
  if (!crew.run(1000, 1, work, keep) || !crew.leads()) return;
  std::sort(gaps.begin(), gaps.end());
  fmt::print("gap between pieces: median {:.0f} us, 90 % below {:.0f} us ({} gaps)\n",
             1e6 * gaps[gaps.size() / 2], 1e6 * gaps[gaps.size() * 9 / 10], gaps.size());
}

void capacity(Crew& crew) {
  constexpr int kPieces = 50'000;
  const auto work = [&](int) -> std::optional<std::string> {
    slow_if_leader(crew);
    return std::string(kAnswerBytes, '\0');
  };
  const Stopwatch watch;
  const double before = thread_seconds();
  const auto keep = [](int, const std::string&) -> Expected<void> { return {}; };
  if (!crew.run(kPieces, 8, work, keep) || !crew.leads()) return;
  fmt::print("queue: {:.1f} us of rank 0's processor per piece ({:.0f} pieces/s here)\n",
             1e6 * (thread_seconds() - before) / kPieces, kPieces / watch.seconds());
}

Expected<void> put(const std::filesystem::path& path) {
  auto store = Store::open(path);
  if (!store) return tl::unexpected(store.error());
  Network network;
  network.layers = {{Eigen::MatrixXd::Ones(10, 784), Eigen::VectorXd::Zero(10)}};
  const auto question = store->ask(network, "none", {"closest", "service_times", {{"norm", "l1"}}});
  if (!question) return tl::unexpected(question.error());
  constexpr int kRows = 5000;
  ClosestRow row;
  row.answer.image = Eigen::VectorXd::Constant(784, 0.5);
  row.answer.distance = 1;
  const Stopwatch watch;
  const double before = thread_seconds();
  for (row.image = 0; row.image < kRows; ++row.image) {
    if (auto ok = store->put(*question, row); !ok) return ok;
  }
  fmt::print("store: {:.0f} us per answer, {:.0f} us of them processor\n",
             1e6 * watch.seconds() / kRows, 1e6 * (thread_seconds() - before) / kRows);
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  auto link = MpiLink::start(argc, argv);
  if (!link || argc != 2) {
    fmt::print(stderr, "usage: mpirun -np 2 service_times STORE.db\n");
    return 2;
  }
  std::atomic<bool> interrupt = false;
  ClusterCrew crew(*link, interrupt, {});
  round_trip(crew);
  capacity(crew);
  Expected<void> done;
  if (crew.leads()) done = put(argv[1]);
  if (!done) fmt::print(stderr, "service_times: {}\n", done.error().message);
  if (crew.leave("")) link->finalize();
  return done ? 0 : 3;
}
