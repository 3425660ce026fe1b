#include "brink/certificate/summary.h"

#include <gtest/gtest.h>

#include "brink/base/files.h"

namespace brink::certificate {
namespace {

const std::string kHeader =
    "brink-certificate 1\nnetwork onnx 00\nquestion closest\nindex 7\nlabel 3\nnorm linf\n"
    "radius 0x1p-4\ntarget any\nmargin 1\nfloor none\nfacts\n";
const std::string kProof =
    "f 0 lo 1 0 / 1\nregion 0\ns 2 -\nc 0 1 /\ns 3 -\ni\nc 0 1 /\nregion 1\ni\nend\n";

Expected<Summary> summary_of(const std::string& text) {
  const auto path = std::filesystem::temp_directory_path() / "brink-summary-test.cert";
  EXPECT_TRUE(write_file(path, text));
  auto summary = summarise(path);
  std::filesystem::remove(path);
  return summary;
}

TEST(Summary, CountsTheTree) {
  const auto summary = summary_of(kHeader + kProof);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->regions, 2);
  EXPECT_EQ(summary->counts.nodes, 6);
  EXPECT_EQ(summary->counts.leaves, 4);
  EXPECT_EQ(summary->counts.depth, 2);
  EXPECT_EQ(summary->counts.facts, 1);
  EXPECT_EQ(summary->bytes, static_cast<std::int64_t>(kHeader.size() + kProof.size()));
  EXPECT_NE(claim_of(*summary).find("0.0625 (linf) of image 7"), std::string::npos);
}

TEST(Summary, RefusesWhatIsNone) {
  for (const std::string& text :
       {std::string(), std::string("P5\n"), kHeader, kHeader + kProof + "i\n",
        kHeader + "region 0\nz 1\nend\n", kHeader + "region 0\nclose\nend\n"}) {
    const auto summary = summary_of(text);
    ASSERT_FALSE(summary) << text;
    EXPECT_EQ(summary.error().kind, Error::Kind::bad_request);
  }
}

}  // namespace
}  // namespace brink::certificate
