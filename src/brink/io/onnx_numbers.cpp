// Number types of ONNX: half precision in doubles, and casts.
//
// A number of p bits after the leading one and least exponent e is a multiple of
// 2^(max(e, exponent of the number) - p); rounding to the nearest, ties to even.
#include <cmath>
#include <limits>

#include "onnx_tensor.h"

namespace brink::onnx_reader {

namespace {

/// 1 sign bit, exponent, then `digits` bits.
double decode(std::uint16_t bits, int digits, int bias) {
  const int exponents = (1 << (15 - digits)) - 1;  // the largest: infinity and NaN
  const int exponent = (bits >> digits) & exponents;
  const int fraction = bits & ((1 << digits) - 1);
  const double sign = (bits & 0x8000U) != 0 ? -1 : 1;
  if (exponent == exponents) {
    return fraction != 0 ? std::numeric_limits<double>::quiet_NaN()
                         : sign * std::numeric_limits<double>::infinity();
  }
  const int leading = exponent > 0 ? 1 << digits : 0;
  return sign * std::ldexp(leading + fraction, std::max(exponent, 1) - bias - digits);
}

double rounded(double value, int digits, int least_exponent) {
  if (value == 0 || !std::isfinite(value)) return value;
  const int shift = std::max(std::ilogb(value), least_exponent) - digits;
  return std::ldexp(std::nearbyint(std::ldexp(value, -shift)), shift);
}

struct IntegerRange {
  int data_type;
  double lowest, highest;
};

template <class T>
constexpr IntegerRange range_of(int data_type) {
  return {data_type, static_cast<double>(std::numeric_limits<T>::min()),
          static_cast<double>(std::numeric_limits<T>::max())};
}

constexpr IntegerRange kIntegers[] = {range_of<std::int64_t>(onnx::TensorProto::INT64),
                                      range_of<std::int32_t>(onnx::TensorProto::INT32),
                                      range_of<std::int16_t>(onnx::TensorProto::INT16),
                                      range_of<std::int8_t>(onnx::TensorProto::INT8),
                                      range_of<std::uint64_t>(onnx::TensorProto::UINT64),
                                      range_of<std::uint32_t>(onnx::TensorProto::UINT32),
                                      range_of<std::uint16_t>(onnx::TensorProto::UINT16),
                                      range_of<std::uint8_t>(onnx::TensorProto::UINT8)};

Expected<double> in_range(double value, double lowest, double highest, int data_type) {
  if (value >= lowest && value <= highest) return value;
  return bad_request("casts {} to {}, which has no such number", value, data_type_name(data_type));
}

}  // namespace

double from_half(std::uint16_t bits) {
  return decode(bits, 10, 15);
}

double from_bfloat(std::uint16_t bits) {
  return decode(bits, 7, 127);
}

bool is_half(int data_type) {
  return data_type == onnx::TensorProto::FLOAT16 || data_type == onnx::TensorProto::BFLOAT16;
}

bool is_real(int data_type) {
  return data_type == onnx::TensorProto::FLOAT || data_type == onnx::TensorProto::DOUBLE ||
         is_half(data_type);
}

Expected<double> cast_to(double value, int data_type) {
  constexpr double kLargestFloat = std::numeric_limits<float>::max();
  if (data_type == onnx::TensorProto::DOUBLE) return value;
  if (data_type == onnx::TensorProto::BOOL) return value != 0 ? 1.0 : 0.0;
  if (is_real(data_type) && !std::isfinite(value)) return value;  // refused where it is used
  if (data_type == onnx::TensorProto::FLOAT) {
    return in_range(rounded(value, 23, -126), -kLargestFloat, kLargestFloat, data_type);
  }
  if (data_type == onnx::TensorProto::FLOAT16) {
    return in_range(rounded(value, 10, -14), -65504, 65504, data_type);
  }
  if (data_type == onnx::TensorProto::BFLOAT16) {
    return in_range(rounded(value, 7, -126), -kLargestFloat, kLargestFloat, data_type);
  }
  for (const IntegerRange& range : kIntegers) {
    if (range.data_type == data_type) {
      return in_range(std::trunc(value), range.lowest, range.highest, data_type);
    }
  }
  return bad_request("casts to data type {}, only real numbers, integers and bool are read",
                     data_type_name(data_type));
}

std::string data_type_name(int data_type) {
  return onnx::TensorProto::DataType_IsValid(data_type)
             ? onnx::TensorProto::DataType_Name(static_cast<onnx::TensorProto::DataType>(data_type))
             : std::to_string(data_type);
}

}  // namespace brink::onnx_reader
