// Values between Python and the library: arrays, errors, answers as dictionaries.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <Eigen/Core>
#include <stdexcept>

#include "brink/ask/fields.h"
#include "brink/base/box.h"
#include "brink/base/error.h"

namespace brink::python {

namespace nb = nanobind;

/// Row order, float64, read only.
using Vector = nb::ndarray<const double, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Matrix = nb::ndarray<const double, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

/// brink.RequestError and brink.SolverError: the two kinds of "no" (base/error.h).
class RequestFault : public std::runtime_error {
  using std::runtime_error::runtime_error;
};
class SolverFault : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Words of the command line become arguments: "--time-limit 0 is ..." is of time_limit.
std::string as_arguments(const std::string& message);
/// Throws.
[[noreturn]] void raise(const Error& error);

template <class T>
T value_or_raise(Expected<T>&& result) {
  if (!result) raise(result.error());
  return std::move(*result);
}
inline void check_or_raise(const Expected<void>& result) {
  if (!result) raise(result.error());
}

Eigen::VectorXd vector_of(const Vector& array);
nb::object array_of(const Eigen::VectorXd& vector);
/// In row order.
nb::object array_of(const Eigen::MatrixXd& matrix);
/// Of JSON text.
nb::object parsed_json(const std::string& text);

/// None where there is none.
template <class T>
nb::object object_of(const std::optional<T>& value) {
  return value ? nb::cast(*value) : nb::none();
}
inline nb::object object_of(AnswerStatus status) {
  return nb::cast(std::string(name(status)));
}
template <class T>
nb::object object_of_field(const T& value) {
  if constexpr (std::is_same_v<T, AnswerStatus>) {
    return object_of(value);
  } else {
    return nb::cast(value);
  }
}
template <class T>
nb::object object_of_field(const std::optional<T>& value) {
  return object_of(value);
}

/// Every field by its name.
template <class Fields, class Record>
nb::dict dict_of(const Fields& fields, const Record& record) {
  nb::dict result;
  for_each_field(fields, [&](const auto& field) {
    result[field.name] = object_of_field(record.*field.member);
  });
  return result;
}

}  // namespace brink::python
