#include "values.h"

#include <algorithm>
#include <cctype>

namespace brink::python {

std::string as_arguments(const std::string& message) {
  std::string result;
  for (std::size_t i = 0; i < message.size(); ++i) {
    const bool begins = i == 0 || std::isalnum(static_cast<unsigned char>(message[i - 1])) == 0;
    const bool option = begins && message.compare(i, 2, "--") == 0 && i + 2 < message.size() &&
                        std::islower(static_cast<unsigned char>(message[i + 2])) != 0;
    if (!option) {
      result += message[i];
      continue;
    }
    for (i += 2; i < message.size(); ++i) {
      const char c = message[i];
      if (std::islower(static_cast<unsigned char>(c)) == 0 && c != '-') break;
      result += c == '-' ? '_' : c;
    }
    --i;
  }
  return result;
}

void raise(const Error& error) {
  const std::string message = as_arguments(error.message);
  if (error.kind == Error::Kind::bad_request) throw RequestFault(message);
  throw SolverFault(message);
}

Eigen::VectorXd vector_of(const Vector& array) {
  return Eigen::Map<const Eigen::VectorXd>(array.data(), static_cast<Eigen::Index>(array.size()));
}

namespace {

/// numpy owns the numbers from here on.
nb::object owned(double* numbers, std::initializer_list<std::size_t> shape) {
  const nb::capsule owner(numbers, [](void* p) noexcept { delete[] static_cast<double*>(p); });
  return nb::ndarray<nb::numpy, double>(numbers, shape, owner).cast();
}

}  // namespace

nb::object array_of(const Eigen::VectorXd& vector) {
  const auto size = static_cast<std::size_t>(vector.size());
  double* numbers = new double[size];
  std::copy(vector.begin(), vector.end(), numbers);
  return owned(numbers, {size});
}

nb::object array_of(const Eigen::MatrixXd& matrix) {
  const auto rows = static_cast<std::size_t>(matrix.rows());
  const auto columns = static_cast<std::size_t>(matrix.cols());
  double* numbers = new double[rows * columns];
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  Eigen::Map<RowMajor>(numbers, matrix.rows(), matrix.cols()) = matrix;
  return owned(numbers, {rows, columns});
}

nb::object parsed_json(const std::string& text) {
  return nb::module_::import_("json").attr("loads")(text);
}

}  // namespace brink::python
