#include "inequality.h"

#include <algorithm>

namespace check {

namespace {

constexpr long kMostShift = 4000;

Rational ratio(const Integer& numerator, const Integer& denominator) {
  Rational result(numerator, denominator);
  result.canonicalize();
  return result;
}

/// The next field of a list, taken off its front.
std::string_view take_field(std::string_view& list) {
  const std::size_t space = list.find(' ');
  const std::string_view field = list.substr(0, space);
  if (field.empty()) throw Refused("fields are separated by one space");
  if (space == std::string_view::npos) {
    list = {};
  } else {
    list.remove_prefix(space + 1);
    if (list.empty()) throw Refused("a space at the end of the line");
  }
  return field;
}

}  // namespace

Inequality::Inequality(const Network& network)
    : network_(network),
      named_(static_cast<std::size_t>(network.neurons())),
      mu_(named_.size()),
      lambda_(named_.size()),
      is_named_(named_.size()),
      scale_(network.layers.size()),
      in_rows_(named_.size()) {}

void Inequality::read(std::string_view list, const Region& region) {
  for (const int n : used_) is_named_[static_cast<std::size_t>(n)] = 0;
  used_.clear();
  rho_.assign(region.rows.size(), Integer(0));
  exponent_ = parse_integer(take_field(list), -kMostShift, kMostShift);
  bool rows = true;
  chords_ = false;
  std::size_t at = 0;
  while (!list.empty()) {
    const std::string_view field = take_field(list);
    if ((field == "/" || field == "~") && rows) {
      rows = false;
      chords_ = field == "~";
      at = 0;
      continue;
    }
    const std::size_t count = rows ? rho_.size() : named_.size();
    if (field.starts_with('.')) {
      at += static_cast<std::size_t>(parse_integer(field.substr(1), 1, kMostUnits));
      continue;
    }
    if (at >= count) {
      throw Refused(rows ? "multipliers of more rows than the region has"
                         : "multipliers of more neurons than the network has");
    }
    Integer value =
        field.size() < 18 ? Integer(parse_integer(field, -(1L << 60), 1L << 60)) : parse_big(field);
    if (rows && value < 0)
      throw Refused("the multiplier of row " + std::to_string(at) + " is below 0");
    if (exponent_ > 0) value <<= static_cast<unsigned>(exponent_);
    if (!rows) {
      used_.push_back(static_cast<int>(at));
      is_named_[at] = 1;
    }
    (rows ? rho_ : named_)[at++] = std::move(value);
  }
  if (rows) throw Refused("expected '/' or '~' between the multipliers of rows and neurons");
  exponent_ = std::min(exponent_, 0L);
}

/// What is left out passes a on, rounded to so many bits of the layer's largest.
constexpr long kPassedBits = 60;

Inequality::Left Inequality::left_out(int k, int j, const Bounds& bounds) const {
  const int n = network_.first[static_cast<std::size_t>(k)] + j;
  const bool last = k + 1 == network_.depth();
  if (last || is_named_[static_cast<std::size_t>(n)] != 0) return Left::nothing;
  if (costs_[static_cast<std::size_t>(j)] == 0) return Left::nothing;
  const Layer& layer = network_.layers[static_cast<std::size_t>(k)];
  if (!layer.relu(j) || bounds.low(n) >= 0) return Left::passes;
  return chords_ && bounds.high(n) > 0 ? Left::chord : Left::nothing;
}

/// Of what an open neuron is given, its share s = U / (U - L) if that is above 0, else 64 s - 63/2
/// within 0 and 1.
Integer Inequality::chord_of(const Integer& passed, const Integer& low, const Integer& high) {
  const Integer width = high - low;
  if (passed > 0) return passed * high / width;
  const Integer twice = std::clamp(Integer(65 * high + 63 * low), Integer(0), Integer(2 * width));
  return passed * twice / (2 * width);
}

void Inequality::multiply(int k, const Region& region, const Bounds& bounds, Objective objective) {
  const Layer& layer = network_.layers[static_cast<std::size_t>(k)];
  const int first = network_.first[static_cast<std::size_t>(k)];
  const bool last = k + 1 == network_.depth();
  const Integer one = 1;
  const Integer& next = last ? one : network_.layers[static_cast<std::size_t>(k) + 1].denominator();
  std::size_t bits = 0;  // of the largest that is passed on
  for (int j = 0; j < layer.rows(); ++j) {
    if (left_out(k, j, bounds) != Left::nothing) {
      bits = std::max(bits, mpz_sizeinbase(costs_[static_cast<std::size_t>(j)].get_mpz_t(), 2));
    }
  }
  long scale = -exponent_;
  if (bits > 0) {
    const auto own = static_cast<long>(mpz_sizeinbase(next.get_mpz_t(), 2));
    scale = std::max(scale, costs_scale_ + own + kPassedBits - static_cast<long>(bits));
  }
  scale_[static_cast<std::size_t>(k)] = scale;
  const auto shift = static_cast<unsigned>(scale + exponent_);
  for (int j = 0; j < layer.rows(); ++j) {
    const auto id = static_cast<std::size_t>(first) + static_cast<std::size_t>(j);
    if (is_named_[id] != 0) {
      mu_[id] = named_[id] * region.denominator << shift;
    } else if (const Left left = left_out(k, j, bounds); left != Left::nothing) {
      const Integer& a = costs_[static_cast<std::size_t>(j)];
      const long up = scale - costs_scale_;
      if (up >= 0) {
        mu_[id] = (a << static_cast<unsigned>(up)) / next;
      } else {
        mu_[id] = a / (next << static_cast<unsigned>(-up));
      }
      if (left == Left::chord)
        mu_[id] = chord_of(mu_[id], bounds.low(first + j), bounds.high(first + j));
    } else {
      mu_[id] = 0;
    }
    lambda_[id] = mu_[id] + (in_rows_[id] << shift);
    if (objective.sigma != 0 && objective.neuron == first + j) {
      lambda_[id] -= (region.denominator << static_cast<unsigned>(scale)) * objective.sigma;
    }
  }
}

/// The least that the neurons of layer k can add, over region.denominator. costs_: a.
Rational Inequality::neurons_of(int k, const Bounds& bounds) {
  const Layer& layer = network_.layers[static_cast<std::size_t>(k)];
  const bool last = k + 1 == network_.depth();
  const Integer one = 1;
  const Integer& next = last ? one : network_.layers[static_cast<std::size_t>(k) + 1].denominator();
  const int first = network_.first[static_cast<std::size_t>(k)];
  const long own = scale_[static_cast<std::size_t>(k)], scale = std::max(own, costs_scale_);
  Integer sum, below, above, least, term;
  for (int j = 0; j < layer.rows(); ++j) {
    const Integer& a = costs_[static_cast<std::size_t>(j)];
    const Integer& mu = mu_[static_cast<std::size_t>(first) + static_cast<std::size_t>(j)];
    if (mu == 0 && a == 0) continue;
    const long low = bounds.low(first + j), high = bounds.high(first + j);
    below = mu * next << static_cast<unsigned>(scale - own);
    above = below - (a << static_cast<unsigned>(scale - costs_scale_));
    if (!layer.relu(j)) below = above;
    least = (low < 0 ? below : above) * low;
    term = (high < 0 ? below : above) * high;
    if (term < least) swap(term, least);
    if (low < 0 && high > 0 && least > 0) least = 0;
    least <<= static_cast<unsigned>(bounds.common_grid(k) - bounds.grid(first + j));
    sum += least;
  }
  return shifted(ratio(sum, next), -scale - bounds.common_grid(k));
}

Rational Inequality::biases_of(int k) const {
  const Layer& layer = network_.layers[static_cast<std::size_t>(k)];
  const Integer* lambda = lambda_of(k);
  Integer sum;
  for (int j = 0; j < layer.rows(); ++j) {
    if (lambda[j] != 0) {
      mpz_addmul(sum.get_mpz_t(), lambda[j].get_mpz_t(), layer.bias(j).get_mpz_t());
    }
  }
  return shifted(ratio(sum, layer.denominator()), -scale_[static_cast<std::size_t>(k)]);
}

bool Inequality::active(int k) const {
  const Integer* lambda = lambda_of(k);
  return std::any_of(lambda, lambda + network_.layers[static_cast<std::size_t>(k)].rows(),
                     [](const Integer& v) { return v != 0; });
}

Rational Inequality::value(const Region& region, const InputSet& set, Bounds& bounds,
                           Objective objective) {
  std::vector<Integer> inputs(static_cast<std::size_t>(network_.inputs()));
  for (Integer& value : in_rows_) value = 0;
  Integer rhs;
  bool any_input = false;
  int top = 0;  // the last layer of which anything is said
  for (std::size_t i = 0; i < rho_.size(); ++i) {
    if (rho_[i] == 0) continue;
    rhs += rho_[i] * region.rows[i].rhs;
    for (const auto& [n, v] : region.rows[i].neurons) {
      in_rows_[static_cast<std::size_t>(n)] += rho_[i] * v;
      top = std::max(top, network_.layer_of(n));
    }
    for (const auto& [j, v] : region.rows[i].inputs) {
      inputs[static_cast<std::size_t>(j)] += rho_[i] * v;
      any_input = true;
    }
  }
  if (objective.sigma != 0) top = std::max(top, network_.layer_of(objective.neuron));
  int needed = top - 1;  // the last layer of which bounds are needed
  for (const int n : used_) needed = std::max(needed, network_.layer_of(n));
  bounds.bring_up(needed);

  Rational total = shifted(Rational(rhs), exponent_);
  bool any = false;  // a lambda of the layer behind is not 0
  for (int k = std::max(top, needed); k >= 0; --k) {
    if (any) {
      network_.layers[static_cast<std::size_t>(k) + 1].transposed(lambda_of(k + 1), costs_);
      costs_scale_ = scale_[static_cast<std::size_t>(k) + 1];
    } else {
      costs_.assign(static_cast<std::size_t>(network_.layers[static_cast<std::size_t>(k)].rows()),
                    Integer(0));
      costs_scale_ = -exponent_;
    }
    multiply(k, region, bounds, objective);
    total += neurons_of(k, bounds);
    any = active(k);
    if (any) total -= biases_of(k);
  }
  if (!any && !any_input) return total / region.denominator;
  const Layer& first = network_.layers.front();
  long scale = -exponent_;
  if (any) {
    first.transposed(lambda_of(0), direction_);
    scale = scale_[0];
  } else {
    direction_.assign(inputs.size(), Integer(0));
  }
  if (any_input) {
    const Integer factor = first.denominator() << static_cast<unsigned>(scale + exponent_);
    for (std::size_t j = 0; j < inputs.size(); ++j) direction_[j] += inputs[j] * factor;
  }
  total -= shifted(set.support(direction_) / first.denominator(), -scale);
  return total / region.denominator;
}

}  // namespace check
