// VNN-LIB 2.0: networks with their inputs and outputs declared as tensors, then assertions.
#include <charconv>
#include <map>

#include "brink/property/assertions.h"
#include "brink/property/versions.h"

namespace brink {

namespace {

constexpr std::int64_t kMostNumbers = 1 << 28;

bool is_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  if (text.empty() || !letter(text[0])) return false;
  for (const char c : text) {
    if (!letter(c) && c != '_' && !(c >= '0' && c <= '9')) return false;
  }
  return true;
}

class ReaderV2 {
 public:
  explicit ReaderV2(Tokens& tokens)
      : tokens_(tokens),
        assertions_(tokens, [this](const Token& token) { return number(token); }) {}

  Expected<Query> read() {
    if (auto ok = version(); !ok) return tl::unexpected(ok.error());
    query_.version = 2;
    std::vector<Formula> formulas;
    while (!tokens_.ended()) {
      if (auto ok = tokens_.expect("(", "begins a network or an assertion"); !ok) {
        return tl::unexpected(ok.error());
      }
      const Token head = tokens_.take();
      if (head.text == "declare-network" && formulas.empty()) {
        if (auto ok = network(); !ok) return tl::unexpected(ok.error());
      } else if (head.text == "assert") {
        auto formula = assertions_.read();
        if (!formula) return tl::unexpected(formula.error());
        formulas.push_back(std::move(*formula));
      } else {
        return error_at(head,
                        "{} is not known here: networks come first, by declare-network, "
                        "then assertions, by assert",
                        quoted(head));
      }
    }
    if (query_.networks.empty()) return error_at(tokens_.next(), "the file declares no network");
    if (formulas.empty()) return error_at(tokens_.next(), "the file asserts nothing");
    if (auto ok = multiply_out(std::move(formulas), query_); !ok) {
      return tl::unexpected(ok.error());
    }
    return std::move(query_);
  }

 private:
  Expected<void> version() {
    const Token token = tokens_.take();
    if (token.text != "<2.0>") {
      return error_at(token, "version {} is not read: <2.0> is, and 1.0, which names none",
                      quoted(token));
    }
    return tokens_.expect(")", "ends the version");
  }

  Expected<std::string> name(std::string_view what) {
    const Token token = tokens_.take();
    if (!is_name(token.text)) {
      return error_at(token, "{} is no name of {}: a letter, then letters, digits and _",
                      quoted(token), what);
    }
    return std::string(token.text);
  }

  Expected<void> network() {
    const Token at = tokens_.next();
    auto named = name("a network");
    if (!named) return tl::unexpected(named.error());
    for (const DeclaredNetwork& other : query_.networks) {
      if (other.name == *named) return error_at(at, "network {} is declared twice", quoted(at));
    }
    DeclaredNetwork declared;
    declared.name = std::move(*named);
    while (!tokens_.skip(")")) {
      if (auto ok = tokens_.expect("(", "begins an input or output"); !ok) return ok;
      if (auto ok = part(declared); !ok) return ok;
      if (auto ok = tokens_.expect(")", "ends a declaration"); !ok) return ok;
    }
    if (declared.inputs.empty() || declared.outputs.empty()) {
      return error_at(at, "network {} has no {}", quoted(at),
                      declared.inputs.empty() ? "input" : "output");
    }
    query_.networks.push_back(std::move(declared));
    return {};
  }

  Expected<void> part(DeclaredNetwork& declared) {
    const Token head = tokens_.take();
    if (head.text == "equal-to" || head.text == "isomorphic-to") return relation(head, declared);
    if (head.text == "declare-hidden") {
      return error_at(head, "hidden nodes are not read: ask about inputs and outputs");
    }
    const bool input = head.text == "declare-input";
    if (!input && head.text != "declare-output") {
      return error_at(head, "{} is not known here: use declare-input or declare-output",
                      quoted(head));
    }
    if (input && !declared.outputs.empty()) {
      return error_at(head, "inputs are declared before outputs");
    }
    auto made = variable(input ? "an input" : "an output");
    if (!made) return tl::unexpected(made.error());
    (input ? declared.inputs : declared.outputs).push_back(std::move(*made));
    if (tokens_.at("initialized")) {
      return error_at(tokens_.next(), "initial values of inputs are not read: assert them");
    }
    return {};
  }

