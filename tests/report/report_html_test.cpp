#include "brink/report/report_html.h"

#include <gtest/gtest.h>

#include "brink/report/html_text.h"
#include "brink/report/report_json.h"
#include "report/count.h"
#include "report/report_cases.h"

namespace brink {
namespace {

using testing::count;

TEST(ReportHtml, Text) {
  EXPECT_EQ(escape_html("<a href=\"x\">&"), "&lt;a href=&quot;x&quot;&gt;&amp;");
  EXPECT_EQ(base64("Man"), "TWFu");
  EXPECT_EQ(base64("M"), "TQ==");
  EXPECT_EQ(base64(""), "");
}

TEST(ReportJson, RowsByColumnAndSpritesByImage) {
  ReportData data = testing::two_networks();
  const Thumbnail dot{{1, 1}, {7}};
  data.images[1].original = dot;
  data.answers[3].found = dot;
  data.answers[3].change = dot;
  const ReportJson json = report_json(data);
  const auto read = nlohmann::json::parse(json.text);
  EXPECT_EQ(read["images"]["number"], (std::vector<int>{10, 11, 12, 13, 14}));
  EXPECT_EQ(read["images"]["sprite"], (std::vector<int>{-1, 0, -1, -1, -1}));
  EXPECT_EQ(read["answers"]["found"][3], 1);
  EXPECT_EQ(read["answers"]["change"][3], 2);
  EXPECT_EQ(read["answers"]["distance"][2], nullptr);
  EXPECT_EQ(read["answers"]["gap"][4], 0.75);
  EXPECT_EQ(read["answers"]["status"][5], "gap");
  EXPECT_EQ(read["sets"].size(), 1U);
  EXPECT_EQ(read["sheets"], nlohmann::json::parse("[[1, 1, 3]]"));
  EXPECT_TRUE(read["questions"][0]["robust"]);
  EXPECT_EQ(read["curves"][0]["lost"].back(), nullptr) << "infinity";
}

TEST(ReportJson, ChannelsSideBySideAreAsWideAsTheyAreDrawn) {
  ReportData data = testing::two_networks();
  data.images[0].original =
      image_thumbnail(Eigen::VectorXd::LinSpaced(12, 0, 1), {1, 2, 6, false}, 0, 1);
  const auto read = nlohmann::json::parse(report_json(data).text);
  EXPECT_EQ(read["sheets"], nlohmann::json::parse("[[1, 12, 1]]"));
}

TEST(ReportHtml, OneDocumentThatNeedsNothingElse) {
  ReportData data = testing::two_networks();
  data.title = "<b>&</b>@data@";
  data.answers[0].note = "</script><script>alert(1)</script> \xff";
  const auto html = report_html(data);
  ASSERT_TRUE(html.has_value()) << html.error().message;
  EXPECT_EQ(count(*html, "<title>&lt;b&gt;&amp;&lt;/b&gt;@data@</title>"), 1);
  EXPECT_EQ(html->find("alert(1)</script>"), std::string::npos);
  EXPECT_EQ(count(*html, "<script"), count(*html, "</script>"));
  for (const char* outside :
       {" src=", "<link", "@import", "url(http", "fetch(", "XMLHttpRequest"}) {
    EXPECT_EQ(count(*html, outside), 0) << outside;
  }
  EXPECT_NE(html->find("Chart.js v3"), std::string::npos);
}

}  // namespace
}  // namespace brink
