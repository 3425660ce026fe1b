// Backward substitution (bounds/symbolic.cpp says how) for searches that divide the inputs and make
// all bounds anew in each part. Most neurons are settled in a small part: those that cannot be
// active leave the products, and only open ones are bounded.
//
// Rounding is charged as in ball_substitution.cpp: every sum by a share of the sizes of all that
// was added or cancelled on its way, |a| (|W| X + |b|) a layer, times more operations than there
// were. X is taken over the whole box, so that sizes are computed once.
#include "brink/search/box_bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "brink/search/kernels.h"

namespace brink::search {

namespace {

constexpr double kRound = std::numeric_limits<double>::epsilon();

Eigen::VectorXd largest_of(const Box& range) {
  return range.lower.cwiseAbs().cwiseMax(range.upper.cwiseAbs());
}

}  // namespace

BoxBounds::BoxBounds(const Problem& problem) {
  const Network& network = problem.network();
  operations_ =
      64 + static_cast<double>(problem.neurons() + network.input_size() + network.output_size());
  Box range = problem.reach();
  for (int k = 1; k <= problem.hidden_layers(); ++k) {
    const brink::Layer& from = network.layer(k);
    Layer layer;
    layer.weights = from.weights.to_dense();
    layer.bias = from.bias;
    layer.linear = from.linear;
    layer.first = problem.neuron(k, 0);
    layer.size = from.weights.absolute(largest_of(range)) + from.bias.cwiseAbs();
    const Intervals step = interval_step(from, range.lower.data(), range.upper.data());
    range = Box{Eigen::Map<const Eigen::VectorXd>(step.lower.data(), from.bias.size()),
                Eigen::Map<const Eigen::VectorXd>(step.upper.data(), from.bias.size())};
    from.activate(range.lower);
    from.activate(range.upper);
    layers_.push_back(std::move(layer));
  }
}

double BoxBounds::doubt(double size) const {
  return 4 * kRound * operations_ * size;
}

bool BoxBounds::tighten(const Box& box, Intervals& bounds) {
  box_ = box;
  first_layer(bounds);
  for (std::size_t k = 0; k < layers_.size(); ++k) {
    if (k > 0 && !later_layer(k, bounds)) return false;
    for (Eigen::Index j = 0; j < layers_[k].bias.size(); ++j) {
      const auto id = static_cast<std::size_t>(layers_[k].first + j);
      if (bounds.lower[id] > bounds.upper[id]) return false;
    }
    relax(k, bounds);
  }
  return true;
}

void BoxBounds::first_layer(Intervals& bounds) const {
  const Layer& layer = layers_.front();
  const Eigen::VectorXd center = 0.5 * (box_.lower + box_.upper);
  const Eigen::VectorXd radius = (box_.upper - center).cwiseMax(center - box_.lower);
  const Eigen::VectorXd middle = layer.weights * center + layer.bias;
  const Eigen::VectorXd reach = layer.weights.cwiseAbs() * radius;
  for (Eigen::Index j = 0; j < middle.size(); ++j) {
    const auto id = static_cast<std::size_t>(layer.first + j);
    const double spare = reach(j) + doubt(layer.size(j) + reach(j));
    bounds.lower[id] = std::max(bounds.lower[id], middle(j) - spare);
    bounds.upper[id] = std::min(bounds.upper[id], middle(j) + spare);
  }
}

/// Both sides of its open neurons.
bool BoxBounds::later_layer(std::size_t k, Intervals& bounds) {
  const Layer& layer = layers_[k];
  const std::vector<int>& live = layers_[k - 1].live;
  std::vector<int> open;
  for (int j = 0; j < static_cast<int>(layer.bias.size()); ++j) {
    const bool linear = !layer.linear.empty() && layer.linear[static_cast<std::size_t>(j)] != 0;
    if (linear || bounds.unstable(layer.first + j)) open.push_back(j);
  }
  const auto count = static_cast<Eigen::Index>(open.size());
  const auto width = static_cast<Eigen::Index>(live.size());
  Forms forms{RowMatrix(2 * count, width), Eigen::VectorXd(2 * count), Eigen::VectorXd(2 * count)};
  for (Eigen::Index r = 0; r < count; ++r) {
    const int j = open[static_cast<std::size_t>(r)];
    for (Eigen::Index i = 0; i < width; ++i) {
      const double w = layer.weights(j, live[static_cast<std::size_t>(i)]);
      forms.a(r, i) = w;
      forms.a(count + r, i) = -w;
    }
    forms.c(r) = layer.bias(j);
    forms.c(count + r) = -layer.bias(j);
    forms.size(r) = forms.size(count + r) = layer.size(j);
  }
  walk(k - 1, forms);
  const Eigen::VectorXd values = highest(forms);
  for (Eigen::Index r = 0; r < count; ++r) {
    const auto id = static_cast<std::size_t>(layer.first + open[static_cast<std::size_t>(r)]);
    bounds.upper[id] = std::min(bounds.upper[id], values(r));
    bounds.lower[id] = std::max(bounds.lower[id], -values(count + r));
    if (bounds.lower[id] > bounds.upper[id]) return false;
  }
  return true;
}

/// Lines of the live units, and the weights between live ones.
void BoxBounds::relax(std::size_t k, const Intervals& bounds) {
  Layer& layer = layers_[k];
  layer.live.clear();
  for (int j = 0; j < static_cast<int>(layer.bias.size()); ++j) {
    if (!bounds.inactive(layer.first + j)) layer.live.push_back(j);
  }
  const auto count = static_cast<Eigen::Index>(layer.live.size());
  for (Eigen::VectorXd* each :
       {&layer.above, &layer.constant, &layer.below, &layer.live_bias, &layer.live_size}) {
    each->resize(count);
  }
  const std::vector<int>* before = k > 0 ? &layers_[k - 1].live : nullptr;
  const Eigen::Index width =
      before != nullptr ? static_cast<Eigen::Index>(before->size()) : box_.size();
  layer.compact.resize(count, width);
  for (Eigen::Index r = 0; r < count; ++r) {
    const int j = layer.live[static_cast<std::size_t>(r)];
    const auto id = static_cast<std::size_t>(layer.first + j);
    layer.above(r) = layer.below(r) = 1;
    layer.constant(r) = 0;
    if (bounds.unstable(layer.first + j)) {
      const double lower = bounds.lower[id], upper = bounds.upper[id];
      layer.above(r) = upper / (upper - lower);
      layer.constant(r) = std::max(-layer.above(r) * lower, (1 - layer.above(r)) * upper);
      layer.below(r) = upper > -lower ? 1 : 0;
    }
    layer.live_bias(r) = layer.bias(j);
    layer.live_size(r) = layer.size(j);
    for (Eigen::Index i = 0; i < width; ++i) {
      layer.compact(r, i) =
          layer.weights(j, before != nullptr ? (*before)[static_cast<std::size_t>(i)] : i);
    }
  }
}

void BoxBounds::walk(std::size_t k, Forms& forms) {
  const Eigen::Index rows = forms.a.rows();
  for (std::size_t at = k + 1; at-- > 0;) {
    const Layer& layer = layers_[at];
    const Eigen::Index width = forms.a.cols();
    for (Eigen::Index r = 0; r < rows; ++r) {
      double* a = forms.a.data() + r * width;
      double added = 0, moved = 0, size = 0;
      for (Eigen::Index j = 0; j < width; ++j) {
        const double value = a[j];
        const bool up = value > 0;
        added += up ? value * layer.constant(j) : 0.0;
        a[j] = value * (up ? layer.above(j) : layer.below(j));
        moved += a[j] * layer.live_bias(j);
        size += std::abs(a[j]) * layer.live_size(j);
      }
      forms.c(r) += added + moved;
      forms.size(r) += added + size;
    }
    before_.resize(rows, layer.compact.cols());
    kernels::combine_many(static_cast<std::size_t>(rows), static_cast<std::size_t>(width),
                          static_cast<std::size_t>(layer.compact.cols()), layer.compact.data(),
                          forms.a.data(), before_.data());
    forms.a.swap(before_);
  }
  for (Eigen::Index r = 0; r < rows; ++r) forms.c(r) += doubt(forms.size(r));
}

/// Over the box.
Eigen::VectorXd BoxBounds::highest(const Forms& forms) const {
  Eigen::VectorXd values = forms.c;
  for (Eigen::Index r = 0; r < values.size(); ++r) {
    double sum = 0, size = 0;
    for (Eigen::Index i = 0; i < box_.size(); ++i) {
      const double a = forms.a(r, i);
      const double term = a * (a > 0 ? box_.upper(i) : box_.lower(i));
      sum += term;
      size += std::abs(term);
    }
    values(r) += sum + doubt(size + std::abs(values(r)));
  }
  return values;
}

InputForms BoxBounds::rows(const Problem& problem) {
  const Layer& last = layers_.back();
  const Eigen::Index count = problem.rhs().size();
  const auto width = static_cast<Eigen::Index>(last.live.size());
  Forms forms{RowMatrix(count, width), -problem.rhs(), problem.rhs_magnitudes()};
  const Eigen::VectorXd most = last.size;  // |x| <= |W| X + |b|
  for (Eigen::Index r = 0; r < count; ++r) {
    for (Eigen::Index i = 0; i < width; ++i) {
      forms.a(r, i) = problem.rows()(r, last.live[static_cast<std::size_t>(i)]);
    }
    forms.size(r) += problem.row_magnitude() * most.sum();
  }
  walk(layers_.size() - 1, forms);
  return {std::move(forms.a), std::move(forms.c)};
}

}  // namespace brink::search
