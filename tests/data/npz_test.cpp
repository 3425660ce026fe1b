#include "brink/data/npz.h"

#include <gtest/gtest.h>

#include <cmath>

#include "brink/base/files.h"
#include "data/temporary_folder.h"

namespace brink {
namespace {

namespace fs = std::filesystem;

/// The bytes of an .npy file.
std::string npy(const std::string& header, const std::string& numbers, char version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += version;
  bytes += '\0';
  bytes += static_cast<char>(header.size());
  bytes += std::string(version == 1 ? 1 : 3, '\0');
  return bytes + header + numbers;
}

std::string header(const std::string& descr, const std::string& shape,
                   const std::string& fortran = "False") {
  return "{'descr': " + descr + ", 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
}

std::string message_of(const std::string& bytes) {
  const auto array = decode_npy(bytes, "'f.npz': array 'a'");
  if (array) return "";
  EXPECT_EQ(array.error().kind, Error::Kind::bad_request);
  EXPECT_NE(array.error().message.find("'f.npz': array 'a'"), std::string::npos);
  EXPECT_EQ(array.error().message.find('\n'), std::string::npos);
  return array.error().message;
}

TEST(Npy, EveryKindAndShapeComesBack) {
  const std::vector<NpyArray> arrays = {
      {{2, 3}, std::vector<double>{1, 2.5, -3e300, 4, 5, 1.0 / 3}},
      {{4}, std::vector<float>{0.5F, -1.25F, 3e30F, 0}},
      {{1, 2, 1}, std::vector<std::int64_t>{-(std::int64_t{1} << 62), 5}},
      {{}, std::vector<std::int32_t>{-7}},
      {{3}, std::vector<std::uint8_t>{0, 128, 255}},
      {{0, 784}, std::vector<double>{}},
  };
  for (const NpyArray& array : arrays) {
    const std::string bytes = encode_npy(array);
    const std::size_t width = std::visit([](const auto& v) { return sizeof(v[0]); }, array.numbers);
    EXPECT_EQ((bytes.size() - array.size() * width) % 64, 0U) << "numbers begin aligned";
    const auto again = decode_npy(bytes, "x");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->shape, array.shape);
    EXPECT_EQ(again->numbers, array.numbers);
  }
}

TEST(Npy, ATextIsOneValueThatIsNoNumber) {
  for (const char* text : {"0123456789abcdef", "x", ""}) {
    const NpyArray array{{}, std::string(text)};
    const auto again = decode_npy(encode_npy(array), "x");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->as_text(), text);
    EXPECT_TRUE(std::isnan(again->as_doubles().at(0)));
    EXPECT_FALSE(again->as_integers());
  }
  EXPECT_FALSE((NpyArray{{}, std::vector<double>{1}}.as_text()));
  const std::string npy = encode_npy({{}, std::string("abc")});
  EXPECT_NE(message_of(npy.substr(0, npy.size() - 4)), "");
  EXPECT_NE(message_of(npy + "more"), "");
  std::string bytes = npy;
  bytes.replace(bytes.find("<U3"), 3, "|S9");
  EXPECT_NE(message_of(bytes), "");
  bytes = npy.substr(0, npy.size() - 12) + "ab";
  bytes.replace(bytes.find("<U3"), 3, "|S3");
  EXPECT_EQ(decode_npy(bytes + '\0', "x")->as_text(), "ab");
}

TEST(Npy, LaterVersionsAndSpacesAreRead) {
  for (const char version : {'\1', '\2', '\3'}) {
    const auto array = decode_npy(npy(header("'|u1'", "(2,)"), "\5\6", version), "x");
    ASSERT_TRUE(array) << array.error().message;
    EXPECT_EQ(array->as_doubles(), (std::vector<double>{5, 6}));
  }
  const auto line = decode_npy(npy(header("'|u1'", "(2,)", "True"), "\5\6"), "x");
  EXPECT_TRUE(line) << "one dimension has one order";
}

