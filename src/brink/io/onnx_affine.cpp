// Gemm, MatMul, and arithmetic with constants: affine functions of the value.
//
// A signal of shape [1, n] times weights [n, m] is W v with W the transpose of the weights; weights
// [m, n] times a signal [n] or [n, 1] is W v with the weights as they are.
#include "onnx_node.h"

namespace brink::onnx_reader {

namespace {

std::int64_t extent_from_right(const Shape& shape, std::size_t i) {
  return i < shape.size() ? shape[shape.size() - 1 - i] : 1;
}

/// The shape of a op b by ONNX's (numpy's) rules.
Expected<Shape> broadcast_shape(const Shape& a, const Shape& b) {
  Shape result(std::max(a.size(), b.size()));
  for (std::size_t i = 0; i < result.size(); ++i) {
    const std::int64_t m = extent_from_right(a, i);
    const std::int64_t n = extent_from_right(b, i);
    if (m != n && m != 1 && n != 1) {
      return bad_request("sizes do not match: {} and {}", text(a), text(b));
    }
    result[result.size() - 1 - i] = m == 1 ? n : m;
  }
  return result;
}

/// The tensor's element for each element of `shape`, in row order.
Eigen::VectorXd broadcast_to(const Tensor& tensor, const Shape& shape) {
  Eigen::VectorXd values(size(shape));
  for (Eigen::Index flat = 0; flat < values.size(); ++flat) {
    std::int64_t rest = flat, stride = 1, at = 0;
    for (std::size_t i = 0; i < shape.size(); ++i) {
      const std::int64_t position = rest % extent_from_right(shape, i);
      rest /= extent_from_right(shape, i);
      const std::int64_t own = extent_from_right(tensor.shape, i);
      if (own > 1) at += position * stride;
      stride *= own;
    }
    values(flat) = tensor.values[static_cast<std::size_t>(at)];
  }
  return values;
}

tl::unexpected<Error> two_signals() {
  return bad_request(
      "combines two values that depend on the network's input; only chains of layers are read");
}

tl::unexpected<Error> no_signal() {
  return bad_request("combines constants only; fold them before export");
}

tl::unexpected<Error> does_not_chain(const Shape& weights, bool left, const Shape& signal) {
  return bad_request("sizes do not chain: {} times {}", text(left ? weights : signal),
                     text(left ? signal : weights));
}

/// The result's shape and W.
struct Product {
  Shape shape;
  Eigen::MatrixXd weights;
};

Expected<Product> signal_times(Shape shape, const Eigen::MatrixXd& weights) {
  const Shape own = {weights.rows(), weights.cols()};
  if (shape.empty() || shape.back() != own[0]) return does_not_chain(own, false, shape);
  if (size(shape) != own[0]) {
    return bad_request("is applied to {} rows at once; networks of one input at a time are read",
                       size(shape) / std::max<std::int64_t>(own[0], 1));
  }
  shape.back() = own[1];
  return Product{std::move(shape), weights.transpose()};
}

Expected<Product> times_signal(const Eigen::MatrixXd& weights, Shape shape) {
  const Shape own = {weights.rows(), weights.cols()};
  if (shape.empty()) return does_not_chain(own, true, shape);
  std::int64_t& rows = shape.size() == 1 ? shape[0] : shape[shape.size() - 2];
  if (rows != own[1]) return does_not_chain(own, true, shape);
  if (size(shape) != own[1]) {
    return bad_request("is applied to {} columns at once; networks of one input at a time are read",
                       size(shape) / std::max<std::int64_t>(own[1], 1));
  }
  rows = own[0];
  return Product{std::move(shape), weights};
}

Expected<Product> product(const Shape& signal, bool signal_first, const Eigen::MatrixXd& weights) {
  return signal_first ? signal_times(signal, weights) : times_signal(weights, signal);
}

/// beta * C for each element of the product; zeros without C.
Expected<Eigen::VectorXd> gemm_bias(const Node& node, const Shape& shape) {
  if (node.input(2) == nullptr) return Eigen::VectorXd(Eigen::VectorXd::Zero(size(shape)));
  const auto beta = node.real("beta", 1);
  if (!beta) return tl::unexpected(beta.error());
  const auto bias = node.constant(2);
  if (!bias) return tl::unexpected(bias.error());
  const auto together = broadcast_shape((*bias)->shape, shape);
  if (!together || *together != shape) {
    return bad_request("the bias has shape {}, the product {}", text((*bias)->shape), text(shape));
  }
  return Eigen::VectorXd(*beta * broadcast_to(**bias, shape));
}

/// The shape of the signal as a matrix, transposed if the node says so.
Expected<Shape> gemm_shape(const Signal& signal, bool transposed) {
  Shape shape = signal.shape;
  if (shape.size() != 2) {
    return bad_request("is applied to a value of shape {}, a matrix is needed", text(shape));
  }
  if (!transposed) return shape;
  if (std::min(shape[0], shape[1]) != 1) {
    return bad_request("transposes a value of shape {}; networks of one input at a time are read",
                       text(shape));
  }
  std::swap(shape[0], shape[1]);
  return shape;
}

/// value op constant as scale * value + shift.
struct ScaleAndShift {
  Eigen::VectorXd scale, shift;
};

Expected<ScaleAndShift> scale_and_shift(const std::string& op, bool signal_first,
                                        const Eigen::VectorXd& constant) {
  const Eigen::Index count = constant.size();
  const auto ones = Eigen::VectorXd::Ones(count);
  if (op == "Add") return ScaleAndShift{ones, constant};
  if (op == "Sub" && signal_first) return ScaleAndShift{ones, -constant};
  if (op == "Sub") return ScaleAndShift{-ones, constant};
  if (op == "Mul") return ScaleAndShift{constant, Eigen::VectorXd::Zero(count)};
  if (!signal_first) return bad_request("divides by a value that depends on the network's input");
  if ((constant.array() == 0).any()) return bad_request("divides by zero");
  return ScaleAndShift{constant.cwiseInverse(), Eigen::VectorXd::Zero(count)};
}

}  // namespace

Expected<Value> apply_gemm(const Node& node, Progression& progression) {
  const Signal* a = node.signal(0);
  const Signal* b = node.signal(1);
  if (a != nullptr && b != nullptr) return two_signals();
  if (a == nullptr && b == nullptr) return no_signal();
  const auto trans_a = node.integer("transA", 0);
  if (!trans_a) return tl::unexpected(trans_a.error());
  const auto trans_b = node.integer("transB", 0);
  if (!trans_b) return tl::unexpected(trans_b.error());
  const auto alpha = node.real("alpha", 1);
  if (!alpha) return tl::unexpected(alpha.error());
  const auto shape = gemm_shape(a != nullptr ? *a : *b, (a != nullptr ? *trans_a : *trans_b) != 0);
  if (!shape) return tl::unexpected(shape.error());
  auto weights = matrix(**node.constant(a != nullptr ? 1 : 0));
  if (!weights) return tl::unexpected(weights.error());
  if ((a != nullptr ? *trans_b : *trans_a) != 0) weights->transposeInPlace();
  *weights *= *alpha;
  const auto result = product(*shape, a != nullptr, *weights);
  if (!result) return tl::unexpected(result.error());
  const auto bias = gemm_bias(node, result->shape);
  if (!bias) return tl::unexpected(bias.error());
  progression.chain.apply_linear(result->weights, *bias);
  return Signal{result->shape};
}

Expected<Value> apply_matmul(const Node& node, Progression& progression) {
  const Signal* a = node.signal(0);
  const Signal* b = node.signal(1);
  if (a != nullptr && b != nullptr) return two_signals();
  if (a == nullptr && b == nullptr) return no_signal();
  const auto weights = matrix(**node.constant(a != nullptr ? 1 : 0));
  if (!weights) return tl::unexpected(weights.error());
  const auto result = product((a != nullptr ? a : b)->shape, a != nullptr, *weights);
  if (!result) return tl::unexpected(result.error());
  progression.chain.apply_linear(result->weights, Eigen::VectorXd::Zero(result->weights.rows()));
  return Signal{result->shape};
}

Expected<Value> apply_elementwise(const Node& node, Progression& progression) {
  const Signal* a = node.signal(0);
  const Signal* b = node.signal(1);
  if (a != nullptr && b != nullptr) return two_signals();
  if (a == nullptr && b == nullptr) return no_signal();
  const Tensor& constant = **node.constant(a != nullptr ? 1 : 0);
  const Shape& signal = (a != nullptr ? a : b)->shape;
  const auto shape = broadcast_shape(constant.shape, signal);
  if (!shape) return tl::unexpected(shape.error());
  if (const auto count = checked_size(*shape); !count || *count != size(signal)) {
    return bad_request("spreads a value of shape {} over {}, which is not read", text(signal),
                       text(*shape));
  }
  const auto map =
      scale_and_shift(node.proto().op_type(), a != nullptr, broadcast_to(constant, *shape));
  if (!map) return tl::unexpected(map.error());
  progression.chain.apply_elementwise(map->scale, map->shift);
  return Signal{*shape};
}

}  // namespace brink::onnx_reader
