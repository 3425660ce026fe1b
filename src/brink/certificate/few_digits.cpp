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
/// Reduced costs of active neurons below this share of the largest multiplier are taken for zero.
constexpr double kZero = 1e-9;

}  // namespace

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

std::optional<FewDigits::Written> FewDigits::rounded(const Intervals& node, const Cost& cost,
                                                     const Multipliers& found, const Ball& ball,
                                                     double least, int bits,
                                                     bool name_active) const {
  const bool any_scale = cost.neuron < 0 && !cost.margin;
  Written written;
  WholeMultipliers& whole = written.multipliers;
  const auto count = static_cast<std::size_t>(problem_.neurons());
  // The cost, too, is in the file's unit of its neuron.
  const int unit = any_scale         ? 0
                   : cost.neuron < 0 ? output_exponent_
                                     : exponents_[static_cast<std::size_t>(cost.neuron)];
  const int row_exponent = output_exponent_ - unit;
  const auto exponent = [&](std::size_t i) { return exponents_[i] - unit; };
  double largest = 0;
  for (Eigen::Index i = 0; i < found.rows.size(); ++i) {
    largest = std::max(largest, std::ldexp(found.rows(i), row_exponent));
  }
  // The factor of a neuron's y: its multiplier, and its part of the cost.
  const auto factor = [&](std::size_t i) {
    const double own = static_cast<int>(i) == cost.neuron ? cost.sign : 0;
    return found.neurons(static_cast<Eigen::Index>(i)) + own;
  };
  for (std::size_t i = 0; i < count; ++i) {
    if (!name_active && node.active(static_cast<int>(i))) continue;
    largest = std::max(largest, std::abs(std::ldexp(factor(i), exponent(i))));
  }
  const double most = std::ldexp(1.0, bits) - 1;
  whole.exponent = largest > 0 && !any_scale ? std::ilogb(largest / most) + 1 : 0;
  const double scale = largest == 0 ? 1
                       : any_scale  ? most / largest
                                    : std::ldexp(1.0, -whole.exponent);
  const auto to_whole = [&](double value) { return std::llround(value * scale); };

  Multipliers meant;
  meant.rows.resize(found.rows.size());
  meant.neurons.resize(found.neurons.size());
  for (Eigen::Index i = 0; i < found.rows.size(); ++i) {
    whole.rows.push_back(
        std::max<std::int64_t>(0, to_whole(std::ldexp(found.rows(i), row_exponent))));
    meant.rows(i) =
        std::ldexp(static_cast<double>(whole.rows.back()), whole.exponent - row_exponent);
  }
  whole.neurons.assign(count, 0);
  whole.named.assign(count, 0);
  for (int k = problem_.hidden_layers(); k >= 1; --k) {
    const Eigen::VectorXd asked = -carried_back(problem_, k, meant);
    const Eigen::VectorXd asked_before =
        name_active ? Eigen::VectorXd(-carried_back(problem_, k, found)) : Eigen::VectorXd();
    for (Eigen::Index j = 0; j < asked.size(); ++j) {
      const int neuron = problem_.neuron(k, static_cast<int>(j));
      const auto i = static_cast<std::size_t>(neuron);
      const double own = neuron == cost.neuron ? cost.sign : 0;
      bool named = !node.active(neuron);
      double wanted = factor(i);
      if (!named && name_active) {
        const double reduced = wanted - asked_before(j);
        named = std::abs(std::ldexp(reduced, exponent(i))) > kZero * largest;
        wanted = asked(j) / std::ldexp(scale, whole.exponent) + reduced;
      }
      double means = asked(j);  // of an active neuron that is not named
      if (named) {
        whole.neurons[i] = to_whole(std::ldexp(wanted, exponent(i)));
        means = std::ldexp(static_cast<double>(whole.neurons[i]), whole.exponent - exponent(i));
      }
      // What is not named of a neuron that may be inactive is 0.
      whole.named[i] = named && (whole.neurons[i] != 0 || !node.inactive(neuron)) ? 1 : 0;
      meant.neurons(neuron) = means - own;
    }
  }
  const double room =
      kRoom * std::max(meant.neurons.size() > 0 ? meant.neurons.cwiseAbs().maxCoeff() : 0.0,
                       meant.rows.size() > 0 ? meant.rows.maxCoeff() : 0.0);
  const search::Proof proof = prove(problem_, node, cost, std::move(meant), ball);
  written.value = proof.value - room;
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
