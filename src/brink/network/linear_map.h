// v -> A v, as a dense matrix or as the rows of a sparse one: a convolution's rows have a few dozen
// entries, a carried unit's one.
#pragma once

#include <Eigen/Core>
#include <Eigen/SparseCore>
#include <variant>

namespace brink {

class LinearMap {
 public:
  using Dense = Eigen::MatrixXd;
  using Sparse = Eigen::SparseMatrix<double, Eigen::RowMajor>;

 private:
  std::variant<Dense, Sparse> matrix_;

  template <class Function>
  auto with(Function f) const {
    return std::visit(f, matrix_);
  }

 public:
  LinearMap() = default;
  LinearMap(Dense matrix) : matrix_(std::move(matrix)) {}
  LinearMap(Sparse matrix) : matrix_(std::move(matrix)) {}
  template <class Expression>
  LinearMap(const Eigen::MatrixBase<Expression>& matrix) : matrix_(Dense(matrix)) {}

  Eigen::Index rows() const {
    return with([](const auto& a) { return a.rows(); });
  }
  Eigen::Index cols() const {
    return with([](const auto& a) { return a.cols(); });
  }
  /// How many numbers are stored.
  Eigen::Index entries() const;
  bool is_sparse() const { return std::holds_alternative<Sparse>(matrix_); }
  /// Of a dense map.
  const Dense& dense() const { return std::get<Dense>(matrix_); }
  Dense& dense() { return std::get<Dense>(matrix_); }
  const Sparse& sparse() const { return std::get<Sparse>(matrix_); }
  Dense to_dense() const {
    return with([](const auto& a) { return Dense(a); });
  }

  Eigen::VectorXd operator*(const Eigen::VectorXd& x) const {
    return with([&](const auto& a) -> Eigen::VectorXd { return a * x; });
  }
  Eigen::MatrixXd operator*(const Eigen::MatrixXd& x) const {
    return with([&](const auto& a) -> Eigen::MatrixXd { return a * x; });
  }
  /// A' v.
  Eigen::VectorXd transposed(const Eigen::VectorXd& v) const {
    return with([&](const auto& a) -> Eigen::VectorXd { return a.transpose() * v; });
  }
  /// |A| x, |A|' v.
  Eigen::VectorXd absolute(const Eigen::VectorXd& x) const {
    return with([&](const auto& a) -> Eigen::VectorXd { return a.cwiseAbs() * x; });
  }
  Eigen::VectorXd absolute_transposed(const Eigen::VectorXd& v) const {
    return with([&](const auto& a) -> Eigen::VectorXd { return a.cwiseAbs().transpose() * v; });
  }
  /// M A.
  Eigen::MatrixXd after(const Eigen::MatrixXd& m) const;

  double at(Eigen::Index j, Eigen::Index i) const {
    return with([&](const auto& a) -> double { return a.coeff(j, i); });
  }
  Eigen::VectorXd row(Eigen::Index j) const {
    return with([&](const auto& a) -> Eigen::VectorXd { return a.row(j).transpose(); });
  }
  double largest() const;  ///< |entry|
  bool all_finite() const;

  /// f(i, entry) for the stored entries of row j, i ascending; the entry may be changed by the
  /// second.
  template <class Function>
  void each_in_row(Eigen::Index j, Function f) const {
    if (const Dense* a = std::get_if<Dense>(&matrix_)) {
      for (Eigen::Index i = 0; i < a->cols(); ++i) f(i, (*a)(j, i));
    } else {
      for (Sparse::InnerIterator at(sparse(), j); at; ++at) f(at.col(), at.value());
    }
  }
  template <class Function>
  void change_row(Eigen::Index j, Function f) {
    if (Dense* a = std::get_if<Dense>(&matrix_)) {
      for (Eigen::Index i = 0; i < a->cols(); ++i) f(i, (*a)(j, i));
    } else {
      for (Sparse::InnerIterator at(std::get<Sparse>(matrix_), j); at; ++at) {
        f(at.col(), at.valueRef());
      }
    }
  }
};

}  // namespace brink