  Expected<void> relation(const Token& head, DeclaredNetwork& declared) {
    const Token at = tokens_.next();
    auto other = name("a network");
    if (!other) return tl::unexpected(other.error());
    if (!declared.equal_to.empty() || !declared.isomorphic_to.empty() || !declared.inputs.empty()) {
      return error_at(head, "{} comes once, before all inputs", quoted(head));
    }
    for (const DeclaredNetwork& network : query_.networks) {
      if (network.name != *other) continue;
      (head.text == "equal-to" ? declared.equal_to : declared.isomorphic_to) = std::move(*other);
      return {};
    }
    return error_at(at, "network {} is not declared before", quoted(at));
  }

  Expected<std::vector<int>> numbers_in_brackets(std::string_view what) {
    std::vector<int> result;
    if (auto ok = tokens_.expect("[", what); !ok) return tl::unexpected(ok.error());
    while (!tokens_.skip("]")) {
      if (!result.empty()) {
        if (auto ok = tokens_.expect(",", "between them"); !ok) return tl::unexpected(ok.error());
      }
      const Token token = tokens_.take();
      int value = -1;
      const char* end = token.text.data() + token.text.size();
      const auto [stop, error] = std::from_chars(token.text.data(), end, value);
      if (token.text.empty() || error != std::errc() || stop != end || value < 0) {
        return error_at(token, "{} is no whole number of 0 or more", quoted(token));
      }
      result.push_back(value);
    }
    return result;
  }

  Expected<Variable> variable(std::string_view what) {
    const Token at = tokens_.next();
    auto named = name(what);
    if (!named) return tl::unexpected(named.error());
    auto type = name("a type");
    if (!type) return tl::unexpected(type.error());
    auto shape = numbers_in_brackets("begins a shape");
    if (!shape) return tl::unexpected(shape.error());
    std::int64_t count = 1;
    for (const int extent : *shape) {
      count *= extent;
      if (count < 1 || numbers_ + count > kMostNumbers) {
        return error_at(at, "{} has {} numbers", quoted(at), count < 1 ? "no" : "too many");
      }
    }
    Variable made{*named, std::move(*type), std::move(*shape), static_cast<int>(numbers_),
                  static_cast<int>(count)};
    numbers_ += count;
    if (!variables_.emplace(*named, made).second) {
      return error_at(at, "{} is declared twice", quoted(at));
    }
    return made;
  }

  Expected<int> number(const Token& token) {
    const auto found = variables_.find(token.text);
    if (found == variables_.end()) return error_at(token, "{} is not declared", quoted(token));
    const Variable& variable = found->second;
    std::vector<int> indices;
    if (tokens_.at("[")) {
      auto given = numbers_in_brackets("begins indices");
      if (!given) return tl::unexpected(given.error());
      indices = std::move(*given);
    }
    if (indices.size() != variable.shape.size()) {
      return error_at(token, "{} has {} indices, not {}", quoted(token), variable.shape.size(),
                      indices.size());
    }
    int at = 0;
    for (std::size_t d = 0; d < indices.size(); ++d) {
      if (indices[d] >= variable.shape[d]) {
        return error_at(token, "index {} of {} is beyond its extent of {}", indices[d],
                        quoted(token), variable.shape[d]);
      }
      at = at * variable.shape[d] + indices[d];
    }
    return variable.first + at;
  }

  Tokens& tokens_;
  Assertions assertions_;
  Query query_;
  std::map<std::string, Variable, std::less<>> variables_;
  std::int64_t numbers_ = 0;
};

}  // namespace

Expected<Query> read_v2(Tokens& tokens) {
  return ReaderV2(tokens).read();
}

Expected<Query> parse_query(const std::string& text) {
  Tokens tokens(text);
  if (tokens.at("(") && tokens.after_next().text == "vnnlib-version") {
    tokens.take();
    tokens.take();
    return read_v2(tokens);
  }
  return read_v1(tokens);
}

}  // namespace brink
