#include "brink/base/csv_records.h"

#include <gtest/gtest.h>

namespace brink {
namespace {

TEST(CsvRecords, QuotesLinesAndSeparators) {
  const auto records = csv_records(
      "\xef\xbb\xbf"
      "a;\"b;\"\"c\"\"\"\r\n\n\"two\nlines\";2",
      ';');
  ASSERT_TRUE(records);
  ASSERT_EQ(records->size(), 3U);
  EXPECT_EQ((*records)[0].fields, (std::vector<std::string>{"a", "b;\"c\""}));
  EXPECT_EQ((*records)[1].fields, std::vector<std::string>{""});
  EXPECT_EQ((*records)[2].fields, (std::vector<std::string>{"two\nlines", "2"}));
  EXPECT_EQ((*records)[2].line, 3);
}

TEST(CsvRecords, AnOpenQuoteIsNoTable) {
  EXPECT_FALSE(csv_records("a,\"b\nc"));
  EXPECT_TRUE(csv_records("")->empty());
}

}  // namespace
}  // namespace brink
