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
