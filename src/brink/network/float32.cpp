// A bound on single-precision rounding at a point, first-order terms with their signs.
//
// Forward: a sum of n terms w x and a bias, rounded to u = 2^-24 each time, in any order, is off by
// at most gamma_m (sum |w x| + |b|), gamma_m = m u / (1 - m u), m = n + 3 (n products, n additions,
// and the rounding of w, x, b before; Higham 2002, section 3.1). Terms with x = 0 are exact and do
// not count. With e_j the error of x_j, layer by layer: e_j <= sum |w| e + that.
//
// That forward bound alone grows by |W| a layer. Neurons whose sign the error cannot change pass
// their own on as they are, so the error of y^k is a sum over the layers before of what each adds,
//     e^k = local^k + sum_i |P^{k,i}| source^i,   P^{i+1,i} = W^{i+1},   P^{k+1,i} = W^{k+1} D^k
//     P^{k,i}
// with D^k the neurons surely active and the signs in P cancelling as they do in the network;
// source^i is local^i of these, and of neurons of uncertain sign, which pass nothing on, their
// whole error. The products P cost layers^2 width^3 / 2 (those of sparse layers less, and stay
// sparse), so a point that the plain forward bound already clears is not looked at again. Tried and
// dropped: the forward bound alone for signs (on six layers of 256 it makes every sign uncertain,
// and doubts of thousands).
#include "brink/network/float32.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace brink {

namespace {

constexpr double kUnit = 0x1p-24;
/// What a product or a weight loses where float32 has no smaller number, or flushes it to 0.
constexpr double kTiny = 0x1p-125;

double gamma(double operations) {
  const double share = operations * kUnit;
  // A hair more: the bound itself is computed in double precision.
  return share < 0.5 ? (1 + 1e-6) * share / (1 - share) : std::numeric_limits<double>::infinity();
}

/// What float32 makes of one layer at a point.
struct LayerDoubt {
  Eigen::VectorXd y;          ///< exact pre-activations, but for double rounding
  Eigen::VectorXd local;      ///< error of y that this layer adds
  Eigen::VectorXd error;      ///< of y, with all that came before
  Eigen::VectorXd settled;    ///< 1: active in float32 too
  Eigen::VectorXd unsettled;  ///< 1: which sign it has there is not certain

