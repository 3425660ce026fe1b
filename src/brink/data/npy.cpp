// The header is found by key, not parsed as Python: NumPy writes it by repr(), so each value
// follows its quoted key, and a value of any other form is refused.
#include "brink/data/npy.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

namespace brink {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie");

namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kAlignment = 64;  // of the numbers in the file, as NumPy does

template <class T>
constexpr std::string_view kDescr = "";
template <>
constexpr std::string_view kDescr<double> = "<f8";
template <>
constexpr std::string_view kDescr<float> = "<f4";
template <>
constexpr std::string_view kDescr<std::int64_t> = "<i8";
template <>
constexpr std::string_view kDescr<std::int32_t> = "<i4";
template <>
constexpr std::string_view kDescr<std::uint8_t> = "|u1";

/// What follows `'key':` and its spaces; empty if the key is missing.
std::string_view value_of(std::string_view header, std::string_view key) {
  const std::size_t at = header.find(fmt::format("'{}':", key));
  if (at == std::string_view::npos) return {};
  header.remove_prefix(at + key.size() + 3);
  const std::size_t start = header.find_first_not_of(' ');
  return start == std::string_view::npos ? std::string_view() : header.substr(start);
}

/// "(3, 4)", "(3,)", "()"; empty optional: not that, or a product beyond what memory can hold.
std::optional<std::vector<std::size_t>> parse_shape(std::string_view text) {
  const std::size_t end = text.find(')');
  if (text.empty() || text.front() != '(' || end == std::string_view::npos) return std::nullopt;
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max() / 16;
  std::vector<std::size_t> shape;
  std::size_t product = 1;
  std::optional<std::size_t> extent;
  const auto close = [&] {
    if (!extent) return true;
    if (*extent != 0 && product > kMost / *extent) return false;
    product *= *extent;
    shape.push_back(*extent);
    extent.reset();
    return true;
  };
  for (const char c : text.substr(1, end - 1)) {
    if (c >= '0' && c <= '9') {
      extent = extent.value_or(0) * 10 + static_cast<std::size_t>(c - '0');
      if (*extent > kMost) return std::nullopt;
    } else if (c == ',') {
      if (!extent || !close()) return std::nullopt;
    } else if (c != ' ') {
      return std::nullopt;
    }
  }
  if (!close()) return std::nullopt;
  return shape;
}

struct Parts {
  std::string_view header;
  std::string_view numbers;
};

Expected<Parts> split(std::string_view bytes, const std::string& where) {
  if (bytes.size() < 10 || bytes.substr(0, kMagic.size()) != kMagic) {
    return bad_request("{} is not an array of NumPy: it does not begin with \\x93NUMPY", where);
  }
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
  };
  const std::size_t version = byte(6);
  if (version < 1 || version > 3) {
    return bad_request("{} has format version {}, only 1 to 3 are known", where, version);
  }
  const std::size_t start = version == 1 ? 10 : 12;
  std::size_t length = byte(8) | byte(9) << 8;
  if (version > 1 && bytes.size() >= start) length |= byte(10) << 16 | byte(11) << 24;
  if (bytes.size() < start || bytes.size() - start < length) {
    return bad_request("{} is truncated within its header", where);
  }
  return Parts{bytes.substr(start, length), bytes.substr(start + length)};
}

/// IEEE half precision.
float from_half(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31, fraction = bits & 1023;
  const float sign = (bits & 0x8000) != 0 ? -1.0F : 1.0F;
  if (exponent == 31) {
    return fraction == 0 ? sign * std::numeric_limits<float>::infinity()
                         : std::numeric_limits<float>::quiet_NaN();
  }
  const auto size = exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                  : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
  return sign * size;
}

