// Threads of a batch that have run out of pieces of their own, lent to the pieces still at work.
//
// Pieces take from milliseconds to minutes, and often the last one takes longest. Nothing is lent
// while pieces are waiting to begin. A borrower gives back after each burst of work and asks again,
// so nobody waits long for a thread to come home: when a piece begins all the same, threads that
// are lent out are counted as owed.
#pragma once

#include <mutex>

namespace brink {

class SpareThreads {
 public:
  /// `threads` of the whole batch, none at work yet, and `waiting` pieces (0: not known).
  explicit SpareThreads(int threads, int waiting = 0) : free_(threads), waiting_(waiting) {}

  /// A piece at work, with `own` threads of the batch.
  class Piece {
   public:
    Piece(SpareThreads& spare, int own) : spare_(spare), own_(own) { spare_.begin(own); }
    ~Piece() { spare_.change(own_, -1); }
    Piece(const Piece&) = delete;
    Piece& operator=(const Piece&) = delete;

   private:
    SpareThreads& spare_;
    int own_;
  };

  /// What a piece may use besides its own threads until the loan goes out of scope.
  class Loan {
   public:
    /// The piece's fair share of the free threads, at most all of them; `spare` null: none.
    explicit Loan(SpareThreads* spare) : spare_(spare), threads_(spare ? spare->lend() : 0) {}
    ~Loan() {
      if (threads_ > 0) spare_->change(threads_, 0);
    }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    int threads() const { return threads_; }

   private:
    SpareThreads* spare_;
    int threads_;
  };

 private:
  void begin(int own);
  void change(int free, int pieces);
  int lend();

  std::mutex mutex_;
  int free_;  ///< below zero: owed by borrowers
  int waiting_;
  int pieces_ = 0;
};

}  // namespace brink
