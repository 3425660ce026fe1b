#include "brink/question/identity.h"

#include <gtest/gtest.h>

namespace brink {
namespace {

TEST(Identity, EveryPartCountsAndCanBeComparedAlone) {
  const std::string one = question_hash("net", "images", "norm=l1");
  EXPECT_EQ(one.size(), 64U);
  EXPECT_EQ(one.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(one, question_hash("net", "images", "norm=l1"));
  for (const std::string& other :
       {question_hash("net2", "images", "norm=l1"), question_hash("net", "images2", "norm=l1"),
        question_hash("net", "images", "norm=l2"), of_list(one, {0, 1})}) {
    EXPECT_NE(one, other);
  }
  const std::string other_norm = question_hash("net", "images", "norm=l2");
  EXPECT_TRUE(about_network(other_norm, "net") && about_images(other_norm, "images"));
  EXPECT_FALSE(about_network(one, "net2") || about_images(one, "images2"));
  EXPECT_FALSE(about_network("", "net") || about_images("", "images"));
}

TEST(Identity, AListIsPartOfWhatIsAsked) {
  const std::string question = question_hash("net", "images", "norm=l1");
  const std::string list = of_list(question, {0, 1});
  EXPECT_EQ(list.size(), 64U);
  EXPECT_EQ(list, of_list(question, {0, 1}));
  EXPECT_NE(list, of_list(question, {1, 0}));
  EXPECT_NE(list, of_list(question, {0}));
  EXPECT_TRUE(about_network(list, "net") && about_images(list, "images"));
}

}  // namespace
}  // namespace brink
