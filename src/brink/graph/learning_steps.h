// Private to this folder: the steps of a graph in training. Values are matrices with an example per
// column, its elements in row order.
#pragma once

#include <Eigen/SparseCore>
#include <memory>

#include "brink/graph/window.h"

namespace brink::graph {

/// What training does with a constant.
enum class Role {
  weight,    ///< starts normal with variance 2 / fan in, and decays
  offset,    ///< starts at 0
  factor,    ///< starts at 1
  mean,      ///< measured on the mini-batches, from 0
  variance,  ///< measured, from 1
};

/// A constant that is trained, its elements in row order.
struct Trained {
  std::string name;
  Shape shape;
  Role role = Role::offset;
  Eigen::Index fan_in = 0;  ///< of a weight
  Eigen::VectorXf values, slope = {}, velocity = {};

  bool measured() const { return role == Role::mean || role == Role::variance; }
};

struct LearningState {
  std::vector<Eigen::MatrixXf> values, slopes;  ///< value 0: the input
  std::vector<Trained> trained;
  bool to_input = false;  ///< slopes are wanted of the input too
  bool training = false;  ///< a mini-batch is normalised by itself, and measured

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
/// gamma (x - mean) / sqrt(variance + epsilon) + beta by channel, each with as many elements of x
/// one after the other. The four: which are trained.
struct NormalisationShape {
  Eigen::Index channels, elements;
  float epsilon;
  int gamma, beta, mean, variance;
};
MadeStep normalisation_step(const NormalisationShape& shape, int in, int out);
/// Whatever is piecewise linear without weights: a function of all `in`, one after the other.
MadeStep fixed_step(const std::vector<Block>& blocks, const Affine& form, std::vector<int> in,
                    int out);
/// The largest of each list.
MadeStep largest_step(std::vector<Selection> lists, int in, int out);

}  // namespace brink::graph
