#include "brink/mpi/mpi_link.h"

// The C interface only: the C++ one is gone from MPI 3.
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>
#include <sched.h>

#include <algorithm>
#include <list>

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

/// Messages on their way, whose bytes must stay.
struct MpiLink::Sending {
  struct One {
    std::string bytes;
    MPI_Request request = MPI_REQUEST_NULL;
  };
  std::list<One> all;

  void drop_sent() {
    all.remove_if([](One& one) {
      int there = 0;
      MPI_Test(&one.request, &there, MPI_STATUS_IGNORE);
      return there != 0;
    });
  }
};

MpiLink::MpiLink() : sending_(std::make_unique<Sending>()) {
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
  auto& one = sending_->all.emplace_back();
  one.bytes = std::move(bytes);
  MPI_Isend(one.bytes.data(), static_cast<int>(one.bytes.size()), MPI_BYTE, to, tag, MPI_COMM_WORLD,
            &one.request);
}

std::optional<Message> MpiLink::receive() {
  sending_->drop_sent();
  int there = 0;
  MPI_Status status;
  const int code = MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &there, &status);
  if (code != MPI_SUCCESS || there == 0) return std::nullopt;
  int size = 0;
  MPI_Get_count(&status, MPI_BYTE, &size);
  Message message{status.MPI_SOURCE, status.MPI_TAG,
                  std::string(static_cast<std::size_t>(size), 0)};
  MPI_Recv(message.bytes.data(), size, MPI_BYTE, status.MPI_SOURCE, status.MPI_TAG, MPI_COMM_WORLD,
           MPI_STATUS_IGNORE);
  return message;
}

bool MpiLink::sent() {
  sending_->drop_sent();
  return sending_->all.empty();
}

void MpiLink::finalize() {
  MPI_Finalize();
}

}  // namespace brink
