// Exact numbers, the lines of a file, and the two ways in which checking ends early.
#pragma once

#include <gmpxx.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace check {

using Integer = mpz_class;
using Rational = mpq_class;
__extension__ using Wide = __int128;

/// The certificate does not prove its claim: it is false, not valid, or about something else.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// A file that cannot be read, or is of a kind that is not supported; wrong usage.
struct Unreadable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// [-]digits[.digits][e[+-]digits] or [-]0xhex[.hex]p[+-]digits. Throws Refused.
Rational parse_number(std::string_view text);
/// [-]digits, least <= value <= most.
long parse_integer(std::string_view text, long least, long most);
/// The same of any size, up to 1,200 digits.
Integer parse_big(std::string_view text);
/// By single spaces. Throws Refused at two spaces in a row, and at spaces at an end.
std::vector<std::string_view> fields_of(std::string_view line);
/// Up to 12 digits, rounded down (up), for people.
std::string shown(const Rational& value, bool down = true);
/// The text as far as it is short and can be printed.
std::string quoted(std::string_view text);

inline Integer floor_of(const Rational& q) {
  Integer result;
  mpz_fdiv_q(result.get_mpz_t(), q.get_num_mpz_t(), q.get_den_mpz_t());
  return result;
}
inline Integer ceil_of(const Rational& q) {
  Integer result;
  mpz_cdiv_q(result.get_mpz_t(), q.get_num_mpz_t(), q.get_den_mpz_t());
  return result;
}
/// Numerator of q over a multiple of its denominator.
inline Integer over(const Rational& q, const Integer& denominator) {
  return q.get_num() * (denominator / q.get_den());
}
/// value 2^exponent.
Rational shifted(const Rational& value, long exponent);
void set_wide(Integer& out, Wide value);

/// A file in memory, line by line.
class Lines {
 public:
  Lines(const char* begin, const char* end, long line = 0) : at_(begin), end_(end), line_(line) {}
  bool ended() const { return at_ == end_; }
  /// Without its newline. Throws Refused where the file ends.
  std::string_view next();
  /// What comes next begins like this.
  bool at(std::string_view start) const {
    return std::string_view(at_, static_cast<std::size_t>(end_ - at_)).substr(0, start.size()) ==
           start;
  }
  long number() const { return line_; }  ///< of the line that next() returned last, from 1
  const char* place() const { return at_; }
  /// Past the next line; false: it has no end.
  bool skip();
  bool reach(const char* place) const { return place <= end_; }
  /// Of what comes next the part up to `end`, which is left out here, of so many lines.
  Lines take(const char* end, long lines) {
    const Lines part(at_, end, line_);
    at_ = end;
    line_ += lines;
    return part;
  }

 private:
  const char* at_;
  const char* end_;
  long line_;
};

/// A whole file, mapped. Throws Unreadable.
class File {
 public:
  explicit File(const std::string& path);
  ~File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  const char* begin() const { return data_; }
  const char* end() const { return data_ + size_; }
  std::string_view text() const { return {data_, size_}; }

 private:
  const char* data_ = nullptr;
  std::size_t size_ = 0;
  bool mapped_ = false;
  std::string read_;  ///< where it is no file that can be mapped
};

/// 64 lower-case hexadecimal digits. FIPS 180-4.
std::string sha256(std::string_view bytes);

}  // namespace check
