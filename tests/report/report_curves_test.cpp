#include "brink/report/report_curves.h"

#include <gtest/gtest.h>

#include <limits>

#include "report/report_cases.h"

namespace brink {
namespace {

using testing::answer;
constexpr double kNever = std::numeric_limits<double>::infinity();

TEST(ReportCurves, CountsEveryStatusAsWhatItProves) {
  ReportData data;
  data.questions.resize(2);
  data.answers = {answer(1, 0, "optimal", 3, 2.999999, 0.5),
                  answer(1, 1, "time_limit", 8, 2, 9),
                  answer(1, 2, "time_limit", {}, 1, 9),
                  answer(1, 3, "gap", 4, 3, 0.25),
                  answer(1, 4, "infeasible", {}, 0, 2),
                  answer(1, 5, "misclassified"),
                  answer(1, 6, "error")};
  const std::vector<Curves> all = count_up(data);
  ASSERT_EQ(all.size(), 1U) << "a question without answers has no curve";
  const Curves& c = all[0];
  EXPECT_EQ(c.question, 1);
  EXPECT_EQ(c.asked, 7);
  EXPECT_EQ(c.misclassified, 1);
  EXPECT_EQ(c.solved, (std::vector<double>{0.25, 0.5, 2}));
  ASSERT_EQ(c.gaps.size(), 6U);
  EXPECT_EQ(c.gaps.front(), 0) << "infeasible: nothing is left open";
  EXPECT_EQ(c.gaps[2], 0.25);
  EXPECT_EQ(c.gaps[3], 0.75);
  EXPECT_EQ(c.gaps[4], 1) << "no image is known";
  EXPECT_EQ(c.safe, (std::vector<double>{0, 0, 1, 2, 2.999999, 3, kNever}));
  EXPECT_EQ(c.lost, (std::vector<double>{0, 3, 4, 8, kNever, kNever, kNever}));
}

TEST(ReportCurves, GapOfALinearisedDistanceIsItsOwn) {
  ReportAnswer a = answer(0, 0, "gap", 10, 5);
  EXPECT_EQ(relative_gap(a), 0.5);
  a.linearised = 8;
  a.linearised_bound = 6;
  EXPECT_EQ(relative_gap(a), 0.25);
  EXPECT_EQ(relative_gap(answer(0, 0, "optimal", 0, 0)), 0);
}

TEST(ReportCurves, WhatIsProvenHasNoGap) {
  EXPECT_EQ(relative_gap(answer(0, 0, "optimal", 0.06, 0.0599991)), 0) << "1e-6 is absolute here";
  EXPECT_EQ(relative_gap(answer(0, 0, "optimal", 2, 1.9998)), 0) << "L2: 1e-4 relative";
}

TEST(ReportCurves, RobustnessOfReluOutputsTakesTheFloorZero) {
  const ReportNetwork relu{"", "", "", "relu", {}};
  ReportQuestion question{1, "closest", 0, "", testing::robust_options("l2")};
  question.options["target_min"] = 0.0;
  EXPECT_TRUE(measures_robustness(question, relu));
  question.options["target_min"] = 0.001;
  EXPECT_FALSE(measures_robustness(question, relu));
}

TEST(ReportCurves, OnlyAnyChangeMeasuresRobustness) {
  const ReportNetwork linear{"", "", "", "linear", {}};
  ReportQuestion question{1, "closest", 0, "", testing::robust_options("l2")};
  EXPECT_TRUE(measures_robustness(question, linear));
  const std::vector<std::pair<std::string, nlohmann::json>> otherwise = {{"target", "shift:5"},
                                                                         {"margin", 1.2},
                                                                         {"target_min", 0.0},
                                                                         {"cap", 0.2},
                                                                         {"breakpoints", 9}};
  for (const auto& [key, value] : otherwise) {
    ReportQuestion other = question;
    other.options[key] = value;
    EXPECT_FALSE(measures_robustness(other, linear)) << key;
  }
  question.options["target_min"] = nullptr;
  EXPECT_TRUE(measures_robustness(question, linear));
  question.kind = "visualize";
  EXPECT_FALSE(measures_robustness(question, linear));
  EXPECT_FALSE(measures_robustness({1, "closest", 0, "", "no object"}, linear));
  ReportQuestion some_inputs = question;
  some_inputs.kind = "closest";
  EXPECT_TRUE(measures_robustness(some_inputs, linear));
  some_inputs.text = "closest norm=l1 target=any frozen=1,2 engine=search";
  EXPECT_FALSE(measures_robustness(some_inputs, linear));
}

TEST(ReportCurves, AllOfTheDatasRangeIsAnyChange) {
  ReportData data = testing::two_networks();
  ReportQuestion& question = data.questions[0];
  for (const char* box : {"0:1", "the data's", "the data's -2.5:2.75"}) {
    question.options["box"] = box;
    EXPECT_TRUE(measures_robustness(question, data.networks[0])) << box;
  }
  question.options["box"] = "-2.5:2.75";
  EXPECT_FALSE(measures_robustness(question, data.networks[0]));
}

}  // namespace
}  // namespace brink
