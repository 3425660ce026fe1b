#include "exact.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>

namespace check {

namespace {

constexpr std::size_t kMostDigits = 1200;
constexpr long kMostExponent = 2000;
constexpr std::ptrdiff_t kLongestLine = 64 << 20;

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

std::string take_digits(std::string_view& text, bool hex) {
  std::size_t count = 0;
  while (count < text.size()) {
    const auto c = static_cast<unsigned char>(text[count]);
    if (hex ? std::isxdigit(c) == 0 : std::isdigit(c) == 0) break;
    ++count;
  }
  std::string digits(text.substr(0, count));
  text.remove_prefix(count);
  return digits;
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text.substr(0, 40)) result += c >= ' ' && c <= '~' ? c : '?';
  return result + (text.size() > 40 ? "...'" : "'");
}

Rational parse_number(std::string_view text) {
  const auto wrong = [&, whole = text] { return Refused(quoted(whole) + " is not a number"); };
  if (text.size() > kMostDigits) throw Refused(quoted(text) + " has too many digits");
  const bool negative = take(text, '-');
  const bool hex = text.starts_with("0x");
  if (hex) text.remove_prefix(2);
  std::string digits = take_digits(text, hex);
  if (digits.empty()) throw wrong();
  long exponent = 0;
  if (take(text, '.')) {
    const std::string more = take_digits(text, hex);
    if (more.empty()) throw wrong();
    exponent = -static_cast<long>(more.size()) * (hex ? 4 : 1);
    digits += more;
  }
  const bool has_exponent = take(text, hex ? 'p' : 'e');
  if (hex && !has_exponent) throw wrong();
  if (has_exponent) {
    if (text.starts_with("+-")) throw wrong();
    take(text, '+');
    exponent += parse_integer(text, -kMostExponent, kMostExponent);
  } else if (!text.empty()) {
    throw wrong();
  }
  Rational value(Integer(digits, hex ? 16 : 10));
  if (hex) {
    value = shifted(value, exponent);
  } else {
    Integer power;
    mpz_ui_pow_ui(power.get_mpz_t(), 10, static_cast<unsigned long>(std::abs(exponent)));
    if (exponent < 0) {
      value /= power;
    } else {
      value *= power;
    }
  }
  return negative ? Rational(-value) : value;
}

long parse_integer(std::string_view text, long least, long most) {
  long value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || value < least || value > most) {
    throw Refused(quoted(text) + " is not a whole number from " + std::to_string(least) + " to " +
                  std::to_string(most));
  }
  return value;
}

Integer parse_big(std::string_view text) {
  std::string_view rest = text;
  const bool negative = take(rest, '-');
  const std::string digits = take_digits(rest, false);
  if (digits.empty() || !rest.empty() || digits.size() > kMostDigits) {
    throw Refused(quoted(text) + " is not a whole number");
  }
  Integer value(digits, 10);
  return negative ? Integer(-value) : value;
}

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  for (;;) {
    const std::size_t space = line.find(' ');
    if (line.empty() || space == 0) throw Refused("fields are separated by one space");
    fields.push_back(line.substr(0, space));
    if (space == std::string_view::npos) return fields;
    line.remove_prefix(space + 1);
  }
}

std::string shown(const Rational& value, bool down) {
  if (value == 0) return "0";
  const Rational size = abs(value);
  // digits 10^exponent, with 12 digits
  long exponent =
      static_cast<long>(std::floor((static_cast<double>(mpz_sizeinbase(size.get_num_mpz_t(), 2)) -
                                    static_cast<double>(mpz_sizeinbase(size.get_den_mpz_t(), 2))) *
                                   0.30103)) -
      11;
  Integer power, digits;
  mpz_ui_pow_ui(power.get_mpz_t(), 10, static_cast<unsigned long>(std::abs(exponent)));
  const Rational scaled = exponent < 0 ? Rational(size * power) : Rational(size / power);
  digits = (value > 0) == down ? floor_of(scaled) : ceil_of(scaled);
  std::string text = digits.get_str();
  while (text.size() > 1 && text.back() == '0') {
    text.pop_back();
    ++exponent;
  }
  const long point = static_cast<long>(text.size()) + exponent;  // digits in front of the point
  if (point > 15 || point < -5) {
    text = text.substr(0, 1) + (text.size() > 1 ? "." + text.substr(1) : "") + "e" +
           std::to_string(point - 1);
  } else if (point <= 0) {
    text = "0." + std::string(static_cast<std::size_t>(-point), '0') + text;
  } else if (exponent >= 0) {
    text += std::string(static_cast<std::size_t>(exponent), '0');
  } else {
    text.insert(static_cast<std::size_t>(point), ".");
  }
  return (value < 0 ? "-" : "") + text;
}

Rational shifted(const Rational& value, long exponent) {
  Rational result = value;
  if (exponent >= 0) {
    mpq_mul_2exp(result.get_mpq_t(), value.get_mpq_t(), static_cast<mp_bitcnt_t>(exponent));
  } else {
    mpq_div_2exp(result.get_mpq_t(), value.get_mpq_t(), static_cast<mp_bitcnt_t>(-exponent));
  }
  return result;
}

