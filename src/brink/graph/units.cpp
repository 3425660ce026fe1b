// Constants are computed as they are: that is how a graph is evaluated. A value is known not to be
// negative if it is a sum of ReLUs with positive factors.
#include "brink/graph/units.h"

#include <algorithm>
#include <cmath>

namespace brink::graph {

namespace {

using Index = Eigen::Index;

/// How many units v is made of.
Index units_of(const Affine& v) {
  Index count = 0;
  for (const auto& [block, map] : v.terms) {
    std::vector<char> used(at(map.cols()));
    map.mark_used(used);
    count += std::count(used.begin(), used.end(), 1);
  }
  return count;
}

Eigen::VectorXd zeros(const Affine& v) {
  return Eigen::VectorXd::Zero(v.size());
}

Affine times(double factor, const Affine& v) {
  return scaled(v, Eigen::VectorXd::Constant(v.size(), factor), zeros(v));
}

Affine plus(const Affine& v, double shift) {
  return scaled(v, Eigen::VectorXd::Ones(v.size()), Eigen::VectorXd::Constant(v.size(), shift));
}

}  // namespace

Units::Units(Index inputs) : blocks_{{constant(Eigen::VectorXd::Zero(inputs)), false}} {}

Affine Units::inputs() const {
  const Index n = blocks_.front().input.size();
  return {{{0, Matrix::identity(n)}}, Eigen::VectorXd::Zero(n)};
}

Affine Units::block(Block wanted) {
  const Index count = wanted.input.size();
  std::size_t id = 1;
  while (id < blocks_.size() &&
         !(blocks_[id].relu == wanted.relu && blocks_[id].linear == wanted.linear &&
           blocks_[id].input == wanted.input)) {
    ++id;
  }
  ++wanted_[static_cast<int>(id)];
  Affine units{{{static_cast<int>(id), Matrix::identity(count)}}, Eigen::VectorXd::Zero(count)};
  if (!wanted.relu) units.sizes = sizes_of(wanted.input);
  if (id == blocks_.size()) {
    blocks_.push_back(std::move(wanted));
  } else if (wanted.input.doubt.size() > 0) {  // the same function, whose maker rounded otherwise
    Eigen::VectorXd& doubt = blocks_[id].input.doubt;
    if (doubt.size() == 0) doubt = Eigen::VectorXd::Zero(count);
    doubt = doubt.cwiseMax(wanted.input.doubt);
  }
  return units;
}

Affine Units::kept(const Affine& v) {
  return v.size() < units_of(v) ? block({v, false}) : v;
}

Selection Units::unknown(const Affine& v) const {
  std::vector<char> depends(at(v.size())), signs(at(v.size()));
  for (const auto& [id, map] : v.terms) {
    if (map.is_dense()) {
      std::fill(signs.begin(), signs.end(), 1);
      continue;
    }
    const SparseRows rows = map.sparse();
    const auto& [input, relu, linear] = blocks_[static_cast<std::size_t>(id)];
    for (Index i = 0; i < rows.outerSize(); ++i) {
      for (SparseRows::InnerIterator entry(rows, i); entry; ++entry) {
        if (entry.value() == 0) continue;
        depends[at(i)] = 1;
        const bool positive = relu && (linear.empty() || linear[at(entry.col())] == 0);
        if (!positive || entry.value() < 0) signs[at(i)] = 1;
      }
    }
  }
  Selection found;
  for (Index i = 0; i < v.size(); ++i) {
    if (signs[at(i)] != 0 || (depends[at(i)] != 0 && v.constant(i) < 0)) found.push_back(i);
  }
  return found;
}

Affine Units::relu(const Affine& v) {
  if (v.terms.empty()) return constant(v.constant.cwiseMax(0.0));
  const Selection open = unknown(v);
  if (std::ssize(open) == v.size()) return block({v});
  Selection known;
  for (Index i = 0; i < v.size(); ++i) {
    if (!std::binary_search(open.begin(), open.end(), i)) known.push_back(i);
  }
  Affine as_they_are = selected(v, known);
  as_they_are.constant = as_they_are.constant.cwiseMax(0.0);  // negative: nothing is added to it
  if (open.empty()) return (v.constant.array() < 0).any() ? as_they_are : v;
  return joined({as_they_are, block({selected(v, open)})}, {known, open}, v.size());
}

Affine Units::leaky(const Affine& v, const Eigen::VectorXd& slope) {
  if (v.terms.empty()) {
    const Eigen::ArrayXd x = v.constant.array();
    return constant((x < 0).select(slope.array() * x, x).matrix());
  }
  if (slope.isZero(0)) return relu(v);
  const auto is_one = (slope.array() == 1).eval();
  if ((is_one || slope.array() == 0).all()) {
    const auto flags = is_one.cast<char>().eval();
    return block({v, true, {flags.begin(), flags.end()}});
  }
  const Affine positive = relu(v);
  return scaled(kept(v), slope, zeros(v)) +
         scaled(positive, (1 - slope.array()).matrix(), zeros(v), {1});
}

Affine Units::absolute(const Affine& v) {
  if (v.terms.empty()) return constant(v.constant.cwiseAbs());
  return times(2, relu(v)) - kept(v);
}

Units::Match Units::play(const Affine& a, const Affine& b) {
  if (a.terms.empty() && b.terms.empty()) return {constant(a.constant.cwiseMax(b.constant))};
  if (a == b) {  // but for what either's maker rounded
    Affine same = a;
    if (a.doubt.size() == 0) same.doubt = b.doubt;
    if (a.doubt.size() > 0 && b.doubt.size() > 0) same.doubt = a.doubt.cwiseMax(b.doubt);
    return {same};
  }
  const Affine second = kept(b), lead = a - b;
  const Affine x = relu(lead);
  return {second + x, relu_block(x, lead)};
}

Affine Units::larger(const Affine& a, const Affine& b) {
  return play(a, b).won;
}

Affine Units::clipped(const Affine& v, double low, double high) {
  if (v.terms.empty()) return constant(v.constant.cwiseMax(low).cwiseMin(high));
  if (low >= high) return constant(Eigen::VectorXd::Constant(v.size(), high));
  const bool bounded = std::isfinite(low);
  const Affine above = !bounded ? kept(v) : low == 0 ? relu(v) : plus(relu(plus(v, -low)), low);
  return std::isfinite(high) ? above - relu(plus(v, -high)) : above;
}

std::optional<Affine> Units::before_relu(const Affine& v) const {
  if (v.terms.size() != 1 || !v.constant.isZero(0) || v.doubt.size() > 0) return std::nullopt;
  const auto& [id, map] = *v.terms.begin();
  const Block& block = blocks_[static_cast<std::size_t>(id)];
  if (!block.relu || !block.linear.empty() || map.is_dense()) return std::nullopt;
  const SparseRows rows = map.sparse();
  Selection from;
  for (Index i = 0; i < rows.outerSize(); ++i) {
    SparseRows::InnerIterator entry(rows, i);
    if (!entry || entry.value() != 1) return std::nullopt;
    from.push_back(entry.col());
    if (++entry) return std::nullopt;
  }
  return selected(block.input, from);
}

}  // namespace brink::graph
