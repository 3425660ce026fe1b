// Messages between the processes of a cluster. What carries them is another matter: MPI
// (brink/mpi/mpi_link.h), or memory in tests.
#pragma once

#include <optional>
#include <string>

namespace brink {

struct Message {
  int from = 0;
  int tag = 0;
  std::string bytes;
};

/// One process's end. Messages from one process to another arrive in the order they were sent.
/// Nothing here waits, so that whoever has nothing to do can sleep: MPI's own waiting spins.
class Link {
 public:
  virtual ~Link() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  virtual void send(int to, int tag, std::string bytes) = 0;
  /// The next message that has arrived, if one has.
  virtual std::optional<Message> receive() = 0;
  /// Have all messages left?
  virtual bool sent() = 0;
};

}  // namespace brink