/// Elements of type T, their bytes in the other order if `swapped`, as R.
template <class T, class R>
Expected<NpyArray> converted(std::vector<std::size_t> shape, std::string_view bytes, bool swapped,
                             const std::string& where) {
  std::string turned;
  if (swapped) {
    turned.assign(bytes);
    for (std::size_t i = 0; i + sizeof(T) <= turned.size(); i += sizeof(T)) {
      std::reverse(turned.begin() + static_cast<std::ptrdiff_t>(i),
                   turned.begin() + static_cast<std::ptrdiff_t>(i + sizeof(T)));
    }
    bytes = turned;
  }
  NpyArray array{std::move(shape), std::vector<R>()};
  if (bytes.size() != array.size() * sizeof(T)) {
    return bad_request(
        "{} has {} bytes of numbers where its shape ({}) needs {}: is it {}?", where, bytes.size(),
        fmt::join(array.shape, ", "), array.size() * sizeof(T),
        bytes.size() < array.size() * sizeof(T) ? "truncated" : "followed by something else");
  }
  std::vector<R> numbers(array.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    T element;
    std::memcpy(&element, bytes.data() + i * sizeof(T), sizeof(T));
    if constexpr (std::is_same_v<R, float> && std::is_same_v<T, std::uint16_t>) {
      numbers[i] = from_half(element);
    } else {
      numbers[i] = static_cast<R>(element);  // NOLINT(bugprone-signed-char-misuse): no character
    }
  }
  array.numbers = std::move(numbers);
  return array;
}

/// Numbers of a type given by its letter and bytes: 'f' 8, 'u' 2, ...
Expected<NpyArray> any_numbers(std::string_view descr, std::vector<std::size_t> shape,
                               std::string_view bytes, const std::string& where) {
  const bool swapped = descr.front() == '>';
  const std::string_view type = descr.substr(1);
  const auto as = [&]<class T, class R>() {
    return converted<T, R>(std::move(shape), bytes, swapped, where);
  };
  using i64 = std::int64_t;
  if (type == "f8") return as.template operator()<double, double>();
  if (type == "f4") return as.template operator()<float, float>();
  if (type == "f2") return as.template operator()<std::uint16_t, float>();
  if (type == "i8") return as.template operator()<i64, i64>();
  if (type == "i4") return as.template operator()<std::int32_t, std::int32_t>();
  if (type == "i2") return as.template operator()<std::int16_t, i64>();
  if (type == "i1") return as.template operator()<std::int8_t, i64>();
  if (type == "u8") return as.template operator()<std::uint64_t, double>();
  if (type == "u4") return as.template operator()<std::uint32_t, i64>();
  if (type == "u2") return as.template operator()<std::uint16_t, i64>();
  if (type == "u1") return as.template operator()<std::uint8_t, std::uint8_t>();
  if (type == "b1") return as.template operator()<std::uint8_t, std::int32_t>();
  return bad_request("{} holds {}: use numbers of a float or integer type", where,
                     descr.substr(0, 20));
}

/// From Fortran order to C order.
NpyArray in_c_order(const NpyArray& array) {
  NpyArray result = array;
  std::visit(
      [&](auto& to) {
        const auto& from = std::get<std::decay_t<decltype(to)>>(array.numbers);
        const std::size_t rank = array.shape.size();
        std::vector<std::size_t> at(rank, 0), stride(rank, 1);
        for (std::size_t d = 1; d < rank; ++d) stride[d] = stride[d - 1] * array.shape[d - 1];
        for (auto& element : to) {
          std::size_t place = 0;
          for (std::size_t d = 0; d < rank; ++d) place += at[d] * stride[d];
          element = from[place];
          for (std::size_t d = rank; d-- > 0 && ++at[d] == array.shape[d];) at[d] = 0;
        }
      },
      result.numbers);
  return result;
}

/// One text of as many characters of `width` bytes as `digits` says: <U7 has 4 bytes each, |S7 one.
std::optional<std::string> text_of(std::string_view digits, std::size_t width,
                                   std::string_view bytes) {
  std::size_t length = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (code != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (bytes.size() % width != 0 || bytes.size() / width != length) return std::nullopt;
  std::string text;
  for (std::size_t i = 0; i < length; ++i) {
    std::uint32_t character = 0;
    std::memcpy(&character, bytes.data() + i * width, width);
    text += character < 128 ? static_cast<char>(character) : '?';
  }
  while (!text.empty() && text.back() == '\0') text.pop_back();  // what pads shorter ones
  return text;
}

/// The bytes of <U: UTF-32.
std::string wide(const std::string& text) {
  std::string bytes;
  for (const char c : text) (bytes += c).append(3, '\0');
  return bytes;
}

}  // namespace

