#include "brink/base/near_word.h"

#include <gtest/gtest.h>

namespace brink {
namespace {

const std::vector<std::string> kWords = {"closest", "curve", "bounds", "linf", "l1", "l2"};

TEST(NearWord, FindsWhatSlipsOfTheHandLeadFrom) {
  EXPECT_EQ(did_you_mean("clossest", kWords), "; did you mean closest?");  // one too many
  EXPECT_EQ(did_you_mean("cloest", kWords), "; did you mean closest?");    // one left out
  EXPECT_EQ(did_you_mean("cruve", kWords), "; did you mean curve?");       // two swapped
  EXPECT_EQ(did_you_mean("Bounds", kWords), "; did you mean bounds?");
  EXPECT_EQ(did_you_mean("bou", kWords), "; did you mean bounds?");  // broken off
}

TEST(NearWord, NamesAllThatAreEquallyNear) {
  EXPECT_EQ(did_you_mean("l3", kWords), "; did you mean l1 or l2?");
  EXPECT_EQ(did_you_mean("l3", {"l0", "l1", "l2", "l4"}), "");  // no help
}

TEST(NearWord, DoesNotGuess) {
  for (const char* typed : {"", "x", "frobnicate", "magic"}) {
    EXPECT_EQ(did_you_mean(typed, kWords), "") << typed;
  }
}

TEST(NearWord, AnUnknownWordIsABadRequest) {
  const Error error = unknown_word("norm", "linff", {"l1", "l2", "linf"}).value();
  EXPECT_EQ(error.kind, Error::Kind::bad_request);
  EXPECT_EQ(error.message, "unknown norm 'linff': use l1, l2 or linf; did you mean linf?");
}

}  // namespace
}  // namespace brink
