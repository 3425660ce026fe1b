// Certificates of random cases, as brink-check judges them: a program that shares no line with
// brink.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "brink/ask/bounds_certificate.h"
#include "brink/ask/verify.h"
#include "brink/base/digest.h"
#include "brink/base/files.h"
#include "brink/certificate/summary.h"
#include "brink/io/layers_file.h"
#include "brink/search/parameters.h"
#include "cases.h"
#include "oracle/environment.h"
#include "random_network.h"

#ifdef BRINK_CHECK_PROGRAM

namespace brink::oracle {
namespace {

namespace fs = std::filesystem;

/// A network's exact text and certificates about it.
class Checked {
 public:
  explicit Checked(const Network& network)
      : folder_(fs::temp_directory_path() / fmt::format("brink-certificates-{}", getpid())) {
    fs::create_directories(folder_);
    const std::string text = layers_text(network);
    EXPECT_TRUE(write_file(folder_ / "net.layers", text));
    line_ = "layers " + sha256(text);
  }
  ~Checked() { fs::remove_all(folder_); }
  Checked(const Checked&) = delete;
  Checked& operator=(const Checked&) = delete;

  CertificateOptions wanted() const { return {file(), line_, std::nullopt, std::nullopt}; }
  fs::path file() const { return folder_ / "proof.cert"; }
  bool there() const { return fs::exists(file()); }

  /// Of brink-check, exit code 0: proven.
  bool proven() const {
    const std::string command =
        fmt::format("'{}' '{}' '{}' > '{}' 2>&1", BRINK_CHECK_PROGRAM,
                    (folder_ / "net.layers").string(), file().string(), said().string());
    return std::system(command.c_str()) == 0;
  }
  std::string what_it_said() const { return read_file(said()).value_or("nothing"); }
  double radius() const {
    const certificate::Summary summary = certificate::summarise(file()).value();
    for (const auto& [key, value] : summary.words) {
      if (key == "radius") return value == "none" ? kInfinity : std::strtod(value.c_str(), nullptr);
    }
    return -1;
  }

 private:
  fs::path said() const { return folder_ / "said.txt"; }
  fs::path folder_;
  std::string line_;
};

struct Tally {
  int proven = 0, nothing = 0, without = 0;
  int trees = 0;  ///< facts by trees
};

void check_closest(Case c, Norm norm, Tally& tally) {
  c.question.norm = norm;
  c.question.breakpoints.reset();
  c.question.levels.reset();
  if (!c.question.check(c.network)) return;
  const Checked checked(c.network);
  SearchOptions options;
  options.time_limit = 60;
  const auto plain = closest_by_search(c.network, c.question, c.image, c.label, options);
  ASSERT_TRUE(plain) << describe(c);
  options.certificate = checked.wanted();
  const auto answer = closest_by_search(c.network, c.question, c.image, c.label, options);
  ASSERT_TRUE(answer) << describe(c);
  if (answer->status == AnswerStatus::misclassified || answer->status == AnswerStatus::error)
    return;
  const std::string what = fmt::format("{} {}: {}", name(norm), name(answer->status), describe(c));
  if (!checked.there()) {
    ++tally.without;
    EXPECT_LE(plain->bound, 1e-9) << answer->note << "\n" << what;
    return;
  }
  EXPECT_TRUE(checked.proven()) << checked.what_it_said() << what;
  std::istringstream lines(read_file(checked.file()).value());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("t ")) ++tally.trees;
  }
  const bool nothing = answer->status == AnswerStatus::infeasible;
  ++(nothing ? tally.nothing : tally.proven);
  if (nothing) return;
  const double slack = norm == Norm::l0 ? 1 + 1e-9 : 0;  // of whole numbers the next
  EXPECT_LE(answer->bound, checked.radius() + slack) << what;
  EXPECT_GE(answer->bound, plain->bound * (1 - 1.1e-8)) << what;
}

class CertificateOracle : public ::testing::TestWithParam<Norm> {};

