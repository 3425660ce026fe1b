// Products and sums are dense where a factor is, or where more than half of the entries are kept.
// Where an entry is one product it is stored, not added to zero: signs of zeros stay.
#include "brink/graph/matrix.h"

#include <algorithm>

namespace brink::graph {

namespace {

using Index = Eigen::Index;

/// Row by row: `fill(i, put)` calls put(column, value) in the order of columns.
template <class Fill>
SparseRows by_rows(Index rows, Index columns, Index entries, const Fill& fill) {
  SparseRows result(rows, columns);
  result.reserve(entries);
  for (Index i = 0; i < rows; ++i) {
    result.startVec(i);
    fill(i, [&result, i](Index column, double value) { result.insertBack(i, column) = value; });
  }
  result.finalize();
  return result;
}

Matrix packed(const SparseRows& sparse) {
  if (2 * sparse.nonZeros() > sparse.rows() * sparse.cols()) {
    return Matrix(Eigen::MatrixXd(sparse));
  }
  return Matrix(sparse);
}

/// Column by column of the result, in the order of the inner map's rows.
Eigen::MatrixXd product(const Eigen::MatrixXd& outer, const SparseRows& inner) {
  Eigen::MatrixXd result = Eigen::MatrixXd::Zero(outer.rows(), inner.cols());
  std::vector<bool> begun(static_cast<std::size_t>(inner.cols()));
  for (Index i = 0; i < inner.rows(); ++i) {
    for (SparseRows::InnerIterator entry(inner, i); entry; ++entry) {
      auto column = result.col(entry.col());
      if (begun[static_cast<std::size_t>(entry.col())]) {
        column += entry.value() * outer.col(i);
      } else {
        column = entry.value() * outer.col(i);
      }
      begun[static_cast<std::size_t>(entry.col())] = true;
    }
  }
  return result;
}

}  // namespace

Matrix Matrix::identity(Index size) {
  Matrix map{SparseRows()};
  map.kept_ = size;
  return map;
}

Matrix Matrix::selection(const Selection& from, Index columns) {
  return Matrix(by_rows(std::ssize(from), columns, std::ssize(from), [&](Index i, auto put) {
    if (const Index at = from[static_cast<std::size_t>(i)]; at >= 0) put(at, 1);
  }));
}

Matrix::Matrix(Eigen::MatrixXd dense)
    : kept_(std::make_shared<const Eigen::MatrixXd>(std::move(dense))) {}

Matrix::Matrix(SparseRows sparse) {
  const auto own = std::make_shared<SparseRows>();
  own->swap(sparse);  // Eigen's do not move
  kept_ = Sparse(own);
}

Index Matrix::rows() const {
  if (is_identity()) return std::get<Index>(kept_);
  return is_dense() ? matrix().rows() : std::get<Sparse>(kept_)->rows();
}

Index Matrix::cols() const {
  if (is_identity()) return std::get<Index>(kept_);
  return is_dense() ? matrix().cols() : std::get<Sparse>(kept_)->cols();
}

double Matrix::entries() const {
  if (is_identity()) return static_cast<double>(rows());
  return static_cast<double>(is_dense() ? matrix().size() : std::get<Sparse>(kept_)->nonZeros());
}

Matrix::Sparse Matrix::rows_of_nonzeros() const {
  if (!is_identity()) return std::get<Sparse>(kept_);
  SparseRows result(rows(), rows());
  result.setIdentity();
  return std::make_shared<const SparseRows>(result);
}

Eigen::VectorXd Matrix::apply(const Eigen::VectorXd& v) const {
  if (is_identity()) return v;
  if (is_dense()) return matrix() * v;
  return *std::get<Sparse>(kept_) * v;
}

Eigen::VectorXd Matrix::absolute(const Eigen::VectorXd& v) const {
  if (is_identity()) return v;
  if (is_dense()) return matrix().cwiseAbs() * v;
  return std::get<Sparse>(kept_)->cwiseAbs() * v;
}

Index Matrix::longest_row() const {
  if (is_identity()) return 1;
  if (is_dense()) return cols();
  const SparseRows& rows = *std::get<Sparse>(kept_);
  Index longest = 0;
  for (Index i = 0; i < rows.outerSize(); ++i) {
    longest = std::max(longest, rows.outerIndexPtr()[i + 1] - rows.outerIndexPtr()[i]);
  }
  return longest;
}

Matrix Matrix::after(const Matrix& inner) const {
  if (is_identity()) return inner;
  if (inner.is_identity()) return *this;
  if (is_dense() && inner.is_dense()) return Matrix(Eigen::MatrixXd(matrix() * inner.matrix()));
  if (is_dense()) return Matrix(product(matrix(), *inner.rows_of_nonzeros()));
  if (inner.is_dense()) {
    return Matrix(Eigen::MatrixXd(*std::get<Sparse>(kept_) * inner.matrix()));
  }
  return packed(*std::get<Sparse>(kept_) * *inner.rows_of_nonzeros());
}

Matrix Matrix::plus(const Matrix& other) const {
  if (is_dense() || other.is_dense()) return Matrix(Eigen::MatrixXd(dense() + other.dense()));
  return packed(*rows_of_nonzeros() + *other.rows_of_nonzeros());
}

Matrix Matrix::scaled(const Eigen::VectorXd& by_row) const {
  if (is_dense()) return Matrix(Eigen::MatrixXd(by_row.asDiagonal() * matrix()));
  return Matrix(SparseRows(by_row.asDiagonal() * *rows_of_nonzeros()));
}

Matrix Matrix::selected(const Selection& from) const {
  if (is_identity()) return selection(from, cols());
  if (!is_dense()) {
    const SparseRows& old = *std::get<Sparse>(kept_);
    return Matrix(by_rows(std::ssize(from), cols(), 0, [&](Index i, auto put) {
      const Index at = from[static_cast<std::size_t>(i)];
      if (at < 0) return;
      for (SparseRows::InnerIterator entry(old, at); entry; ++entry)
        put(entry.col(), entry.value());
    }));
  }
  Eigen::MatrixXd result = Eigen::MatrixXd::Zero(std::ssize(from), cols());
  for (Index i = 0; i < result.rows(); ++i) {
    if (const Index at = from[static_cast<std::size_t>(i)]; at >= 0) {
      result.row(i) = matrix().row(at);
    }
  }
  return Matrix(std::move(result));
}

Matrix Matrix::columns(const Selection& from) const {
  if (is_dense()) return Matrix(Eigen::MatrixXd(matrix()(Eigen::all, from)));
  Selection to(static_cast<std::size_t>(cols()), -1);
  for (std::size_t j = 0; j < from.size(); ++j) {
    to[static_cast<std::size_t>(from[j])] = static_cast<Index>(j);
  }
  const Sparse old = rows_of_nonzeros();
  return Matrix(by_rows(rows(), std::ssize(from), 0, [&](Index i, auto put) {
    for (SparseRows::InnerIterator entry(*old, i); entry; ++entry) {
      const Index column = to[static_cast<std::size_t>(entry.col())];
      if (column >= 0) put(column, entry.value());
    }
  }));
}

void Matrix::mark_used(std::vector<char>& columns) const {
  if (is_dense() || is_identity()) {
    std::fill(columns.begin(), columns.end(), 1);
    return;
  }
  const SparseRows& rows = *std::get<Sparse>(kept_);
  for (Index i = 0; i < rows.outerSize(); ++i) {
    for (SparseRows::InnerIterator entry(rows, i); entry; ++entry) columns[at(entry.col())] = 1;
  }
}

Eigen::MatrixXd Matrix::dense() const {
  return is_dense() ? matrix() : Eigen::MatrixXd(*rows_of_nonzeros());
}

SparseRows Matrix::sparse() const {
  return is_dense() ? SparseRows(matrix().sparseView()) : *rows_of_nonzeros();
}

bool Matrix::operator==(const Matrix& other) const {
  if (rows() != other.rows() || cols() != other.cols() || is_dense() != other.is_dense()) {
    return false;
  }
  if (is_identity() && other.is_identity()) return true;
  if (is_dense()) return matrix() == other.matrix();
  const Sparse a = rows_of_nonzeros(), b = other.rows_of_nonzeros();
  const auto same = [](const auto* x, const auto* y, Index n) { return std::equal(x, x + n, y); };
  return a->nonZeros() == b->nonZeros() &&
         same(a->outerIndexPtr(), b->outerIndexPtr(), a->rows() + 1) &&
         same(a->innerIndexPtr(), b->innerIndexPtr(), a->nonZeros()) &&
         same(a->valuePtr(), b->valuePtr(), a->nonZeros());
}

}  // namespace brink::graph
