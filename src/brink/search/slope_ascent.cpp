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
// An item is a row of every matrix here, so that a layer is one product for all of them.
#include "brink/search/slope_ascent.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "brink/search/layer_products.h"
#include "brink/search/parameters.h"

namespace brink::search {

namespace {

constexpr double kFirstMoment = 0.8, kSecondMoment = 0.99;
/// Of a neuron's width: what the first step of the rows' multipliers may move its bound by.
constexpr double kShareOfWidth = 0.2;
constexpr double kTiny = 1e-300;

/// The neurons of a layer, of all items.
struct LayerState {
  RowMatrix lower, upper;
  RowMatrix own;           ///< a where the phase is open, p where it is settled
  RowMatrix cost;          ///< of x
  RowMatrix carried;       ///< of y
  RowMatrix y, x;          ///< on the lines
  RowMatrix mean, square;  ///< of the slopes so far
  RowMatrix best_own, best_cost, best_carried, best_y, best_x;
};

class Batch {
 public:
  Batch(const Problem& problem, const Ball& ball, const std::vector<SlopeAscent::Item>& items,
        bool rows)
      : problem_(problem),
        ball_(ball),
        items_(items),
        count_(static_cast<Eigen::Index>(items.size())) {
    last_ = 0;
    bool margins = false;
    for (const auto& item : items) {
      margins = margins || item.cost.margin;
      if (item.cost.neuron >= 0) last_ = std::max(last_, problem.layer_of(item.cost.neuron));
    }
    rows_ = rows || margins;
    if (rows_) last_ = problem.hidden_layers();
    for (int k = 1; k <= last_; ++k) layers_.push_back(begin(k));
    begin_rows();
    values_.resize(count_);
    best_ = Eigen::VectorXd::Constant(count_, -std::numeric_limits<double>::infinity());
    best_directions_.resize(items.size());
  }

  std::vector<SlopeAscent::Result> run(int steps, const Deadline& deadline) {
    int step = 0;
    for (;; ++step) {
      back();
      forward();
      if (keep() || step == steps || deadline.expired()) break;
      climb(step, steps);
    }
    std::vector<SlopeAscent::Result> results;
    for (Eigen::Index b = 0; b < count_; ++b) {
      results.push_back(result(b));
      results.back().steps = step;
    }
    return results;
  }

 private:
  bool is_linear(int k, Eigen::Index j) const { return problem_.network().layer(k).is_linear(j); }

  LayerState begin(int k) const {
    const Eigen::Index width = problem_.network().width(k);
    LayerState state;
    for (RowMatrix* each : {&state.lower, &state.upper, &state.own}) each->resize(count_, width);
    for (Eigen::Index b = 0; b < count_; ++b) {
      const SlopeAscent::Item& item = items_[static_cast<std::size_t>(b)];
      for (Eigen::Index j = 0; j < width; ++j) {
        const int id = problem_.neuron(k, static_cast<int>(j));
        const auto i = static_cast<std::size_t>(id);
        const double lower = item.node->lower[i], upper = item.node->upper[i];
        state.lower(b, j) = lower;
        state.upper(b, j) = upper;
        const bool open = lower < 0 && upper > 0;
        if (item.start != nullptr) {
          state.own(b, j) = open ? item.start->lines(id) : item.start->phases(id);
        } else {
          state.own(b, j) = open && upper > -lower ? 1 : 0;
        }
      }
    }
    state.mean = state.square = RowMatrix::Zero(count_, width);
    return state;
  }

  void begin_rows() {
    const Eigen::Index size = problem_.rhs().size();
    rho_ = RowMatrix::Zero(count_, size);
    for (Eigen::Index b = 0; b < count_; ++b) {
      const SlopeAscent::Item& item = items_[static_cast<std::size_t>(b)];
      if (item.start != nullptr && item.start->rows.size() == size) {
        rho_.row(b) = item.start->rows;
      } else if (item.cost.margin) {
        rho_.row(b).setConstant(1 / static_cast<double>(size));
      }
    }
    best_rho_ = rho_;
    rho_mean_ = rho_square_ = RowMatrix::Zero(count_, size);
  }

  /// Lines by the signs of the costs, from the last layer to the inputs; values there.
  void back() {
    Eigen::VectorXd constant = Eigen::VectorXd::Zero(count_);
    LayerState& top = layers_.back();
    if (rows_) {
      top.cost = -rho_ * problem_.rows();
      constant = rho_ * problem_.rhs();
    } else {
      top.cost = RowMatrix::Zero(count_, top.lower.cols());
    }
    for (int k = last_; k >= 1; --k) {
      LayerState& layer = layers_[static_cast<std::size_t>(k - 1)];
      relax(k, layer, constant);
      constant +=
          layer.carried * (k == 1 ? problem_.first_center() : problem_.network().layer(k).bias);
      RowMatrix& before = k == 1 ? directions_ : layers_[static_cast<std::size_t>(k - 2)].cost;
      walk_back(problem_.network().layer(k).weights, layer.carried, before);
    }
    changes_.resize(count_, problem_.image().size());
    Eigen::VectorXd direction, change;
    for (Eigen::Index b = 0; b < count_; ++b) {
      direction = -directions_.row(b).transpose();
      values_(b) = constant(b) - ball_.support(direction, &change).value;
      changes_.row(b) = change;
    }
  }

