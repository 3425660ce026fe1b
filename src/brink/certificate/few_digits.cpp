#include "brink/certificate/few_digits.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace brink::certificate {

namespace {

using search::Ball;
using search::Cost;
using search::Multipliers;

constexpr std::array kBits{3, 4, 5, 6, 7, 8, 10, 12, 15, 19, 24, 30, 40, 52, 61};
/// One record in so many is tried with fewer digits than the last.
constexpr int kLookEvery = 3;
/// Room, of the largest multiplier, for what a checker rounds outward.
constexpr double kRoom = 1e-10;
/// Of the neuron's width: no checker takes a neuron for settled that is open by more on both sides.
constexpr double kOpen = 1e-6;

/// Facts end on a grid of so many bits of the neuron's width: short, and with room for rounding.
constexpr int kGridBits = 12;

bool surely_open(const Intervals& node, int neuron) {
  if (!node.unstable(neuron)) return false;
  const double low = node.lower[static_cast<std::size_t>(neuron)];
  const double high = node.upper[static_cast<std::size_t>(neuron)];
  return std::min(-low, high) > kOpen * (high - low);
}

/// No checker takes it for active; a node in which nothing is left it may take for what it likes.
/// The neuron of exactly 0 is both, and so may be one that is at most 0 where a checker knows more.
bool surely_inactive(const Intervals& node, int neuron, bool alike) {
  if (!node.inactive(neuron)) return false;
  const double low = node.lower[static_cast<std::size_t>(neuron)];
  const double high = node.upper[static_cast<std::size_t>(neuron)];
  return high < -kOpen * std::max(1.0, -low) || (alike && low < -kOpen);
}

}  // namespace

double on_grid(double value, double width) {
  const double grid = std::ldexp(1.0, std::ilogb(std::max(width, 1e-300)) - kGridBits);
  return std::floor(value / grid) * grid;
}

FewDigits::FewDigits(const search::Problem& problem, const search::Units& units)
    : problem_(problem), output_exponent_(units.neurons.empty() ? 0 : units.outputs()) {
  for (int k = 1; k <= problem.hidden_layers(); ++k) {
    for (int j = 0; j < static_cast<int>(problem.network().width(k)); ++j) {
      exponents_.push_back(
          units.neurons.empty()
              ? 0
              : units.neurons[static_cast<std::size_t>(k - 1)][static_cast<std::size_t>(j)]);
    }
  }
}

double FewDigits::in_file(int neuron, double value) const {
  return std::ldexp(value, -exponents_[static_cast<std::size_t>(neuron)]);
}

/// The grid that multipliers are rounded to, in the file's units.
FewDigits::Grid FewDigits::grid(const Intervals& node, const Cost& cost, const Multipliers& found,
                                int bits, bool name_active) const {
  Grid grid;
  const bool any_scale = cost.neuron < 0 && !cost.margin;
  // The cost, too, is in the file's unit of its neuron.
  grid.unit = any_scale         ? 0
              : cost.neuron < 0 ? output_exponent_
                                : exponents_[static_cast<std::size_t>(cost.neuron)];
  for (Eigen::Index i = 0; i < found.rows.size(); ++i) {
    grid.largest = std::max(grid.largest, std::ldexp(found.rows(i), output_exponent_ - grid.unit));
  }
  for (int i = 0; i < problem_.neurons(); ++i) {
    if (!name_active && node.active(i)) continue;
    const double factor = found.neurons(i) + (i == cost.neuron ? cost.sign : 0);
    grid.largest = std::max(grid.largest, std::abs(std::ldexp(factor, exponent(i) - grid.unit)));
  }
  if (grid.largest == 0) return grid;
  const double most = std::ldexp(1.0, bits) - 1;
  if (!any_scale) grid.exponent = std::ilogb(grid.largest / most) + 1;
  grid.scale = any_scale ? most / grid.largest : std::ldexp(1.0, -grid.exponent);
  return grid;
}

