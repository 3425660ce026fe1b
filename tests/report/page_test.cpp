#include "brink/report/page.h"

#include <gtest/gtest.h>

#include "report/count.h"

namespace brink {
namespace {

Result result(int image, Norm norm, const std::string& status, std::optional<double> distance) {
  Result r;
  r.image = image;
  r.label = 3;
  r.norm = norm;
  r.status = status;
  r.distance = distance;
  r.bound = distance ? *distance / 2 : 0.25;
  r.gap = distance ? std::optional<double>(0.5) : std::nullopt;
  r.verified = distance.has_value();
  if (distance) r.found = Eigen::VectorXd::Constant(4, 0.75);
  return r;
}

Page page() {
  Page p;
  p.title = "DNN <1> & \"friends\"";
  p.lead = "lead";
  p.facts = {{"accuracy", "93 %"}};
  p.images =
      group_by_image({result(5, Norm::l1, "time_limit", 8.0), result(9, Norm::l1, "infeasible", {}),
                      result(5, Norm::linf, "optimal", 0.125)});
  for (PageImage& image : p.images) image.original = Eigen::VectorXd::Constant(4, 0.5);
  p.shape = {2, 2};
  p.depth = 2;
  p.units = {{1, 0, 2.5, 2.5, "optimal", 0, 0.1, Raster(2, 2, kBlack), "search", ""},
             {2, 7, {}, 9.0, "time_limit", 0, 0.1, Raster(), "search", ""}};
  return p;
}

using testing::count;

TEST(Page, ResultsAreGroupedByImageInOrder) {
  const Page p = page();
  ASSERT_EQ(p.images.size(), 2u);
  EXPECT_EQ(p.images[0].index, 5);
  EXPECT_EQ(p.images[0].answers.size(), 2u);
  EXPECT_EQ(p.images[1].answers.size(), 1u);
}

TEST(Page, IsOneDocumentThatNeedsNothingElse) {
  const std::string html = *to_html(page());
  EXPECT_EQ(html.rfind("<!doctype html>", 0), 0u);
  EXPECT_EQ(html.find("http"), std::string::npos) << "nothing is fetched";
  EXPECT_EQ(count(html, "<img "), count(html, "src=\"data:image/png;base64,iVBOR"));
  // Two originals, two answers of two pictures, one unit.
  EXPECT_EQ(count(html, "<img "), 2 + 2 * 2 + 1);
  EXPECT_EQ(count(html, "<figure"), count(html, "</figure>"));
  EXPECT_EQ(count(html, "<div"), count(html, "</div>"));
}

TEST(Page, TextIsEscaped) {
  const std::string html = *to_html(page());
  EXPECT_NE(html.find("DNN &lt;1&gt; &amp; &quot;friends&quot;"), std::string::npos);
  EXPECT_EQ(html.find("<1>"), std::string::npos);
}

TEST(Page, ClassesAreCalledByTheirNames) {
  Page p = page();
  p.classes = {"cat", "<dog>", "cow", "a & b"};
  p.images[0].answers[0].target = 1;
  const std::string html = *to_html(p);
  EXPECT_NE(html.find("seen as &lt;dog&gt;"), std::string::npos);
  EXPECT_NE(html.find("<b>a &amp; b</b>"), std::string::npos);
}

TEST(Page, ProofsAreSaidForWhatTheyAre) {
  const std::string html = *to_html(page());
  EXPECT_EQ(count(html, "proven closest"), 1);
  EXPECT_EQ(count(html, "no such image"), 1);
  EXPECT_NE(html.find("proven \u2265 4<"), std::string::npos) << "the bound of the stopped one";
  EXPECT_NE(html.find("width:50.0%"), std::string::npos);
  EXPECT_NE(html.find("\u2264 9<"), std::string::npos) << "a unit without image shows its bound";
}

TEST(Page, AProofThatIsNotTheSearchsIsNamed) {
  Page p = page();
  EXPECT_NE(to_html(p)->find("<span class=ok>max</span>"), std::string::npos);
  p.units[0].proof = "multipliers";
  EXPECT_NE(to_html(p)->find("<span class=ok>max (multipliers)</span>"), std::string::npos);
}

TEST(Page, SummaryCountsPerNorm) {
  const std::string html = *to_html(page());
  EXPECT_NE(html.find("<tr><td>L1 (sum of changes)<td>2<td>1<td>8<td>50.0 %"), std::string::npos);
}

TEST(Page, AnUnverifiedImageIsMarked) {
  Page p = page();
  p.images[0].answers[0].verified = false;
  EXPECT_EQ(count(*to_html(p), "not verified"), 1);
}

}  // namespace
}  // namespace brink
