#include "brink/session/questions.h"

#include <gtest/gtest.h>

#include "random_network.h"

namespace brink {
namespace {

TEST(ClosestQuestionText, DecidesByEverythingThatDecidesAnswers) {
  Random random(1);
  const Network network = testing::random_network({4, 3, 3}, random);
  ClosestQuestion question = papers_question();
  question.box = Box::uniform(4, 0, 1);
  Engine engine;
  engine.box_text = "0:1";
  Dataset set;
  set.rows = set.columns = 2;
  set.pixels = std::vector<std::uint8_t>{1, 2, 3, 4};
  set.labels = {1};
  const auto text = [&] {
    return closest_question(network, question, engine, NamedImages(set, "d", "test")).text;
  };
  const std::string first = text();
  engine.time_limit = 7;
  EXPECT_NE(text(), first);
  engine.time_limit = 300;
  engine.seed = 1;
  EXPECT_NE(text(), first);
  engine.seed = 0;
  engine.bounds = "exact";  // of the MIP engine: the search has none
  EXPECT_EQ(text(), first);
  engine.search = false;
  EXPECT_NE(text(), first);
  engine.search = true;
  question.box = Box::uniform(4, 0, 0.5);
  EXPECT_NE(text(), first);
  question.box = Box::uniform(4, 0, 1);
  EXPECT_EQ(text(), first);
  std::get<std::vector<std::uint8_t>>(set.pixels)[3] = 5;  // another data set of the same name
  EXPECT_NE(text(), first);
}

TEST(UnitsQuestionText, KnowsTheEndThatIsAsked) {
  Random random(1);
  const Network network = testing::random_network({4, 3, 3}, random);
  const Box box = Box::uniform(4, 0, 1);
  Engine engine;
  engine.bounds = "symbolic";
  const Question most = units_question(network, box, engine, false);
  const Question least = units_question(network, box, engine, true);
  EXPECT_NE(most.text, least.text);
  EXPECT_NE(most.hash, least.hash);
  engine.search = false;  // who answers is part of the text, not of what is asked
  EXPECT_NE(units_question(network, box, engine, false).text, most.text);
  EXPECT_EQ(units_question(network, box, engine, false).hash, most.hash);
}

}  // namespace
}  // namespace brink
