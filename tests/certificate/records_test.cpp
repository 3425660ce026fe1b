#include "brink/certificate/records.h"

#include <gtest/gtest.h>

namespace brink::certificate {
namespace {

std::string written(const std::function<void(Records&)>& write, Counts* counts = nullptr) {
  std::string text;
  Records records([&](std::string_view more) -> Expected<void> {
    text += more;
    return {};
  });
  write(records);
  EXPECT_TRUE(records.finish());
  if (counts != nullptr) *counts = records.counts();
  return text;
}

const WholeMultipliers kSome{-3, {1, 0, 4}, {0, 2, 0, 0, -7, 0}, {1, 1, 0, 0, 1, 0}};

TEST(Records, LeavesOutWhatIsNotNamed) {
  EXPECT_EQ(written([](Records& r) { r.close(kSome); }), "c -3 1 .1 4 / 0 2 .2 -7\n");
  EXPECT_EQ(written([](Records& r) { r.fact(5, true, -0.75, kSome); }),
            "f 5 lo -0x1.8p-1 -3 1 .1 4 / 0 2 .2 -7\n");
}

TEST(Records, ARowMayStandForANeuronsBound) {
  const WholeMultipliers one{0, {3}, {1, 0}, {1, 0}};
  const auto text = written([&](Records& r) {
    r.take_row_for(4, -1);
    r.close(one);
  });
  EXPECT_EQ(text, "c 0 / 1 .3 -3\n");
}

TEST(Records, ForgetsWhatWasHeldInVain) {
  Counts counts;
  const auto text = written(
      [](Records& r) {
        r.line("region 0");
        r.hold();
        r.split(3);
        r.close_empty();
        EXPECT_FALSE(r.release(false));
        r.hold();
        r.close_empty();
        EXPECT_TRUE(r.release(true));
      },
      &counts);
  EXPECT_EQ(text, "region 0\ni\n");
  EXPECT_EQ(counts.nodes, 1);
  EXPECT_EQ(counts.depth, 0);
  EXPECT_EQ(counts.bytes, static_cast<std::int64_t>(text.size()));
}

TEST(Records, TellsWhenNothingCanBeWritten) {
  Records records([](std::string_view) -> Expected<void> { return failure("full"); });
  records.close_empty();
  EXPECT_FALSE(records.finish());
  EXPECT_TRUE(records.failed());
}

}  // namespace
}  // namespace brink::certificate