std::optional<FewDigits::Written> FewDigits::rounded(const Intervals& node, const Cost& cost,
                                                     const Multipliers& found, const Ball& ball,
                                                     double least, int bits,
                                                     bool name_active) const {
  const Grid grid = this->grid(node, cost, found, bits, name_active);
  Written written;
  WholeMultipliers& whole = written.multipliers;
  whole.exponent = grid.exponent;
  const auto to_whole = [&](double value, int exponent) {
    return std::llround(std::ldexp(value, exponent - grid.unit) * grid.scale);
  };
  const auto meaning = [&](std::int64_t value, int exponent) {
    return std::ldexp(static_cast<double>(value), grid.exponent - exponent + grid.unit);
  };
  Multipliers meant;
  meant.rows.resize(found.rows.size());
  meant.neurons.resize(found.neurons.size());
  for (Eigen::Index i = 0; i < found.rows.size(); ++i) {
    whole.rows.push_back(std::max<std::int64_t>(0, to_whole(found.rows(i), output_exponent_)));
    meant.rows(i) = meaning(whole.rows.back(), output_exponent_);
  }
  whole.neurons.assign(static_cast<std::size_t>(problem_.neurons()), 0);
  whole.named.assign(whole.neurons.size(), 0);
  // A neuron that is bounded with rows: a checker may know more of the layers from its own on.
  const bool rows = cost.neuron >= 0 && found.rows.size() > 0 && found.rows.maxCoeff() > 0;
  const int known_alike = rows ? problem_.layer_of(cost.neuron) : problem_.hidden_layers() + 1;
  for (int k = problem_.hidden_layers(); k >= 1; --k) {
    const Eigen::VectorXd asked = -carried_back(problem_, k, meant);
    const Eigen::VectorXd asked_before =
        name_active ? Eigen::VectorXd(-carried_back(problem_, k, found)) : Eigen::VectorXd();
    for (Eigen::Index j = 0; j < asked.size(); ++j) {
      const int neuron = problem_.neuron(k, static_cast<int>(j));
      const auto i = static_cast<std::size_t>(neuron);
      const double own = neuron == cost.neuron ? cost.sign : 0;
      bool named = !node.active(neuron);
      double wanted = found.neurons(neuron) + own;
      if (!named && name_active && !node.is_linear(neuron)) {
        const double reduced = wanted - asked_before(j);
        named = to_whole(reduced, exponent(neuron)) != 0;
        wanted = asked(j) / std::ldexp(grid.scale, grid.exponent) + reduced;
      }
      if (named) whole.neurons[i] = to_whole(wanted, exponent(neuron));
      // What is not named is what is asked, of a neuron that may be inactive or is open 0.
      const bool alike = k < known_alike;
      const bool zero =
          surely_inactive(node, neuron, alike) || (alike && surely_open(node, neuron));
      whole.named[i] = named && (whole.neurons[i] != 0 || !zero) ? 1 : 0;
      meant.neurons(neuron) =
          (named ? meaning(whole.neurons[i], exponent(neuron)) : asked(j)) - own;
    }
  }
  const auto largest_of = [](const Eigen::VectorXd& values) {
    return values.size() > 0 ? values.cwiseAbs().maxCoeff() : 0.0;
  };
  const double room = kRoom * std::max(largest_of(meant.neurons), largest_of(meant.rows));
  written.value = prove(problem_, node, cost, std::move(meant), ball).value - room;
  if (!(written.value > least)) return std::nullopt;
  return written;
}

std::optional<FewDigits::Written> FewDigits::fewest(const Intervals& node, const Cost& cost,
                                                    const Multipliers& found, const Ball& ball,
                                                    double least, std::size_t& guess) {
  const auto attempt = [&](std::size_t step, bool name_active) {
    return rounded(node, cost, found, ball, least, kBits[step], name_active);
  };
  auto written = attempt(guess, false);
  if (written) {
    if (++looked_ % kLookEvery != 0) return written;
    while (guess > 0) {
      auto shorter = attempt(guess - 1, false);
      if (!shorter) break;
      written = std::move(shorter);
      --guess;
    }
    return written;
  }
  for (std::size_t step = guess + 1; step < kBits.size(); ++step) {
    const std::size_t kGuess = std::min<std::size_t>(step, 6);
    for (const bool name_active : {false, true}) {
      if ((written = attempt(step, name_active))) {
        guess = kGuess;
        return written;
      }
    }
  }
  return std::nullopt;
}

std::optional<FewDigits::Written> FewDigits::empty(const Intervals& node, const Multipliers& found,
                                                   const Ball& ball) {
  return fewest(node, {.any_margin = false}, found, ball, 0, guess_empty_);
}

std::optional<FewDigits::Written> FewDigits::bound(const Intervals& node, const Cost& cost,
                                                   const Multipliers& found, const Ball& ball,
                                                   double least) {
  return fewest(node, cost, found, ball, least, guess_bound_);
}

}  // namespace brink::certificate
