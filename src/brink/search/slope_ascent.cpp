// Walking back from an objective (CROWN, Zhang et al. 2018), each open neuron is replaced by a
// line: the chord x <= (y - L) U / (U - L) where its cost c is negative, x >= a y where it is not,
// any slope a in [0, 1]. A settled neuron's cost may be moved by a multiplier p >= 0 of its own
// bound, p (y - L) >= 0 or p (U - y) >= 0. What reaches the inputs is a linear function, least at
// one point of the ball; the bound is its value there. With y at that point, each neuron on its
// line, the slopes of the bound are
//     c y  for a,     L - y  or  y - U  for p,     rhs - row x  for rho,
// and all three climb (Xu et al. 2021 for a, Wang et al. 2021 for p, Kotha et al. 2023 for rho) by
// the rule of Adam (Kingma & Ba 2015): a neuron's step has its own length. These are multipliers of
// the same Lagrangian as the program's (lagrangian.h), and without end they reach the program's
// bound.
//
// Over a box, open neurons of the first layer with c < 0 go by planes instead of chords (planes.h).
//
// An item is a row of every matrix here, so that a layer is one product for all of them; the loops
// over its neurons are slope_steps.h's. All is in single precision and of live neurons alone
// (live_layers.h): those whose phase is not settled inactive, and those whose bound the first point
// of some item violates. Tried and dropped: all neurons in double precision, in 3 times the time.
#include "brink/search/slope_ascent.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "brink/search/layer_products.h"
#include "brink/search/live_layers.h"
#include "brink/search/parameters.h"
#include "brink/search/slope_state.h"

namespace brink::search {

namespace {

/// Of a neuron's width: what the first step of the rows' multipliers may move its bound by.
constexpr float kShareOfWidth = 0.2F;
constexpr float kTiny = 1e-18F;
/// So many items are asked whether their first points violate settled neurons' bounds.
constexpr Eigen::Index kAsked = 8;

class Batch {
 public:
  Batch(const Problem& problem, const Ball& ball, const std::vector<SlopeAscent::Item>& items,
        bool rows, std::optional<LiveLayers>& live)
      : problem_(problem),
        ball_(ball),
        items_(items),
        count_(static_cast<Eigen::Index>(items.size())),
        rows_(rows),
        live_(live) {
    int last = 0;
    for (const auto& item : items) {
      rows_ = rows_ || item.cost.margin;
      if (item.cost.neuron >= 0) last = std::max(last, problem.layer_of(item.cost.neuron));
    }
    if (rows_) last = problem.hidden_layers();
    begin_rows();
    auto needed = neurons_needed(problem, items, last);
    known_ = live_ && live_->hold(needed);
    if (!known_) live_.emplace(problem, std::move(needed));
    begin();
  }

  SlopeAscent::Run run(int steps, const Deadline& deadline) {
    back();
    forward();
    if (!known_) {
      if (auto more = violated()) {
        live_.emplace(problem_, std::move(*more));
        begin();
        back();
        forward();
      }
    }
    int step = 0;
    while (!keep() && step < steps && !deadline.expired()) {
      climb(step++, steps);
      back();
      forward();
    }
    return_to_best();
    SlopeAscent::Run run;
    for (Eigen::Index b = 0; b < count_; ++b) run.results.push_back(result(b));
    run.effort = effort(step);
    return run;
  }

 private:
  SlopeState& state(int k) { return states_[static_cast<std::size_t>(k - 1)]; }
  const SlopeState& state(int k) const { return states_[static_cast<std::size_t>(k - 1)]; }
  const SlopeAscent::Item& item(Eigen::Index b) const {
    return items_[static_cast<std::size_t>(b)];
  }
  int last() const { return live_->layers(); }
  int neuron(int k, Eigen::Index j) const {
    return problem_.neuron(k, live_->neurons(k)[static_cast<std::size_t>(j)]);
  }
  bool is_linear(int k, Eigen::Index j) const {
    return problem_.network().layer(k).is_linear(live_->neurons(k)[static_cast<std::size_t>(j)]);
  }

