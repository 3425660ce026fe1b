#include "set.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

namespace check {

namespace {

void common(Integer& denominator, const Rational& q) {
  mpz_lcm(denominator.get_mpz_t(), denominator.get_mpz_t(), q.get_den_mpz_t());
  if (mpz_sizeinbase(denominator.get_mpz_t(), 2) > 20000) {
    throw Refused("the numbers of the set have too many digits together");
  }
}

double positive(double value) {
  return std::isfinite(value) && value > 0 ? value : 0;
}

/// The index at which the capacities, taken in the order of falling gains, exceed `room`; -1: none.
int critical(const std::vector<double>& gains, const std::vector<double>& capacities, double room) {
  std::vector<int> order;
  for (std::size_t j = 0; j < gains.size(); ++j) {
    if (gains[j] > 0) order.push_back(static_cast<int>(j));
  }
  // Halves, of which only one is looked into: the first gains whose capacities exceed the room.
  auto begin = order.begin(), end = order.end();
  const auto gain = [&](int j) { return gains[static_cast<std::size_t>(j)]; };
  while (end - begin > 1) {
    const auto middle = begin + (end - begin) / 2;
    std::nth_element(begin, middle, end, [&](int a, int b) { return gain(a) > gain(b); });
    double taken = 0;
    for (auto it = begin; it != middle; ++it) taken += capacities[static_cast<std::size_t>(*it)];
    if (taken > room) {
      end = middle;
    } else {
      room -= taken;
      begin = middle;
    }
  }
  return begin != end && capacities[static_cast<std::size_t>(*begin)] > room ? *begin : -1;
}

Rational quotient(const Integer& numerator, const Integer& denominator) {
  Rational result(numerator, denominator);
  result.canonicalize();
  return result;
}

}  // namespace

InputSet::InputSet(Norm norm, const std::vector<Rational>& lower,
                   const std::vector<Rational>& upper, const std::vector<Rational>& image,
                   const Rational& radius, const std::vector<Rational>& weights)
    : norm_(norm), radius_(radius), left_(radius) {
  for (const auto* numbers : {&lower, &upper, &image}) {
    for (const Rational& q : *numbers) common(scale_, q);
  }
  common(scale_, radius);
  Rational widest = 0;
  for (std::size_t j = 0; j < lower.size(); ++j) {
    widest = std::max(widest, Rational(upper[j] - lower[j]));
  }
  if (norm == Norm::linf) widest = std::min(widest, radius);
  // Room for ranges that are divided, and for radius / weight.
  while (widest > 0 && widest * scale_ < Rational("18446744073709551616")) scale_ *= 2;
  for (std::size_t j = 0; j < lower.size(); ++j) {
    lower_.push_back(over(lower[j], scale_));
    upper_.push_back(over(upper[j], scale_));
    image_.push_back(norm == Norm::none ? Integer(0) : over(image[j], scale_));
  }
  pixels_.assign(lower.size(), Pixel::open);
  for (const Rational& w : weights) common(weight_scale_, w);
  for (const Rational& w : weights) weights_.push_back(over(w, weight_scale_));
  if (norm == Norm::l0 && weight_scale_ == 1) left_ = radius_ = floor_of(radius);
  if (norm == Norm::linf) {
    for (std::size_t j = 0; j < lower.size(); ++j) {
      const Integer most =
          ceil_of(weighs() ? Rational(radius * scale_ / weights[j]) : Rational(radius * scale_));
      lower_[j] = std::max(lower_[j], Integer(image_[j] - most));
      upper_[j] = std::min(upper_[j], Integer(image_[j] + most));
    }
  }
  low_.resize(lower.size());
  high_.resize(lower.size());
  for (std::size_t j = 0; j < lower.size(); ++j) relative(j);
}

void InputSet::relative(std::size_t j) {
  low_[j] = lower_[j] - image_[j];
  high_[j] = upper_[j] - image_[j];
}

void InputSet::cut(int j, bool above, const Rational& value) {
  const auto id = static_cast<std::size_t>(j);
  if (above) {
    lower_[id] = std::max(lower_[id], floor_of(value * scale_));
  } else {
    upper_[id] = std::min(upper_[id], ceil_of(value * scale_));
  }
  relative(id);
}

void InputSet::divide(int j, Pixel pixel) {
  const auto id = static_cast<std::size_t>(j);
  pixels_[id] = pixel;
  if (pixel == Pixel::moves) left_ -= quotient(weight(id), weight_scale_);
}

bool InputSet::empty() const {
  if (norm_ == Norm::l0 && left_ < 0) return true;
  for (std::size_t j = 0; j < lower_.size(); ++j) {
    if (lower_[j] > upper_[j]) return true;
    if (pixels_[j] == Pixel::fixed && (low_[j] > 0 || high_[j] < 0)) return true;
  }
  return false;
}

InputSet::Saved InputSet::save(int j) const {
  const auto id = static_cast<std::size_t>(j);
  return {j, lower_[id], upper_[id], pixels_[id], left_};
}

void InputSet::restore(const Saved& saved) {
  const auto id = static_cast<std::size_t>(saved.j);
  lower_[id] = saved.lower;
  upper_[id] = saved.upper;
  pixels_[id] = saved.pixel;
  left_ = saved.left;
  relative(id);
}

Rational InputSet::support(const std::vector<Integer>& c) const {
  switch (norm_) {
    case Norm::l0:
      return support_l0(c);
    case Norm::l1:
      return support_l1(c);
    case Norm::l2:
      return support_l2(c);
    case Norm::linf:
    case Norm::none:
      break;
  }
  return support_box(c);
}

Rational InputSet::support_box(const std::vector<Integer>& c) const {
  Integer sum;
  for (std::size_t j = 0; j < c.size(); ++j) {
    const int sign = mpz_sgn(c[j].get_mpz_t());
    if (sign == 0) continue;
    mpz_addmul(sum.get_mpz_t(), c[j].get_mpz_t(), (sign > 0 ? upper_ : lower_)[j].get_mpz_t());
  }
  return quotient(sum, scale_);
}

Rational InputSet::center(const std::vector<Integer>& c) const {
  Integer sum;
  for (std::size_t j = 0; j < c.size(); ++j) {
    if (image_[j] != 0) mpz_addmul(sum.get_mpz_t(), c[j].get_mpz_t(), image_[j].get_mpz_t());
  }
  return quotient(sum, scale_);
}

/// |values| in units of 2^exponent, the largest in [1/2, 1): for finding a good t only.
std::vector<double> InputSet::sizes(const std::vector<Integer>& values, long& exponent) const {
  exponent = 0;
  for (const Integer& v : values) {
    if (v != 0) exponent = std::max(exponent, static_cast<long>(mpz_sizeinbase(v.get_mpz_t(), 2)));
  }
  std::vector<double> result(values.size());
  for (std::size_t j = 0; j < values.size(); ++j) {
    long own = 0;
    const double digits = mpz_get_d_2exp(&own, values[j].get_mpz_t());
    result[j] = std::abs(std::ldexp(digits, static_cast<int>(std::max(own - exponent, -2000L))));
  }
  return result;
}

// In all three: sums of terms over scale_ weight_scale_, and t times the radius.

Rational InputSet::support_l1(const std::vector<Integer>& c) const {
  long exponent = 0;
  std::vector<double> gains = sizes(c, exponent), capacities(c.size());
  const double scale = scale_.get_d(), weight_scale = weight_scale_.get_d();
  for (std::size_t j = 0; j < c.size(); ++j) {
    const double w = weighs() ? weights_[j].get_d() / weight_scale : 1;
    gains[j] = positive(gains[j] / w);
    capacities[j] = positive(w * std::abs((c[j] > 0 ? high_ : low_)[j].get_d()) / scale);
  }
  const int at = critical(gains, capacities, positive(radius_.get_d()));
  Integer t = 0;
  if (at >= 0) {
    const auto id = static_cast<std::size_t>(at);
    t = weighs() ? Integer(abs(c[id]) * weight_scale_ / weights_[id]) : Integer(abs(c[id]));
  }
  Integer sum, up, down, cost;
  for (std::size_t j = 0; j < c.size(); ++j) {
    // The slope for d > 0 and, downwards, for d < 0.
    if (weighs()) {
      cost = t * weights_[j];
      up = c[j] * weight_scale_ - cost;
      down = -c[j] * weight_scale_ - cost;
    } else {
      up = c[j] - t;
      down = -c[j] - t;
    }
    if (high_[j] < 0) {
      mpz_submul(sum.get_mpz_t(), down.get_mpz_t(), (down > 0 ? low_ : high_)[j].get_mpz_t());
    } else if (low_[j] > 0) {
      mpz_addmul(sum.get_mpz_t(), up.get_mpz_t(), (up > 0 ? high_ : low_)[j].get_mpz_t());
    } else if (up > 0) {
      mpz_addmul(sum.get_mpz_t(), up.get_mpz_t(), high_[j].get_mpz_t());
    } else if (down > 0) {
      mpz_submul(sum.get_mpz_t(), down.get_mpz_t(), low_[j].get_mpz_t());
    }
  }
  return center(c) + quotient(sum, scale_ * weight_scale_) + t * radius_;
}

Rational InputSet::support_l0(const std::vector<Integer>& c) const {
  std::vector<Integer> values(c.size());
  for (std::size_t j = 0; j < c.size(); ++j) {
    if (c[j] != 0) values[j] = c[j] * (c[j] > 0 ? high_ : low_)[j];
  }
  long exponent = 0;
  std::vector<double> gains = sizes(values, exponent), capacities(c.size(), 1);
  const double weight_scale = weight_scale_.get_d();
  for (std::size_t j = 0; j < c.size(); ++j) {
    if (weighs()) capacities[j] = positive(weights_[j].get_d() / weight_scale);
    const bool gain = pixels_[j] == Pixel::open && values[j] > 0;
    gains[j] = gain ? positive(gains[j] / capacities[j]) : 0;
  }
  const Rational room = std::max(left_, Rational(0));
  const int at = critical(gains, capacities, positive(room.get_d()));
  Integer t = 0;  // over scale_
  if (at >= 0) {
    const auto id = static_cast<std::size_t>(at);
    t = weighs() ? Integer(values[id] * weight_scale_ / weights_[id]) : values[id];
  }
  Integer sum, term;
  for (std::size_t j = 0; j < c.size(); ++j) {
    if (pixels_[j] == Pixel::fixed) continue;
    term = values[j] * weight_scale_;
    if (pixels_[j] == Pixel::open) {
      if (weighs()) {
        term -= t * weights_[j];
      } else {
        term -= t;
      }
      if (term < 0 && low_[j] <= 0 && high_[j] >= 0) continue;
    }
    sum += term;
  }
  return center(c) + quotient(sum, scale_ * weight_scale_) + quotient(t, scale_) * room;
}

// With u = 1 / t the maximiser of c d - t w^2 d^2 is c u / (2 w^2), and there it is c^2 u / (4
// w^2).
Rational InputSet::support_l2(const std::vector<Integer>& c) const {
  long exponent = 0;
  const std::vector<double> gains = sizes(c, exponent);
  const double scale = scale_.get_d(), weight_scale = weight_scale_.get_d();
  std::vector<double> w(c.size(), 1), room(c.size());
  for (std::size_t j = 0; j < c.size(); ++j) {
    if (weighs()) w[j] = weights_[j].get_d() / weight_scale;
    room[j] = positive((c[j] > 0 ? high_[j].get_d() : -low_[j].get_d()) / scale);
  }
  double u = 0, ends = 0;  // u in units of 2^-exponent
  const double square = positive(radius_.get_d() * radius_.get_d());
  for (int round = 0; round < 60; ++round) {
    double free = 0;
    ends = 0;
    for (std::size_t j = 0; j < c.size(); ++j) {
      const double distance = w[j] * room[j];
      if (gains[j] * u >= 2 * w[j] * distance) {
        ends += distance * distance;
      } else {
        free += gains[j] / w[j] * (gains[j] / w[j]);
      }
    }
    if (ends >= square || !(free > 0)) break;
    const double next = 2 * std::sqrt((square - ends) / free);
    if (!(next > u * (1 + 1e-9)) || !std::isfinite(next)) break;
    u = next;
  }
  Rational box = support_box(c);
  if (!(u > 0) || !std::isfinite(u)) return box;
  int own = 0;
  const Integer digits = static_cast<long>(std::ldexp(std::frexp(u, &own), 24));
  const Rational exact = shifted(Rational(digits), own - 24 - exponent);  // u, of 24 bits

  // Is c u / (2 w^2) beyond an end?  c u.num S^2 scale : 2 w^2 u.den end
  const Integer factor = exact.get_num() * weight_scale_ * weight_scale_ * scale_;
  const Integer twice = 2 * exact.get_den();
  Integer squares, linear, spent, wish, unit, reach;
  for (std::size_t j = 0; j < c.size(); ++j) {
    wish = c[j] * factor;
    unit = twice;
    if (weighs()) unit *= weights_[j] * weights_[j];
    const Integer* end = nullptr;
    reach = unit * high_[j];
    if (wish > reach) {
      end = &high_[j];
    } else {
      reach = unit * low_[j];
      if (wish < reach) end = &low_[j];
    }
    if (end != nullptr) {
      mpz_addmul(linear.get_mpz_t(), c[j].get_mpz_t(), end->get_mpz_t());
      unit = *end;
      if (weighs()) unit *= weights_[j];
      mpz_addmul(spent.get_mpz_t(), unit.get_mpz_t(), unit.get_mpz_t());
    } else if (!weighs()) {
      mpz_addmul(squares.get_mpz_t(), c[j].get_mpz_t(), c[j].get_mpz_t());
    } else {  // over 2^64, rounded up
      wish = c[j] * weight_scale_;
      wish *= wish;
      wish <<= 64;
      unit = weights_[j] * weights_[j];
      mpz_cdiv_q(wish.get_mpz_t(), wish.get_mpz_t(), unit.get_mpz_t());
      squares += wish;
    }
  }
  const Rational free = shifted(Rational(squares), weighs() ? -66 : -2);
  const Integer full = weight_scale_ * scale_;
  const Rational ball = center(c) + free * exact + quotient(linear, scale_) +
                        (radius_ * radius_ - quotient(spent, full * full)) / exact;
  return std::min(ball, box);
}

}  // namespace check
