// The table of constants: its ranges hold its defaults, and what is set is what searches read.
#include "brink/search/parameters.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace brink::search {
namespace {

/// Leaves the constants as it found them.
class ParametersTest : public ::testing::Test {
 protected:
  void TearDown() override { detail::current = {}; }
};

TEST_F(ParametersTest, EveryEntryIsWhole) {
  std::set<std::string> names;
  for (const ParameterEntry& entry : parameter_table()) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_LE(entry.least, entry.value) << entry.name;
    EXPECT_LE(entry.value, entry.most) << entry.name;
    EXPECT_NE(std::string(entry.meaning), "") << entry.name;
  }
  EXPECT_GT(names.size(), 60U);
}

TEST_F(ParametersTest, AreSetByName) {
  ASSERT_TRUE(set_parameters("met=0.05,rungs=9"));
  EXPECT_EQ(parameters().met, 0.05);
  EXPECT_EQ(parameters().rungs, 9);
  EXPECT_EQ(parameters().node_rounds, Parameters().node_rounds);
}

TEST_F(ParametersTest, AllOrNothing) {
  for (const char* text :
       {"met", "met=", "met=x", "met=2", "rungs=1.5", "mett=0.1", "met=0.05,rungs=-1"}) {
    const auto set = set_parameters(text);
    ASSERT_FALSE(set) << text;
    EXPECT_NE(set.error().message.find("--search"), std::string::npos) << set.error().message;
    EXPECT_EQ(parameters().met, Parameters().met) << text;
  }
  EXPECT_NE(set_parameters("mett=0.1").error().message.find("met"), std::string::npos);
}

}  // namespace
}  // namespace brink::search
