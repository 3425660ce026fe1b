// The words of a VNN-LIB file, with where they stand (private to this folder).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "brink/base/error.h"
#include "brink/base/printable.h"

namespace brink {

struct Token {
  std::string_view text;  ///< ( ) [ ] , a word, or a string with its quotes; empty: the end
  int line = 1, column = 1;
};

/// "line 3, column 7: ...".
template <class... Args>
tl::unexpected<Error> error_at(const Token& token, fmt::format_string<Args...> format,
                               Args&&... args) {
  return bad_request("line {}, column {}: {}", token.line, token.column,
                     fmt::format(format, std::forward<Args>(args)...));
}

/// A token as an error quotes it.
std::string quoted(const Token& token);

/// The file's tokens one after another; it keeps the text.
class Tokens {
 public:
  explicit Tokens(std::string_view text);

  const Token& next() const { return tokens_[at_]; }
  const Token& after_next() const { return tokens_[at_ + (at_ + 1 < tokens_.size() ? 1 : 0)]; }
  bool ended() const { return next().text.empty(); }
  Token take();
  bool at(std::string_view text) const { return next().text == text; }
  /// Takes it if it is `text`.
  bool skip(std::string_view text);
  /// Error: it is something else; `what`: what it ends or begins.
  Expected<void> expect(std::string_view text, std::string_view what);

 private:
  std::vector<Token> tokens_;  ///< the end last
  std::size_t at_ = 0;
};

}  // namespace brink
