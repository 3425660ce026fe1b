#include "brink/report/report_hardening.h"

#include <gtest/gtest.h>

#include "report/report_cases.h"

namespace brink {
namespace {

TEST(ReportHardening, ComparesOnTheSameImages) {
  ReportData data = testing::two_networks();
  data.descents = {{0, 1, {{"rounds", 2}}}};
  const std::vector<Hardening> all = compare_descents(data);
  ASSERT_EQ(all.size(), 1U);
  ASSERT_EQ(all[0].accuracies.size(), 1U);
  EXPECT_EQ(all[0].accuracies[0].parent.right, 90);
  EXPECT_EQ(all[0].accuracies[0].child.right, 80);
  ASSERT_EQ(all[0].distances.size(), 1U);
  const HardeningDistance& d = all[0].distances[0];
  EXPECT_EQ(d.parent_question, 0);
  EXPECT_EQ(d.child_question, 1);
  // Images 0, 1 (wrong for the parent: 0), 2; image 3 has no distance, image 4 was asked of one.
  EXPECT_EQ(d.all.images, 3);
  EXPECT_DOUBLE_EQ(d.all.parent, (2 + 0 + 4) / 3.0);
  EXPECT_DOUBLE_EQ(d.all.parent_bound, (2 + 0 + 1) / 3.0);
  EXPECT_DOUBLE_EQ(d.all.child, (4 + 8 + 8) / 3.0);
  EXPECT_DOUBLE_EQ(d.all.child_bound, (4 + 8 + 6) / 3.0);
  EXPECT_EQ(d.right.images, 2);
  EXPECT_DOUBLE_EQ(d.right.parent, 3);
  EXPECT_DOUBLE_EQ(d.right.child, 6);
  EXPECT_EQ(d.left_out, 1);
}

TEST(ReportHardening, OtherOptionsAreAnotherQuestion) {
  ReportData data = testing::two_networks();
  data.descents = {{0, 1, nullptr}};
  data.questions[1].options["cap"] = 0.2;
  EXPECT_TRUE(compare_descents(data)[0].distances.empty());
  data.descents = {{1, 0, nullptr}};
  data.questions[1].options.erase("cap");
  EXPECT_EQ(compare_descents(data)[0].distances[0].parent_question, 1) << "the other way round";
}

}  // namespace
}  // namespace brink
