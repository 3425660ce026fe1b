// Whatever the multipliers, the inequality is below what every point of the node attains; bounds
// and support functions hold for every point.
#include "../../check/inequality.h"

#include <gtest/gtest.h>

#include <ostream>
#include <random>

namespace check {

namespace {

using Engine = std::mt19937;

Rational number(Engine& engine, int least, int most) {
  return Rational(std::uniform_int_distribution(least, most)(engine)) / 48;
}

Network random_network(Engine& engine, const std::vector<int>& sizes) {
  Network network;
  for (std::size_t k = 1; k < sizes.size(); ++k) {
    std::vector<Layer::Row> rows(static_cast<std::size_t>(sizes[k]));
    std::vector<Rational> bias;
    std::vector<char> relu;
    for (Layer::Row& row : rows) {
      for (int i = 0; i < sizes[k - 1]; ++i) {
        const Rational w = number(engine, -60, 60);
        if (w != 0 && engine() % 5 != 0) row.emplace_back(i, w);
      }
      bias.push_back(number(engine, -20, 20));
      relu.push_back(k + 1 < sizes.size() && engine() % 6 != 0);
    }
    network.add(Layer(sizes[k - 1], rows, bias, relu));
  }
  return network;
}

/// The pre-activations at x.
std::vector<Rational> values_at(const Network& network, std::vector<Rational> x) {
  std::vector<Rational> all;
  for (const Layer& layer : network.layers) {
    std::vector<Rational> after;
    for (int j = 0; j < layer.rows(); ++j) {
      Rational y(layer.bias(j));
      layer.each(j, [&](int i, const Integer& w) { y += w * x[static_cast<std::size_t>(i)]; });
      y /= layer.denominator();
      all.push_back(y);
      after.push_back(layer.relu(j) && y < 0 ? Rational(0) : y);
    }
    x = after;
  }
  return all;
}

struct Case {
  Norm norm;
  bool weighted, divided;
};
void PrintTo(const Case& one, std::ostream* out) {
  constexpr const char* kNames[] = {"box", "l0", "l1", "l2", "linf"};
  *out << kNames[static_cast<int>(one.norm)] << (one.weighted ? " weighted" : "")
       << (one.divided ? " divided" : "");
}

constexpr int kInputs = 5;

/// A box, a ball and a point at the ball's border, or as good as.
struct Setting {
  std::vector<Rational> lower, upper, image, weights, x;
  Rational radius;
  std::vector<InputSet::Pixel> moved;

