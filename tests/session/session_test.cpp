#include "brink/session/session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "data/temporary_folder.h"
#include "random_network.h"

namespace brink {
namespace {

/// A network of four inputs and four images.
class SessionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Random random(7);
    network_ = {testing::random_network({4, 6, 3}, random), "net"};
    set_.rows = set_.columns = 2;
    set_.pixels = std::vector<std::uint8_t>{0,   50, 200, 255, 9,   80, 17, 140,
                                            255, 0,  31,  77,  120, 60, 90, 250};
    for (int i = 0; i < 4; ++i) set_.labels.push_back(classify(network_.network, set_.image(i)));
    named_ = NamedImages(set_, "four", "test");
    question_.norm = Norm::linf;
    question_.box = Box::uniform(4, 0, 1);
    engine_.box_text = "0:1";
    engine_.bounds = "symbolic";
  }
  Session session(int threads = 2) { return {crew_, threads, nullptr}; }
  Session with_store() {
    Session result = session();
    const auto open = [&] { return Store::open(folder_.path() / "answers.db"); };
    EXPECT_TRUE(result.keep_in(open, "a test").has_value());
    return result;
  }
  ClosestAsked asked(const std::vector<int>& images) const {
    return {network_, question_, engine_, named_, images};
  }
  /// How many questions were left to be answered.
  static ClosestSink counting(int& left) {
    ClosestSink sink;
    sink.begin = [&left](int count) { left = count; };
    return sink;
  }

  testing::TemporaryFolder folder_;
  ThreadCrew crew_;
  NamedNetwork network_;
  Dataset set_;
  NamedImages named_;
  ClosestQuestion question_;
  Engine engine_;
};

TEST_F(SessionTest, AnswersComeInTheOrderAskedAndOnceEach) {
  const std::vector<int> images = {2, 0, 2, 3};
  const auto rows = session().closest(asked(images));
  ASSERT_TRUE(rows.has_value());
  ASSERT_EQ(rows->size(), 4U);
  for (std::size_t i = 0; i < images.size(); ++i) EXPECT_EQ((*rows)[i].image, images[i]);
  int left = -1;
  ASSERT_TRUE(session().closest(asked(images), counting(left)).has_value());
  EXPECT_EQ(left, 3);
}

TEST_F(SessionTest, TheStoreIsAskedFirst) {
  const std::vector<int> some = {0, 1}, all = {0, 1, 2, 3};
  const auto first = with_store().closest(asked(some));
  ASSERT_TRUE(first.has_value());
  int left = -1;
  std::vector<ClosestRow> kept;
  ClosestSink sink = counting(left);
  sink.keep = [&](const ClosestRow& row) -> Expected<void> {
    kept.push_back(row);
    return {};
  };
  ASSERT_TRUE(with_store().closest(asked(all), sink).has_value());
  EXPECT_EQ(left, 2);
  ASSERT_EQ(kept.size(), 4U);  // those of the store come first
  for (std::size_t i = 0; i < first->size(); ++i) {
    EXPECT_EQ(kept[i].image, (*first)[i].image);
    EXPECT_EQ(kept[i].answer.distance, (*first)[i].answer.distance);
    EXPECT_EQ(kept[i].answer.bound, (*first)[i].answer.bound);
  }
  engine_.gap = 0.5;  // another question
  ASSERT_TRUE(with_store().closest(asked(all), counting(left)).has_value());
  EXPECT_EQ(left, 4);
}

/// Within `radius` of four images, and how many were left to be asked.
struct RadiusRun {
  std::map<int, RadiusAnswer> answers;
  int left = -1;
};

RadiusRun ask_radius(const Session& session, const RadiusAsked& asked) {
  RadiusRun run;
  RadiusSink sink;
  sink.begin = [&](int left) { run.left = left; };
  sink.keep = [&](const RadiusRow& row) -> Expected<void> {
    run.answers[row.image] = row.answer;
    return {};
  };
  EXPECT_TRUE(session.radius(asked, sink).has_value());
  return run;
}

