// Lists of images and names of splits, as written on the command line.
#include <gtest/gtest.h>

#include "brink/data/dataset.h"

namespace brink {
namespace {

using Indices = std::vector<int>;

TEST(ImageList, Numbers) {
  EXPECT_EQ(parse_image_list("7")->indices, Indices{7});
  EXPECT_EQ(parse_image_list("0-3")->indices, (Indices{0, 1, 2, 3}));
  EXPECT_EQ(parse_image_list("0-99")->indices.size(), 100U);
  EXPECT_EQ(parse_image_list("3,7,20-22,1")->indices, (Indices{3, 7, 20, 21, 22, 1}));
  EXPECT_EQ(parse_image_list("5-5")->indices, Indices{5});
  EXPECT_EQ(parse_image_list("0-3")->correct, 0);
}

TEST(ImageList, Correct) {
  EXPECT_EQ(parse_image_list("each:2")->each, 2);
  const auto list = parse_image_list("correct:100");
  ASSERT_TRUE(list);
  EXPECT_EQ(list->correct, 100);
  EXPECT_TRUE(list->indices.empty());
}

TEST(ImageList, BadForms) {
  for (
      const char* text :
      {"",           ",",           "3,",          ",3",       "3,,4",   "-",         "-3",
       "3-",         "3-1",         "--3",         "3--4",     "1-2-3",  " 3",        "3 ",
       "3, 4",       "+3",          "x",           "3x",       "1.5",    "0x10",      "99999999999",
       "0-10000000", "correct",     "correct:",    "each:0",   "each:x", "correct:0", "correct:-1",
       "correct:x",  "correct:1-2", "correct:3,4", "Correct:3"}) {
    const auto list = parse_image_list(text);
    ASSERT_FALSE(list) << text;
    EXPECT_EQ(list.error().kind, Error::Kind::bad_request);
    EXPECT_NE(list.error().message.find("'" + std::string(text) + "'"), std::string::npos);
  }
}

TEST(Split, Names) {
  EXPECT_EQ(parse_split("train").value(), Split::train);
  EXPECT_EQ(parse_split("test").value(), Split::test);
  for (const char* text : {"", "Test", "validation"}) EXPECT_FALSE(parse_split(text)) << text;
}

}  // namespace
}  // namespace brink