  /// With others whose bounds the points found violate, if there are any.
  std::optional<std::vector<std::vector<int>>> violated() const {
    std::vector<std::vector<int>> live;
    bool more = false;
    const Eigen::Index asked = std::min(count_, kAsked);
    RowMatrix x(asked, changes_.cols()), y;
    for (Eigen::Index a = 0; a < asked; ++a) {
      x.row(a) = changes_.row(a * count_ / asked).cast<double>();
    }
    for (int k = 1; k <= last(); ++k) {
      const Layer& layer = problem_.network().layer(k);
      walk_on(layer.weights, x, y);
      y.rowwise() += (k == 1 ? problem_.first_center() : layer.bias).transpose();
      x = RowMatrix::Zero(asked, y.cols());
      const std::vector<int>& known = live_->neurons(k);
      for (std::size_t j = 0; j < known.size(); ++j) {
        for (Eigen::Index a = 0; a < asked; ++a) {
          const auto column = static_cast<Eigen::Index>(j);
          x(a, known[j]) = static_cast<double>(state(k).x(a * count_ / asked, column));
        }
      }
      live.emplace_back();
      auto next = known.begin();
      for (int j = 0; j < static_cast<int>(y.cols()); ++j) {
        if (next != known.end() && *next == j) {
          live.back().push_back(*next++);
          continue;
        }
        const auto id = static_cast<std::size_t>(problem_.neuron(k, j));
        for (Eigen::Index a = 0; a < asked; ++a) {
          if (!(y(a, j) > item(a * count_ / asked).node->upper[id])) continue;
          live.back().push_back(j);
          more = true;
          break;
        }
      }
    }
    if (!more) return std::nullopt;
    return live;
  }

  void begin() {
    states_.clear();
    begun_ = false;
    for (int k = 1; k <= last(); ++k) states_.emplace_back(problem_, *live_, items_, k);
    planes_.reset();
    if (planes_apply(problem_, ball_)) begin_planes();
    values_.resize(count_);
    best_ = Eigen::VectorXd::Constant(count_, -std::numeric_limits<double>::infinity());
    best_rho_ = rho_;
  }

  void begin_planes() {
    const SlopeState& first = state(1);
    planes_.emplace(problem_, ball_, *live_, count_);
    for (Eigen::Index b = 0; b < count_; ++b) {
      const Slopes* start = item(b).start;
      planes_->begin(b, first.lines(b), start != nullptr ? &start->planes : nullptr);
    }
  }

  void begin_rows() {
    const Eigen::Index size = problem_.rhs().size();
    rho_ = FloatRows::Zero(count_, size);
    for (Eigen::Index b = 0; b < count_; ++b) {
      if (item(b).start != nullptr && item(b).start->rows.size() == size) {
        rho_.row(b) = item(b).start->rows.transpose();
      } else if (item(b).cost.margin) {
        rho_.row(b).setConstant(1 / static_cast<float>(size));
      }
    }
    rho_mean_ = rho_square_ = FloatRows::Zero(count_, size);
    rhs_ = problem_.rhs().cast<float>().transpose();
  }

  /// Lines by the signs of the costs, from the last layer to the inputs; values there.
  void back() {
    Eigen::VectorXd constant = Eigen::VectorXd::Zero(count_);
    if (rows_) {
      state(last()).cost.noalias() = -rho_ * live_->rows();
      constant = (rho_ * rhs_.transpose()).cast<double>();
    } else {
      state(last()).cost = FloatRows::Zero(count_, state(last()).slope.cols());
    }
    for (int k = last(); k >= 1; --k) {
      SlopeState& layer = state(k);
      if (!begun_) layer.settle();
      for (Eigen::Index b = 0; b < count_; ++b) {
        constant(b) += relax(layer.lines(b), layer.own.row(b).data(), layer.cost.row(b).data(),
                             layer.carried.row(b).data());
        if (k == 1 && planes_) {
          constant(b) += planes_->relax(b, layer.lines(b), layer.cost.row(b).data(),
                                        layer.carried.row(b).data());
        }
        const Cost& cost = item(b).cost;
        if (cost.neuron >= 0 && problem_.layer_of(cost.neuron) == k) {
          layer.carried(b, place(k, cost.neuron)) += static_cast<float>(cost.sign);
        }
      }
      constant += (layer.carried * live_->constants(k).transpose()).cast<double>();
      live_->back(k, layer.carried, k == 1 ? directions_ : state(k - 1).cost);
    }
    begun_ = true;
    changes_.resize(count_, directions_.cols());
    for (Eigen::Index b = 0; b < count_; ++b) {
      if (planes_) directions_.row(b) += planes_->direction(b);
      values_(b) = constant(b) + ball_.least(directions_.row(b).data(), changes_.row(b).data());
    }
  }