TEST_F(SessionTest, RadiiAreAskedOnceAndInAnyNumberOfRuns) {
  const std::vector<int> some = {0, 2}, all = {0, 1, 2, 3, 0};
  RadiusRun run = ask_radius(with_store(), {network_, question_, 0.1, engine_, named_, some});
  EXPECT_EQ(run.left, 2);
  const RadiusRun first = run;
  run = ask_radius(with_store(), {network_, question_, 0.1, engine_, named_, all});
  EXPECT_EQ(run.left, 2);
  ASSERT_EQ(run.answers.size(), 4U);
  for (const int image : some) {
    const RadiusAnswer &now = run.answers.at(image), &then = first.answers.at(image);
    EXPECT_EQ(now.robustness, then.robustness);
    EXPECT_EQ(now.bound, then.bound);
    EXPECT_EQ(now.distance, then.distance);
    EXPECT_EQ(now.image, then.image);
    EXPECT_EQ(now.seconds, then.seconds);
  }
}

TEST_F(SessionTest, KnownNearestImagesDecideAboutRadii) {
  const std::vector<int> all = {0, 1, 2, 3};
  const auto rows = with_store().closest(asked(all));
  ASSERT_TRUE(rows.has_value());
  std::vector<double> distances;
  for (const ClosestRow& row : *rows) {
    ASSERT_EQ(row.answer.status, AnswerStatus::optimal);
    distances.push_back(*row.answer.distance);
  }
  std::sort(distances.begin(), distances.end());
  const double radius = 0.5 * (distances[1] + distances[2]);
  ASSERT_GT(distances[2] - distances[1], 1e-4);
  engine_.time_limit = 17;  // how long was searched does not matter
  engine_.seed = 3;
  question_.lead = 0;  // nor by how much an image was to lead: bounds speak of lead 0
  const RadiusRun run =
      ask_radius(with_store(), {network_, question_, radius, engine_, named_, all});
  EXPECT_EQ(run.left, 0);
  for (const ClosestRow& row : *rows) {
    const RadiusAnswer& answer = run.answers.at(row.image);
    const bool near = *row.answer.distance <= radius;
    EXPECT_EQ(answer.robustness, near ? Robustness::not_robust : Robustness::robust);
    EXPECT_EQ(answer.image, near ? row.answer.image : Eigen::VectorXd());
    EXPECT_EQ(answer.bound, row.answer.bound);
  }
  // The same again is the store's own, a smaller radius is decided by what was robust.
  EXPECT_EQ(ask_radius(with_store(), {network_, question_, radius, engine_, named_, all}).left, 0);
  EXPECT_EQ(ask_radius(with_store(), {network_, question_, 0, engine_, named_, all}).left, 0);
}

TEST_F(SessionTest, NearestImagesOfOtherQuestionsDecideNothing) {
  const std::vector<int> all = {0, 1, 2, 3};
  ASSERT_TRUE(with_store().closest(asked(all)).has_value());
  const auto left = [&](const NamedNetwork& network, const ClosestQuestion& question,
                        const NamedImages& named) {
    return ask_radius(with_store(), {network, question, 1e-6, engine_, named, all}).left;
  };
  EXPECT_EQ(left(network_, question_, named_), 0);
  std::vector<ClosestQuestion> others(5, question_);
  others[0].norm = Norm::l1;
  others[1].target = {TargetRule::Kind::shift, 1};
  others[2].margin = 1.5;
  others[3].box.upper(2) = 1.25;
  others[4].frozen = {1};
  for (const ClosestQuestion& other : others) EXPECT_EQ(left(network_, other, named_), 4);
  NamedNetwork network = network_;
  network.network.layers[0].bias(0) += 1e-9;
  EXPECT_EQ(left(network, question_, named_), 4);
  Dataset set = set_;
  set.labels[1] = (set.labels[1] + 1) % 3;
  EXPECT_EQ(left(network_, question_, NamedImages(set, "four", "test")), 4);
  EXPECT_EQ(left(network_, question_, NamedImages(set_, "four norm=l1 engine=", "test")), 0)
      << "a name is only a name";
}

