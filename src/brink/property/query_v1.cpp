// VNN-LIB 1.0: constants X_i and Y_j, the flattened input and output, in the syntax of SMT-LIB.
#include <charconv>
#include <map>

#include "brink/property/assertions.h"
#include "brink/property/versions.h"

namespace brink {

namespace {

constexpr int kMostVariables = 1 << 28;
/// Numbers of outputs while it is not known how many inputs there are.
constexpr int kOutputs = 1 << 29;

class ReaderV1 {
 public:
  explicit ReaderV1(Tokens& tokens)
      : tokens_(tokens),
        assertions_(tokens, [this](const Token& token) { return number(token); }) {}

  Expected<Query> read() {
    std::vector<Formula> formulas;
    while (!tokens_.ended()) {
      if (auto ok = tokens_.expect("(", "begins a declaration or an assertion"); !ok) {
        return tl::unexpected(ok.error());
      }
      const Token head = tokens_.take();
      if (head.text == "assert") {
        auto formula = assertions_.read();
        if (!formula) return tl::unexpected(formula.error());
        formulas.push_back(std::move(*formula));
      } else if (head.text == "declare-const" || head.text == "declare-fun") {
        if (auto ok = declare(head); !ok) return tl::unexpected(ok.error());
      } else {
        return error_at(head, "{} is not known: use declare-const or assert", quoted(head));
      }
    }
    return query(std::move(formulas));
  }

 private:
  /// X_3 is number 3, Y_3 is kOutputs + 3.
  static Expected<int> number_of(const Token& token) {
    const std::string_view text = token.text;
    int index = -1;
    if (text.size() > 2 && (text[0] == 'X' || text[0] == 'Y') && text[1] == '_') {
      const char* end = text.data() + text.size();
      const auto [stop, error] = std::from_chars(text.data() + 2, end, index);
      const bool padded = text.size() > 3 && text[2] == '0';
      if (error != std::errc() || stop != end || padded || index >= kMostVariables) index = -1;
    }
    if (index < 0) {
      return error_at(token, "{} is no variable: inputs are X_0, X_1, ..., outputs Y_0, Y_1, ...",
                      quoted(token));
    }
    return text[0] == 'X' ? index : kOutputs + index;
  }

  Expected<int> number(const Token& token) const {
    const auto number = number_of(token);
    if (number && !inputs_.contains(*number) && !outputs_.contains(*number)) {
      return error_at(token, "{} is not declared", quoted(token));
    }
    return number;
  }

  Expected<void> declare(const Token& head) {
    const Token name = tokens_.take();
    const auto number = number_of(name);
    if (!number) return tl::unexpected(number.error());
    if (head.text == "declare-fun") {
      for (const char* text : {"(", ")"}) {
        if (auto ok = tokens_.expect(text, "of a function without arguments"); !ok) return ok;
      }
    }
    if (!tokens_.at("Real")) {
      return error_at(tokens_.next(), "{} instead of Real, the one type", quoted(tokens_.next()));
    }
    tokens_.take();
    auto& declared = *number < kOutputs ? inputs_ : outputs_;
    if (!declared.emplace(*number, name).second) {
      return error_at(name, "{} is declared twice", quoted(name));
    }
    return tokens_.expect(")", "ends a declaration");
  }

  /// 0, 1, ... without a gap.
  static Expected<Variable> variable(const char* name, const std::map<int, Token>& declared,
                                     int base, int first) {
    int expected = base;
    for (const auto& [number, token] : declared) {
      if (number != expected) {
        return error_at(token, "{} is declared, but not {}_{}", quoted(token), name,
                        expected - base);
      }
      ++expected;
    }
    const int count = expected - base;
    return Variable{name, "Real", {count}, first, count};
  }

  Expected<Query> query(std::vector<Formula> formulas) {
    if (inputs_.empty() || outputs_.empty()) {
      return error_at(tokens_.next(), "the file declares no {}: (declare-const {}_0 Real)",
                      inputs_.empty() ? "input" : "output", inputs_.empty() ? "X" : "Y");
    }
    const auto x = variable("X", inputs_, 0, 0);
    if (!x) return tl::unexpected(x.error());
    const auto y = variable("Y", outputs_, kOutputs, x->count);
    if (!y) return tl::unexpected(y.error());
    Query query;
    query.networks.push_back({"", "", "", {*x}, {*y}});
    if (auto ok = multiply_out(std::move(formulas), query); !ok) {
      return tl::unexpected(ok.error());
    }
    for (LinearRow& row : query.rows) {
      for (auto& [number, value] : row.terms) {
        if (number >= kOutputs) number += x->count - kOutputs;
      }
    }
    return query;
  }

  Tokens& tokens_;
  Assertions assertions_;
  std::map<int, Token> inputs_, outputs_;
};

}  // namespace

Expected<Query> read_v1(Tokens& tokens) {
  return ReaderV1(tokens).read();
}

}  // namespace brink
