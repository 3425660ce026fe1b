// Composition, in double precision:
//     W (A u + c) + b = (W A) u + (W c + b)
// What is applied to units themselves is taken over bit by bit.
#include "brink/graph/affine.h"

#include <numeric>

namespace brink::graph {

namespace {

template <class Change>
Affine each_term(const Affine& v, Eigen::VectorXd constant, const Change& change) {
  Affine result{{}, std::move(constant)};
  for (const auto& [block, map] : v.terms) result.terms.emplace(block, change(map));
  return result;
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

Affine constant(Eigen::VectorXd c) {
  return {{}, std::move(c)};
}

Affine mapped(const Affine& v, const Matrix& map, const Eigen::VectorXd& shift) {
  const bool bare = v.bare() >= 0;
  return each_term(v, bare ? shift : Eigen::VectorXd(map.apply(v.constant) + shift),
                   [&map](const Matrix& term) { return map.after(term); });
}

Affine scaled(const Affine& v, const Eigen::VectorXd& scale, const Eigen::VectorXd& shift) {
  return each_term(v, scale.cwiseProduct(v.constant) + shift,
                   [&scale](const Matrix& term) { return term.scaled(scale); });
}

Affine selected(const Affine& v, const Selection& from, double fill) {
  Eigen::VectorXd constant = Eigen::VectorXd::Constant(std::ssize(from), fill);
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (from[i] >= 0) constant(static_cast<Eigen::Index>(i)) = v.constant(from[i]);
  }
  return each_term(v, std::move(constant),
                   [&from](const Matrix& term) { return term.selected(from); });
}

Affine operator+(const Affine& a, const Affine& b) {
  Affine result{a.terms, a.constant + b.constant};
  for (const auto& [block, map] : b.terms) {
    const auto [at, is_new] = result.terms.try_emplace(block, map);
    if (!is_new) at->second = at->second.plus(map);
  }
  return result;
}

Affine operator-(const Affine& a, const Affine& b) {
  return a + scaled(b, Eigen::VectorXd::Constant(b.size(), -1), Eigen::VectorXd::Zero(b.size()));
}

Affine joined(const std::vector<Affine>& parts, const std::vector<Selection>& places,
              Eigen::Index size) {
  Affine result = constant(Eigen::VectorXd::Zero(size));
  for (std::size_t k = 0; k < parts.size(); ++k) {
    Selection from(static_cast<std::size_t>(size), -1);
    for (std::size_t i = 0; i < places[k].size(); ++i) {
      from[static_cast<std::size_t>(places[k][i])] = static_cast<Eigen::Index>(i);
    }
    result = result + Affine{selected(parts[k], from).terms, Eigen::VectorXd::Zero(size)};
    result.constant(places[k]) = parts[k].constant;
  }
  return result;
}

}  // namespace brink::graph