  Eigen::Index place(int k, int neuron) const {
    const std::vector<int>& live = live_->neurons(k);
    return std::lower_bound(live.begin(), live.end(), neuron - problem_.neuron(k, 0)) -
           live.begin();
  }

  /// The neurons at the points found, each on its line.
  void forward() {
    for (int k = 1; k <= last(); ++k) {
      SlopeState& layer = state(k);
      live_->on(k, k == 1 ? changes_ : state(k - 1).x, layer.y);
      layer.y.rowwise() += live_->constants(k);
      for (Eigen::Index b = 0; b < count_; ++b) {
        follow(layer.lines(b), layer.own.row(b).data(), layer.cost.row(b).data(),
               layer.y.row(b).data(), layer.x.row(b).data());
        if (k == 1 && planes_) {
          planes_->follow(b, layer.cost.row(b).data(), changes_.row(b).data(),
                          layer.x.row(b).data());
        }
      }
    }
  }

  /// What is better than before; true: all are enough.
  bool keep() {
    bool enough = true;
    for (Eigen::Index b = 0; b < count_; ++b) {
      if (values_(b) > best_(b)) {
        best_(b) = values_(b);
        best_rho_.row(b) = rho_.row(b);
        for (SlopeState& layer : states_) layer.best_own.row(b) = layer.own.row(b);
        if (planes_) planes_->keep(b);
      }
      enough = enough && best_(b) > item(b).enough;
    }
    return enough;
  }

  void return_to_best() {
    if (values_ == best_) return;
    rho_ = best_rho_;
    for (SlopeState& layer : states_) layer.own = layer.best_own;
    if (planes_) planes_->return_to_best();
    back();
    forward();
  }

  void climb(int step, int steps) {
    const float left = 1 - static_cast<float>(step) / static_cast<float>(steps + 1);
    const AdamStep adam(step);
    for (SlopeState& layer : states_) {
      for (Eigen::Index b = 0; b < count_; ++b) {
        const float scale =
            layer.carried.cols() > 0 ? layer.carried.row(b).cwiseAbs().mean() : 0.0F;
        search::climb(layer.lines(b), adam, left * length_of(b), scale, layer.cost.row(b).data(),
                      layer.y.row(b).data(), layer.own.row(b).data(), layer.mean.row(b).data(),
                      layer.square.row(b).data());
      }
    }
    if (rows_) climb_rows(adam, left);
    if (planes_) planes_->climb(changes_, static_cast<float>(parameters().plane_step) * left);
  }

  float length_of(Eigen::Index b) const {
    const double length =
        item(b).start == nullptr ? parameters().slope_step : parameters().warm_step;
    return static_cast<float>(length);
  }

  void climb_rows(const AdamStep& adam, float left) {
    const FloatRows all = (-state(last()).x * live_->rows().transpose()).rowwise() + rhs_;
    const float usual = all.cwiseAbs().mean();
    for (Eigen::Index b = 0; b < count_; ++b) {
      const Eigen::VectorXf slopes = all.row(b);
      const float length = left * length_of(b);
      const Cost& cost = item(b).cost;
      if (cost.margin) {
        if (slopes.size() == 1) continue;
        const float largest = slopes.cwiseAbs().maxCoeff() + kTiny;
        rho_.row(b) = rho_.row(b).array().max(1e-6F) *
                      (4 * length / largest * slopes.transpose().array()).exp();
        rho_.row(b) /= rho_.row(b).sum();
        continue;
      }
      // What moves the bound by a share of the neuron's width.
      const auto id = static_cast<std::size_t>(cost.neuron);
      const auto width = static_cast<float>(item(b).node->upper[id] - item(b).node->lower[id]);
      for (Eigen::Index i = 0; i < slopes.size(); ++i) {
        const float move = adam(slopes(i), rho_mean_(b, i), rho_square_(b, i));
        const float unit = kShareOfWidth * width / (std::max(usual, std::abs(slopes(i))) + kTiny);
        rho_(b, i) = std::max(rho_(b, i) + length * unit * move, 0.0F);
      }
    }
  }

