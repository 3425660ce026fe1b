// Gemm and MatMul: linear functions of the value; of constants, matrix products.
//
// A signal of shape [1, n] times weights [n, m] is W v with W the transpose of the weights; weights
// [m, n] times a signal [n] or [n, 1] is W v with the weights as they are. A signal [1, ..., r, n]
// has several rows (or columns), the map of each beside the others'.
#include "brink/graph/node.h"

namespace brink::graph {

namespace {

tl::unexpected<Error> does_not_chain(const Shape& weights, bool left, const Shape& signal) {
  return bad_request("sizes do not chain: {} times {}", text(left ? weights : signal),
                     text(left ? signal : weights));
}

/// The result's shape and map.
struct Product {
  Shape shape;
  Matrix map;
};

/// The map v -> W v of weights, times alpha. Large ones that are nearly all zeros (selections and
/// sums of pairs, exported as dense) are kept by their nonzeros: composing 4,096 x 2,048 with
/// 2,048 x 8,192 takes 20 s where both are dense. Smaller ones are fast, and users see their layers
/// called dense.
Matrix map_of(const MatrixView& weights, bool transposed, double alpha = 1) {
  constexpr Eigen::Index kLarge = 1 << 16;
  const Eigen::Index size = weights.size();
  if (size >= kLarge && 16 * (weights.array() != 0).count() <= size) {
    SparseRows rows = weights.sparseView();
    if (transposed) rows = SparseRows(rows.transpose());
    return Matrix(SparseRows(alpha * rows));
  }
  Eigen::MatrixXd w = transposed ? Eigen::MatrixXd(weights.transpose()) : Eigen::MatrixXd(weights);
  if (alpha != 1) w *= alpha;
  return Matrix(std::move(w));
}

/// Several rows or columns are one input if a leading extent says so.
Expected<void> check_count(const Shape& shape, std::int64_t count, std::string_view what,
                           double weights) {
  if (count > 1 && (shape.size() < 3 || shape[0] != 1)) {
    return bad_request("is applied to {} {} at once; networks of one input at a time are read",
                       count, what);
  }
  constexpr double kMostBeside = 1 << 26;
  if (count == 1 || static_cast<double>(count) * weights <= kMostBeside) return {};
  return bad_request("makes {} times {} weights: too large for a network of this kind", count,
                     weights);
}

/// Element (p, i, q) of the result is the sum over j of w(i, j) times element (p, j, q).
Matrix beside(const Eigen::MatrixXd& w, Eigen::Index outer, Eigen::Index inner) {
  SparseRows map(outer * w.rows() * inner, outer * w.cols() * inner);
  map.reserve(outer * w.size() * inner);
  for (Eigen::Index row = 0; row < map.rows(); ++row) {
    map.startVec(row);
    const Eigen::Index p = row / inner / w.rows(), i = row / inner % w.rows(), q = row % inner;
    for (Eigen::Index j = 0; j < w.cols(); ++j) {
      map.insertBack(row, (p * w.cols() + j) * inner + q) = w(i, j);
    }
  }
  map.finalize();
  return Matrix(map);
}

/// The signal of this shape times weights whose map from a row to a row is W.
Expected<Product> signal_times(Shape shape, const Matrix& map) {
  const Shape own = {map.cols(), map.rows()};
  if (shape.empty() || shape.back() != own[0]) return does_not_chain(own, false, shape);
  const std::int64_t rows = size(shape) / std::max<std::int64_t>(own[0], 1);
  const auto entries = static_cast<double>(size(own));
  if (auto ok = check_count(shape, rows, "rows", entries); !ok) return tl::unexpected(ok.error());
  shape.back() = own[1];
  return Product{std::move(shape), rows == 1 ? map : beside(map.dense(), rows, 1)};
}

Expected<Product> times_signal(const Matrix& map, Shape shape) {
  const Shape own = {map.rows(), map.cols()};
  if (shape.empty()) return does_not_chain(own, true, shape);
  std::int64_t& rows = shape.size() == 1 ? shape[0] : shape[shape.size() - 2];
  if (rows != own[1]) return does_not_chain(own, true, shape);
  const std::int64_t columns = size(shape) / std::max<std::int64_t>(own[1], 1);
  const auto entries = static_cast<double>(size(own));
  if (auto ok = check_count(shape, columns, "columns", entries); !ok) {
    return tl::unexpected(ok.error());
  }
  rows = own[0];
  if (columns == 1) return Product{std::move(shape), map};
  const std::int64_t inner = shape.back();
  return Product{std::move(shape), beside(map.dense(), columns / inner, inner)};
}

Expected<Product> product(const Shape& signal, bool signal_first, const Matrix& map) {
  return signal_first ? signal_times(signal, map) : times_signal(map, signal);
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
  return Eigen::VectorXd(*beta * spread(**bias, shape));
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

/// The weights of a MatMul as a matrix: leading extents of 1 are dropped, and a vector times which
/// a signal is taken is a column.
Expected<MatrixView> matmul_weights(const Tensor& tensor, bool on_the_right) {
  Shape shape = tensor.shape;
  if (shape.size() == 1 && on_the_right) shape.push_back(1);
  while (shape.size() > 2 && shape.front() == 1) shape.erase(shape.begin());
  return matrix(tensor, shape);
}

/// The product of constants, with room for it.
Expected<Eigen::MatrixXd> constant_product(const Eigen::MatrixXd& a, const Eigen::MatrixXd& b,
                                           Progression& progression) {
  const Shape left = {a.rows(), a.cols()}, right = {b.rows(), b.cols()};
  if (left[1] != right[0]) return does_not_chain(left, true, right);
  if (auto room = progression.has_room({left[0], right[1]}); !room) {
    return tl::unexpected(room.error());
  }
  return Eigen::MatrixXd(a * b);
}

/// alpha A B + beta C, all constants.
Expected<Value> constant_gemm(const Node& node, bool trans_a, bool trans_b, double alpha,
                              Progression& progression) {
  const auto left = matrix(**node.constant(0)), right = matrix(**node.constant(1));
  if (!left) return tl::unexpected(left.error());
  if (!right) return tl::unexpected(right.error());
  const auto turned = [](const MatrixView& view, bool transposed) {
    return transposed ? Eigen::MatrixXd(view.transpose()) : Eigen::MatrixXd(view);
  };
  const auto product =
      constant_product(turned(*left, trans_a), turned(*right, trans_b), progression);
  if (!product) return tl::unexpected(product.error());
  Tensor result = tensor_of(alpha * *product);
  const auto bias = gemm_bias(node, result.shape);
  if (!bias) return tl::unexpected(bias.error());
  Eigen::Map<Eigen::VectorXd>(result.values.data(), bias->size()) += *bias;
  return result;
}

}  // namespace

Expected<Value> apply_gemm(const Node& node, Progression& progression) {
  const Signal* a = node.signal(0);
  const Signal* signal = a != nullptr ? a : node.signal(1);
  const auto trans_a = node.integer("transA", 0);
  if (!trans_a) return tl::unexpected(trans_a.error());
  const auto trans_b = node.integer("transB", 0);
  if (!trans_b) return tl::unexpected(trans_b.error());
  const auto alpha = node.real("alpha", 1);
  if (!alpha) return tl::unexpected(alpha.error());
  if (node.signals() == 0) {
    return constant_gemm(node, *trans_a != 0, *trans_b != 0, *alpha, progression);
  }
  if (signal == nullptr) return bad_request("adds what depends on the network's input as a bias");
  const auto shape = gemm_shape(*signal, (a != nullptr ? *trans_a : *trans_b) != 0);
  if (!shape) return tl::unexpected(shape.error());
  const auto weights = matrix(**node.constant(a != nullptr ? 1 : 0));
  if (!weights) return tl::unexpected(weights.error());
  const bool transposed = (a != nullptr) != ((a != nullptr ? *trans_b : *trans_a) != 0);
  auto result = product(*shape, a != nullptr, map_of(*weights, transposed, *alpha));
  if (!result) return tl::unexpected(result.error());
  const auto bias = gemm_bias(node, result->shape);
  if (!bias) return tl::unexpected(bias.error());
  return mapped(a != nullptr ? *node.input(0) : *node.input(1), result->shape, result->map, *bias);
}

Expected<Value> apply_matmul(const Node& node, Progression& progression) {
  const Signal* a = node.signal(0);
  if (node.signals() == 0) {
    const auto left = matrix(**node.constant(0)), right = matrix(**node.constant(1));
    if (!left) return tl::unexpected(left.error());
    if (!right) return tl::unexpected(right.error());
    const auto result = constant_product(*left, *right, progression);
    if (!result) return tl::unexpected(result.error());
    return tensor_of(*result);
  }
  const Tensor& constant = *node.constants().front();
  const auto weights = matmul_weights(constant, a != nullptr);
  if (!weights) return tl::unexpected(weights.error());
  const Value& value = *node.input(a != nullptr ? 0 : 1);
  auto result = product(shape_of(value), a != nullptr, map_of(*weights, a != nullptr));
  if (!result) return tl::unexpected(result.error());
  if (constant.shape.size() == 1) result->shape.pop_back();
  while (constant.shape.size() > 2 && result->shape.size() < constant.shape.size()) {
    result->shape.insert(result->shape.begin(), 1);
  }
  return mapped(value, result->shape, result->map);
}

}  // namespace brink::graph
