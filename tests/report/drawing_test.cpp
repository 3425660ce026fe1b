#include "brink/report/drawing.h"

#include <gtest/gtest.h>

#include "count.h"

namespace brink {
namespace {

using testing::count;

/// A block of 2 x 1 pixels, a line of text, a line, a half-transparent area.
Drawing sample() {
  Drawing drawing(120, 40);
  Raster pixels(2, 1, kBlack);
  pixels.at(1, 0) = {255, 0, 0};
  drawing.block({3, 5}, pixels, 4);
  drawing.text({20, 20}, "a <b> & \u221e");
  drawing.line({{0, 30.5}, {120, 30.5}}, {0, 0, 255});
  drawing.area({{0, 35}, {10, 35}, {10, 40}, {0, 40}}, kBlack, 0.5);
  drawing.title = "title";
  drawing.note = "abc123";
  return drawing;
}

TEST(Drawing, PixelsAreWhereTheyWerePut) {
  const auto picture = to_raster(sample());
  ASSERT_TRUE(picture) << picture.error().message;
  ASSERT_EQ(picture->width, 120);
  ASSERT_EQ(picture->height, 40);
  EXPECT_EQ(picture->at(0, 0), kWhite) << "the ground";
  for (int x = 0; x < 12; ++x) {
    const Colour wanted = x < 3 || x > 10 ? kWhite : x < 7 ? kBlack : Colour{255, 0, 0};
    EXPECT_EQ(picture->at(x, 5), wanted) << x << ": nothing is smoothed";
    EXPECT_EQ(picture->at(x, 8), wanted) << x;
    EXPECT_EQ(picture->at(x, 9), kWhite) << x;
  }
  EXPECT_EQ(picture->at(60, 30), (Colour{0, 0, 255}));
  EXPECT_NEAR(picture->at(5, 37).r, 128, 1);
}

TEST(Drawing, LargerThanCairosOwnPictures) {
  Drawing drawing(40000, 3);
  drawing.rectangle({4094, 1}, 31000, 1, kBlack);
  const auto picture = to_raster(drawing);
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->at(4093, 1), kWhite);
  EXPECT_EQ(picture->at(4094, 1), kBlack);
  EXPECT_EQ(picture->at(35093, 1), kBlack);
  EXPECT_EQ(picture->at(35094, 1), kWhite);
}

TEST(Drawing, SvgKeepsTextAndEscapesIt) {
  const auto svg = to_svg(sample());
  ASSERT_TRUE(svg);
  EXPECT_NE(svg->find(">a &lt;b&gt; &amp; \u221e</text>"), std::string::npos) << *svg;
  EXPECT_NE(svg->find("<title>title</title>"), std::string::npos);
  EXPECT_NE(svg->find("<desc>question abc123</desc>"), std::string::npos);
  for (const char* element : {"<text ", "<image ", "<polyline ", "<polygon ", "<rect ", "</svg>"}) {
    EXPECT_EQ(count(*svg, element), 1) << element;
  }
}

TEST(Drawing, PdfHasItsFontAndNoDate) {
  const auto pdf = to_pdf(sample());
  ASSERT_TRUE(pdf) << pdf.error().message;
  EXPECT_EQ(pdf->substr(0, 5), "%PDF-");
  EXPECT_NE(pdf->find("DejaVuSans"), std::string::npos) << "text stays text";
  EXPECT_NE(pdf->find("question abc123"), std::string::npos);
  EXPECT_EQ(pdf->find("CreationDate"), std::string::npos);
}

TEST(Drawing, TheSameDrawingIsTheSameBytes) {
  for (const auto format : {PictureFormat::png, PictureFormat::svg, PictureFormat::pdf}) {
    EXPECT_EQ(*encode(sample(), format), *encode(sample(), format));
  }
  EXPECT_EQ(note_of(*encode(sample(), PictureFormat::png)), "abc123");
}

TEST(Drawing, AnyBytesCanBeDrawn) {
  Drawing drawing(200, 20);
  drawing.title = "\xe9\x01";
  drawing.text({2, 12}, "W\xe9\x01\n\xef\xbf\xbf");
  for (const auto format : {PictureFormat::png, PictureFormat::svg, PictureFormat::pdf}) {
    EXPECT_TRUE(encode(drawing, format));
  }
  EXPECT_EQ(count(*to_svg(drawing), "W\\xe9\\x01\\n\\xef\\xbf\\xbf</text>"), 1);
  Drawing broken(10, 10);
  broken.block({0, 0}, Raster(), 1);
  EXPECT_FALSE(to_svg(broken));
}

TEST(Drawing, TextIsMeasuredAndCut) {
  EXPECT_NEAR(text_width("0000"), 4 * 0.636 * kFontSize, 0.1);
  EXPECT_EQ(shortened("as it is", 100), "as it is");
  const std::string cut = shortened("\u221e\u221e\u221e\u221e\u221e\u221e", 40);
  EXPECT_LE(text_width(cut), 40);
  EXPECT_GT(text_width(cut), 20);
  EXPECT_EQ(cut.substr(cut.size() - 6), "\u221e\u2026");
}

TEST(Drawing, NamesSayTheFormat) {
  for (const char* png : {"a.png", "b.PNG", "sheet", "/dev/stdout", "-", "", ".hidden", "a.b/c"}) {
    EXPECT_EQ(picture_format(png), PictureFormat::png) << png;
  }
  EXPECT_EQ(picture_format("a.png.svg"), PictureFormat::svg);
  EXPECT_EQ(picture_format("a.Pdf"), PictureFormat::pdf);
  for (const char* bad : {"a.jpg", "a.", "a.pngx", "a.eps"}) {
    const auto refused = picture_format(bad);
    ASSERT_FALSE(refused) << bad;
    EXPECT_EQ(refused.error().kind, Error::Kind::bad_request);
  }
}

}  // namespace
}  // namespace brink