TEST_P(CertificateOracle, ProvesWhatIsPrinted) {
  const auto cases = static_cast<std::uint64_t>(from_environment("BRINK_CERTIFICATE_CASES", 12));
  Tally tally;
  for (const std::uint64_t first :
       {std::uint64_t{91'000}, kWithLinearUnits + 91'000, kOfGraphs + 91'000}) {
    for (std::uint64_t seed = first; seed < first + cases; ++seed) {
      check_closest(draw_case(seed), GetParam(), tally);
    }
  }
  fmt::print("{} proven, {} without any image, {} without a certificate\n", tally.proven,
             tally.nothing, tally.without);
  EXPECT_GE(tally.proven, static_cast<int>(cases));
}

/// Small trees of single neurons at restarts, and bounds of neurons in nodes, are used again.
TEST_P(CertificateOracle, ProvesWhatTreesSaid) {
  ASSERT_TRUE(search::set_parameters("restart_after=30,large_subtree=12,huge_subtree=60"));
  const auto cases = static_cast<int>(from_environment("BRINK_CERTIFICATE_CASES", 12) / 2);
  Tally tally;
  for (std::uint64_t seed = 96'000; seed < 96'000 + static_cast<std::uint64_t>(cases); ++seed) {
    Random random(seed);
    Case c;
    c.seed = seed;
    c.network = testing::random_network({8, 9, 8, 7, 3}, random);
    c.image = testing::random_point(8, random);
    c.network.layers.back().bias -= logits(c.network, c.image);
    c.network.layers.back().bias(0) += 1;  // by which the image is of class 0
    c.label = 0;
    c.question = ClosestQuestion{};
    c.question.box = Box::uniform(8, 0, 1);
    check_closest(c, GetParam(), tally);
  }
  EXPECT_GT(tally.proven, cases / 2);
  EXPECT_EQ(tally.without, 0);
  EXPECT_GE(tally.trees, 1);
  ASSERT_TRUE(search::set_parameters("restart_after=1200,large_subtree=2000,huge_subtree=16000"));
}

/// Slopes bound nodes, and single neurons by small trees, which become facts that regions share.
TEST_P(CertificateOracle, ProvesAsIfLarge) {
  ASSERT_TRUE(search::set_parameters("large_above=0,leaf_programs=1,side_after=3"));
  const auto cases = static_cast<std::uint64_t>(from_environment("BRINK_CERTIFICATE_CASES", 12));
  Tally tally;
  for (std::uint64_t seed = 95'000; seed < 95'000 + cases; ++seed) {
    check_closest(draw_case(seed), GetParam(), tally);
  }
  // A neuron that is exactly 0 was left out, and handed on.
  if (GetParam() != Norm::l2) check_closest(draw_case(95'142), GetParam(), tally);
  fmt::print("{} proven, {} without any image, {} without a certificate\n", tally.proven,
             tally.nothing, tally.without);
  EXPECT_GE(tally.proven, static_cast<int>(cases / 3));
  ASSERT_TRUE(search::set_parameters("large_above=80,leaf_programs=4000,side_after=5000"));
}

INSTANTIATE_TEST_SUITE_P(Norms, CertificateOracle, ::testing::ValuesIn(kAllNorms),
                         [](const auto& norm) { return std::string(name(norm.param)); });

/// Exact ranges, which one relaxation does not prove.
TEST(BoundsCertificateOracle, ProvesExactBounds) {
  int proven = 0;
  double widest = 0;
  for (std::uint64_t seed = 92'000; proven < 12; ++seed) {
    const Case c = draw_case(seed);
    const Checked checked(c.network);
    Bounds bounds = reference_bounds(c.network, c.question.box, BoundsKind::enumerated);
    const Bounds known = bounds;
    for (int i = 0; i < bounds.neurons().count(); ++i) {
      NeuronBounds b = bounds.at(i);
      b.lower_source = b.upper_source = BoundSource::exact;
      bounds.set(i, b);
    }
    const auto counts = certify_bounds(c.network, false, checked.wanted(), {}, bounds);
    ASSERT_TRUE(counts) << describe(c);
    EXPECT_TRUE(checked.proven()) << checked.what_it_said() << describe(c);
    for (int i = 0; i < bounds.neurons().count(); ++i) {
      const NeuronBounds now = bounds.at(i), before = known.at(i);
      const double scale = std::max({1.0, std::abs(before.lower), std::abs(before.upper)});
      widest = std::max(
          {widest, (before.lower - now.lower) / scale, (now.upper - before.upper) / scale});
    }
    ++proven;
  }
  EXPECT_LE(widest, 1e-6);
}

/// A tree proves a side but for 2e-8 of the neuron's unit in the search, which goes by its weights,
/// since less is lost in the sums' rounding. Of case 93011 that is 1e-5: its unit is 512, it ranges
/// from -0.13 to 11,762.
TEST(BoundsCertificateOracle, ProvesWhatExcitesAUnit) {
  int proven = 0, near = 0;
  for (std::uint64_t seed = 93'000; proven < 12; ++seed) {
    const Case c = draw_case(seed);
    const int k = c.network.depth();
    const Checked checked(c.network);
    const Bounds exact = reference_bounds(c.network, c.question.box, BoundsKind::enumerated);
    for (const bool least : {false, true}) {
      double bound = least ? exact.at(k, 0).lower : exact.at(k, 0).upper;
      const double before = bound;
      const auto counts =
          certify_unit(c.network, c.question.box, k, 0, least, checked.wanted(), {}, bound);
      ASSERT_TRUE(counts) << describe(c);
      EXPECT_TRUE(checked.proven()) << checked.what_it_said() << describe(c);
      EXPECT_TRUE(least ? bound <= before : bound >= before) << describe(c);
      const double range = exact.at(k, 0).upper - exact.at(k, 0).lower;
      const double room = std::max(1e-6 * std::max(1.0, std::abs(before)), 1e-9 * range);
      near += std::abs(bound - before) <= room ? 1 : 0;
    }
    ++proven;
  }
  EXPECT_EQ(near, 2 * proven);
}

/// A property of a few boxes with conditions on the outputs that no sample meets, as text.
std::string property_text(const Network& network, int most_boxes, Random& random) {
  const auto inputs = network.input_size(), outputs = network.output_size();
  std::string text;
  for (int i = 0; i < inputs; ++i) text += fmt::format("(declare-const X_{} Real)", i);
  for (int j = 0; j < outputs; ++j) text += fmt::format("(declare-const Y_{} Real)", j);
  text += "\n(assert (or";
  for (int count = 1 + random.index(most_boxes); count > 0; --count) {
    Box box = Box::uniform(inputs, 0, 0);
    text += "\n  (and";
    for (Eigen::Index i = 0; i < inputs; ++i) {
      box.lower(i) = std::round(random.uniform(-1, 1) * 64) / 64;
      box.upper(i) = box.lower(i) + std::round(random.uniform(0.2, 1.5) * 64) / 64;
      text += fmt::format(" (>= X_{0} {1}) (<= X_{0} {2})", i, box.lower(i), box.upper(i));
    }
    Eigen::VectorXd a = brink::testing::random_point(outputs, random);
    a = (a.array() * 8 - 4).round() / 4;
    double least = kInfinity, most = -kInfinity;
    for (int sample = 0; sample < 1000; ++sample) {
      Eigen::VectorXd x = brink::testing::random_point(inputs, random);
      x = box.lower + x.cwiseProduct(box.upper - box.lower);
      const double value = a.dot(brink::outputs(network, x));
      least = std::min(least, value);
      most = std::max(most, value);
    }
    text += " (<= (+";
    for (Eigen::Index j = 0; j < outputs; ++j) text += fmt::format(" (* {} Y_{})", a(j), j);
    text += fmt::format(" 0) {:.4f}))", least - random.uniform(0.02, 0.3) * (most - least) - 0.01);
  }
  return text + "))\n";
}

/// Boxes are divided; then phases, by programs and by slopes with small trees of single neurons.
TEST(CellsCertificateOracle, ProvesProperties) {
  const int cases = static_cast<int>(from_environment("BRINK_CERTIFICATE_CASES", 12)) * 4;
  for (const char* how : {"box_inputs=16", "box_inputs=0",
                          "box_inputs=0,large_above=0,side_after=1,side_expansions=2,slope_steps=1,"
                          "leaf_steps=1,neuron_steps=1,neuron_again=1"}) {
    ASSERT_TRUE(search::set_parameters(how));
    const bool large = std::string_view(how).find("large_above") != std::string_view::npos;
    int proven = 0, without = 0, substituted = 0, trees = 0;
    for (int seed = 0; seed < cases; ++seed) {
      Random random(94'000 + static_cast<std::uint64_t>(seed));
      std::vector<int> sizes{1 + random.index(4)};
      for (int layers = 2 + random.index(3); layers > 0; --layers)
        sizes.push_back((large ? 8 : 3) + random.index(6));
      sizes.push_back(1 + random.index(3));
      Network network = brink::testing::random_network(sizes, random, 1.5, OutputKind::linear);
      if (seed % 3 == 0) make_linear_units(network, random);
      const auto query = parse_query(property_text(network, large ? 1 : 2, random));
      ASSERT_TRUE(query) << query.error().message;
      const Checked checked(network);
      VerifyOptions options;
      options.time_limit = 20;
      options.certificate = checked.wanted();
      options.property = std::string(64, '0');
      const auto answer = verify(network, *query, options);
      ASSERT_TRUE(answer) << answer.error().message;
      if (answer->verdict != PropertyVerdict::unsat) continue;
      if (!checked.there()) {
        ++without;
        continue;
      }
      ++proven;
      EXPECT_TRUE(checked.proven()) << seed << ": " << checked.what_it_said();
      const std::string text = read_file(checked.file()).value();
      substituted += text.find("\nb\n") != std::string::npos ? 1 : 0;
      trees += text.find("\nt ") != std::string::npos ? 1 : 0;
    }
    fmt::print(
        "{}: {} proven, {} by substitution, {} by trees of neurons, {} without a certificate\n",
        how, proven, substituted, trees, without);
    EXPECT_GE(proven, cases / 2);
    EXPECT_EQ(without, 0);
    EXPECT_EQ(substituted > cases / 8, std::string_view(how) == "box_inputs=16");
    EXPECT_EQ(trees > cases / 8, large);
  }
  ASSERT_TRUE(
      search::set_parameters("box_inputs=16,large_above=80,side_after=5000,side_expansions=8,"
                             "slope_steps=8,leaf_steps=60,neuron_steps=10,neuron_again=4"));
}

}  // namespace
}  // namespace brink::oracle

#endif
