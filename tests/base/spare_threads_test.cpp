#include "brink/base/spare_threads.h"

#include <gtest/gtest.h>

namespace brink {
namespace {

TEST(SpareThreads, LendsWhatNoPieceUses) {
  SpareThreads spare(4);
  const SpareThreads::Piece piece(spare, 1);
  {
    const SpareThreads::Loan loan(&spare);
    EXPECT_EQ(loan.threads(), 3);
    const SpareThreads::Loan none(&spare);
    EXPECT_EQ(none.threads(), 0);
  }
  const SpareThreads::Loan again(&spare);
  EXPECT_EQ(again.threads(), 3);
}

TEST(SpareThreads, ShareThemFairly) {
  SpareThreads spare(7);
  const SpareThreads::Piece first(spare, 1), second(spare, 1);
  const SpareThreads::Loan to_first(&spare);
  EXPECT_EQ(to_first.threads(), 3);
  const SpareThreads::Loan to_second(&spare);
  EXPECT_EQ(to_second.threads(), 1);  // half of the two that are left; more when it asks again
}

TEST(SpareThreads, PiecesThatBeginAreOwedTheirs) {
  SpareThreads spare(2);
  const SpareThreads::Piece first(spare, 1);
  {
    const SpareThreads::Loan loan(&spare);
    EXPECT_EQ(loan.threads(), 1);
    const SpareThreads::Piece second(spare, 1);
    const SpareThreads::Loan none(&spare);
    EXPECT_EQ(none.threads(), 0);
  }
  const SpareThreads::Loan again(&spare);  // the second piece has ended, the loan is back
  EXPECT_EQ(again.threads(), 1);
}

TEST(SpareThreads, NothingIsLentWhilePiecesWait) {
  SpareThreads spare(2, 2);
  const SpareThreads::Piece first(spare, 1);
  {
    const SpareThreads::Loan none(&spare);
    EXPECT_EQ(none.threads(), 0);
  }
  { const SpareThreads::Piece second(spare, 1); }
  const SpareThreads::Loan loan(&spare);
  EXPECT_EQ(loan.threads(), 1);
}

TEST(SpareThreads, WithoutThemNothingIsLent) {
  const SpareThreads::Loan loan(nullptr);
  EXPECT_EQ(loan.threads(), 0);
}

}  // namespace
}  // namespace brink