void set_wide(Integer& out, Wide value) {
  __extension__ using Unsigned = unsigned __int128;
  const Unsigned size = value < 0 ? -static_cast<Unsigned>(value) : static_cast<Unsigned>(value);
  mp_limb_t* limbs = mpz_limbs_write(out.get_mpz_t(), 2);
  limbs[0] = static_cast<mp_limb_t>(size);
  limbs[1] = static_cast<mp_limb_t>(size >> 64);
  mpz_limbs_finish(out.get_mpz_t(), value < 0 ? -2 : 2);
}

bool Lines::skip() {
  const auto* stop =
      static_cast<const char*>(std::memchr(at_, '\n', static_cast<std::size_t>(end_ - at_)));
  if (stop == nullptr) return false;
  ++line_;
  at_ = stop + 1;
  return true;
}

std::string_view Lines::next() {
  if (at_ == end_) throw Refused("the file, or the region, ends early");
  ++line_;
  const auto* stop =
      static_cast<const char*>(std::memchr(at_, '\n', static_cast<std::size_t>(end_ - at_)));
  if (stop == nullptr) throw Refused("the file is cut: its last line has no end");
  if (stop - at_ > kLongestLine) throw Refused("a line of more than 64 MiB");
  const std::string_view line(at_, static_cast<std::size_t>(stop - at_));
  at_ = stop + 1;
  return line;
}

File::File(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const auto fail = [&] { return Unreadable(path + ": " + std::strerror(errno)); };
  if (file < 0) throw fail();
  struct stat facts {};
  if (fstat(file, &facts) == 0 && S_ISREG(facts.st_mode)) {
    size_ = static_cast<std::size_t>(facts.st_size);
    if (size_ > 0) {
      void* place = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
      mapped_ = place != MAP_FAILED;
      if (mapped_) data_ = static_cast<const char*>(place);
    }
  }
  if (!mapped_) {
    std::array<char, 1 << 16> buffer{};
    ssize_t count = 0;
    while ((count = read(file, buffer.data(), buffer.size())) > 0) {
      read_.append(buffer.data(), static_cast<std::size_t>(count));
    }
    const bool failed = count < 0;
    if (failed) {
      const auto failure = fail();
      close(file);
      throw failure;
    }
    data_ = read_.data();
    size_ = read_.size();
  }
  close(file);
}

File::~File() {
  if (mapped_) munmap(const_cast<char*>(data_), size_);
}

std::string sha256(std::string_view bytes) {
  // The first 32 bits of the fractional parts of square (cube) roots of the first primes.
  const auto root_bits = [](unsigned prime, unsigned long power) {
    Integer root = prime;
    mpz_mul_2exp(root.get_mpz_t(), root.get_mpz_t(), 32 * power);
    mpz_root(root.get_mpz_t(), root.get_mpz_t(), power);
    return static_cast<std::uint32_t>(root.get_ui());
  };
  std::array<std::uint32_t, 8> h{};
  std::array<std::uint32_t, 64> constants{};
  std::size_t found = 0;
  for (unsigned candidate = 2; found < 64; ++candidate) {
    bool prime = true;
    for (unsigned d = 2; d * d <= candidate; ++d) prime = prime && candidate % d != 0;
    if (!prime) continue;
    if (found < 8) h[found] = root_bits(candidate, 2);
    constants[found++] = root_bits(candidate, 3);
  }
  const auto block = [&](const unsigned char* data) {
    std::array<std::uint32_t, 64> w{};
    for (std::size_t i = 0; i < 16; ++i) {
      for (std::size_t b = 0; b < 4; ++b) w[i] = w[i] << 8 | data[4 * i + b];
    }
    for (std::size_t i = 16; i < 64; ++i) {
      const std::uint32_t a = w[i - 15], b = w[i - 2];
      w[i] = w[i - 16] + (std::rotr(a, 7) ^ std::rotr(a, 18) ^ a >> 3) + w[i - 7] +
             (std::rotr(b, 17) ^ std::rotr(b, 19) ^ b >> 10);
    }
    std::array<std::uint32_t, 8> v = h;
    for (std::size_t i = 0; i < 64; ++i) {
      const std::uint32_t s1 = std::rotr(v[4], 6) ^ std::rotr(v[4], 11) ^ std::rotr(v[4], 25);
      const std::uint32_t t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + constants[i] + w[i];
      const std::uint32_t s0 = std::rotr(v[0], 2) ^ std::rotr(v[0], 13) ^ std::rotr(v[0], 22);
      const std::uint32_t t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
      v = {t1 + t2, v[0], v[1], v[2], v[3] + t1, v[4], v[5], v[6]};
    }
    for (std::size_t i = 0; i < 8; ++i) h[i] += v[i];
  };
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t done = 0;
  for (; bytes.size() - done >= 64; done += 64) block(data + done);
  std::array<unsigned char, 128> last{};
  const std::size_t rest = bytes.size() - done;
  if (rest > 0) std::memcpy(last.data(), data + done, rest);
  last[rest] = 0x80;
  const std::size_t size = rest < 56 ? 64 : 128;
  for (std::size_t i = 0; i < 8; ++i) {
    last[size - 1 - i] = static_cast<unsigned char>(std::uint64_t{bytes.size()} * 8 >> 8 * i);
  }
  block(last.data());
  if (size == 128) block(last.data() + 64);
  std::string text;
  for (const std::uint32_t word : h) {
    for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[word >> shift & 15];
  }
  return text;
}

}  // namespace check