TEST(Npy, FortranOrderIsTurned) {
  const auto square = decode_npy(npy(header("'|u1'", "(2, 3)", "True"), "\1\2\3\4\5\6"), "x");
  ASSERT_TRUE(square) << square.error().message;
  EXPECT_EQ(square->as_doubles(), (std::vector<double>{1, 3, 5, 2, 4, 6}));
  const auto cube = decode_npy(
      npy(header("'>i2'", "(1, 2, 2)", "True"), std::string("\0\1\0\2\0\3\1\0", 8)), "x");
  ASSERT_TRUE(cube) << cube.error().message;
  EXPECT_EQ(cube->as_doubles(), (std::vector<double>{1, 3, 2, 256}));
}

TEST(Npy, HalfPrecision) {
  // 1, -2, the least above 0, the largest, infinity
  const std::string bytes("\x00\x3c\x00\xc0\x01\x00\xff\x7b\x00\x7c", 10);
  const auto halves = decode_npy(npy(header("'<f2'", "(5,)"), bytes), "x");
  ASSERT_TRUE(halves) << halves.error().message;
  EXPECT_EQ(halves->as_doubles(), (std::vector<double>{1, -2, 0x1p-24, 65504, HUGE_VAL}));
}

TEST(Npy, MalformedIsRefusedInOneLine) {
  const std::string good = npy(header("'|u1'", "(2, 2)"), "abcd");
  EXPECT_EQ(message_of(good), "");
  EXPECT_NE(message_of("").find("NUMPY"), std::string::npos);
  EXPECT_NE(message_of("PK no array at all").find("NUMPY"), std::string::npos);
  EXPECT_NE(message_of(good.substr(0, 30)).find("truncated"), std::string::npos);
  EXPECT_NE(message_of(good.substr(0, good.size() - 1)).find("truncated"), std::string::npos);
  EXPECT_NE(message_of(good + "e").find("5 bytes"), std::string::npos);
  EXPECT_NE(message_of(npy(header("'|u1'", "(2, 2)"), "abcd", 9)).find("version 9"),
            std::string::npos);
  EXPECT_NE(message_of(npy(header("'<f3'", "(1,)"), "abc")).find("<f3"), std::string::npos);
  EXPECT_NE(message_of(npy(header("'|O'", "(1,)"), "abcdefgh")).find("|O"), std::string::npos);
  EXPECT_NE(message_of(npy(header("[('a', '<f8')]", "(1,)"), "abcdefgh")).find("float or integer"),
            std::string::npos);
  for (const char* shape : {"2", "(2", "(2, -2)", "(2 2, x)", "(99999999999999999999, 2)",
                            "(4294967296, 4294967296, 16)", "(,)"}) {
    EXPECT_NE(message_of(npy(header("'|u1'", shape), "abcd")).find("header"), std::string::npos)
        << shape;
  }
  EXPECT_NE(message_of(npy("{'shape': (1,)}", "a")).find("header"), std::string::npos);
}

TEST(Npy, WholeNumbers) {
  const NpyArray whole{{2}, std::vector<double>{3, -4}};
  EXPECT_EQ(*whole.as_integers(), (std::vector<std::int64_t>{3, -4}));
  const NpyArray large{{1}, std::vector<std::int64_t>{(std::int64_t{1} << 62) + 1}};
  EXPECT_EQ(large.as_integers()->front(), (std::int64_t{1} << 62) + 1);
  EXPECT_FALSE((NpyArray{{1}, std::vector<double>{0.5}}.as_integers()));
  EXPECT_FALSE((NpyArray{{1}, std::vector<double>{std::nan("")}}.as_integers()));
  EXPECT_FALSE((NpyArray{{1}, std::vector<double>{1e300}}.as_integers()));
}

Npz sample() {
  Npz arrays;
  std::vector<double> pixels(2352);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<double>(i % 256) / 255;
  arrays["images"] = {{3, 784}, pixels};
  arrays["label"] = {{3}, std::vector<std::int64_t>{4, 0, 9}};
  return arrays;
}

