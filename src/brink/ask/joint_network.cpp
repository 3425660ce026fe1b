// Blocks of one matrix a layer. Networks of less depth hand their outputs on in linear units. Below
// the blocks of twins a third block has their differences y_A - y_B as linear units, which nothing
// reads: they are there to be bounded (search/twins.h). Where both read the same input the
// difference of their weights is one number, so that what they have in common cancels.
#include "brink/ask/joint_network.h"

#include <cmath>

#include "brink/ask/property_network.h"

namespace brink {

namespace {

/// One layer of the whole, row by row.
class LayerBuilder {
 public:
  LayerBuilder(Eigen::Index cols, bool sparse) : cols_(cols), sparse_(sparse) {}

  Eigen::Index rows() const { return static_cast<Eigen::Index>(bias_.size()); }
  void add_row(double bias, bool linear, double rounding) {
    bias_.push_back(bias);
    linear_.push_back(linear ? 1 : 0);
    rounding_.push_back(rounding);
  }
  /// In the last row.
  void put(Eigen::Index col, double value) { entries_.emplace_back(rows() - 1, col, value); }

  Layer layer(bool hidden) const {
    Layer result;
    LinearMap::Sparse matrix(rows(), cols_);
    matrix.setFromTriplets(entries_.begin(), entries_.end());
    if (sparse_) {
      result.weights = matrix;
    } else {
      result.weights = Eigen::MatrixXd(matrix);
    }
    result.bias = Eigen::Map<const Eigen::VectorXd>(bias_.data(), rows());
    if (hidden) result.linear = linear_;
    const auto rounding = Eigen::Map<const Eigen::VectorXd>(rounding_.data(), rows());
    if (!rounding.isZero(0)) result.rounding = rounding;
    return result;
  }

 private:
  Eigen::Index cols_;
  bool sparse_;
  std::vector<Eigen::Triplet<double>> entries_;
  std::vector<double> bias_, rounding_;
  std::vector<char> linear_;
};

double rounding_of(const Layer& layer, Eigen::Index j) {
  return layer.rounding.size() > 0 ? layer.rounding(j) : 0;
}

/// The outputs handed on, once more.
void deepen(Network& network) {
  const Eigen::Index outputs = network.output_size();
  network.layers.back().linear.assign(static_cast<std::size_t>(outputs), 1);
  network.layers.push_back(
      {Eigen::MatrixXd::Identity(outputs, outputs), Eigen::VectorXd::Zero(outputs)});
}

/// Pairs of networks of the same shape, each in one pair at most.
std::vector<std::pair<int, int>> pairs_of(const std::vector<Network>& parts) {
  std::vector<std::pair<int, int>> pairs;
  std::vector<char> taken(parts.size());
  for (std::size_t a = 0; a < parts.size(); ++a) {
    for (std::size_t b = a + 1; b < parts.size() && !taken[a]; ++b) {
      if (taken[b] || !same_shape(parts[a], parts[b])) continue;
      taken[a] = taken[b] = 1;
      pairs.emplace_back(static_cast<int>(a), static_cast<int>(b));
    }
  }
  return pairs;
}

/// a - b, with what rounding took from it.
struct Difference {
  double value, lost;
};
Difference difference(double a, double b) {  // Knuth's two-sum
  const double value = a - b, of_b = a - value;
  return {value, (a - (value + of_b)) + (of_b - b)};
}

class Joiner {
 public:
  Joiner(std::vector<Network> parts, const std::vector<std::vector<int>>& reads,
         const Eigen::VectorXd& sizes)
      : parts_(std::move(parts)), reads_(reads), sizes_(sizes), pairs_(pairs_of(parts_)) {
    int depth = 0;
    for (const Network& part : parts_) depth = std::max(depth, part.depth());
    for (Network& part : parts_) {
      while (part.depth() < depth) deepen(part);
    }
    for (int k = 1; k <= depth; ++k) add_layer(k, k < depth);
  }

  JointNetwork take() { return std::move(joint_); }

 private:
  const Layer& layer(int part, int k) const {
    return parts_[static_cast<std::size_t>(part)].layer(k);
  }

