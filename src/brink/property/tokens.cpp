#include "brink/property/tokens.h"

namespace brink {

namespace {

constexpr std::string_view kSingle = "()[],";

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/// Where the token that begins at `begin` ends.
std::size_t end_of(std::string_view text, std::size_t begin) {
  if (kSingle.find(text[begin]) != std::string_view::npos) return begin + 1;
  std::size_t at = begin + 1;
  if (text[begin] == '"') {
    while (at < text.size() && text[at] != '"' && text[at] != '\n') ++at;
    return at < text.size() && text[at] == '"' ? at + 1 : at;
  }
  while (at < text.size() && !is_space(text[at]) && text[at] != ';' && text[at] != '"' &&
         kSingle.find(text[at]) == std::string_view::npos) {
    ++at;
  }
  return at;
}

}  // namespace

std::string quoted(const Token& token) {
  constexpr std::size_t kMost = 40;
  if (token.text.empty()) return "the end of the file";
  const bool cut = token.text.size() > kMost;
  return fmt::format("'{}{}'", printable(token.text.substr(0, kMost)), cut ? "..." : "");
}

Tokens::Tokens(std::string_view text) {
  int line = 1;
  std::size_t line_begin = 0, at = 0;
  const auto here = [&](std::string_view token) {
    return Token{token, line, static_cast<int>(at - line_begin) + 1};
  };
  while (at < text.size()) {
    const char c = text[at];
    if (c == '\n') {
      ++line;
      line_begin = ++at;
    } else if (is_space(c)) {
      ++at;
    } else if (c == ';') {
      while (at < text.size() && text[at] != '\n') ++at;
    } else {
      const std::size_t end = end_of(text, at);
      tokens_.push_back(here(text.substr(at, end - at)));
      at = end;
    }
  }
  tokens_.push_back(here({}));
}

Token Tokens::take() {
  const Token token = next();
  if (at_ + 1 < tokens_.size()) ++at_;
  return token;
}

bool Tokens::skip(std::string_view text) {
  if (!at(text)) return false;
  take();
  return true;
}

Expected<void> Tokens::expect(std::string_view text, std::string_view what) {
  if (skip(text)) return {};
  return error_at(next(), "{} instead of '{}' {}", quoted(next()), text, what);
}

}  // namespace brink
