// A crew of many processes: rank 0 has a queue of pieces, and whoever has a free thread asks it for
// the next one. Rank 0 also works: its queue takes next to nothing of one core.
//
//     rank 0                                    rank r
//     shared: bytes or error        ------>     share() returns
//                                   <------     ask: a thread is free
//     piece: do this one            ------>
//                                   <------     result: its bytes; the thread is free
//                                   <------     beat: every second, I am alive
//     finish: the outcome           ------>     run() returns
//     end: rank 0 leaves            ------>     leaves too
//                                   <------     left
//     farewell: have all left?      ------>
//
// Handing out one piece when one is done balances pieces that take from milliseconds to minutes
// as well as can be without knowing them (list scheduling, Graham 1969: at most 2 - 1/m of the best
// makespan); shares of the list fixed beforehand would wait for the unluckiest. Tried and dropped:
// a second piece on its way to each rank hides a round trip of a tenth of a millisecond, but sits
// behind the longest image at the end.
//
// A rank that dies takes nothing along but the pieces it had: when it has been silent for
// `silence` seconds they are handed out again. Whether the others live on is not decided here (Open
// MPI ends them, unless mpirun --enable-recovery).
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <vector>

#include "brink/base/crew.h"
#include "brink/cluster/link.h"

namespace brink {

class ClusterCrew final : public Crew {
 public:
  struct Options {
    double silence = 60;  ///< seconds; see above
    /// Ranks that left or fell silent, one line each; leader. May be empty.
    std::function<void(const std::string&)> on_note;
  };

  /// `interrupt`: ends the run in every process when it is raised in one, and is raised in all.
  ClusterCrew(Link& link, std::atomic<bool>& interrupt, Options options);

  Expected<void> run(int count, int threads, const Work& work, const Keep& keep) override;
  bool leads() const override { return link_.rank() == 0; }
  int processes() const override { return link_.size(); }
  Expected<std::string> share(Expected<std::string> bytes) override;

  /// At the end of each process, whatever happened; once. `problem`: why this process stopped
  /// early, or empty. Returns whether all have left, the same everywhere (if not, MPI_Finalize
  /// would wait for the dead).
  bool leave(const std::string& problem);
  /// Rank 0 fell silent: nobody else will say how the run ended.
  bool leader_lost() const { return leader_lost_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Lead;  ///< one run, seen from the leader

  bool leave_first(const std::string& problem);
  bool leave_last(const std::string& problem);
  Expected<void> lead(int count, int threads, const Work& work, const Keep& keep);
  Expected<void> follow(int threads, const Work& work);
  void send_to_all(int tag, const std::string& bytes);
  void note_left(int rank, const std::string& problem);
  /// The leader's next message with one of two tags; that it left is an error.
  Expected<Message> await(int tag);
  bool silent(Clock::time_point since, double seconds) const;

  Link& link_;
  std::atomic<bool>& interrupt_;
  Options options_;
  int epoch_ = 0;           ///< runs so far: what is said of an earlier one is ignored
  std::vector<bool> gone_;  ///< by rank: has left
  std::vector<bool> lost_;  ///< by rank: silent, presumed dead
  bool told_ = false;       ///< the leader said why it ends
  bool ended_ = false;      ///< the leader has left
  bool leader_lost_ = false;
};

}  // namespace brink
