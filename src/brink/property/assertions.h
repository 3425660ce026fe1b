// (assert ...) by recursive descent, whichever version the file has (private to this folder).
#pragma once

#include <functional>

#include "brink/property/formula.h"
#include "brink/property/tokens.h"

namespace brink {

class Assertions {
 public:
  /// Reads a variable, of which `token` is the name that was just taken; its number.
  using Resolve = std::function<Expected<int>(const Token& token)>;

  Assertions(Tokens& tokens, Resolve resolve) : tokens_(tokens), resolve_(std::move(resolve)) {}

  /// What follows "(assert", with its ")".
  Expected<Formula> read();

 private:
  Expected<Formula> formula(bool negated, int depth);
  Expected<Formula> connected(const Token& head, bool negated, int depth);
  Expected<Formula> comparison(const Token& head, bool negated, int depth);
  Expected<Linear> term(int depth);
  Expected<Linear> applied(const Token& head, int depth);
  Expected<Linear> product(const Token& head, std::vector<Linear> factors) const;

  Tokens& tokens_;
  Resolve resolve_;
};

/// A number as it is written; error: it is none, or out of range.
Expected<Decimal> read_number(const Token& token);
/// Does a word begin like a number?
bool is_number(std::string_view word);

}  // namespace brink