  InputSet set(Norm norm) const {
    return {norm,   lower,  upper, norm == Norm::none ? std::vector<Rational>() : image,
            radius, weights};
  }
};

Setting random_setting(Engine& engine, Norm norm, bool weighted) {
  Setting s;
  Rational size = 0;  // of the point's change, squared in l2
  for (int j = 0; j < kInputs; ++j) {
    const Rational middle = number(engine, -48, 48);
    s.image.push_back(middle);
    s.lower.emplace_back(middle - number(engine, 0, 48));
    s.upper.emplace_back(middle + number(engine, 0, 48));
    if (weighted) s.weights.push_back(number(engine, 1, 48));
    const Rational w = weighted ? s.weights.back() : Rational(1);
    const Rational share = Rational(static_cast<int>(engine() % 3)) / 2;
    s.x.emplace_back(s.lower.back() + share * (s.upper.back() - s.lower.back()));
    if (engine() % 3 == 0) s.x.back() = middle;
    const Rational d = abs(s.x.back() - middle) * w;
    s.moved.push_back(d == 0 ? InputSet::Pixel::fixed : InputSet::Pixel::moves);
    if (norm == Norm::l0) size += d == 0 ? Rational(0) : w;
    if (norm == Norm::l1) size += d;
    if (norm == Norm::l2) size += d * d;
    if (norm == Norm::linf) size = std::max(size, d);
  }
  s.radius = norm == Norm::l2 ? Rational(std::sqrt(size.get_d()) * 1.0000001) : size;
  return s;
}

/// Rows over the outputs, neurons 8 to 10, and an input, that hold at x, where neurons are y.
Region random_region(Engine& engine, const std::vector<Rational>& x,
                     const std::vector<Rational>& y) {
  Region region;
  region.denominator = 3;
  for (int i = 0; i < 2; ++i) {
    Row row;
    Rational sum = 0;
    for (int n = 8; n < 11; ++n) {
      row.neurons.emplace_back(n, static_cast<int>(engine() % 9) - 4);
      sum += row.neurons.back().second * y[static_cast<std::size_t>(n)];
    }
    row.inputs.emplace_back(2, static_cast<int>(engine() % 5) - 2);
    sum += row.inputs.back().second * x[2];
    row.rhs = floor_of(sum);
    region.rows.push_back(row);
  }
  return region;
}

std::string random_multipliers(Engine& engine) {
  std::string text = std::to_string(static_cast<int>(engine() % 5) - 3);
  for (int i = 0; i < 2; ++i) text += " " + std::to_string(engine() % 6);
  text += " /";
  for (int n = 0; n < 11; ++n) {
    text += engine() % 3 == 0 ? " .1" : " " + std::to_string(static_cast<int>(engine() % 15) - 7);
  }
  return text;
}

class Points : public testing::TestWithParam<Case> {};

TEST_P(Points, AreNeverBelowWhatIsProven) {
  const auto [norm, weighted, divided] = GetParam();
  Engine engine(static_cast<unsigned>(norm) * 4 + (weighted ? 2 : 0) + (divided ? 1 : 0));
  for (int round = 0; round < 60; ++round) {
    const Network network = random_network(engine, {kInputs, 4, 4, 3});
    const Setting setting = random_setting(engine, norm, weighted);
    const std::vector<Rational>& x = setting.x;
    InputSet set = setting.set(norm);
    Bounds bounds(network, set);
    if (divided) {
      const int j = static_cast<int>(engine() % kInputs), next = (j + 1) % kInputs;
      const auto id = static_cast<std::size_t>(j);
      set.cut(j, x[id] > setting.image[id], x[id]);
      bounds.narrow_first(set, j);
      if (norm == Norm::l0) set.divide(next, setting.moved[static_cast<std::size_t>(next)]);
    }
    EXPECT_FALSE(set.empty());
    const std::vector<Rational> y = values_at(network, x);
    for (int times = 0; times < 3; ++times) {  // splits whose side the point is on
      const auto n = engine() % y.size();
      bounds.narrow(static_cast<int>(n), y[n] <= 0, times == 0 ? y[n] : Rational(0));
    }
    EXPECT_FALSE(bounds.empty());
    const Region region = random_region(engine, x, y);
    Inequality inequality(network);
    for (int attempt = 0; attempt < 12; ++attempt) {
      const std::string text = random_multipliers(engine);
      inequality.read(text, region);
      const int n = static_cast<int>(engine() % 11), sigma = static_cast<int>(engine() % 3) - 1;
      const Rational value = inequality.value(region, set, bounds, {sigma == 0 ? -1 : n, sigma});
      EXPECT_LE(value, sigma * y[static_cast<std::size_t>(n)]) << text;
    }
    for (std::size_t i = 0; i < y.size(); ++i) {
      EXPECT_LE(bounds.lower(static_cast<int>(i)), y[i]);
      EXPECT_GE(bounds.upper(static_cast<int>(i)), y[i]);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sets, Points,
                         testing::Values(Case{Norm::none, false, false},
                                         Case{Norm::none, false, true},
                                         Case{Norm::linf, false, false},
                                         Case{Norm::linf, true, true}, Case{Norm::l1, false, false},
                                         Case{Norm::l1, true, false}, Case{Norm::l1, true, true},
                                         Case{Norm::l0, false, false}, Case{Norm::l0, true, false},
                                         Case{Norm::l0, true, true}, Case{Norm::l0, false, true},
                                         Case{Norm::l2, false, false}, Case{Norm::l2, true, false},
                                         Case{Norm::l2, true, true}));

/// y_0 = x in [-1, 1], y_1 = 2 relu(y_0) + 1, by hand.
TEST(Inequality, IsWhatThePageSays) {
  Network network;
  network.add(Layer(1, {{{0, 1}}}, {0}, {1}));
  network.add(Layer(1, {{{0, 2}}}, {1}, {0}));
  const InputSet set(Norm::none, {-1}, {1}, {}, 0, {});
  Bounds bounds(network, set);
  Inequality inequality(network);
  const auto value = [&](const char* text, const Region& region, Objective objective) {
    inequality.read(text, region);
    return inequality.value(region, set, bounds, objective);
  };
  EXPECT_EQ(value("0 /", {}, {1, -1}), -3);         // open: passes nothing on
  EXPECT_EQ(value("-1 / 2", {}, {1, -1}), -3);      // the least at both ends
  EXPECT_EQ(value("-1 / -2", {}, {1, 1}), 0);       // the least at 0, between the ends
  EXPECT_EQ(value("0 / .1 1", {}, {}), 1 - 1 - 2);  // an output's own bounds: y_1 >= 1
  bounds.narrow(0, false, 0);
  EXPECT_EQ(value("0 /", {}, {1, 1}), -1);  // passed on
  Region region;
  region.rows.push_back({{{1, 1}}, {}, 4});
  EXPECT_EQ(value("0 1 /", region, {}), 1);  // 4 is more than 3 by 1
  EXPECT_EQ(value("1 1 / 0", region, {}), 2 * (4 - 1 - 2));
  EXPECT_THROW(value("0 -1 /", region, {}), Refused);
  EXPECT_THROW(value("0 1 1 /", region, {}), Refused);
}

/// h is attained: the bound is tight, not merely valid.
TEST(Support, IsAttained) {
  const std::vector<Rational> zero(3, 0), one(3, 1), image = {Rational(1, 2), Rational(1, 4), 0};
  const std::vector<Integer> c = {4, -3, 2};
  const auto h = [&](Norm norm, const Rational& radius) {
    return InputSet(norm, zero, one, image, radius, {}).support(c);
  };
  EXPECT_EQ(InputSet(Norm::none, zero, one, {}, 0, {}).support(c), 6);
  EXPECT_EQ(h(Norm::linf, Rational(1, 8)), Rational(5, 4) + Rational(9, 8));
  EXPECT_EQ(h(Norm::l1, Rational(3, 4)), Rational(5, 4) + 2 + Rational(3, 4));
  EXPECT_EQ(h(Norm::l0, 2), Rational(5, 4) + 2 + 2);
  EXPECT_EQ(h(Norm::l0, Rational(5, 2)), Rational(5, 4) + 2 + 2);
  const double l2 = h(Norm::l2, Rational(1, 8)).get_d();  // 0.125 |c|, within the box
  EXPECT_NEAR(l2, 1.25 + 0.125 * std::sqrt(29.0), 1e-6);
}

}  // namespace

}  // namespace check
