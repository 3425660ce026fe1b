#include "brink/reproduce/published.h"

#include <gtest/gtest.h>

#include <set>

#include "brink/reproduce/lab.h"

namespace brink {
namespace {

TEST(Published, EveryTableIsThere) {
  const std::vector<std::pair<const char*, int>> rows = {{"z1_k1_networks", 5},
                                                         {"k2_basic_vs_exact", 10},
                                                         {"k3_exact_vs_weak", 10},
                                                         {"k4_gap1pct", 10},
                                                         {"k5_retraining_l1_distance", 5},
                                                         {"z2_adversarial_l1", 15},
                                                         {"z3_gap1pct_3600s", 10},
                                                         {"z4_z5_norms_exact_bounds", 16},
                                                         {"z6_l2_breakpoints", 18},
                                                         {"z7_adversarial_training_accuracy", 5},
                                                         {"z8_adversarial_training_distance", 4}};
  for (const auto& [name, count] : rows) EXPECT_EQ(published(name).rows(), count) << name;
}

TEST(Published, HiddenLayers) {
  EXPECT_EQ(published_hidden("DNN1"), (std::vector<int>{8, 8, 8}));
  EXPECT_EQ(published_hidden("DNN5"), (std::vector<int>{20, 20, 10, 10, 10}));
  EXPECT_TRUE(published_hidden("DNN6").empty());
}

TEST(Published, EveryExhibitHasItsOwnName) {
  std::set<std::string> names;
  for (const Exhibit& exhibit : exhibits()) EXPECT_TRUE(names.insert(exhibit.name).second);
  EXPECT_EQ(names.size(), 13U);
}

}  // namespace
}  // namespace brink
