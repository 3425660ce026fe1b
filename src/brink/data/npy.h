// One array of numbers, or one text, in NumPy's .npy format, versions 1 to 3.
//
// The format: "\x93NUMPY", version, length of the header, a header that is the literal of a Python
// dict (descr, fortran_order, shape), then the numbers. Source: numpy.lib.format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "brink/base/error.h"

namespace brink {

/// Numbers as they are kept: <f8, <f4, <i8, <i4, |u1, or one text, <U or |S. Of the other types of
/// numbers read, <f2 becomes float and integers int64, whatever their order of bytes.
using NpyNumbers = std::variant<std::vector<double>, std::vector<float>, std::vector<std::int64_t>,
                                std::vector<std::int32_t>, std::vector<std::uint8_t>, std::string>;

struct NpyArray {
  std::vector<std::size_t> shape;  ///< empty: a single number
  /// C order; as many as the product of `shape`, which a text is one of. Texts are ASCII: other
  /// characters are read as '?'.
  NpyNumbers numbers;

  std::size_t size() const;
  /// All numbers as doubles; exact but for int64 beyond 2^53. A text is not a number (NaN).
  std::vector<double> as_doubles() const;
  /// All numbers as int64; an error if one is not whole, or too large.
  Expected<std::vector<std::int64_t>> as_integers() const;
  /// Empty: these are numbers.
  std::optional<std::string> as_text() const;
};

/// The error names `where` (a file and array) and what was expected: wrong magic, a header that
/// does not parse, another kind of number, too few or too many bytes. Fortran order becomes C
/// order.
Expected<NpyArray> decode_npy(std::string_view bytes, const std::string& where);

/// `array.numbers` must have `array.size()` entries.
std::string encode_npy(const NpyArray& array);

}  // namespace brink
