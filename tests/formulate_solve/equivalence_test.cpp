// Formulations of one question have one optimum, and other solvers find it in the written files.
//
// Whether that optimum is the right one is the business of tests/oracle.
#include <gtest/gtest.h>

#include "brink/program/write.h"
#include "brink/solve/solver.h"
#include "external_solvers.h"
#include "formulate/filled.h"
#include "random_network.h"

namespace brink {
namespace {

using testing::cbc_optimum;
using testing::glpk_optimum;
using testing::plain_interval_bounds;
using testing::random_network;
using testing::random_point;

/// The proven optimum; infinity when proven infeasible.
double optimum(const Program& program) {
  static const auto solver = make_solver("cbc").value();
  const auto solution = solver->solve(program, {});
  if (!solution) throw std::runtime_error(solution.error().message);
  if (solution->status == SolveStatus::infeasible) return kInfinity;
  if (solution->status != SolveStatus::optimal) {
    throw std::runtime_error(std::string(name(solution->status)) + " " + solution->detail);
  }
  EXPECT_LE(max_violation(program, solution->values), 1e-6);
  return solution->objective;
}

struct Case {
  Network network;
  Bounds bounds;
  ClosestQuestion question = papers_question();
  Eigen::VectorXd image;
  OutputRegion region;

  Program program(const EncodingOptions& encoding, const DistanceOptions& distance) const {
    return closest_model(network, bounds, question, region, image, encoding, distance).program;
  }
};

/// The class other than the label that most inputs are taken for; any other class if none is.
int common_class(const Network& network, int label, Random& random) {
  std::vector<int> counts(static_cast<std::size_t>(network.output_size()));
  for (int i = 0; i < 200; ++i) {
    const int found = classify(network, random_point(network.input_size(), random));
    if (found >= 0 && found != label) ++counts[static_cast<std::size_t>(found)];
  }
  const auto most = std::max_element(counts.begin(), counts.end());
  if (*most > 0) return static_cast<int>(most - counts.begin());
  return (label + 1) % static_cast<int>(network.output_size());
}

/// Some of these questions have no answer.
Case random_case(Random& random, Norm norm) {
  Case c;
  c.network = random_network({3, 4, 3, 3}, random, 2);
  c.question = testing::question(norm, 3);
  if (random.index(3) == 0) c.question.cap = random.uniform(0.2, 0.9);
  c.bounds = plain_interval_bounds(c.network, c.question.box);
  c.image = random_point(3, random);
  Eigen::Index label = 0;
  logits(c.network, c.image).maxCoeff(&label);
  const int target = common_class(c.network, static_cast<int>(label), random);
  c.question.target = {TargetRule::Kind::fixed, target};
  c.region = output_regions(c.question, c.network, static_cast<int>(label)).at(0);
  return c;
}

void expect_same(double a, double b, const std::string& what) {
  if (a == kInfinity || b == kInfinity) {
    EXPECT_EQ(a, b) << what;
  } else {
    EXPECT_NEAR(a, b, 1e-6) << what;
  }
}

EncodingOptions encoding(Formulation formulation, bool basic) {
  EncodingOptions options;
  options.formulation = formulation;
  options.basic = basic;
  return options;
}

TEST(Equivalence, FormulationsAndFormsOfEveryNorm) {
  Random random(11);
  int solvable = 0, infeasible = 0;
  for (int round = 0; round < 12; ++round) {
    for (const Norm norm : {Norm::l0, Norm::l1, Norm::linf}) {
      const Case c = random_case(random, norm);
      const double reference = optimum(c.program({}, {}));
      ++(reference == kInfinity ? infeasible : solvable);
      for (const DistanceForm form : {DistanceForm::papers, DistanceForm::tight}) {
        // The basic indicator model has no column bounds: CBC has nothing to make an M from.
        for (const auto& options :
             {encoding(Formulation::bigm, false), encoding(Formulation::bigm, true),
              encoding(Formulation::indicator, false)}) {
          expect_same(optimum(c.program(options, {form, nullptr})), reference,
                      to_text(c.program(options, {form, nullptr})));
        }
      }
    }
  }
  EXPECT_GE(solvable, 10);
  EXPECT_GE(infeasible, 3);
}

/// In half of the rounds the outputs are made of the largest of all four alone.
TEST(Equivalence, MaximaWithBinariesOfTheirOwn) {
  Random random(17);
  int solvable = 0, others = 0;
  for (int round = 0; round < 48; ++round) {
    Case c = random_case(random, round % 2 == 0 ? Norm::l1 : Norm::linf);
    const auto numbers = [&random](int rows, int columns) {
      return Eigen::MatrixXd::NullaryExpr(rows, columns, [&] { return random.normal(); });
    };
    const bool one = round % 4 < 2;
    Eigen::MatrixXd last = numbers(3, 3);
    if (one) last.leftCols(2).setZero();
    c.network = testing::pooled(numbers(4, 3), numbers(4, 1), last);
    c.network.layers.back().bias = numbers(3, 1);
    if (one) c.network.maxima = {c.network.maxima.back()};
    c.bounds = symbolic_bounds(c.network, c.question.box);
    const int label = classify(c.network, c.image);
    const int target = common_class(c.network, label, random);
    c.question.target = {TargetRule::Kind::fixed, target};
    c.region = output_regions(c.question, c.network, label).at(0);
    for (const auto& options :
         {encoding(Formulation::bigm, false), encoding(Formulation::bigm, true),
          encoding(Formulation::indicator, false)}) {
      Case lowered = c;
      lowered.network.maxima.clear();
      const Program direct = c.program(options, {});
      const double reference = optimum(lowered.program(options, {}));
      expect_same(optimum(direct), reference, to_text(direct));
      solvable += reference != kInfinity;
      others += direct.integer_count() != lowered.program(options, {}).integer_count();
    }
  }
  EXPECT_GE(solvable, 30);
  EXPECT_GE(others, 20);
}

TEST(Equivalence, LambdaFormulationEqualsSegments) {
  Random random(12);
  int solvable = 0;
  for (const int count : {2, 3, 5, 9, 17}) {
    for (int round = 0; round < 5; ++round) {
      Case c = random_case(random, Norm::l2);
      c.question.breakpoints = count;
      const double segments = optimum(c.program({}, {DistanceForm::tight, nullptr}));
      expect_same(optimum(c.program({}, {DistanceForm::papers, nullptr})), segments,
                  fmt::format("{} breakpoints", count));
      solvable += segments != kInfinity;
    }
  }
  EXPECT_GE(solvable, 10);
}

TEST(Equivalence, TangentsBoundFromBelowAndBreakpointsFromAbove) {
  Random random(13);
  int solvable = 0;
  for (int round = 0; round < 8; ++round) {
    Case c = random_case(random, Norm::l2);
    std::vector<double> points;
    for (int i = 0; i <= 32; ++i) points.push_back(i / 32.0);
    const std::vector<std::vector<double>> tangents(3, points);
    const double below = optimum(c.program({}, {DistanceForm::tight, &tangents}));
    c.question.breakpoints = 33;
    const double above = optimum(c.program({}, {}));
    EXPECT_LE(below, above + 1e-9);
    if (above == kInfinity) continue;
    // d^2 lies at most h^2 / 4 below f~ and as much above the envelope, at each of 3 pixels.
    EXPECT_LE(above - below, 3 * 2 * 0.25 / (32 * 32) + 1e-9);
    ++solvable;
  }
  EXPECT_GE(solvable, 4);
}

TEST(Equivalence, GeneralModel) {
  Random random(14);
  for (int round = 0; round < 10; ++round) {
    const auto output = round % 2 == 0 ? OutputKind::linear : OutputKind::relu;
    const Network network = random_network({2, 3, 3, 2}, random, 2, output);
    const Box box = Box::uniform(2, 0, 1);
    const Bounds bounds = plain_interval_bounds(network, box);
    GeneralCosts costs;
    costs.input = {random.normal(), random.normal()};
    for (int k = 1; k <= 3; ++k) {
      for (auto* list : {&costs.x, &costs.s, &costs.z}) {
        list->emplace_back();
        for (Eigen::Index j = 0; j < network.width(k); ++j) list->back().push_back(random.normal());
      }
    }
    const double reference = optimum(general_model(network, bounds, box, costs, {}).program);
    for (const auto& options :
         {encoding(Formulation::bigm, true), encoding(Formulation::indicator, false)}) {
      expect_same(optimum(general_model(network, bounds, box, costs, options).program), reference,
                  "general");
    }
    // No input does better than the optimum.
    const Program program = general_model(network, bounds, box, costs, {}).program;
    double best = kInfinity;
    for (int i = 0; i < 61 * 61; ++i) {
      const int row = i / 61, column = i % 61;
      const Eigen::VectorXd x{{row / 60.0, column / 60.0}};
      best = std::min(best,
                      objective_value(program, testing::Filled(program, network, x, x).values()));
    }
    EXPECT_LE(reference, best + 1e-6);
    EXPECT_GE(reference, best - 0.5);  // and a fine grid comes near
  }
}

TEST(Equivalence, LiteralModelIsTheUnionOfItsRegions) {
  Random random(17);
  int all_zero = 0, fooled = 0;
  for (int round = 0; round < 40; ++round) {
    Case c = random_case(random, Norm::l1);
    c.network.output = OutputKind::relu;
    c.network.layers.back().bias.array() -= 0.5;  // all-zero outputs are common
    c.bounds = plain_interval_bounds(c.network, c.question.box);
    c.question.target_min = 0;
    const int target = c.question.target.value, label = (target + 1) % 3;
    const auto regions = output_regions(c.question, c.network, label);
    ASSERT_EQ(regions.size(), 2U);
    c.region = regions[0];
    const double ratio = optimum(c.program({}, {}));
    c.region = regions[1];
    const double zero = optimum(c.program({}, {}));
    for (const bool basic : {false, true}) {
      const auto literal = literal_model(c.network, c.bounds, c.question, target, c.image,
                                         encoding(Formulation::bigm, basic), {});
      expect_same(optimum(literal.program), std::min(ratio, zero), to_text(literal.program));
    }
    ++(zero < ratio ? all_zero : fooled);
  }
  EXPECT_GE(all_zero, 5);
  EXPECT_GE(fooled, 5);
}

TEST(Equivalence, ACapAndBoxThatDoNotMeetAreInfeasible) {
  Random random(15);
  Case c = random_case(random, Norm::l1);
  c.region.rows.clear();
  c.image(0) = 2;
  c.question.cap = 0.5;
  EXPECT_EQ(optimum(c.program({}, {})), kInfinity);
  c.question.cap = 1.25;  // must move by 1, on its own
  for (Eigen::Index j = 1; j < 3; ++j) c.image(j) = 0.5;
  for (const DistanceForm form : {DistanceForm::papers, DistanceForm::tight}) {
    for (const Norm norm : {Norm::l0, Norm::l1, Norm::linf, Norm::l2}) {
      c.question.norm = norm;
      if (norm == Norm::l2) c.question.breakpoints = 6;
      EXPECT_NEAR(optimum(c.program({}, {form, nullptr})), 1, 1e-6) << name(norm);
    }
  }
}

TEST(Equivalence, CbcAndGlpkReadTheSameProgramBack) {
  Random random(16);
  int solvable = 0;
  for (int round = 0; round < 4; ++round) {
    for (const Norm norm : {Norm::l0, Norm::l1, Norm::l2, Norm::linf}) {
      for (const DistanceForm form : {DistanceForm::papers, DistanceForm::tight}) {
        Case c = random_case(random, norm);
        if (norm == Norm::l2) c.question.breakpoints = 4;
        const Program program =
            c.program(encoding(Formulation::bigm, round % 2 == 0), {form, nullptr});
        const double reference = optimum(program);
        solvable += reference != kInfinity;
        const std::string mps = to_mps(program).value(), lp = to_lp(program).value();
        expect_same(cbc_optimum(mps, "mps"), reference, "CBC, MPS\n" + mps);
        expect_same(cbc_optimum(lp, "lp"), reference, "CBC, LP\n" + lp);
        expect_same(glpk_optimum(mps, "mps"), reference, "GLPK, MPS\n" + mps);
        expect_same(glpk_optimum(lp, "lp"), reference, "GLPK, LP\n" + lp);
      }
    }
  }
  EXPECT_GE(solvable, 16);
}

}  // namespace
}  // namespace brink