  void relax(int k, LayerState& layer, Eigen::VectorXd& constant) const {
    const Eigen::Index width = layer.lower.cols();
    layer.carried.resize(count_, width);
    for (Eigen::Index b = 0; b < count_; ++b) {
      const double* lower = &layer.lower(b, 0);
      const double* upper = &layer.upper(b, 0);
      const double* own = &layer.own(b, 0);
      const double* cost = &layer.cost(b, 0);
      double* carried = &layer.carried(b, 0);
      double sum = 0;
      for (Eigen::Index j = 0; j < width; ++j) {
        const double l = lower[j], u = upper[j], p = own[j], c = cost[j];
        if (is_linear(k, j)) {
          carried[j] = c;
        } else if (u <= 0) {
          carried[j] = p;
          sum -= p * u;
        } else if (l >= 0) {
          carried[j] = c - p;
          sum += p * l;
        } else if (c >= 0) {
          carried[j] = p * c;
        } else {
          carried[j] = c * (u / (u - l));
          sum -= carried[j] * l;
        }
      }
      constant(b) += sum;
      const Cost& of = items_[static_cast<std::size_t>(b)].cost;
      const int first = problem_.neuron(k, 0);
      if (of.neuron >= first && of.neuron < first + width) carried[of.neuron - first] += of.sign;
    }
  }

  /// The neurons at the points found, each on its line.
  void forward() {
    for (int k = 1; k <= last_; ++k) {
      LayerState& layer = layers_[static_cast<std::size_t>(k - 1)];
      const Layer& map = problem_.network().layer(k);
      walk_on(map.weights, k == 1 ? changes_ : layers_[static_cast<std::size_t>(k - 2)].x, layer.y);
      layer.y.rowwise() += (k == 1 ? problem_.first_center() : map.bias).transpose();
      layer.x.resize(count_, layer.y.cols());
      for (Eigen::Index b = 0; b < count_; ++b) {
        for (Eigen::Index j = 0; j < layer.y.cols(); ++j) {
          const double l = layer.lower(b, j), u = layer.upper(b, j), y = layer.y(b, j);
          double x = y;
          if (!is_linear(k, j) && l < 0) {
            x = u <= 0 ? 0 : layer.cost(b, j) >= 0 ? layer.own(b, j) * y : u / (u - l) * (y - l);
          }
          layer.x(b, j) = x;
        }
      }
    }
  }

  /// What is better than before; true: all are enough.
  bool keep() {
    bool enough = true;
    for (LayerState& layer : layers_) {
      if (layer.best_own.size() > 0) continue;
      layer.best_own = layer.own;
      layer.best_cost = layer.cost;
      layer.best_carried = layer.carried;
      layer.best_y = layer.y;
      layer.best_x = layer.x;
    }
    for (Eigen::Index b = 0; b < count_; ++b) {
      if (values_(b) > best_(b)) {
        best_(b) = values_(b);
        best_rho_.row(b) = rho_.row(b);
        best_directions_[static_cast<std::size_t>(b)] = changes_.row(b);
        for (LayerState& layer : layers_) {
          layer.best_own.row(b) = layer.own.row(b);
          layer.best_cost.row(b) = layer.cost.row(b);
          layer.best_carried.row(b) = layer.carried.row(b);
          layer.best_y.row(b) = layer.y.row(b);
          layer.best_x.row(b) = layer.x.row(b);
        }
      }
      enough = enough && best_(b) > items_[static_cast<std::size_t>(b)].enough;
    }
    return enough;
  }

  /// A step of Adam's for a slope g, as a share of the largest.
  static double adam(double g, double& mean, double& square, int step) {
    mean = kFirstMoment * mean + (1 - kFirstMoment) * g;
    square = kSecondMoment * square + (1 - kSecondMoment) * g * g;
    const double m = mean / (1 - std::pow(kFirstMoment, step + 1));
    const double v = square / (1 - std::pow(kSecondMoment, step + 1));
    return m / (std::sqrt(v) + kTiny);
  }

  void climb(int step, int steps) {
    const double left = 1 - static_cast<double>(step) / (steps + 1);
    const double length = parameters().slope_step * left;
    for (int k = 1; k <= last_; ++k) {
      LayerState& layer = layers_[static_cast<std::size_t>(k - 1)];
      const Eigen::Index width = layer.y.cols();
      for (Eigen::Index b = 0; b < count_; ++b) {
        const double scale = layer.carried.row(b).cwiseAbs().sum() / static_cast<double>(width);
        for (Eigen::Index j = 0; j < width; ++j) {
          if (is_linear(k, j)) continue;
          const double l = layer.lower(b, j), u = layer.upper(b, j), y = layer.y(b, j);
          double& own = layer.own(b, j);
          if (l < 0 && u > 0) {
            const double c = layer.cost(b, j);
            if (c <= 0) continue;
            own += length * adam(c * y, layer.mean(b, j), layer.square(b, j), step);
            own = std::clamp(own, 0.0, 1.0);
          } else {
            const double g = u <= 0 ? y - u : l - y;
            if (g <= 0 && own == 0) continue;
            own += length * scale * adam(g, layer.mean(b, j), layer.square(b, j), step);
            own = std::max(own, 0.0);
          }
        }
      }
    }
    if (rows_) climb_rows(step, length);
  }

