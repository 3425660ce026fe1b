// MPI carries the messages: MPI_Isend, MPI_Improbe and MPI_Imrecv, which never wait. All calls come
// from the thread that made the link (MPI_THREAD_FUNNELED).
#pragma once

#include <memory>

#include "brink/base/error.h"
#include "brink/cluster/link.h"

namespace brink {

class MpiLink final : public Link {
 public:
  /// MPI_Init; an error if this MPI cannot be used beside threads.
  static Expected<MpiLink> start(int& argc, char**& argv);
  ~MpiLink() override;
  MpiLink(MpiLink&&) noexcept;
  MpiLink& operator=(MpiLink&&) = delete;

  int rank() const override;
  int size() const override;
  void send(int to, int tag, std::string bytes) override;
  std::optional<Message> receive() override;
  bool sent() override;

  /// Threads that this rank may use beside the other ranks of its machine: the cores that they may
  /// run on together, shared out evenly, at most those that this one is bound to.
  int threads() const;
  /// MPI_Finalize: waits for all ranks. Nothing may be sent any more.
  void finalize();

 private:
  MpiLink();
  struct Traffic;
  std::unique_ptr<Traffic> traffic_;
  int rank_ = 0;
  int size_ = 1;
  int threads_ = 1;
};

}  // namespace brink
