// A network as exact numbers: y^k = W^k x^{k-1} + b^k, x = max(0, y) or y, unit by unit.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "exact.h"

namespace check {

/// A matrix by rows and a bias, as whole numbers over one denominator.
class Layer {
 public:
  using Row = std::vector<std::pair<int, Rational>>;  ///< ascending, no zeros
  Layer(int cols, const std::vector<Row>& rows, const std::vector<Rational>& bias,
        std::vector<char> relu);

  int rows() const { return static_cast<int>(bias_.size()); }
  int cols() const { return cols_; }
  bool relu(int j) const { return relu_[static_cast<std::size_t>(j)] != 0; }
  void set_linear() { relu_.assign(relu_.size(), 0); }
  const Integer& denominator() const { return denominator_; }
  const Integer& bias(int j) const { return bias_[static_cast<std::size_t>(j)]; }

  /// Calls use(column, value) for the entries of row j.
  template <class Use>
  void each(int j, Use use) const {
    for (std::size_t e = start_[static_cast<std::size_t>(j)];
         e < start_[static_cast<std::size_t>(j) + 1]; ++e) {
      if (fits_) {
        use(index_[e], Integer(static_cast<long>(small_[e])));
      } else {
        use(index_[e], big_[e]);
      }
    }
  }
  /// out = W' lambda, over the denominator; of cols() numbers.
  void transposed(const Integer* lambda, std::vector<Integer>& out) const;
  const std::vector<std::size_t>& start() const { return start_; }
  const std::vector<int>& index() const { return index_; }

 private:
  bool transposed_wide(const Integer* lambda, std::vector<Integer>& out) const;

  int cols_;
  Integer denominator_ = 1;
  std::vector<std::size_t> start_ = {0};
  std::vector<int> index_;
  bool fits_ = true;  ///< all entries fit into small_, else big_ has them
  std::vector<std::int64_t> small_;
  std::vector<Integer> big_;
  std::size_t bits_ = 0;  ///< of the largest entry
  std::vector<Integer> bias_;
  std::vector<char> relu_;
};

struct Network {
  std::vector<Layer> layers;
  std::vector<int> first;  ///< neuron of layer k's unit 0, layers from 0; all neurons last
  bool relu_output = false;

  void add(Layer layer);
  int depth() const { return static_cast<int>(layers.size()); }
  int inputs() const { return layers.front().cols(); }
  int neurons() const { return first.back(); }
  int outputs() const { return layers.back().rows(); }
  int layer_of(int neuron) const;
  /// y^K at x.
  std::vector<Rational> outputs_at(const std::vector<Rational>& x) const;
  std::string name_of(int neuron) const;  ///< "unit 3 of layer 2"
};

/// By kind, "onnx" or "layers". Throws Unreadable.
Network read_network(const std::string& kind, std::string_view bytes);
Network read_onnx(std::string_view bytes);
Network read_layers(std::string_view text);

inline constexpr long kMostUnits = 1 << 20;
inline constexpr std::size_t kMostWeights = 1 << 25;

}  // namespace check
