// A matrix as it pays to keep it while maps are composed: the identity, sparse rows, or dense.
//
// Convolutions, pooling and what moves elements have few nonzeros a row; fully connected layers
// have no zeros. Entries that are kept are structure: a dense matrix has all of them, a sparse one
// also zeros that were put in. Maps that are shared are not copied.
#pragma once

#include <Eigen/Core>
#include <Eigen/SparseCore>
#include <memory>
#include <variant>
#include <vector>

namespace brink::graph {

/// For each element of a result, in order, the index of the element that it is; -1: of none.
using Selection = std::vector<Eigen::Index>;
using SparseRows = Eigen::SparseMatrix<double, Eigen::RowMajor, Eigen::Index>;

inline std::size_t at(Eigen::Index i) {
  return static_cast<std::size_t>(i);
}

class Matrix {
 public:
  static Matrix identity(Eigen::Index size);
  /// Row i is unit vector from(i), or zero.
  static Matrix selection(const Selection& from, Eigen::Index columns);
  explicit Matrix(Eigen::MatrixXd dense);
  explicit Matrix(SparseRows sparse);

  Eigen::Index rows() const;
  Eigen::Index cols() const;
  double entries() const;  ///< that are kept
  bool is_identity() const { return std::holds_alternative<Eigen::Index>(kept_); }
  bool is_dense() const { return std::holds_alternative<Dense>(kept_); }

  Eigen::VectorXd apply(const Eigen::VectorXd& v) const;
  Eigen::VectorXd absolute(const Eigen::VectorXd& v) const;  ///< |this| v
  Eigen::Index longest_row() const;                          ///< in entries
  /// v -> this(inner(v)). Each entry is rounded once where it is one product: selections, scalings
  /// by elements and pooling without overlap on either side.
  Matrix after(const Matrix& inner) const;
  Matrix plus(const Matrix& other) const;
  Matrix scaled(const Eigen::VectorXd& by_row) const;
  Matrix selected(const Selection& from) const;  ///< its rows
  Matrix columns(const Selection& from) const;   ///< in their order, each once

  void mark_used(std::vector<char>& columns) const;  ///< those with an entry become 1

  Eigen::MatrixXd dense() const;
  SparseRows sparse() const;  ///< a dense map's without its zeros
  bool operator==(const Matrix& other) const;

 private:
  using Dense = std::shared_ptr<const Eigen::MatrixXd>;
  using Sparse = std::shared_ptr<const SparseRows>;
  const Eigen::MatrixXd& matrix() const { return *std::get<Dense>(kept_); }
  /// The identity's are made.
  Sparse rows_of_nonzeros() const;

  std::variant<Eigen::Index, Sparse, Dense> kept_ = Eigen::Index{0};
};

}  // namespace brink::graph