TEST_F(SessionTest, WhatTheSinkHasIsNotAskedAgain) {
  const std::vector<int> all = {0, 1, 2, 3};
  int left = -1;
  ClosestSink sink = counting(left);
  sink.has = [](int image) { return image % 2 == 0; };
  sink.keep = [](const ClosestRow& row) -> Expected<void> {
    EXPECT_EQ(row.image % 2, 1);
    return {};
  };
  ASSERT_TRUE(session().closest(asked(all), sink).has_value());
  EXPECT_EQ(left, 2);
}

TEST_F(SessionTest, AnErrorOfTheSinkEndsTheRun) {
  const std::vector<int> all = {0, 1, 2, 3};
  ClosestSink sink;
  sink.keep = [](const ClosestRow&) { return failure("the disk is full"); };
  const auto done = session(1).closest(asked(all), sink);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().message, "the disk is full");
}

TEST_F(SessionTest, AnInterruptedRunKeepsWhatItHas) {
  std::atomic<bool> interrupt = false;
  ThreadCrew crew(&interrupt);
  const std::vector<int> all = {0, 1, 2, 3};
  Session session(crew, 1, &interrupt);
  int kept = 0;
  ClosestSink sink;
  sink.keep = [&](const ClosestRow&) -> Expected<void> {
    ++kept;
    interrupt = true;
    return {};
  };
  const auto done = session.closest(asked(all), sink);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().kind, Error::Kind::interrupted);
  EXPECT_EQ(kept, 1);
}

TEST_F(SessionTest, MemoryThatHoldsNoSearchIsRefused) {
  Session session = this->session();
  session.limit_memory(1);
  for (const auto& refused :
       {session.fits(network_.network, question_), session.fits(network_.network)}) {
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().kind, Error::Kind::bad_request);
    EXPECT_NE(refused.error().message.find("--memory-limit"), std::string::npos);
  }
  session.limit_memory(1e12);
  EXPECT_TRUE(session.fits(network_.network, question_).has_value());
}

TEST_F(SessionTest, BoundsAreProvenOnce) {
  const auto request = parse_bound_method("exact");
  ASSERT_TRUE(request.has_value());
  const BoundsAsked asked{network_, question_.box, "0:1", *request};
  std::atomic<int> neurons = 0;
  const auto count = [&] { ++neurons; };
  const auto first = with_store().bounds(asked, {}, count);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(neurons, 3);  // the first layer's are affine
  const auto second = with_store().bounds(asked, {}, count);
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(neurons, 3);
  for (int j = 0; j < 3; ++j) {
    EXPECT_EQ(first->at(2, j).lower, second->at(2, j).lower);
    EXPECT_EQ(first->at(2, j).upper, second->at(2, j).upper);
  }
}

TEST_F(SessionTest, UnitsAreAskedOnce) {
  const auto bounds = session().bounds({network_, question_.box, "0:1", {}});
  ASSERT_TRUE(bounds.has_value());
  const std::vector<Unit> some = {{1, 2}}, all = {{1, 0}, {1, 2}, {2, 1}};
  std::vector<Unit> seen;
  int left = -1;
  UnitSink sink;
  sink.begin = [&](int count) { left = count; };
  sink.keep = [&](const Unit& unit, const Excitation& found) -> Expected<void> {
    EXPECT_EQ(found.status, AnswerStatus::optimal);
    seen.push_back(unit);
    return {};
  };
  ASSERT_TRUE(with_store().units({network_, *bounds, engine_, some}, sink).has_value());
  EXPECT_EQ(left, 1);
  seen.clear();
  ASSERT_TRUE(with_store().units({network_, *bounds, engine_, all}, sink).has_value());
  EXPECT_EQ(left, 2);
  std::sort(seen.begin(), seen.end());
  EXPECT_EQ(seen, all);
}

}  // namespace
}  // namespace brink
