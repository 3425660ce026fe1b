// Many images within a radius: each as asked alone, and ended by the user.
#include "brink/ask/radius_batch.h"

#include <gtest/gtest.h>

#include <thread>

#include "asked.h"

namespace brink::testing {
namespace {

Dataset images_of(int count, int inputs, const Network& network, std::uint64_t seed) {
  Random random(seed);
  Dataset set;
  set.rows = 1;
  set.columns = inputs;
  std::vector<double> numbers;
  for (int i = 0; i < count; ++i) {
    const Eigen::VectorXd x = random_point(inputs, random);
    numbers.insert(numbers.end(), x.begin(), x.end());
    set.labels.push_back(classify(network, x));
  }
  set.pixels = std::move(numbers);
  return set;
}

ClosestQuestion question_of(int inputs) {
  ClosestQuestion question;
  question.norm = Norm::linf;
  question.target = {TargetRule::Kind::any, 0};
  question.box = Box::uniform(inputs, 0, 1);
  return question;
}

/// In the order in which they are done.
Expected<std::vector<RadiusRow>> ask(const RadiusBatch& batch, const std::vector<int>& images,
                                     int at_once, const RadiusHooks& hooks,
                                     const std::atomic<bool>* interrupt = nullptr) {
  std::vector<RadiusRow> rows;
  ThreadCrew crew(interrupt);
  const auto keep = [&](const RadiusRow& row) -> Expected<void> {
    rows.push_back(row);
    return {};
  };
  auto done = ask_radius(batch, images, at_once, 1, crew, hooks, keep, interrupt);
  if (!done) return tl::unexpected(done.error());
  return rows;
}

TEST(RobustBatch, EachImageIsAnsweredAsAlone) {
  const testing::Asked asked(5, Norm::linf, 2);
  const Dataset set = images_of(12, 4, asked.network, 9);
  const RadiusBatch batch{&asked.network, &set, question_of(4), 0.05, {}};
  const std::vector<int> images{7, 2, 11, 0, 5};
  std::atomic<int> told = 0;
  RadiusHooks hooks;
  hooks.after = [&](const RadiusRow&) { ++told; };
  const auto rows = ask(batch, images, 2, hooks);
  ASSERT_TRUE(rows) << rows.error().message;
  ASSERT_EQ(rows->size(), images.size());
  EXPECT_EQ(told, 5);
  for (const RadiusRow& row : *rows) {
    const auto alone = robust_within(asked.network, batch.question, set.image(row.image), row.label,
                                     batch.radius, {});
    EXPECT_EQ(row.answer.robustness, alone->robustness) << row.image;
  }
}

TEST(RobustBatch, AnImageOutsideTheBoxIsAnError) {
  const testing::Asked asked(5, Norm::linf, 2);
  Dataset set = images_of(2, 4, asked.network, 9);
  std::get<std::vector<double>>(set.pixels)[5] = 7;
  const RadiusBatch batch{&asked.network, &set, question_of(4), 0.05, {}};
  EXPECT_FALSE(ask(batch, {0, 1}, 2, {}));
}

/// Without the flag each would take its limit.
TEST(RobustBatch, TheUsersFlagEndsAllOfThem) {
  Random random(8);
  const Network network = random_network({40, 120, 120, 120, 4}, random, 1.8);
  const Dataset set = images_of(3, 40, network, 3);
  RadiusBatch batch{&network, &set, question_of(40), 0.06, {}};
  batch.search.time_limit = 1000;
  std::atomic<bool> interrupt = false;
  std::thread user([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    interrupt = true;
  });
  const auto rows = ask(batch, {0, 1, 2}, 1, {}, &interrupt);
  user.join();
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().kind, Error::Kind::interrupted);
}

}  // namespace
}  // namespace brink::testing
