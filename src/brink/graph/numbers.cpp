// Number types of ONNX: half precision in doubles, and casts.
//
// A number of p bits after the leading one and least exponent e is a multiple of
// 2^(max(e, exponent of the number) - p); rounding to the nearest, ties to even.
#include <cmath>
#include <limits>

#include "brink/graph/tensor.h"

namespace brink::graph {

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

constexpr IntegerRange kIntegers[] = {
    range_of<std::int64_t>(kInt64),   range_of<std::int32_t>(kInt32),
    range_of<std::int16_t>(kInt16),   range_of<std::int8_t>(kInt8),
    range_of<std::uint64_t>(kUint64), range_of<std::uint32_t>(kUint32),
    range_of<std::uint16_t>(kUint16), range_of<std::uint8_t>(kUint8)};

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
  return data_type == kFloat16 || data_type == kBfloat16;
}

bool is_real(int data_type) {
  return data_type == kFloat || data_type == kDouble || is_half(data_type);
}

Expected<double> cast_to(double value, int data_type) {
  constexpr double kLargestFloat = std::numeric_limits<float>::max();
  if (data_type == kDouble) return value;
  if (data_type == kBool) return value != 0 ? 1.0 : 0.0;
  if (is_real(data_type) && !std::isfinite(value)) return value;  // refused where it is used
  if (data_type == kFloat) {
    return in_range(rounded(value, 23, -126), -kLargestFloat, kLargestFloat, data_type);
  }
  if (data_type == kFloat16) {
    return in_range(rounded(value, 10, -14), -65504, 65504, data_type);
  }
  if (data_type == kBfloat16) {
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
  constexpr std::string_view kNames[] = {"UNDEFINED",  "FLOAT",   "UINT8",  "INT8",   "UINT16",
                                         "INT16",      "INT32",   "INT64",  "STRING", "BOOL",
                                         "FLOAT16",    "DOUBLE",  "UINT32", "UINT64", "COMPLEX64",
                                         "COMPLEX128", "BFLOAT16"};
  const bool known = data_type >= 0 && data_type <= kBfloat16;
  return known ? std::string(kNames[data_type]) : std::to_string(data_type);
}

}  // namespace brink::graph
