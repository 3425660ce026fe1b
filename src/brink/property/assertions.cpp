#include "brink/property/assertions.h"

#include <cmath>
#include <optional>

namespace brink {

namespace {

constexpr int kMostDepth = 500;
constexpr std::size_t kMostDigits = 5000;  ///< of products of numbers

std::optional<Relation> relation_of(std::string_view word) {
  if (word == "<") return Relation::less;
  if (word == "<=") return Relation::at_most;
  if (word == ">") return Relation::greater;
  if (word == ">=") return Relation::at_least;
  if (word == "=" || word == "==") return Relation::equal;
  if (word == "!=") return Relation::unequal;
  return std::nullopt;
}

Linear scaled(Linear linear, const Decimal& factor) {
  for (auto& [number, value] : linear.terms) value = value * factor;
  linear.constant = linear.constant * factor;
  return linear;
}

void add(Linear& sum, Linear linear) {
  sum.constant = sum.constant + linear.constant;
  std::move(linear.terms.begin(), linear.terms.end(), std::back_inserter(sum.terms));
}

}  // namespace

bool is_number(std::string_view word) {
  const std::size_t first = !word.empty() && word[0] == '-' ? 1 : 0;
  return word.size() > first && word[first] >= '0' && word[first] <= '9';
}

Expected<Decimal> read_number(const Token& token) {
  const auto number = Decimal::parse(token.text);
  if (!number) {
    return error_at(token, "{} is no number of at most {} digits, as -12.5e-3 is", quoted(token),
                    Decimal::kMostDigits);
  }
  if (std::isinf(number->nearest())) {
    return error_at(token, "{} is larger than any double", quoted(token));
  }
  return *number;
}

Expected<Formula> Assertions::read() {
  auto result = formula(false, 0);
  if (!result) return result;
  if (auto ok = tokens_.expect(")", "ends an assertion"); !ok) return tl::unexpected(ok.error());
  return result;
}

Expected<Formula> Assertions::formula(bool negated, int depth) {
  if (depth > kMostDepth) {
    return error_at(tokens_.next(), "more than {} parentheses within each other", kMostDepth);
  }
  if (auto ok = tokens_.expect("(", "begins a condition"); !ok) return tl::unexpected(ok.error());
  const Token head = tokens_.take();
  auto result = head.text == "and" || head.text == "or" ? connected(head, negated, depth)
                : head.text == "not"                    ? formula(!negated, depth + 1)
                                                        : comparison(head, negated, depth);
  if (!result) return result;
  if (auto ok = tokens_.expect(")", fmt::format("ends this '{}'", head.text)); !ok) {
    return tl::unexpected(ok.error());
  }
  return result;
}

Expected<Formula> Assertions::connected(const Token& head, bool negated, int depth) {
  Formula result;
  result.kind = (head.text == "and") != negated ? Formula::Kind::all : Formula::Kind::any;
  while (!tokens_.at(")")) {
    auto part = formula(negated, depth + 1);
    if (!part) return part;
    result.parts.push_back(std::move(*part));
  }
  if (result.parts.empty()) return error_at(head, "this '{}' is of nothing", head.text);
  return result;
}

Expected<Formula> Assertions::comparison(const Token& head, bool negated, int depth) {
  const auto relation = relation_of(head.text);
  if (!relation) {
    return error_at(head,
                    "{} is no condition: use and, or, not, <, <=, >, >=, = or !=", quoted(head));
  }
  const auto left = term(depth + 1);
  if (!left) return tl::unexpected(left.error());
  const auto right = term(depth + 1);
  if (!right) return tl::unexpected(right.error());
  return compare(*left, negated ? opposite(*relation) : *relation, *right);
}

Expected<Linear> Assertions::term(int depth) {
  if (depth > kMostDepth) {
    return error_at(tokens_.next(), "more than {} parentheses within each other", kMostDepth);
  }
  const Token token = tokens_.take();
  if (token.text == "(") return applied(tokens_.take(), depth);
  Linear result;
  if (is_number(token.text)) {
    auto number = read_number(token);
    if (!number) return tl::unexpected(number.error());
    result.constant = std::move(*number);
    return result;
  }
  const auto number = resolve_(token);
  if (!number) return tl::unexpected(number.error());
  result.terms.emplace_back(*number, Decimal(1));
  return result;
}

Expected<Linear> Assertions::applied(const Token& head, int depth) {
  if (head.text != "+" && head.text != "-" && head.text != "*") {
    return error_at(head, "{} is no operation on numbers: use +, - or *", quoted(head));
  }
  std::vector<Linear> parts;
  while (!tokens_.at(")")) {
    auto part = term(depth + 1);
    if (!part) return part;
    parts.push_back(std::move(*part));
  }
  tokens_.take();
  if (parts.empty()) return error_at(head, "this '{}' is of nothing", head.text);
  if (head.text == "*") return product(head, std::move(parts));
  Linear sum = std::move(parts.front());
  if (head.text == "-" && parts.size() == 1) return scaled(std::move(sum), Decimal(-1));
  for (std::size_t i = 1; i < parts.size(); ++i) {
    add(sum, head.text == "-" ? scaled(std::move(parts[i]), Decimal(-1)) : std::move(parts[i]));
  }
  return sum;
}

Expected<Linear> Assertions::product(const Token& head, std::vector<Linear> factors) const {
  Linear result = std::move(factors.front());
  for (std::size_t i = 1; i < factors.size(); ++i) {
    if (!result.terms.empty() && !factors[i].terms.empty()) {
      return error_at(head, "a product of variables is not linear");
    }
    if (result.terms.empty()) std::swap(result, factors[i]);
    result = scaled(std::move(result), factors[i].constant);
    if (result.constant.digits() > kMostDigits) {
      return error_at(head, "a product of more than {} digits", kMostDigits);
    }
  }
  if (std::isinf(result.constant.nearest())) {
    return error_at(head, "a product that is larger than any double");
  }
  return result;
}

}  // namespace brink