  /// Where a part's value before layer k stands among those of the whole.
  Eigen::Index column(int part, int k, Eigen::Index i) const {
    const auto at = static_cast<std::size_t>(part);
    return k == 1 ? reads_[at][static_cast<std::size_t>(i)] : starts_[at] + i;
  }

  void add_layer(int k, bool hidden) {
    const int count = static_cast<int>(parts_.size());
    bool sparse = false;
    for (int part = 0; part < count; ++part) sparse = sparse || layer(part, k).weights.is_sparse();
    LayerBuilder builder(width_, sparse);
    std::vector<Eigen::Index> starts;
    for (int part = 0; part < count; ++part) {
      const Layer& from = layer(part, k);
      starts.push_back(builder.rows());
      for (Eigen::Index j = 0; j < from.bias.size(); ++j) {
        builder.add_row(from.bias(j), from.is_linear(j), rounding_of(from, j));
        from.weights.each_in_row(
            j, [&](Eigen::Index i, double w) { builder.put(column(part, k, i), w); });
      }
    }
    for (const auto& [a, b] : pairs_) {
      if (hidden) add_differences(k, a, b, starts, builder);
    }
    starts_ = std::move(starts);
    width_ = builder.rows();
    joint_.network.layers.push_back(builder.layer(hidden));
  }

  void add_differences(int k, int a, int b, const std::vector<Eigen::Index>& starts,
                       LayerBuilder& builder) {
    for (Eigen::Index j = 0; j < layer(a, k).bias.size(); ++j) {
      if (layer(a, k).is_linear(j)) continue;
      const Difference bias = difference(layer(a, k).bias(j), layer(b, k).bias(j));
      double doubt = std::abs(bias.lost);
      Eigen::VectorXd row = Eigen::VectorXd::Zero(width_);
      layer(a, k).weights.each_in_row(j,
                                      [&](Eigen::Index i, double w) { row(column(a, k, i)) += w; });
      builder.add_row(bias.value, true, 0);
      layer(b, k).weights.each_in_row(j, [&](Eigen::Index i, double w) {
        const Eigen::Index at = column(b, k, i);
        const Difference entry = difference(row(at), w);
        if (entry.lost != 0) doubt += std::abs(entry.lost) * sizes_(at);
        row(at) = entry.value;
      });
      for (Eigen::Index i = 0; i < width_; ++i) {
        if (row(i) != 0) builder.put(i, row(i));
      }
      joint_.twins.push_back({k, static_cast<int>(starts[static_cast<std::size_t>(a)] + j),
                              static_cast<int>(starts[static_cast<std::size_t>(b)] + j),
                              static_cast<int>(builder.rows() - 1), 1.0001 * doubt});
    }
  }

  std::vector<Network> parts_;
  const std::vector<std::vector<int>>& reads_;
  const Eigen::VectorXd& sizes_;
  std::vector<std::pair<int, int>> pairs_;
  JointNetwork joint_;
  std::vector<Eigen::Index> starts_;  ///< of each part's units in the layer before
  Eigen::Index width_ = sizes_.size();
};

}  // namespace

bool same_shape(const Network& a, const Network& b) {
  if (a.depth() != b.depth() || a.input_size() != b.input_size()) return false;
  for (int k = 1; k <= a.depth(); ++k) {
    if (a.width(k) != b.width(k)) return false;
    for (Eigen::Index j = 0; k < a.depth() && j < a.width(k); ++j) {
      if (a.layer(k).is_linear(j) != b.layer(k).is_linear(j)) return false;
    }
  }
  return true;
}

JointNetwork joint_network(const std::vector<const Network*>& networks,
                           const std::vector<std::vector<int>>& reads,
                           const Eigen::VectorXd& sizes) {
  if (networks.size() == 1) return {property_network(*networks.front(), {}), {}};
  std::vector<Network> parts;
  for (const Network* network : networks) parts.push_back(property_network(*network, {}));
  return Joiner(std::move(parts), reads, sizes).take();
}

}  // namespace brink
