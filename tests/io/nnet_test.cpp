// NNet files: values by hand, normalisation, errors that name the line, and writing.
#include "brink/io/nnet.h"

#include <gtest/gtest.h>

#include "brink/base/random.h"
#include "brink/io/onnx.h"
#include "random_network.h"

namespace brink {
namespace {

using Eigen::VectorXd;

/// 2-2-1 with normalisation: y = 3 * (relu(a + b) - relu(a - b - 1) + 0.5) + 7 for a = (x0 - 1) /
/// 2, b = x1 / 4.
const std::string kText =
    "// a comment\n"
    "// another\n"
    "2,2,1,2,\n"
    "2,2,1,\n"
    "0,\n"
    "-1.0,-4.0,\n"
    "5.0,4.0,\n"
    "1.0,0.0,7.0,\n"
    "2.0,4.0,3.0,\n"
    "1.0e+00,1,\n"
    "1,-1\r\n"
    "0,\n"
    "-1,\n"
    "1,-1,\n"
    "+0.5,\n";

std::string with_line(std::size_t number, const std::string& line) {
  std::string result;
  std::size_t at = 0;
  for (std::size_t i = 1; at < kText.size(); ++i) {
    const std::size_t end = kText.find('\n', at) + 1;
    result += i == number ? (line.empty() ? "" : line + "\n") : kText.substr(at, end - at);
    at = end;
  }
  return result;
}

TEST(Nnet, NormalisationIsFolded) {
  const auto file = parse_nnet(kText, "a.nnet");
  ASSERT_TRUE(file) << file.error().message;
  for (const auto& [x0, x1, y] : {std::tuple{1.0, 0.0, 8.5}, {3.0, 4.0, 14.5}, {5.0, -4.0, 5.5}}) {
    const VectorXd x = Eigen::Vector2d(x0, x1);
    EXPECT_DOUBLE_EQ(logits(file->network, x)(0), y);
    EXPECT_DOUBLE_EQ((*file->network.as_in_file->evaluate(x))(0), y);
  }
  ASSERT_TRUE(file->box);
  EXPECT_EQ(file->box->lower, VectorXd(Eigen::Vector2d(-1, -4)));
  EXPECT_EQ(file->box->upper, VectorXd(Eigen::Vector2d(5, 4)));
  EXPECT_EQ(file->facts.parameters, 9);
  ASSERT_EQ(file->warnings.size(), 1U);
}

TEST(Nnet, ErrorsNameTheLine) {
  const std::tuple<std::size_t, const char*, const char*> cases[] = {
      {3, "2,2,1,", "line 3: 3 numbers"},
      {3, "x,2,1,2,", "line 3: 'x' is no whole number"},
      {3, "2,0,1,2,", "line 3: '0' is no whole number"},
      {4, "2,3,1,", "line 12: 1 numbers"},
      {4, "2,2,2,1,", "line 4: 4 widths"},
      {4, "2,900000,1,", "line 4: the file is too short"},
      {6, "-1.0,", "line 6: 1 numbers, where the inputs' minima has 2"},
      {6, "nan,0,", "line 6: nan is not finite"},
      {7, "-2,4,", "line 7: maximum -2 of input 0 is below its minimum -1"},
      {8, "1,0,", "line 8: 2 numbers"},
      {9, "2,4,0,", "line 9: range 0 of the outputs is not above 0"},
      {9, "-2,4,1,", "line 9: range -2 of input 0"},
      {10, "1,1,1,", "line 10: 3 numbers, where row 1 of the weights of layer 1 has 2"},
      {11, "1,1e999,", "line 11: '1e999' is no number"},
      {12, "0,0,", "line 12: 2 numbers, where bias 1 of layer 1 has 1"},
      {15, "", "the file ends where bias 1 of layer 2 should be"},
      {15, "1,\n1,", "line 16: more than the 2 layers"},
  };
  for (const auto& [number, line, words] : cases) {
    const auto file = parse_nnet(with_line(number, line), "a.nnet");
    ASSERT_FALSE(file) << line;
    EXPECT_NE(file.error().message.find(words), std::string::npos) << file.error().message;
    EXPECT_EQ(file.error().message.find('\n'), std::string::npos);
  }
  EXPECT_FALSE(parse_nnet("", "a.nnet"));
  EXPECT_FALSE(parse_nnet("// only a comment", "a.nnet"));
}

TEST(Nnet, DamagedFilesNeverCrash) {
  Random random(3);
  int read = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = kText;
    for (int changes = 1 + random.index(3); changes > 0; --changes) {
      const auto at = static_cast<std::size_t>(random.index(static_cast<int>(bytes.size())));
      constexpr std::string_view kBytes = "0129,-+.einf\n\r /x";
      const char byte = kBytes[static_cast<std::size_t>(random.index(std::ssize(kBytes)))];
      switch (random.index(4)) {
        case 0:
          bytes[at] = byte;
          break;
        case 1:
          bytes.insert(at, 1, byte);
          break;
        case 2:
          bytes.erase(at, 1 + static_cast<std::size_t>(random.index(5)));
          break;
        default:
          bytes.resize(at + 1);
      }
    }
    const auto file = parse_nnet(bytes, "a.nnet");
    if (!file) continue;
    ++read;
    EXPECT_TRUE(check(file->network));
    EXPECT_TRUE(file->network.as_in_file->evaluate(VectorXd::Ones(file->network.input_size())));
  }
  EXPECT_GT(read, 100);
}

/// Linear units and final ReLUs included.
TEST(Nnet, WhatIsWrittenComputesTheSame) {
  Random random(4);
  for (int round = 0; round < 30; ++round) {
    Network network = testing::random_network({3, 4, 3, 2}, random);
    if (round % 2 == 1) network.output = OutputKind::relu;
    if (round % 3 == 1) network.layers[0].linear = {0, 1, 0, 1};
    if (round % 3 == 2) network.layers[1].linear = {1, 1, 1};
    const Box box = Box::uniform(3, -1, 2.5);
    const auto file = parse_nnet(to_nnet(network, box), "a.nnet");
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(*file->box, box);
    EXPECT_TRUE(file->warnings.empty());
    if (round % 6 == 0) {
      EXPECT_EQ(content_hash(file->network), content_hash(network));
    }
    for (int i = 0; i < 20; ++i) {
      const VectorXd x = VectorXd::NullaryExpr(3, [&] { return 3 * random.normal(); });
      EXPECT_LE((outputs(network, x) - outputs(file->network, x)).cwiseAbs().maxCoeff(), 1e-12);
    }
  }
}

}  // namespace
}  // namespace brink
