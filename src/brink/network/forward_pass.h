// How a file computes a network's outputs, operator by operator.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "brink/base/error.h"

namespace brink {

class ForwardPass {
 public:
  virtual ~ForwardPass() = default;
  virtual Eigen::Index input_size() const = 0;
  /// As the file has it, a batch in front as 1; empty: the format has none.
  virtual std::vector<std::int64_t> input_shape() const { return {}; }
  /// The plain forward pass, in double precision: each operator is computed as it stands in the
  /// file, with nothing composed and no units made. It ends where the lowered network ends: what it
  /// says is what `outputs(network, x)` has to be but for rounding (a final Relu included, a final
  /// Softmax not, two outputs for the Sigmoid of one). Safe from several threads at once. Errors: x
  /// of another size, numbers that overflow.
  virtual Expected<Eigen::VectorXd> evaluate(const Eigen::VectorXd& x) const = 0;
};

}  // namespace brink