std::size_t NpyArray::size() const {
  std::size_t product = 1;
  for (const std::size_t extent : shape) product *= extent;
  return product;
}

std::optional<std::string> NpyArray::as_text() const {
  const auto* text = std::get_if<std::string>(&numbers);
  return text != nullptr ? std::optional<std::string>(*text) : std::nullopt;
}

std::vector<double> NpyArray::as_doubles() const {
  if (as_text()) return std::vector<double>(size(), std::numeric_limits<double>::quiet_NaN());
  return std::visit(
      [](const auto& values) {
        std::vector<double> doubles;
        doubles.reserve(values.size());
        for (const auto value : values) doubles.push_back(static_cast<double>(value));
        return doubles;
      },
      numbers);
}

Expected<std::vector<std::int64_t>> NpyArray::as_integers() const {
  if (const auto* exact = std::get_if<std::vector<std::int64_t>>(&numbers)) return *exact;
  std::vector<std::int64_t> integers;
  integers.reserve(size());
  for (const double value : as_doubles()) {
    if (!(std::abs(value) < 0x1p53) || value != std::floor(value)) {
      return bad_request("{} is not a whole number", value);
    }
    integers.push_back(static_cast<std::int64_t>(value));
  }
  return integers;
}

Expected<NpyArray> decode_npy(std::string_view bytes, const std::string& where) {
  const auto parts = split(bytes, where);
  if (!parts) return tl::unexpected<Error>(parts.error());
  const std::string_view order = value_of(parts->header, "fortran_order");
  auto shape = parse_shape(value_of(parts->header, "shape"));
  std::string_view descr = value_of(parts->header, "descr");
  if (order.empty() || !shape || descr.empty()) {
    return bad_request("{} has a header that is not NumPy's: descr, fortran_order, shape", where);
  }
  const std::size_t quote = descr.find('\'', 1);
  if (descr.front() == '\'' && quote != std::string_view::npos) {
    descr = descr.substr(1, quote - 1);
    if (descr.size() == 3 && std::string_view("fiub").find(descr[1]) != std::string_view::npos) {
      auto array = any_numbers(descr, std::move(*shape), parts->numbers, where);
      const bool fortran = order.substr(0, 4) == "True" && array && array->shape.size() > 1;
      return fortran ? Expected<NpyArray>(in_c_order(*array)) : array;
    }
    NpyArray array{std::move(*shape), {}};
    const bool wide = descr.starts_with("<U");
    if ((wide || descr.starts_with("|S")) && array.size() == 1) {
      auto text = text_of(descr.substr(2), wide ? 4 : 1, parts->numbers);
      if (!text) return bad_request("{} is a text whose length is not {}", where, descr);
      array.numbers = std::move(*text);
      return array;
    }
  }
  return bad_request("{} holds {}: use numbers of a float or integer type", where,
                     descr.substr(0, 20));
}

std::string encode_npy(const NpyArray& array) {
  return std::visit(
      [&](const auto& values) {
        using T = typename std::decay_t<decltype(values)>::value_type;
        std::string descr(kDescr<T>);
        if (descr.empty()) descr = fmt::format("<U{}", values.size());
        std::string header =
            fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", descr,
                        fmt::join(array.shape, ", "), array.shape.size() == 1 ? "," : "");
        const std::size_t before = kMagic.size() + 4;
        const std::size_t unpadded = before + header.size() + 1;
        header.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ');
        header += '\n';
        std::string bytes(kMagic);
        bytes += '\1';
        bytes += '\0';
        bytes += static_cast<char>(header.size() & 0xff);
        bytes += static_cast<char>(header.size() >> 8);
        bytes += header;
        if constexpr (std::is_same_v<T, char>) {
          bytes += wide(values);
        } else if (!values.empty()) {
          bytes.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
        }
        return bytes;
      },
      array.numbers);
}

}  // namespace brink