  SlopeAscent::Result result(Eigen::Index b) const {
    const int neurons = problem_.neurons();
    SlopeAscent::Result result;
    result.value = values_(b);
    result.multipliers.rows = Eigen::VectorXd::Zero(problem_.rhs().size());
    if (rows_) {
      result.multipliers.rows = rho_.row(b).transpose().cast<double>();
      if (item(b).cost.margin) result.multipliers.rows /= result.multipliers.rows.sum();
    }
    result.multipliers.neurons = Eigen::VectorXd::Zero(neurons);
    result.slopes = begin_slopes(item(b));
    result.slopes.rows = rho_.row(b).transpose();
    result.maximiser = changes_.row(b).transpose().cast<double>();
    result.y = result.x = result.price = Eigen::VectorXd::Zero(neurons);
    for (int k = 1; k <= last(); ++k) {
      const SlopeState& layer = state(k);
      const Eigen::RowVectorXf prices = prices_of(b, k);
      for (Eigen::Index j = 0; j < layer.y.cols(); ++j) {
        const int i = neuron(k, j);
        result.multipliers.neurons(i) = -static_cast<double>(layer.carried(b, j));
        result.y(i) = static_cast<double>(layer.y(b, j));
        result.x(i) = static_cast<double>(layer.x(b, j));
        if (is_linear(k, j)) continue;
        const bool open = layer.open(b, j) > 0;
        if (open) result.slopes.phases(i) = -1;
        (open ? result.slopes.lines : result.slopes.phases)(i) = layer.own(b, j);
        result.price(i) = static_cast<double>(prices(j));
        const float above = layer.x(b, j) - std::max(layer.y(b, j), 0.0F);
        if (open) result.given_up -= static_cast<double>(std::min(layer.cost(b, j), 0.0F) * above);
      }
    }
    if (planes_) {
      result.multipliers.planes = planes_->result(b, state(1).cost.row(b).data());
      result.slopes.planes = result.multipliers.planes;
    }
    return result;
  }

  /// By how much their triangles, or planes, are above the neurons, times the cost.
  Eigen::RowVectorXf prices_of(Eigen::Index b, int k) const {
    const SlopeState& layer = state(k);
    Eigen::RowVectorXf prices =
        layer.slope.row(b).array() * layer.cost.row(b).array().min(0.0F) * layer.low.row(b).array();
    if (k == 1 && planes_) planes_->prices(b, layer.cost.row(b).data(), prices.data());
    return prices;
  }

  Slopes begin_slopes(const SlopeAscent::Item& item) const {
    if (item.start != nullptr) return *item.start;
    Slopes slopes;
    slopes.phases = slopes.lines = Eigen::VectorXf::Zero(problem_.neurons());
    for (int i = 0; i < problem_.neurons(); ++i) {
      const auto id = static_cast<std::size_t>(i);
      slopes.lines(i) = item.node->upper[id] > -item.node->lower[id] ? 1 : 0;
    }
    return slopes;
  }

  /// There and back a step, of half the bytes; gathering, a look at all neurons, and the proof. A
  /// pass of many at once takes a share of the time of as many passes.
  std::int64_t effort(int steps) const {
    const double step = 0.5 * static_cast<double>(live_->weights()) / problem_.weights();
    const double items =
        static_cast<double>(count_) / static_cast<double>(std::min(count_, Eigen::Index{4}));
    const double planes = planes_ ? 3.0 * static_cast<double>(planes_->loops()) *
                                        static_cast<double>(ball_.size()) / problem_.weights()
                                  : 0.0;
    return problem_.effort_of_passes(items * ((steps + 2) * step + 2) + planes + 1);
  }

  const Problem& problem_;
  const Ball& ball_;
  const std::vector<SlopeAscent::Item>& items_;
  Eigen::Index count_;
  bool rows_;
  std::optional<LiveLayers>& live_;
  bool known_ = false;  ///< live_ is an earlier batch's
  std::vector<SlopeState> states_;
  bool begun_ = false;  ///< they have costs
  FloatRows rho_, best_rho_, rho_mean_, rho_square_;
  Eigen::RowVectorXf rhs_;
  std::optional<PlaneRows> planes_;
  FloatRows directions_, changes_;
  Eigen::VectorXd values_, best_;
};

}  // namespace

SlopeAscent::Run SlopeAscent::run(const std::vector<Item>& items, int steps, bool rows,
                                  const Deadline& deadline) const {
  if (items.empty()) return {};
  return Batch(problem_, ball_, items, rows, live_).run(steps, deadline);
}

}  // namespace brink::search
