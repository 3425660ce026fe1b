#include "brink/report/report_labels.h"

#include <gtest/gtest.h>

#include "report/report_cases.h"

namespace brink {
namespace {

TEST(ReportLabels, SayOnlyWhatDiffers) {
  ReportQuestion search{1, "closest", 0, "", testing::robust_options("l1")};
  ReportQuestion other_norm{2, "closest", 1, "", testing::robust_options("l2")};
  EXPECT_EQ(question_labels({search, other_norm}), (std::vector<std::string>{"", ""}))
      << "network and norm have places of their own";
  ReportQuestion mip = search;
  mip.options["engine"] = "mip";
  mip.options["solver"] = "cbc";
  mip.options["bounds"] = "weak";
  EXPECT_EQ(question_labels({search, mip}), (std::vector<std::string>{"search", "mip"}))
      << "an option that only one has says nothing more";
  ReportQuestion basic = mip;
  basic.options["bounds"] = "none";
  basic.options["target_min"] = 0.001;
  EXPECT_EQ(question_labels({search, mip, basic}),
            (std::vector<std::string>{"no floor, search", "no floor, mip, bounds weak",
                                      "floor 0.001, mip, bounds none"}));
  ReportQuestion unit{4, "visualize", 0, "", {{"engine", "mip"}, {"surprise", 7}}};
  EXPECT_EQ(question_labels({search, unit})[1], "") << "kinds are not compared";
}

TEST(ReportLabels, TrueAndLinearisedL2AreTold) {
  const ReportQuestion l1{1, "closest", 0, "", testing::robust_options("l1")};
  const ReportQuestion l2{2, "closest", 0, "", testing::robust_options("l2")};
  ReportQuestion linearised = l2;
  linearised.options["breakpoints"] = 17;
  EXPECT_EQ(question_labels({l1, l2, linearised}),
            (std::vector<std::string>{"", "not linearised", "17 breakpoints"}));
}

TEST(ReportLabels, SummariesNameWhatIsNotTheDefault) {
  ReportQuestion plain{1, "closest", 0, "", testing::robust_options("l1")};
  plain.options.update({{"target", "shift:5"},
                        {"margin", 1.2},
                        {"target_min", 0.001},
                        {"cap", nullptr},
                        {"breakpoints", nullptr},
                        {"images", "9b4bfb59"},
                        {"time_limit", 300.0},
                        {"gap", 0.0},
                        {"seed", 0}});
  const std::string first =
      "closest l1, mnist, target shift:5, margin 1.2, floor 0.001, search, 300 s";
  EXPECT_EQ(question_summary(plain), first);
  const std::vector<std::pair<std::string, nlohmann::json>> others = {
      {"gap", 0.01},   {"target_min", nullptr}, {"seed", 3},          {"split", "train"},
      {"data", "own"}, {"box", "-1:1"},         {"solver", "scip"},   {"formulation", "indicator"},
      {"cap", 0.2},    {"breakpoints", 9},      {"time_limit", 20.5}, {"distance_form", "seed"}};
  for (const auto& [key, value] : others) {
    ReportQuestion other = plain;
    other.options[key] = value;
    EXPECT_NE(question_summary(other), first) << key;
  }
  const ReportQuestion bounds{
      2, "bounds", 0, "", {{"method", "weak"}, {"box", "0:1"}, {"limit_per_bound", 2.0}}};
  EXPECT_EQ(question_summary(bounds), "bounds, weak, 2 s a bound");
  EXPECT_EQ(question_summary({3, "closest", 0, "", nlohmann::json()}), "closest");
}

TEST(ReportLabels, Titles) {
  ReportQuestion question{1, "closest", 0, "", testing::robust_options("linf")};
  EXPECT_EQ(question_title(question),
            "least L\u221e change to any other class, margin 1, no floor, no cap");
  question.options.update({{"norm", "l2"},
                           {"target", "shift:5"},
                           {"margin", 1.2},
                           {"target_min", 0.001},
                           {"cap", 0.2},
                           {"breakpoints", 9},
                           {"box", "-1:1"}});
  EXPECT_EQ(question_title(question),
            "least L2 change to the class 5 further, margin 1.2, floor 0.001, cap 0.2, "
            "9 breakpoints, box -1:1");
}

}  // namespace
}  // namespace brink