  void climb_rows(int step, double length) {
    const RowMatrix all =
        (-layers_.back().x * problem_.rows().transpose()).rowwise() + problem_.rhs().transpose();
    const double usual = all.cwiseAbs().mean();
    for (Eigen::Index b = 0; b < count_; ++b) {
      const Eigen::VectorXd slopes = all.row(b);
      const SlopeAscent::Item& item = items_[static_cast<std::size_t>(b)];
      if (item.cost.margin) {
        if (slopes.size() == 1) continue;
        const double largest = slopes.cwiseAbs().maxCoeff() + kTiny;
        rho_.row(b) = rho_.row(b).array().max(1e-6) *
                      (4 * length / largest * slopes.transpose().array()).exp();
        rho_.row(b) /= rho_.row(b).sum();
        continue;
      }
      // What moves the bound by a share of the neuron's width.
      const auto id = static_cast<std::size_t>(item.cost.neuron);
      const double width = item.node->upper[id] - item.node->lower[id];
      for (Eigen::Index i = 0; i < slopes.size(); ++i) {
        double& rho = rho_(b, i);
        const double move = adam(slopes(i), rho_mean_(b, i), rho_square_(b, i), step);
        rho +=
            length * kShareOfWidth * width * move / (std::max(usual, std::abs(slopes(i))) + kTiny);
        rho = std::max(rho, 0.0);
      }
    }
  }

  SlopeAscent::Result result(Eigen::Index b) const {
    const SlopeAscent::Item& item = items_[static_cast<std::size_t>(b)];
    const int neurons = problem_.neurons();
    SlopeAscent::Result result;
    result.value = best_(b);
    result.maximiser = best_directions_[static_cast<std::size_t>(b)];
    result.multipliers.rows =
        rows_ ? best_rho_.row(b).transpose() : Eigen::VectorXd::Zero(problem_.rhs().size()).eval();
    result.slopes.rows = result.multipliers.rows;
    for (Eigen::VectorXd* each : {&result.multipliers.neurons, &result.y, &result.x, &result.price})
      *each = Eigen::VectorXd::Zero(neurons);
    if (item.start != nullptr) {
      result.slopes.lines = item.start->lines;
      result.slopes.phases = item.start->phases;
    } else {
      result.slopes.phases = Eigen::VectorXd::Zero(neurons);
      result.slopes.lines = Eigen::VectorXd::Zero(neurons);
      for (int i = 0; i < neurons; ++i) {
        const auto id = static_cast<std::size_t>(i);
        result.slopes.lines(i) = item.node->upper[id] > -item.node->lower[id] ? 1 : 0;
      }
    }
    for (int k = 1; k <= last_; ++k) {
      const LayerState& layer = layers_[static_cast<std::size_t>(k - 1)];
      const int first = problem_.neuron(k, 0);
      for (Eigen::Index j = 0; j < layer.y.cols(); ++j) {
        const auto i = first + j;
        const double l = layer.lower(b, j), u = layer.upper(b, j);
        result.multipliers.neurons(i) = -layer.best_carried(b, j);
        result.y(i) = layer.best_y(b, j);
        result.x(i) = layer.best_x(b, j);
        if (is_linear(k, j)) continue;
        const bool open = l < 0 && u > 0;
        (open ? result.slopes.lines : result.slopes.phases)(i) = layer.best_own(b, j);
        if (!open) continue;
        const double c = layer.best_cost(b, j);
        result.price(i) = c < 0 ? c * u * l / (u - l) : 0;
      }
    }
    return result;
  }

  const Problem& problem_;
  const Ball& ball_;
  const std::vector<SlopeAscent::Item>& items_;
  Eigen::Index count_;
  int last_ = 0;
  bool rows_ = false;
  std::vector<LayerState> layers_;
  RowMatrix rho_, best_rho_, rho_mean_, rho_square_;
  RowMatrix directions_, changes_;
  Eigen::VectorXd values_, best_;
  std::vector<Eigen::VectorXd> best_directions_;
};

}  // namespace

std::vector<SlopeAscent::Result> SlopeAscent::run(const std::vector<Item>& items, int steps,
                                                  bool rows, const Deadline& deadline) const {
  if (items.empty()) return {};
  return Batch(problem_, ball_, items, rows).run(steps, deadline);
}

std::int64_t ascent_effort(const Problem& problem, const std::vector<SlopeAscent::Result>& run) {
  if (run.empty()) return 0;
  // Back and on a step, as much for the first point and for the proof. A pass of many at once takes
  // a share of the time of as many passes.
  const auto items = static_cast<std::int64_t>(run.size());
  return problem.effort_of_passes(2 * run.front().steps + 4) * items /
         std::min<std::int64_t>(items, 4);
}

}  // namespace brink::search