  /// What it adds to the errors of later layers.
  Eigen::VectorXd source() const {
    return unsettled.cwiseProduct(error) + settled.cwiseProduct(local);
  }
};

/// W D P.
LinearMap passed_through(const LinearMap& w, const Eigen::VectorXd& d, const LinearMap& p) {
  if (!p.is_sparse()) return w * Eigen::MatrixXd(d.asDiagonal() * p.dense());
  const LinearMap::Sparse settled = d.asDiagonal() * p.sparse();
  if (w.is_sparse()) return LinearMap::Sparse(w.sparse() * settled);
  return w.dense() * settled;
}

/// `sharp`: with the products P, else by the plain forward bound.
std::vector<LayerDoubt> forward(const Network& network, const Eigen::VectorXd& x, bool sharp) {
  std::vector<LayerDoubt> result;
  std::vector<LinearMap> passed;  // P^{k,i}
  Eigen::VectorXd input = x;
  Eigen::VectorXd error = Eigen::VectorXd::Zero(x.size());  // the input's rounding is in gamma
  for (const Layer& layer : network.layers) {
    LayerDoubt doubt;
    const Eigen::VectorXd size = input.cwiseAbs() + error;
    const double terms = static_cast<double>((size.array() > 0).count());
    doubt.y = layer.weights * input + layer.bias;
    doubt.local = gamma(terms + 3) * (layer.weights.absolute(size) + layer.bias.cwiseAbs());
    doubt.local.array() += kTiny * (terms + 2) * (2 + size.maxCoeff());
    doubt.error = doubt.local;
    if (!sharp || result.empty()) {
      doubt.error += layer.weights.absolute(error);
    } else {
      const Eigen::VectorXd& settled = result.back().settled;
      for (LinearMap& product : passed) product = passed_through(layer.weights, settled, product);
      passed.push_back(layer.weights);
      for (std::size_t i = 0; i < passed.size(); ++i) {
        doubt.error += passed[i].absolute(result[i].source());
      }
    }
    const auto near = doubt.y.array().abs() <= doubt.error.array();
    doubt.unsettled = near.cast<double>();
    doubt.settled = (!near && doubt.y.array() > 0).cast<double>();
    for (Eigen::Index j = 0; j < doubt.y.size(); ++j) {
      if (layer.is_linear(j)) doubt.unsettled(j) = 1 - (doubt.settled(j) = 1);
    }
    input = doubt.y;
    layer.activate(input);
    error = doubt.error.cwiseProduct(doubt.settled + doubt.unsettled);
    result.push_back(std::move(doubt));
  }
  return result;
}

/// Bound on the error of c y^K, without the last layer's own.
double passed_on(const Network& network, const std::vector<LayerDoubt>& doubts,
                 const Eigen::VectorXd& c) {
  double sum = 0;
  Eigen::VectorXd g = c;
  for (int k = network.depth() - 1; k >= 1; --k) {
    const LayerDoubt& doubt = doubts[static_cast<std::size_t>(k - 1)];
    const Eigen::VectorXd slope = network.layer(k + 1).weights.transposed(g);
    sum += slope.cwiseAbs().dot(doubt.source());
    g = slope.cwiseProduct(doubt.settled);
  }
  return sum;
}

struct Lead {
  double lead = 0, doubt = 0;
};

/// y_t - y_j for each j, and y_t of a relu or an only output, with the doubt of each.
std::vector<Lead> leads(const Network& network, const Eigen::VectorXd& x, int target, bool sharp) {
  const std::vector<LayerDoubt> doubts = forward(network, x, sharp);
  const LayerDoubt& last = doubts.back();
  std::vector<Lead> result;
  for (Eigen::Index j = 0; j < last.y.size(); ++j) {
    if (j == target && network.output != OutputKind::relu && last.y.size() > 1) continue;
    Eigen::VectorXd c = Eigen::VectorXd::Unit(last.y.size(), target);
    double local = last.local(target);
    if (j != target) {
      c(j) = -1;
      local += last.local(j);
    }
    result.push_back({c.dot(last.y), passed_on(network, doubts, c) + local});
  }
  return result;
}

}  // namespace

Eigen::VectorXf outputs_float32(const Network& network, const Eigen::VectorXd& x) {
  Eigen::VectorXf activation = x.cast<float>();
  for (int k = 1; k <= network.depth(); ++k) {
    const Layer& layer = network.layer(k);
    Eigen::VectorXf y(layer.bias.size());
    for (Eigen::Index j = 0; j < y.size(); ++j) {
      float sum = 0;
      layer.weights.each_in_row(j, [&](Eigen::Index i, double weight) {
        sum += static_cast<float>(weight) * activation(i);
      });
      y(j) = sum + static_cast<float>(layer.bias(j));
    }
    const bool hidden = k < network.depth();
    for (Eigen::Index j = 0; j < y.size(); ++j) {
      const bool clipped = hidden ? !layer.is_linear(j) : network.output == OutputKind::relu;
      if (clipped) y(j) = std::max(0.0F, y(j));
    }
    activation = y;
  }
  return activation;
}

bool fools_float32(const Network& network, const Eigen::VectorXd& x, int target) {
  const Eigen::VectorXf y = outputs_float32(network, x);
  return (y.array() >= y(target)).count() == 1;
}

double float32_doubt(const Network& network, const Eigen::VectorXd& x, int target) {
  double most = 0;
  for (const Lead& row : leads(network, x, target, true)) most = std::max(most, row.doubt);
  return most;
}

bool survives_float32(const Network& network, const Eigen::VectorXd& x, int target,
                      double threshold, double more) {
  for (const bool sharp : {false, true}) {
    std::vector<Lead> rows = leads(network, x, target, sharp);
    if (network.output_size() == 1) {
      rows.front().lead = std::abs(rows.front().lead - threshold);
      rows.front().doubt += kUnit * std::abs(threshold);  // which is rounded too
    }
    if (std::all_of(rows.begin(), rows.end(),
                    [more](const Lead& row) { return row.lead > row.doubt + more; })) {
      return true;
    }
    // No doubt takes away what is not there.
    if (std::any_of(rows.begin(), rows.end(), [](const Lead& row) { return row.lead <= 0; })) {
      return false;
    }
  }
  return false;
}

}  // namespace brink
