#include "brink/mpi/mpi_link.h"

// The C interface only: the C++ one is gone from MPI 3.
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>
#include <sched.h>

#include <algorithm>
#include <list>
#include <set>

namespace brink {

namespace {

/// Cores shared out evenly among the ranks of this machine; see threads().
int share_of_cores() {
  cpu_set_t own, all;
  CPU_ZERO(&own);
  CPU_ZERO(&all);
  if (sched_getaffinity(0, sizeof own, &own) != 0) return 1;
  MPI_Comm machine = MPI_COMM_NULL;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine);
  int ranks = 1;
  MPI_Comm_size(machine, &ranks);
  MPI_Allreduce(&own, &all, static_cast<int>(sizeof own), MPI_BYTE, MPI_BOR, machine);
  MPI_Comm_free(&machine);
  return std::max(1, std::min(CPU_COUNT(&own), CPU_COUNT(&all) / ranks));
}

}  // namespace

/// Messages on their way, whose bytes must stay. A rank may die in the middle of one: it never
/// arrives, and nothing may wait for it.
struct MpiLink::Traffic {
  struct One {
    Message message;
    MPI_Request request = MPI_REQUEST_NULL;

    bool there() {
      int flag = 0;
      return MPI_Test(&request, &flag, MPI_STATUS_IGNORE) == MPI_SUCCESS && flag != 0;
    }
  };
  std::list<One> leaving, arriving;

  void begin_receiving() {
    for (;;) {
      int found = 0;
      MPI_Message handle = MPI_MESSAGE_NULL;
      MPI_Status status;
      const int code =
          MPI_Improbe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &found, &handle, &status);
      if (code != MPI_SUCCESS || found == 0) return;
      int size = 0;
      MPI_Get_count(&status, MPI_BYTE, &size);
      One& one = arriving.emplace_back();
      one.message = {status.MPI_SOURCE, status.MPI_TAG,
                     std::string(static_cast<std::size_t>(size), '\0')};
      MPI_Imrecv(one.message.bytes.data(), size, MPI_BYTE, &handle, &one.request);
    }
  }

  /// The first that is complete; of one sender none before an earlier one.
  std::optional<Message> take_complete() {
    std::set<int> waiting;
    for (auto one = arriving.begin(); one != arriving.end(); ++one) {
      if (waiting.contains(one->message.from)) continue;
      if (one->there()) {
        Message message = std::move(one->message);
        arriving.erase(one);
        return message;
      }
      waiting.insert(one->message.from);
    }
    return std::nullopt;
  }
};

MpiLink::MpiLink() : traffic_(std::make_unique<Traffic>()) {
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
  threads_ = share_of_cores();
  // From now on a message to a dead rank is no reason to die.
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
}

MpiLink::~MpiLink() = default;
MpiLink::MpiLink(MpiLink&&) noexcept = default;

Expected<MpiLink> MpiLink::start(int& argc, char**& argv) {
  int provided = MPI_THREAD_SINGLE;
  MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
  if (provided < MPI_THREAD_FUNNELED) {
    return failure("this MPI does not allow threads (MPI_THREAD_FUNNELED): use another");
  }
  return MpiLink();
}

int MpiLink::rank() const {
  return rank_;
}

int MpiLink::size() const {
  return size_;
}

int MpiLink::threads() const {
  return threads_;
}

void MpiLink::send(int to, int tag, std::string bytes) {
  auto& one = traffic_->leaving.emplace_back();
  one.message.bytes = std::move(bytes);
  MPI_Isend(one.message.bytes.data(), static_cast<int>(one.message.bytes.size()), MPI_BYTE, to, tag,
            MPI_COMM_WORLD, &one.request);
}

std::optional<Message> MpiLink::receive() {
  traffic_->leaving.remove_if([](auto& one) { return one.there(); });
  traffic_->begin_receiving();
  return traffic_->take_complete();
}

bool MpiLink::sent() {
  traffic_->leaving.remove_if([](auto& one) { return one.there(); });
  return traffic_->leaving.empty();
}

void MpiLink::finalize() {
  MPI_Finalize();
}

}  // namespace brink