/// numpy.savez_compressed(f, a=numpy.array([[1.5, -2], [3, 4]], 'f4'), b=numpy.int64(7)).
constexpr std::string_view kByNumpy =
    "504b03042d000000080000002100f00ccc52ffffffffffffffff05001400612e6e707901001000900000"
    "000000000055000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a06e9366a2aea3a09e"
    "965f54529498179f5f94920a12774bcc294e058a17672416a402f91a463a0a469a3a0ab50a64032e0686"
    "03f60c408281c1c18181a1c10100504b03042d00000008000000210023b8f06cffffffffffffffff0500"
    "1400622e6e707901001000880000000000000046000000000000009bec17ea1b10c9c850c650ad9e925a"
    "9c5ca46ea5a06e9369a1aea3a09e965f54529498179f5f94920a12774bcc294e058a17672416a402f91a"
    "9a3a0ab50a14012e7606080000504b01022d032d000000080000002100f00ccc52550000009000000005"
    "0000000000000000000000800100000000612e6e7079504b01022d032d00000008000000210023b8f06c"
    "460000008800000005000000000000000000000080018c000000622e6e7079504b050600000000020002"
    "0066000000090100000000";

TEST(Npz, ReadsWhatNumpyWrote) {
  std::string bytes;
  for (std::size_t i = 0; i < kByNumpy.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(kByNumpy.substr(i, 2)), nullptr, 16));
  }
  const testing::TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder.path() / "n.npz", bytes));
  const auto arrays = read_npz(folder.path() / "n.npz");
  ASSERT_TRUE(arrays) << arrays.error().message;
  EXPECT_EQ(arrays->at("a").shape, (std::vector<std::size_t>{2, 2}));
  EXPECT_EQ(arrays->at("a").numbers, NpyNumbers(std::vector<float>{1.5F, -2, 3, 4}));
  EXPECT_EQ(arrays->at("b").shape, std::vector<std::size_t>{});
  EXPECT_EQ(arrays->at("b").numbers, NpyNumbers(std::vector<std::int64_t>{7}));
}

TEST(Npz, RoundTripIsExactAndDeterministic) {
  const testing::TemporaryFolder folder;
  const fs::path path = folder.path() / "a.npz";
  ASSERT_TRUE(write_npz(path, sample()));
  const auto again = read_npz(path);
  ASSERT_TRUE(again) << again.error().message;
  ASSERT_EQ(again->size(), 2U);
  for (const auto& [name, array] : sample()) {
    EXPECT_EQ(again->at(name).shape, array.shape);
    EXPECT_EQ(again->at(name).numbers, array.numbers);
  }
  ASSERT_TRUE(write_npz(folder.path() / "b.npz", sample()));
  EXPECT_EQ(*read_file(path), *read_file(folder.path() / "b.npz"));
  const auto found = find_array(*again, "images", path);
  ASSERT_TRUE(found);
  EXPECT_EQ((*found)->shape, (std::vector<std::size_t>{3, 784}));
  const auto missing = find_array(*again, "lower", path);
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("images, label"), std::string::npos);
}

TEST(Npz, DamagedFilesAreRefused) {
  const testing::TemporaryFolder folder;
  const fs::path path = folder.path() / "a.npz";
  ASSERT_TRUE(write_npz(path, sample()));
  const std::string good = *read_file(path);
  std::string flipped = good;
  flipped[good.size() / 4] = static_cast<char>(flipped[good.size() / 4] ^ 0x55);
  for (const std::string& bytes :
       {std::string(), std::string("PK but no archive"), good.substr(0, good.size() / 2),
        good.substr(0, good.size() - 5), good.substr(40), flipped}) {
    ASSERT_TRUE(write_file(path, bytes));
    const auto result = read_npz(path);
    ASSERT_FALSE(result) << bytes.size();
    EXPECT_EQ(result.error().kind, Error::Kind::bad_request);
    EXPECT_NE(result.error().message.find("a.npz"), std::string::npos);
  }
  EXPECT_FALSE(read_npz(folder.path() / "missing.npz"));
  EXPECT_FALSE(read_npz(folder.path()));
  EXPECT_FALSE(write_npz(folder.path() / "no" / "such.npz", sample()));
}

}  // namespace
}  // namespace brink
