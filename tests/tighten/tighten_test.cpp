// Bounds by optimisation: sound on every input tried, ordered by method, resumable, stoppable.
#include "brink/tighten/tighten.h"

#include <gtest/gtest.h>

#include "bounds_cases.h"

namespace brink {

namespace {

Bounds bounds_by(const testing::BoundsCase& c, const BoundRequest& request,
                 const std::string& solver = "search", int threads = 2) {
  TightenOptions options;
  options.request = request;
  options.solver = solver;
  // GCC 12's sanitizers do not keep their allocator usable across a fork() among threads.
  options.threads = solver == "cbc" ? 1 : threads;
  auto bounds = tighten(c.network, c.box, options);
  EXPECT_TRUE(bounds) << c.name << ": " << bounds.error().message;
  return std::move(*bounds);
}

Bounds bounds_by(const testing::BoundsCase& c, std::string_view method,
                 const std::string& solver = "search") {
  return bounds_by(c, *parse_bound_method(method), solver);
}

/// `tight` is within `loose` on every side, up to `slack` max(1, |value|).
void expect_within(const Bounds& tight, const Bounds& loose, double slack,
                   const std::string& what) {
  for (int k = 1; k <= loose.depth(); ++k) {
    for (int j = 0; j < loose.width(k); ++j) {
      const NeuronBounds a = tight.at(k, j);
      const NeuronBounds b = loose.at(k, j);
      EXPECT_GE(a.lower, b.lower - slack * std::max(1.0, std::abs(b.lower)))
          << what << " layer " << k << " neuron " << j;
      EXPECT_LE(a.upper, b.upper + slack * std::max(1.0, std::abs(b.upper)))
          << what << " layer " << k << " neuron " << j;
    }
  }
}

TEST(Tighten, EveryInputLiesWithin) {
  for (const auto& c : testing::bounds_cases()) {
    std::vector<Bounds> all;
    for (const char* method : {"interval", "symbolic", "lp", "weak", "exact"}) {
      all.push_back(bounds_by(c, method));
    }
    testing::visit_inputs(c, 2000, 20, [&](const Eigen::VectorXd& x) {
      for (const Bounds& bounds : all) {
        ASSERT_EQ(testing::outside(c.network, bounds, x), "") << c.name << " " << bounds.method;
      }
    });
  }
}

TEST(Tighten, MipBoundsHold) {
  for (const auto& c : testing::bounds_cases()) {
    const Bounds bounds = bounds_by(c, "exact", "cbc");
    testing::visit_inputs(c, 500, 20, [&](const Eigen::VectorXd& x) {
      ASSERT_EQ(testing::outside(c.network, bounds, x), "") << c.name;
    });
  }
}

TEST(Tighten, EachMethodWithinTheCheaperOnes) {
  int tighter_lp = 0, tighter_exact = 0;
  for (const auto& c : testing::bounds_cases()) {
    const Bounds interval = bounds_by(c, "interval");
    const Bounds symbolic = bounds_by(c, "symbolic");
    const Bounds lp = bounds_by(c, "lp");
    const Bounds exact = bounds_by(c, "exact");
    expect_within(symbolic, interval, 0, c.name);
    expect_within(lp, symbolic, 0, c.name);
    expect_within(exact, lp, 1e-6, c.name);  // triangles over other M's: equal but for rounding
    const int last = interval.depth();
    for (int j = 0; j < interval.width(last); ++j) {
      tighter_lp += lp.at(last, j).upper < symbolic.at(last, j).upper - 1e-3;
      tighter_exact += exact.at(last, j).upper < lp.at(last, j).upper - 1e-3;
    }
  }
  EXPECT_GT(tighter_lp, 5);
  EXPECT_GT(tighter_exact, 5);
}

// That exact bounds are attained is tested against enumeration:
// tests/oracle/bounds_oracle_test.cpp.
TEST(Tighten, BothSolversAgree) {
  for (const auto& c : testing::bounds_cases()) {
    if (c.name == "uneven sizes") continue;  // a MIP solver's tolerances times 1e6: looser, as said
    const Bounds tree = bounds_by(c, "exact");
    const Bounds cbc = bounds_by(c, "exact", "cbc");
    expect_within(tree, cbc, 2 * kBoundSlack, c.name);
    expect_within(cbc, tree, 2 * kBoundSlack, c.name);
    for (int id = 0; id < tree.neurons().count(); ++id) {
      EXPECT_EQ(tree.at(id).lower_source, BoundSource::exact) << c.name;
      EXPECT_EQ(tree.at(id).upper_source, BoundSource::exact) << c.name;
    }
  }
}

TEST(Tighten, LimitLeavesDualBounds) {
  Random random(21);
  const testing::BoundsCase c{"wide", testing::random_network({30, 12, 12, 6, 2}, random, 3),
                              Box::uniform(30, 0, 1)};
  const Bounds lp = bounds_by(c, "lp");
  for (const char* solver : {"search", "cbc"}) {
    const double limit = solver == std::string("search") ? 0.002 : 0.02;  // seconds
    const Bounds weak = bounds_by(c, BoundRequest{BoundMethod::exact, limit}, solver);
    EXPECT_EQ(weak.method, fmt::format("weak:{}", limit));
    int stopped = 0;
    for (const NeuronBounds& b : weak.layer(weak.depth())) {
      stopped += b.lower_source != BoundSource::exact;
    }
    EXPECT_GT(stopped, 0) << solver;
    expect_within(weak, lp, 1e-6, solver);
    testing::visit_inputs(c, 500, 50, [&](const Eigen::VectorXd& x) {
      ASSERT_EQ(testing::outside(c.network, weak, x), "") << solver;
    });
  }
}

TEST(Tighten, TimeLimitInAllKeepsCheaperBounds) {
  const auto c = testing::bounds_cases()[1];
  TightenOptions options;
  options.request = *parse_bound_method("exact");
  options.time_limit = 0;
  const auto bounds = tighten(c.network, c.box, options);
  ASSERT_TRUE(bounds);
  expect_within(*bounds, bounds_by(c, "symbolic"), 0, c.name);
  EXPECT_NE(bounds->at(bounds->depth(), 0).upper_source, BoundSource::exact);
}

TEST(Tighten, OutputsAloneAreAsTight) {
  for (const auto& c : testing::bounds_cases()) {
    const Bounds symbolic = bounds_by(c, "symbolic");
    const Bounds exact = bounds_by(c, "exact");
    const Bounds outputs = bounds_by(c, {BoundMethod::exact, std::nullopt, true});
    EXPECT_EQ(outputs.method, "exact:outputs");
    for (int k = 1; k <= c.network.depth(); ++k) {
      const Bounds& like = k == c.network.depth() ? exact : symbolic;
      for (int j = 0; j < like.width(k); ++j) {
        const NeuronBounds a = outputs.at(k, j);
        const NeuronBounds b = like.at(k, j);
        const double slack =
            2 * kBoundSlack * std::max({1.0, std::abs(b.lower), std::abs(b.upper)});
        EXPECT_NEAR(a.lower, b.lower, slack) << c.name << " " << k << ":" << j;
        EXPECT_NEAR(a.upper, b.upper, slack) << c.name << " " << k << ":" << j;
      }
    }
    testing::visit_inputs(c, 500, 20, [&](const Eigen::VectorXd& x) {
      ASSERT_EQ(testing::outside(c.network, outputs, x), "") << c.name;
    });
  }
}

TEST(Tighten, InterruptedRunsGoOnFromWhatWasReported) {
  const auto c = testing::bounds_cases()[1];
  std::atomic<bool> flag = false;
  Bounds reported;
  int reports = 0;
  TightenOptions options;
  options.request = *parse_bound_method("exact");
  options.on_bounds = [&](const Bounds& so_far) {
    reported = so_far;
    flag = ++reports == 7;
  };
  const auto stopped = tighten(c.network, c.box, options, &flag);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().kind, Error::Kind::interrupted);
  ASSERT_EQ(reports, 7);
  const auto exact_sides = [](const Bounds& bounds) {
    int count = 0;
    for (int id = 0; id < bounds.neurons().count(); ++id) {
      const NeuronBounds b = bounds.at(id);
      count += (b.lower_source == BoundSource::exact) + (b.upper_source == BoundSource::exact);
    }
    return count;
  };
  const int first_layer = 2 * static_cast<int>(c.network.width(1));
  EXPECT_EQ(exact_sides(reported), first_layer + 2 * 7);

