// Composition, in double precision:
//     W (A u + c) + b = (W A) u + (W c + b)
// What is applied to units themselves is taken over bit by bit.
//
// A sum of k products is off by at most (k + 1) eps times the sum of their sizes (Higham 2002,
// chapter 3, with room for the second order), so with sizes s of v, |v| <= s M:
//     doubt(W v + b) = |W| doubt(v) + (k + 2) eps (|W| s + |b|).
// Of sums and scalings likewise; by powers of two nothing is rounded.
#include "brink/graph/affine.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace brink::graph {

namespace {

template <class Change>
Affine each_term(const Affine& v, Eigen::VectorXd constant, const Change& change) {
  Affine result{{}, std::move(constant)};
  for (const auto& [block, map] : v.terms) result.terms.emplace(block, change(map));
  return result;
}

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();  // twice a rounding's most
constexpr double kUp = 1 + 1e-10;  // what computing sizes and doubts itself rounds

void add(Eigen::VectorXd& doubt, const Eigen::VectorXd& more) {
  doubt = doubt.size() > 0 ? Eigen::VectorXd(kUp * (doubt + more)) : Eigen::VectorXd(kUp * more);
}

/// `roundings`: how many, times the sizes of what was rounded.
void add_doubt(Affine& result, const Eigen::VectorXd& roundings, const Rounded& rounded) {
  if (!roundings.isZero(0)) add(result.doubt, kEpsilon * roundings);
  if (rounded.shift.size() > 0) add(result.doubt, kEpsilon * rounded.shift);
}

bool is_power_of_two(double x) {
  int exponent = 0;
  return x == 0 || std::abs(std::frexp(x, &exponent)) == 0.5;
}

/// Elements of v's sizes and doubt as those of `of`.
void select_doubt(const Affine& of, const Selection& from, double fill, Affine& v) {
  const auto pick = [&from](const Eigen::VectorXd& values, double otherwise) {
    Eigen::VectorXd picked = Eigen::VectorXd::Constant(std::ssize(from), otherwise);
    for (std::size_t i = 0; i < from.size(); ++i) {
      if (from[i] >= 0) picked(static_cast<Eigen::Index>(i)) = values(from[i]);
    }
    return picked;
  };
  if (of.sizes.size() > 0) v.sizes = pick(of.sizes, std::abs(fill));
  if (of.doubt.size() > 0) v.doubt = pick(of.doubt, 0);
}

}  // namespace

int Affine::bare() const {
  const bool only = terms.size() == 1 && terms.begin()->second.is_identity();
  return only && constant.isZero(0) ? terms.begin()->first : -1;
}

bool Affine::operator==(const Affine& other) const {
  return constant.size() == other.constant.size() && constant == other.constant &&
         terms == other.terms;
}

Eigen::VectorXd sizes_of(const Affine& v) {
  if (v.sizes.size() > 0) return v.sizes;
  Eigen::VectorXd sum = v.constant.cwiseAbs();
  for (const auto& [block, map] : v.terms) {
    sum += map.absolute(Eigen::VectorXd::Ones(map.cols()));
  }
  return kUp * sum;
}

Affine constant(Eigen::VectorXd c) {
  return {{}, std::move(c)};
}

Affine mapped(const Affine& v, const Matrix& map, const Eigen::VectorXd& shift,
              const Rounded& rounded) {
  const bool bare = v.bare() >= 0;
  Affine result = each_term(v, bare ? shift : Eigen::VectorXd(map.apply(v.constant) + shift),
                            [&map](const Matrix& term) { return map.after(term); });
  if (v.terms.empty()) return result;
  const bool exact = bare && rounded.map == 0 && rounded.shift.size() == 0;
  if (exact && v.sizes.size() == 0) return result;
  const Eigen::VectorXd sizes = map.absolute(sizes_of(v));
  result.sizes = kUp * (sizes + shift.cwiseAbs());
  const double roundings = rounded.map + (bare ? 0 : 2 + static_cast<double>(map.longest_row()));
  add_doubt(result, roundings * result.sizes, rounded);
  if (v.doubt.size() > 0) add(result.doubt, map.absolute(v.doubt));
  return result;
}

