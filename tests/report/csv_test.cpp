#include "brink/report/csv.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "brink/base/files.h"

namespace brink {
namespace {

class CsvTest : public ::testing::Test {
 protected:
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / fmt::format("brink{}.csv", ::getpid());
  ~CsvTest() override { std::filesystem::remove(path_); }

  Expected<CsvTable> read(const std::string& text, const std::vector<std::string>& required) {
    EXPECT_TRUE(write_file(path_, text));
    return CsvTable::read(path_, required);
  }
};

TEST_F(CsvTest, FieldsByColumnName) {
  const auto table = read("a,b,c\n1,,\"x, \"\"y\"\"\nz\"\n-2.5,7,\n", {"c", "a"});
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_EQ(table->rows(), 2);
  EXPECT_EQ(table->text(0, "c"), "x, \"y\"\nz");
  EXPECT_EQ(*table->number(1, "a"), -2.5);
  EXPECT_FALSE(table->number(0, "b")->has_value()) << "an empty field is no number, not an error";
  EXPECT_EQ(*table->integer(1, "b"), 7);
}

TEST_F(CsvTest, NoFinalNewlineAndCarriageReturns) {
  const auto table = read("a,b\r\n1,2\r\n3,4", {});
  ASSERT_TRUE(table);
  EXPECT_EQ(table->rows(), 2);
  EXPECT_EQ(table->text(1, "b"), "4");
  EXPECT_EQ(table->text(0, "b"), "2");
}

TEST_F(CsvTest, WhatIsWrongIsNamed) {
  const auto message = [&](const std::string& text) { return read(text, {"a"}).error().message; };
  EXPECT_NE(message("").find("empty"), std::string::npos);
  EXPECT_NE(message("b\n1\n").find("'a'"), std::string::npos);
  EXPECT_NE(message("a,b\n1\n").find("row 1"), std::string::npos);
  EXPECT_NE(message("a\n\"1\n").find("quote"), std::string::npos);
  const auto table = read("a\n1x\ninf\n2.5\n", {"a"});
  ASSERT_TRUE(table);
  EXPECT_NE(table->number(0, "a").error().message.find("1x"), std::string::npos);
  EXPECT_FALSE(table->number(1, "a"));
  EXPECT_FALSE(table->integer(2, "a"));
  EXPECT_FALSE(CsvTable::read(path_ / "missing", {}));
}

}  // namespace
}  // namespace brink
