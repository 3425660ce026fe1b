// Private to this folder: the steps of a graph in training. Values are matrices with an example per
// column, its elements in row order.
#pragma once

#include <Eigen/SparseCore>
#include <memory>

#include "brink/graph/window.h"

namespace brink::graph {

/// A constant that is trained, its elements in row order.
struct Trained {
  std::string name;
  Shape shape;
  Eigen::Index fan_in = 0;  ///< 0: a bias
  Eigen::VectorXf values, slope = {}, velocity = {};
};

struct LearningState {
  std::vector<Eigen::MatrixXf> values, slopes;  ///< value 0: the input
  std::vector<Trained> trained;
  bool to_input = false;  ///< slopes are wanted of the input too

  bool wants(int value) const { return value != 0 || to_input; }
};

class LearningStep {
 public:
  virtual ~LearningStep() = default;
  virtual void forward(LearningState& state) = 0;
  /// Adds to the slopes of what it is made of.
  virtual void backward(LearningState& state) = 0;
};

using MadeStep = std::unique_ptr<LearningStep>;

/// `channels` of the input in `groups`; the weights [outputs, channels / groups, kernel...].
struct ConvolutionShape {
  Window window;
  Eigen::Index channels, outputs, groups;
};
Expected<MadeStep> convolution_step(const ConvolutionShape& shape, int weights, int in, int out);
/// W x; the weights are [outputs, inputs], or transposed.
MadeStep product_step(Eigen::Index outputs, Eigen::Index inputs, bool outputs_first, int weights,
                      int in, int out);
/// x + b(from).
MadeStep bias_step(Selection from, int bias, int in, int out);
/// Whatever is piecewise linear without weights: a function of all `in`, one after the other.
MadeStep fixed_step(const std::vector<Block>& blocks, const Affine& form, std::vector<int> in,
                    int out);
/// The largest of each list.
MadeStep largest_step(std::vector<Selection> lists, int in, int out);

}  // namespace brink::graph