Affine scaled(const Affine& v, const Eigen::VectorXd& scale, const Eigen::VectorXd& shift,
              const Rounded& rounded) {
  Affine result = each_term(v, scale.cwiseProduct(v.constant) + shift,
                            [&scale](const Matrix& term) { return term.scaled(scale); });
  if (v.terms.empty()) return result;
  const bool bare = v.bare() >= 0;
  Eigen::VectorXd roundings(v.size());
  for (Eigen::Index i = 0; i < v.size(); ++i) {
    const bool moves = shift(i) != 0 && v.constant(i) != 0;
    roundings(i) = rounded.map + (bare || (is_power_of_two(scale(i)) && !moves) ? 0 : 3);
  }
  const bool exact = roundings.isZero(0) && rounded.shift.size() == 0;
  if (exact && v.sizes.size() == 0 && v.doubt.size() == 0) return result;
  result.sizes = kUp * (scale.cwiseAbs().cwiseProduct(sizes_of(v)) + shift.cwiseAbs());
  add_doubt(result, roundings.cwiseProduct(result.sizes), rounded);
  if (v.doubt.size() > 0) add(result.doubt, scale.cwiseAbs().cwiseProduct(v.doubt));
  return result;
}

Affine selected(const Affine& v, const Selection& from, double fill) {
  Eigen::VectorXd constant = Eigen::VectorXd::Constant(std::ssize(from), fill);
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i] >= 0) constant(static_cast<Eigen::Index>(i)) = v.constant(from[i]);
  }
  Affine result = each_term(v, std::move(constant),
                            [&from](const Matrix& term) { return term.selected(from); });
  select_doubt(v, from, fill, result);
  return result;
}

Affine operator+(const Affine& a, const Affine& b) {
  Affine result{a.terms, a.constant + b.constant};
  bool exact = (a.constant.array() == 0 || b.constant.array() == 0).all();
  for (const auto& [block, map] : b.terms) {
    const auto [at, is_new] = result.terms.try_emplace(block, map);
    if (is_new) continue;
    at->second = at->second.plus(map);
    exact = false;
  }
  const bool known = a.sizes.size() > 0 || b.sizes.size() > 0;
  if (result.terms.empty() || (exact && !known)) return result;
  result.sizes = kUp * (sizes_of(a) + sizes_of(b));
  if (!exact) add(result.doubt, 2 * kEpsilon * result.sizes);
  if (a.doubt.size() > 0) add(result.doubt, a.doubt);
  if (b.doubt.size() > 0) add(result.doubt, b.doubt);
  return result;
}

Affine operator-(const Affine& a, const Affine& b) {
  return a + scaled(b, Eigen::VectorXd::Constant(b.size(), -1), Eigen::VectorXd::Zero(b.size()));
}

Affine joined(const std::vector<Affine>& parts, const std::vector<Selection>& places,
              Eigen::Index size) {
  Affine result = constant(Eigen::VectorXd::Zero(size));
  Affine doubted = result;  // rows do not overlap: nothing is rounded
  for (std::size_t k = 0; k < parts.size(); ++k) {
    Selection from(static_cast<std::size_t>(size), -1);
    for (std::size_t i = 0; i < places[k].size(); ++i) {
      from[static_cast<std::size_t>(places[k][i])] = static_cast<Eigen::Index>(i);
    }
    const Affine part = selected(parts[k], from);
    result = result + Affine{part.terms, Eigen::VectorXd::Zero(size)};
    result.constant(places[k]) = parts[k].constant;
    if (part.sizes.size() == 0 && part.doubt.size() == 0) continue;
    if (doubted.sizes.size() == 0) doubted.sizes = Eigen::VectorXd::Zero(size);
    doubted.sizes(places[k]) = sizes_of(parts[k]);
    if (part.doubt.size() > 0) add(doubted.doubt, part.doubt);
  }
  result.sizes.resize(0);
  result.doubt = doubted.doubt;
  if (doubted.sizes.size() > 0) result.sizes = sizes_of(result).cwiseMax(doubted.sizes);
  return result;
}

}  // namespace brink::graph
