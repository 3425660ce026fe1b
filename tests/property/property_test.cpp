#include "brink/property/property.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "brink/base/files.h"
#include "brink/base/random.h"
#include "brink/property/cells.h"

namespace brink {
namespace {

const std::string kDeclared =
    "(declare-const X_0 Real) (declare-const X_1 Real)\n"
    "(declare-const Y_0 Real) (declare-const Y_1 Real)\n";
const std::string kTwo =
    "(vnnlib-version <2.0>)\n"
    "(declare-network f (declare-input X Real [1,2]) (declare-output Y Real [2]))\n";

Query query(const std::string& text) {
  auto parsed = parse_query(text);
  EXPECT_TRUE(parsed) << parsed.error().message;
  return parsed ? *parsed : Query();
}

std::string error(const std::string& text) {
  const auto parsed = parse_query(text);
  return parsed ? "" : parsed.error().message;
}

bool holds(const Query& query, const std::vector<double>& values) {
  const auto all = [&](const Conjunction& conjunction) {
    for (const int id : conjunction) {
      if (!query.rows[static_cast<std::size_t>(id)].holds(values)) return false;
    }
    return true;
  };
  if (!all(query.common)) return false;
  for (const Conjunction& disjunct : query.disjuncts) {
    if (all(disjunct)) return true;
  }
  return false;
}

TEST(Property, ReadsComparisonsAsLinearRows) {
  const Query read =
      query(kDeclared + "(assert (>= (+ (* 2.0 X_0) (- X_1) (- 3.5 X_0)) (* -1.0 Y_0 2)))");
  ASSERT_EQ(read.rows.size(), 1u);
  const LinearRow& row = read.rows.front();  // -x0 + x1 - 2 y0 <= 3.5
  ASSERT_EQ(row.terms.size(), 3u);
  EXPECT_EQ(row.terms[0], std::pair(0, Decimal(-1)));
  EXPECT_EQ(row.terms[1], std::pair(1, Decimal(1)));
  EXPECT_EQ(row.terms[2], std::pair(2, Decimal(-2)));
  EXPECT_EQ(row.rhs.nearest(), 3.5);
  EXPECT_FALSE(row.strict);
}

TEST(Property, MultipliesOutWhatIsNotCommon) {
  const Query read = query(kDeclared +
                           "(assert (and (<= X_0 1) (or (<= Y_0 0) (and (<= Y_1 0) (< X_1 2)))))"
                           "(assert (or (<= X_0 0.5) (>= X_0 0.75)))");
  EXPECT_EQ(read.common.size(), 1u);
  EXPECT_EQ(read.disjuncts.size(), 4u);
}

TEST(Property, SaysWhatTheTextSaysAtRandomPoints) {
  const std::vector<std::pair<std::string, bool (*)(double, double)>> cases = {
      {"(not (<= X_0 Y_0))", [](double x, double y) { return x > y; }},
      {"(not (and (<= X_0 1) (not (> Y_0 1))))", [](double x, double y) { return x > 1 || y > 1; }},
      {"(= (* 2 X_0) Y_0)", [](double x, double y) { return 2 * x == y; }},
      {"(!= X_0 Y_0)", [](double x, double y) { return x != y; }},
      {"(not (= X_0 Y_0))", [](double x, double y) { return x != y; }},
      {"(or (< X_0 Y_0) (> X_0 (+ Y_0 1)))", [](double x, double y) { return x < y || x > y + 1; }},
      {"(<= 1 2)", [](double, double) { return true; }},
      {"(or (<= 2 1) (<= X_0 0))", [](double x, double) { return x <= 0; }},
      {"(< X_0 X_0)", [](double, double) { return false; }}};
  for (const auto& [text, truth] : cases) {
    const Query read = query(std::string(kDeclared).append("(assert ").append(text).append(")"));
    for (double x = -2; x <= 2; x += 0.5) {
      for (double y = -2; y <= 2; y += 0.5) {
        EXPECT_EQ(holds(read, {x, 0, y, 0}), truth(x, y)) << text << " " << x << " " << y;
      }
    }
  }
}

TEST(Property, ReadsVersionTwo) {
  const Query read = query(kTwo + "(assert (<= (- X[0,1] Y[1]) 1e-3)) ; end");
  EXPECT_EQ(read.version, 2);
  ASSERT_EQ(read.networks.size(), 1u);
  EXPECT_EQ(read.numbers(), 4);
  EXPECT_EQ(read.name_of(1), "X[0,1]");
  EXPECT_EQ(read.name_of(3), "Y[1]");
  EXPECT_EQ(read.rows.front().terms[1], std::pair(3, Decimal(-1)));
}

TEST(Property, ReadsScalarsAndSeveralNetworks) {
  const Query read = query(
      "(vnnlib-version <2.0>)(declare-network f (declare-input A float32 [])"
      "(declare-output B float32 [1]))(declare-network g (equal-to f)(declare-input C float32 [])"
      "(declare-output D float32 [1]))(assert (== A C))(assert (!= B[0] D[0]))");
  ASSERT_EQ(read.networks.size(), 2u);
  EXPECT_EQ(read.networks[1].equal_to, "f");
  EXPECT_EQ(read.disjuncts.size(), 2u);
  EXPECT_EQ(read.name_of(2), "C");
}

TEST(Property, SaysWhereSomethingIsWrong) {
  EXPECT_EQ(error(kDeclared + "(assert (<= X_0 X_2))"), "line 3, column 17: 'X_2' is not declared");
  EXPECT_EQ(error(kDeclared + "(assert (<= X_0 1)"),
            "line 3, column 19: the end of the file instead of ')' ends an assertion");
  EXPECT_NE(error(kDeclared + "(assert (<= (* X_0 X_1) 1))").find("not linear"), std::string::npos);
  EXPECT_NE(error(kDeclared + "(assert (<= X_0 1.5.2))").find("'1.5.2' is no number"),
            std::string::npos);
  EXPECT_NE(error(kDeclared + "(assert (<= X_0 1e999))").find("larger than any double"),
            std::string::npos);
  EXPECT_NE(error("(declare-const X_1 Real)(declare-const Y_0 Real)").find("but not X_0"),
            std::string::npos);
  EXPECT_NE(error("").find("declares no input"), std::string::npos);
  EXPECT_NE(error(kTwo + "(assert (<= X[0] 1))").find("2 indices, not 1"), std::string::npos);
  EXPECT_NE(error(kTwo + "(assert (<= X[0,2] 1))").find("beyond its extent"), std::string::npos);
  EXPECT_NE(error("(vnnlib-version <3.0>)").find("version '<3.0>' is not read"), std::string::npos);
  EXPECT_NE(error(kTwo + std::string(3000, '(')).find("is not known here"), std::string::npos);
  std::string deep = kDeclared + "(assert ";
  for (int i = 0; i < 3000; ++i) deep += "(not ";
  EXPECT_NE(error(deep).find("within each other"), std::string::npos);
}

TEST(Property, RefusesWhatMultipliesOutToTooMuch) {
  std::string text = kDeclared;
  for (int i = 0; i < 40; ++i) text += "(assert (or (<= Y_0 0) (<= Y_1 0)))";
  EXPECT_NE(error(text).find("multiply out to 1.1e+12 conjunctions"), std::string::npos)
      << error(text);
}

TEST(Cells, SortsBoundsFromRows) {
  const Query read = query(kDeclared +
                           "(assert (<= (* -4 X_0) 1)) (assert (<= X_0 0.1)) (assert (< X_0 0.1))"
                           "(assert (or (and (>= X_1 0) (<= X_1 1) (<= Y_0 Y_1))"
                           "            (and (>= X_1 2) (<= X_1 1) (<= Y_0 0))"
                           "            (and (>= X_1 3) (<= X_1 3) (<= (+ X_0 X_1) 3))))");
  const auto cells = cells_of(read, 2);
  ASSERT_TRUE(cells) << cells.error().message;
  ASSERT_EQ(cells->boxes.size(), 2u);  // the second is empty
  ASSERT_EQ(cells->cells.size(), 2u);
  const Box box = cells->boxes[0].around();
  EXPECT_EQ(box.lower(0), -0.25);
  EXPECT_EQ(box.upper(0), 0.1);  // the next double above the decimal
  EXPECT_EQ(cells->boxes[0].inside(0, 0.1), std::nextafterf(0.1f, 0.0f));
  EXPECT_EQ(query(kDeclared + "(assert (= X_0 0.1))").rows.size(), 2u);
  EXPECT_EQ(cells->boxes[1].inside(1, 3), 3.0f);
  EXPECT_EQ(cells->cells[1].rows.size(), 1u);
}

TEST(Cells, FindsFloatsWithin) {
  const Query read =
      query(kDeclared + "(assert (= X_0 0.1)) (assert (> X_1 1)) (assert (< X_1 2))");
  const auto cells = cells_of(read, 2);
  ASSERT_TRUE(cells);
  EXPECT_EQ(cells->boxes[0].inside(0, 0.1), 0.1);  // no number of either type is
  EXPECT_EQ(cells->boxes[0].inside(1, 1), std::nextafterf(1, 2));
  EXPECT_EQ(cells->boxes[0].inside(1, 1.5), 1.5);
}

TEST(Cells, NamesInputsWithoutBounds) {
  const auto cells = cells_of(query(kDeclared + "(assert (<= X_0 1))"), 2);
  ASSERT_FALSE(cells);
  EXPECT_NE(cells.error().message.find("input X_0 has no lower bound"), std::string::npos);
}

// Mutations of sound files: nothing but a query or one line of error. BRINK_FUZZ: how many.
TEST(Property, SurvivesMutations) {
  const std::vector<std::string> sources = {
      kDeclared + "(assert (or (and (<= X_0 1.5e-3) (>= (* 2 Y_0) (- X_1))) (not (= Y_1 0))))",
      kTwo + "(assert (or (<= (+ X[0,0] 1) Y[0]) (!= Y[1] -2.5)))"};
  const std::vector<std::string> words = {
      "(",  ")",     "[",  "]", ",",   "<=", "-",     "*", "not",
      "or", "1e400", "\"", ";", "X_0", "Y",  "<2.0>", "\n"};
  const char* asked = std::getenv("BRINK_FUZZ");
  const int count = asked != nullptr ? std::atoi(asked) : 20'000;
  Random random(11);
  int sound = 0;
  for (int i = 0; i < count; ++i) {
    std::string text = sources[static_cast<std::size_t>(random.index(2))];
    for (int change = random.index(4); change >= 0; --change) {
      const auto at = static_cast<std::size_t>(random.index(static_cast<int>(text.size())));
      switch (random.index(6)) {
        case 0:
          text[at] = static_cast<char>(random.index(256));
          break;
        case 1:
          text.erase(at, std::size_t{1} + static_cast<std::size_t>(random.index(8)));
          break;
        case 2:
          text.insert(
              at, words[static_cast<std::size_t>(random.index(static_cast<int>(words.size())))]);
          break;
        case 3:
        case 4: {
          const auto digit = text.find_first_of("0123456789", at);
          if (digit != std::string::npos) text[digit] = static_cast<char>('0' + random.index(10));
          break;
        }
        default:
          text.insert(
              at, text.substr(static_cast<std::size_t>(random.index(static_cast<int>(text.size()))),
                              12));
      }
      if (text.empty()) text = " ";
    }
    const auto parsed = parse_query(text);
    if (parsed) {
      ++sound;
      (void)cells_of(*parsed, parsed->networks.front().inputs.front().count);
    } else {
      ASSERT_EQ(parsed.error().message.find('\n'), std::string::npos) << text;
      ASSERT_EQ(parsed.error().message.rfind("line ", 0) == 0 ||
                    parsed.error().message.rfind("the assertions", 0) == 0,
                true)
          << parsed.error().message;
    }
  }
  EXPECT_GT(sound, count / 100);
}

TEST(Property, ReadsPublishedFiles) {
  const char* root = std::getenv("BRINK_DATA");
  if (root == nullptr || !std::filesystem::exists(std::filesystem::path(root) / "vnncomp")) {
    GTEST_SKIP() << "BRINK_DATA names no folder with vnncomp";
  }
  int files = 0;
  for (const char* folder : {"vnncomp", "vnnlib2"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::filesystem::path(root) / folder)) {
      if (entry.path().extension() != ".vnnlib") continue;
      const auto parsed = parse_query(*read_file(entry.path()));
      const std::string stem = entry.path().stem().string();
      const bool refused = stem == "initialized" || stem == "intermediate_nodes";
      EXPECT_EQ(parsed.has_value(), !refused) << entry.path();
      ++files;
      if (!parsed || folder != std::string("vnncomp")) continue;
      const auto cells = cells_of(*parsed, parsed->networks.front().inputs.front().count);
      EXPECT_TRUE(cells) << entry.path() << ": " << cells.error().message;
    }
  }
  EXPECT_GT(files, 50);
}

}  // namespace
}  // namespace brink
