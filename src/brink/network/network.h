// A trained ReLU network as a value, and its plain forward pass.
//
// Layers 0..K; layer 0 is the input x^0 in R^{n_0}. For k = 1..K
//     y^k = W^k x^{k-1} + b^k        (pre-activation)
//     x^k = max(0, y^k)              (hidden layers k < K; x_j^k = y_j^k of units that are linear)
// and the output x^K is y^K ("linear") or max(0, y^K) ("relu"); Fischetti & Jo 2018, section 2.
// `layers[k - 1]` holds W^k and b^k. Linear units carry what a later layer still needs of an
// earlier one, so that every piecewise linear graph is such a chain (docs/decisions/0006). The
// forward pass here is plain. Every answer's image is checked by the file's own, where the network
// is from a file.
#pragma once

#include <Eigen/Core>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "brink/base/error.h"
#include "brink/network/forward_pass.h"
#include "brink/network/linear_map.h"

namespace brink {

enum class OutputKind { linear, relu };

std::string_view name(OutputKind kind);

struct Layer {
  LinearMap weights;              ///< W^k, n_k x n_{k-1}
  Eigen::VectorXd bias;           ///< b^k, n_k
  std::vector<char> linear = {};  ///< by unit: x_j = y_j; empty: of none. Of hidden layers only.
  /// The network that this one stands for (a file's graph, over the reals) may differ from W x + b
  /// by as much as rounding_j max(1, |x| of this and all earlier layers). Empty: it is the same.
  /// See bounds/rounding.h.
  Eigen::VectorXd rounding = {};

  bool is_linear(Eigen::Index j) const {
    return !linear.empty() && linear[static_cast<std::size_t>(j)] != 0;
  }
  /// From y to x: max(0, y_j), but y_j of linear units.
  void activate(Eigen::VectorXd& y) const;
};

/// x_j^k, or s_j^k = x_j^k - y_j^k, of a hidden unit that is not linear.
struct Part {
  int k = 1;
  int j = 0;
  bool off = false;  ///< s
};
/// The largest of several values a_i, which such units compute by a tournament: [i] has parts whose
/// sum is what a_i lacks of the largest, so that a_i is the largest if all of them are 0.
using Maximum = std::vector<std::vector<Part>>;

struct Network {
  std::vector<Layer> layers;  ///< at least one; sizes chain; all numbers finite (see check)
  OutputKind output = OutputKind::linear;
  /// The same as a file computes it: what an answer's image is checked against. Null: it is its
  /// own.
  std::shared_ptr<const ForwardPass> as_in_file = nullptr;
  /// Those of max pooling, if their direct form is wanted (formulate/maximum.cpp): each of its
  /// units is one match of them, and of nothing else but at their roots.
  std::vector<Maximum> maxima = {};

  int depth() const { return static_cast<int>(layers.size()); }  ///< K
  Eigen::Index input_size() const { return layers.front().weights.cols(); }
  Eigen::Index output_size() const { return layers.back().bias.size(); }
  /// n_k for k = 0..K.
  Eigen::Index width(int k) const {
    return k == 0 ? input_size() : layers[static_cast<std::size_t>(k - 1)].bias.size();
  }
  const Layer& layer(int k) const { return layers[static_cast<std::size_t>(k - 1)]; }  ///< k >= 1
};

/// Fully connected, every hidden unit a ReLU: what `train` makes.
bool is_dense(const Network& network);
/// The same up to a last ReLU; what the file clips is then no answer's, and the network its own.
void end_in(Network& network, OutputKind output);

/// Says what is wrong: no layers, sizes that do not chain, NaN or infinite numbers.
Expected<void> check(const Network& network);

/// SHA-256 over shapes, output kind and the bytes of all weights and biases: equal networks,
/// equal hash, wherever they were read from.
std::string content_hash(const Network& network);

/// Pre-activations y^1 ... y^K at x (element k - 1 is y^k).
std::vector<Eigen::VectorXd> pre_activations(const Network& network, const Eigen::VectorXd& x);

/// y^K at x (logits of a classifier).
Eigen::VectorXd logits(const Network& network, const Eigen::VectorXd& x);

/// x^K at x: the logits, or max(0, logits) for a relu output.
Eigen::VectorXd outputs(const Network& network, const Eigen::VectorXd& x);

/// The outputs as the file computes them; by the network's own pass where it is from none. NaN
/// where the file's overflows.
Eigen::VectorXd outputs_in_file(const Network& network, const Eigen::VectorXd& x);

/// The index of the one largest output; -1 when the largest is shared.
int class_of(const Eigen::VectorXd& outputs);

/// The class whose output is strictly the largest; -1 when the largest is shared. A network is
/// right about an image when this equals its label.
int classify(const Network& network, const Eigen::VectorXd& x);

}  // namespace brink
