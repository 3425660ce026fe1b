// Backward substitution (bounds/symbolic.cpp says how) for searches that divide the inputs and make
// all bounds anew in each part. Most neurons are settled in a small part: those that cannot be
// active leave the products, and only open ones are bounded.
//
// Rounding is charged as in ball_substitution.cpp: every sum by a share of the sizes of all that
// was added or cancelled on its way, |a| (|W| X + |b|) a layer, times more operations than there
// were. X is taken over the whole box, so that sizes are computed once.
//
// Networks side by side are parts that do not read each other, so products are taken part by part;
// box_bounds_twins.cpp takes some of their rows two at a time.
#include "brink/search/box_bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "brink/search/kernels.h"

namespace brink::search {

namespace {

/// Of a unit's own range: of twins whose difference is narrower only one is bounded.
constexpr double kNarrow = 0.2;
constexpr double kRound = std::numeric_limits<double>::epsilon();

Eigen::VectorXd largest_of(const Box& range) {
  return range.lower.cwiseAbs().cwiseMax(range.upper.cwiseAbs());
}

}  // namespace

BoxBounds::BoxBounds(const Problem& problem, const std::vector<Twins>& twins, Below below)
    : below_(below) {
  const Network& network = problem.network();
  operations_ =
      64 + static_cast<double>(problem.neurons() + network.input_size() + network.output_size());
  std::vector<Layer> layers;
  const auto parts = parts_of(network, twins);
  for (int k = 1; k <= problem.hidden_layers(); ++k) {
    const brink::Layer& from = network.layer(k);
    Layer layer;
    layer.from = &from;
    layer.weights = from.weights.to_dense();
    layer.bias = from.bias;
    layer.linear = from.linear;
    layer.first = problem.neuron(k, 0);
    layer.part_of = parts[static_cast<std::size_t>(k - 1)];
    for (const int part : layer.part_of)
      parts_ = std::max(parts_, static_cast<std::size_t>(part + 1));
    std::copy_if(twins.begin(), twins.end(), std::back_inserter(layer.twins),
                 [k](const Twins& pair) { return pair.k == k; });
    layers.push_back(std::move(layer));
  }
  layers_ = std::make_shared<const std::vector<Layer>>(std::move(layers));
  measure(problem);
}

BoxBounds::BoxBounds(const BoxBounds& other, const Problem& problem)
    : layers_(other.layers_),
      parts_(other.parts_),
      below_(other.below_),
      operations_(other.operations_) {
  measure(problem);
}

void BoxBounds::measure(const Problem& problem) {
  Box range = problem.reach();
  std::vector<Eigen::VectorXd> sizes;
  for (const Layer& layer : *layers_) {
    const brink::Layer& from = *layer.from;
    sizes.emplace_back(from.weights.absolute(largest_of(range)) + from.bias.cwiseAbs());
    const Intervals step = interval_step(from, range.lower.data(), range.upper.data());
    range = Box{Eigen::Map<const Eigen::VectorXd>(step.lower.data(), from.bias.size()),
                Eigen::Map<const Eigen::VectorXd>(step.upper.data(), from.bias.size())};
    from.activate(range.lower);
    from.activate(range.upper);
  }
  sizes_ = std::make_shared<const std::vector<Eigen::VectorXd>>(std::move(sizes));
}

double BoxBounds::doubt(double size) const {
  return 4 * kRound * operations_ * size;
}

bool BoxBounds::pass(const Box& box, bool substitute, Intervals& bounds) {
  box_ = box;
  live_.resize(layers_->size());
  first_layer(bounds);
  for (std::size_t k = 0; k < layers_->size(); ++k) {
    if (k > 0 && below_ == Below::steady) interval_layer(k, bounds);
    if (k > 0 && substitute && !later_layer(k, bounds)) return false;
    if (!reconcile_twins(k, bounds)) return false;
    for (Eigen::Index j = 0; j < layer(k).bias.size(); ++j) {
      const auto id = static_cast<std::size_t>(layer(k).first + j);
      if (bounds.lower[id] > bounds.upper[id]) return false;
    }
    relax(k, bounds);
  }
  return true;
}

void BoxBounds::first_layer(Intervals& bounds) const {
  const Layer& layer = layers_->front();
  const Eigen::VectorXd center = 0.5 * (box_.lower + box_.upper);
  const Eigen::VectorXd radius = (box_.upper - center).cwiseMax(center - box_.lower);
  const Eigen::VectorXd middle = layer.weights * center + layer.bias;
  const Eigen::VectorXd reach = layer.weights.cwiseAbs() * radius;
  for (Eigen::Index j = 0; j < middle.size(); ++j) {
    const auto id = static_cast<std::size_t>(layer.first + j);
    const double spare = reach(j) + doubt(sizes_->front()(j) + reach(j));
    bounds.lower[id] = std::max(bounds.lower[id], middle(j) - spare);
    bounds.upper[id] = std::min(bounds.upper[id], middle(j) + spare);
  }
}

void BoxBounds::interval_layer(std::size_t k, Intervals& bounds) const {
  const Layer& before = layer(k - 1);
  const Box range = bounds.activations(before.first, before.bias.size());
  const Intervals step = interval_step(*layer(k).from, range.lower.data(), range.upper.data());
  for (std::size_t j = 0; j < step.lower.size(); ++j) {
    const std::size_t id = static_cast<std::size_t>(layer(k).first) + j;
    bounds.lower[id] = std::max(bounds.lower[id], step.lower[j]);
    bounds.upper[id] = std::min(bounds.upper[id], step.upper[j]);
  }
}

/// Both sides of its open neurons: of the first of twins, of the differences, then of the others.
bool BoxBounds::later_layer(std::size_t k, Intervals& bounds) {
  if (!bound_units(k, open_units(k, 0, bounds), bounds)) return false;
  if (parts_ == 1 && layer(k).twins.empty()) return true;
  if (!reconcile_twins(k, bounds) || !bound_units(k, open_differences(k, bounds), bounds) ||
      !reconcile_twins(k, bounds)) {
    return false;
  }
  for (std::size_t part = 1; part < parts_; ++part) {
    if (!bound_units(k, open_units(k, part, bounds), bounds)) return false;
  }
  return true;
}

/// Units of a part whose bounds matter, but for those that follow from their twins'.
std::vector<int> BoxBounds::open_units(std::size_t k, std::size_t part,
                                       const Intervals& bounds) const {
  const Layer& of = layer(k);
  std::vector<char> known(of.part_of.size());
  for (const Twins& pair : of.twins) {
    const Range second = range_of(bounds, of.first + pair.second);
    const Range difference = range_of(bounds, of.first + pair.difference);
    const bool narrow =
        difference.upper - difference.lower < kNarrow * (second.upper - second.lower);
    // A first that is settled is not bounded anew: nothing follows from it.
    const bool follows = narrow && bounds.unstable(of.first + pair.first);
    known[static_cast<std::size_t>(pair.second)] = follows ? 1 : 0;
  }
  std::vector<int> result;
  for (std::size_t j = 0; j < of.part_of.size(); ++j) {
    if (of.part_of[j] != static_cast<int>(part) || known[j] != 0) continue;
    // In certificates a linear unit's bounds matter to nobody: checkers leave them to intervals.
    const bool linear = below_ == Below::nearest && !of.linear.empty() && of.linear[j] != 0;
    const int unit = static_cast<int>(j);
    if (linear || bounds.unstable(of.first + unit)) result.push_back(unit);
  }
  return result;
}

std::vector<int> BoxBounds::open_differences(std::size_t k, const Intervals& bounds) const {
  const Layer& of = layer(k);
  std::vector<int> result;
  for (const Twins& pair : of.twins) {
    const bool open =
        bounds.unstable(of.first + pair.first) || bounds.unstable(of.first + pair.second);
    if (open) result.push_back(pair.difference);
  }
  return result;
}

bool BoxBounds::bound_units(std::size_t k, const std::vector<int>& units, Intervals& bounds) {
  const Layer& of = layer(k);
  const auto count = static_cast<Eigen::Index>(units.size());
  if (count == 0) return true;
  Forms forms{std::vector<RowMatrix>(parts_), Eigen::VectorXd(2 * count),
              Eigen::VectorXd(2 * count)};
  for (std::size_t p = 0; p < parts_; ++p) {
    const std::vector<int>& live = live_[k - 1].parts[p].live;
    const auto width = static_cast<Eigen::Index>(live.size());
    const int own = of.part_of[static_cast<std::size_t>(units.front())];
    if (own >= 0 && own != static_cast<int>(p)) continue;  // all of them are of one part
    RowMatrix& a = forms.a[p];
    a.resize(2 * count, width);
    for (Eigen::Index r = 0; r < count; ++r) {
      const int j = units[static_cast<std::size_t>(r)];
      for (Eigen::Index i = 0; i < width; ++i) {
        a(r, i) = of.weights(j, live[static_cast<std::size_t>(i)]);
      }
      a.row(count + r) = -a.row(r);
    }
    if (a.isZero(0)) a.resize(2 * count, 0);
  }
  for (Eigen::Index r = 0; r < count; ++r) {
    const int j = units[static_cast<std::size_t>(r)];
    forms.c(r) = of.bias(j);
    forms.c(count + r) = -of.bias(j);
    forms.size(r) = forms.size(count + r) = (*sizes_)[k](j);
  }
  walk(k - 1, forms);
  const Eigen::VectorXd values = highest(forms);
  for (Eigen::Index r = 0; r < count; ++r) {
    const auto id = static_cast<std::size_t>(of.first) +
                    static_cast<std::size_t>(units[static_cast<std::size_t>(r)]);
    bounds.upper[id] = std::min(bounds.upper[id], values(r));
    bounds.lower[id] = std::max(bounds.lower[id], -values(count + r));
    if (bounds.lower[id] > bounds.upper[id]) return false;
  }
  return true;
}

/// Lines of the live units, and the weights between live ones.
void BoxBounds::relax(std::size_t k, const Intervals& bounds) {
  live_[k].parts.resize(parts_);
  for (std::size_t p = 0; p < parts_; ++p) relax_part(k, p, bounds);
  relax_twins(k, bounds);
}

void BoxBounds::relax_part(std::size_t k, std::size_t number, const Intervals& bounds) {
  const Layer& of = layer(k);
  Part& part = live_[k].parts[number];
  part.live.clear();
  for (int j = 0; j < static_cast<int>(of.bias.size()); ++j) {
    const bool own = of.part_of[static_cast<std::size_t>(j)] == static_cast<int>(number);
    if (own && !bounds.inactive(of.first + j)) part.live.push_back(j);
  }
  const auto count = static_cast<Eigen::Index>(part.live.size());
  for (Eigen::VectorXd* each : {&part.above, &part.constant, &part.below, &part.bias, &part.size}) {
    each->resize(count);
  }
  const std::vector<int>* before = k > 0 ? &live_[k - 1].parts[number].live : nullptr;
  const Eigen::Index width =
      before != nullptr ? static_cast<Eigen::Index>(before->size()) : box_.size();
  part.compact.resize(count, width);
  for (Eigen::Index r = 0; r < count; ++r) {
    const int j = part.live[static_cast<std::size_t>(r)];
    const auto id = static_cast<std::size_t>(of.first) + static_cast<std::size_t>(j);
    part.above(r) = part.below(r) = 1;
    part.constant(r) = 0;
    if (bounds.unstable(of.first + j)) {
      const double lower = bounds.lower[id], upper = bounds.upper[id];
      part.above(r) = upper / (upper - lower);
      part.constant(r) = std::max(-part.above(r) * lower, (1 - part.above(r)) * upper);
      part.below(r) = below_ == Below::steady ? std::clamp(64 * part.above(r) - 31.5, 0.0, 1.0)
                      : upper > -lower        ? 1
                                              : 0;
    }
    part.bias(r) = of.bias(j);
    part.size(r) = (*sizes_)[k](j);
    for (Eigen::Index i = 0; i < width; ++i) {
      part.compact(r, i) =
          of.weights(j, before != nullptr ? (*before)[static_cast<std::size_t>(i)] : i);
    }
  }
}

/// A row's activations of a layer as its pre-activations, without their weights.
void BoxBounds::step(std::size_t k, Eigen::Index row, Forms& forms,
                     std::vector<Taken>& taken) const {
  double added = take_twins(k, row, forms, taken), moved = 0, size = 0;
  for (std::size_t p = 0; p < parts_; ++p) {
    const Part& part = live_[k].parts[p];
    const Eigen::Index width = forms.a[p].cols();
    double* a = forms.a[p].data() + row * width;
    for (Eigen::Index j = 0; j < width; ++j) {
      const double value = a[j];
      const bool up = value > 0;
      added += up ? value * part.constant(j) : 0.0;
      a[j] = value * (up ? part.above(j) : part.below(j));
      moved += a[j] * part.bias(j);
      size += std::abs(a[j]) * part.size(j);
    }
  }
  for (const Taken& each : taken) {
    const Part& part = live_[k].parts[each.place.part];
    forms.a[each.place.part](row, each.place.at) = each.value;
    moved += each.value * part.bias(each.place.at);
    size += std::abs(each.value) * part.size(each.place.at);
  }
  forms.c(row) += added + moved;
  forms.size(row) += added + size;
}

void BoxBounds::walk(std::size_t k, Forms& forms) {
  const Eigen::Index rows = forms.c.size();
  std::vector<Taken> taken;
  for (std::size_t at = k + 1; at-- > 0;) {
    for (Eigen::Index r = 0; r < rows; ++r) step(at, r, forms, taken);
    RowMatrix on_inputs;
    for (std::size_t p = 0; p < parts_; ++p) {
      RowMatrix& a = forms.a[p];
      const Part& part = live_[at].parts[p];
      if (a.cols() > 0) {
        before_.resize(rows, part.compact.cols());
        kernels::combine_many(static_cast<std::size_t>(rows), static_cast<std::size_t>(a.cols()),
                              static_cast<std::size_t>(part.compact.cols()), part.compact.data(),
                              a.data(), before_.data());
        a.swap(before_);
      }
      if (at > 0 || a.cols() == 0) continue;
      if (on_inputs.size() == 0) {
        on_inputs = a;
      } else {
        on_inputs += a;
      }
    }
    if (at > 0) continue;
    if (on_inputs.size() == 0) on_inputs = RowMatrix::Zero(rows, box_.size());
    forms.a.front().swap(on_inputs);
  }
  for (Eigen::Index r = 0; r < rows; ++r) forms.c(r) += doubt(forms.size(r));
}

/// Over the box.
Eigen::VectorXd BoxBounds::highest(const Forms& forms) const {
  Eigen::VectorXd values = forms.c;
  for (Eigen::Index r = 0; r < values.size(); ++r) {
    double sum = 0, size = 0;
    for (Eigen::Index i = 0; i < box_.size(); ++i) {
      const double a = forms.a.front()(r, i);
      const double term = a * (a > 0 ? box_.upper(i) : box_.lower(i));
      sum += term;
      size += std::abs(term);
    }
    values(r) += sum + doubt(size + std::abs(values(r)));
  }
  return values;
}

InputForms BoxBounds::rows(const Problem& problem) {
  const Eigen::Index count = problem.rhs().size();
  Forms forms{std::vector<RowMatrix>(parts_), -problem.rhs(), problem.rhs_magnitudes()};
  forms.size.array() += problem.row_magnitude() * sizes_->back().sum();  // |x| <= |W| X + |b|
  for (std::size_t p = 0; p < parts_; ++p) {
    const std::vector<int>& live = live_.back().parts[p].live;
    const auto width = static_cast<Eigen::Index>(live.size());
    forms.a[p].resize(count, width);
    for (Eigen::Index i = 0; i < width; ++i) {
      forms.a[p].col(i) = problem.rows().col(live[static_cast<std::size_t>(i)]);
    }
    if (forms.a[p].isZero(0)) forms.a[p].resize(count, 0);
  }
  walk(layers_->size() - 1, forms);
  return {std::move(forms.a.front()), std::move(forms.c)};
}

}  // namespace brink::search