  // Bounds that cannot be right show that finished sides are taken over and not computed again.
  Bounds marked = reported;
  NeuronBounds narrow = marked.at(2, 0);
  narrow.upper = narrow.lower + 1e-3;
  marked.set(2, 0, narrow);
  options.known = &marked;
  options.on_bounds = nullptr;
  const auto resumed = tighten(c.network, c.box, options);
  ASSERT_TRUE(resumed) << resumed.error().message;
  EXPECT_EQ(resumed->at(2, 0).upper, narrow.upper);
  options.known = &reported;
  const auto finished = tighten(c.network, c.box, options);
  ASSERT_TRUE(finished) << finished.error().message;
  EXPECT_GE(finished->t_pre, reported.t_pre);
  const Bounds whole = bounds_by(c, "exact");
  expect_within(*finished, whole, kBoundSlack, "resumed");
  expect_within(whole, *finished, kBoundSlack, "resumed");

  const auto other = tighten(c.network, Box::uniform(4, 0, 0.5), options);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, Error::Kind::bad_request);
}

TEST(Tighten, ThreadsGiveTheSameBounds) {
  const auto c = testing::bounds_cases()[2];
  const BoundRequest exact{BoundMethod::exact, std::nullopt};
  const Bounds one = bounds_by(c, exact, "search", 1);
  const Bounds four = bounds_by(c, exact, "search", 4);
  expect_within(one, four, kBoundSlack, "threads");
  expect_within(four, one, kBoundSlack, "threads");
}

TEST(Tighten, BadRequests) {
  const auto c = testing::bounds_cases()[0];
  EXPECT_FALSE(parse_bound_method("exactly"));
  TightenOptions options;
  options.request = *parse_bound_method("exact");
  options.solver = "nonesuch";
  EXPECT_EQ(tighten(c.network, c.box, options).error().kind, Error::Kind::bad_request);
  Network huge = c.network;
  for (Layer& layer : huge.layers) layer.weights.dense() *= 1e200;
  options.solver = "search";
  EXPECT_EQ(tighten(huge, c.box, options).error().kind, Error::Kind::bad_request);
}

TEST(Tighten, MethodText) {
  EXPECT_EQ(method_text(*parse_bound_method("weak")), "weak");
  EXPECT_EQ(method_text(*parse_bound_method("exact")), "exact");
  EXPECT_EQ(method_text({BoundMethod::exact, 2.5}), "weak:2.5");
  EXPECT_EQ(method_text({BoundMethod::lp, std::nullopt}), "lp");
}

}  // namespace

}  // namespace brink
