// Source: the VNN-LIB standard 1.0, https://www.vnnlib.org. Strict conditions are read as if they
// were not, as in the cells.
#include "property.h"

#include <algorithm>
#include <map>

namespace check {

namespace {

constexpr int kMostNested = 200;
constexpr std::size_t kMostCases = 100'000, kMostRows = 5'000'000;

/// sum of coefficients times variables, inputs and then outputs, plus the constant.
struct Linear {
  std::map<int, Rational> terms;
  Rational constant;

  void add(const Linear& other, const Rational& factor) {
    for (const auto& [variable, value] : other.terms) {
      Rational& sum = terms[variable];
      sum += factor * value;
      if (sum == 0) terms.erase(variable);
    }
    constant += factor * other.constant;
  }
};

/// linear >= 0, all of them; one of the cases.
using Case = std::vector<Linear>;
using Cases = std::vector<Case>;

class Reader {
 public:
  Reader(std::string_view text, const Network& network) : rest_(text), network_(network) {}

  Cases read() {
    Cases cases = {{}};
    while (!(word_ = next()).empty()) {
      expect("(");
      const std::string_view head = take();
      if (head == "declare-const") {
        take();
        take();
      } else if (head == "assert") {
        cases = both(cases, formula(0));
      } else {
        fail("a command that is not read: " + quoted(head));
      }
      if (word_ != ")") fail("expected ')', not " + quoted(word_));
    }
    return cases;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Unreadable("property, line " + std::to_string(line_) + ": " + what);
  }
  /// The next word, or '(' or ')'; empty at the end.
  std::string_view next() {
    while (!rest_.empty() && (rest_[0] == ';' || rest_[0] <= ' ')) {
      if (rest_[0] == ';') rest_.remove_prefix(std::min(rest_.find('\n'), rest_.size() - 1));
      if (rest_[0] == '\n') ++line_;
      rest_.remove_prefix(1);
    }
    const bool bracket = rest_.starts_with('(') || rest_.starts_with(')');
    const std::size_t end = bracket ? 1 : rest_.find_first_of("(); \t\r\n");
    const std::string_view word = rest_.substr(0, end);
    rest_.remove_prefix(word.size());
    return word;
  }
  std::string_view take() {
    const std::string_view taken = word_;
    if (taken.empty()) fail("the file ends early");
    word_ = next();
    return taken;
  }
  void expect(std::string_view wanted) {
    if (take() != wanted) fail("expected '" + std::string(wanted) + "'");
  }

  Cases both(const Cases& a, const Cases& b) {
    Cases result;
    for (const Case& first : a) {
      for (const Case& second : b) {
        result.push_back(first);
        result.back().insert(result.back().end(), second.begin(), second.end());
        rows_ += result.back().size();
        if (result.size() > kMostCases || rows_ > kMostRows) fail("too many cases");
      }
    }
    return result;
  }

  Cases formula(int depth) {
    if (depth > kMostNested) fail("too deep");
    expect("(");
    const std::string_view head = take();
    Cases cases;
    if (head == "and" || head == "or") {
      if (head == "and") cases = {{}};
      while (word_ != ")") {
        const Cases part = formula(depth + 1);
        if (head == "and") {
          cases = both(cases, part);
        } else {
          cases.insert(cases.end(), part.begin(), part.end());
        }
      }
    } else if (head == "<=" || head == ">=" || head == "<" || head == ">" || head == "=") {
      const Linear a = term(depth + 1), b = term(depth + 1);
      Linear more = a, less = b;
      more.add(b, -1);
      less.add(a, -1);
      if (head == "=") {
        cases = {{more, less}};
      } else {
        cases = {{head[0] == '<' ? less : more}};
      }
    } else {
      fail("a condition that is not read: " + quoted(head));
    }
    expect(")");
    return cases;
  }

  Linear term(int depth) {
    if (depth > kMostNested) fail("too deep");
    Linear sum;
    const std::string_view word = take();
    if (word != "(") {
      const bool input = word.starts_with("X_");
      try {
        if (input || word.starts_with("Y_")) {
          const int most = input ? network_.inputs() : network_.outputs();
          const auto index = static_cast<int>(parse_integer(word.substr(2), 0, most - 1));
          sum.terms[input ? index : network_.inputs() + index] = 1;
        } else {
          sum.constant = parse_number(word);
        }
      } catch (const Refused& error) {
        fail(error.what());
      }
      return sum;
    }
    const std::string_view head = take();
    std::vector<Linear> parts;
    while (word_ != ")") parts.push_back(term(depth + 1));
    expect(")");
    if (head == "*" && parts.size() == 2 && (parts[0].terms.empty() || parts[1].terms.empty())) {
      const bool first = parts[0].terms.empty();
      sum.add(parts[first ? 1 : 0], parts[first ? 0 : 1].constant);
    } else if (head == "+" || (head == "-" && !parts.empty())) {
      for (std::size_t i = 0; i < parts.size(); ++i) {
        sum.add(parts[i], head == "-" && (i > 0 || parts.size() == 1) ? -1 : 1);
      }
    } else {
      fail("a term that is not read: " + quoted(head));
    }
    return sum;
  }

  std::string_view rest_, word_;
  const Network& network_;
  long line_ = 1;
  std::size_t rows_ = 0;
};

/// Terms divided by the size of the first; what they are at least.
using Scaled = std::pair<std::map<int, Rational>, Rational>;

Scaled scaled(std::map<int, Rational> terms, const Rational& least) {
  const Rational size = abs(terms.begin()->second);
  for (auto& term : terms) term.second /= size;
  return {std::move(terms), least / size};
}

std::vector<Scaled> rows_of(const Region& region, const Network& network) {
  std::vector<Scaled> rows;
  const int first = network.neurons() - network.outputs();
  for (const Row& row : region.rows) {
    std::map<int, Rational> terms;
    for (const auto& [i, v] : row.inputs) terms[i] = v;
    for (const auto& [n, v] : row.neurons) terms[network.inputs() + n - first] = v;
    std::erase_if(terms, [](const auto& term) { return term.second == 0; });
    if (terms.empty()) terms[-1] = 1;  // no case has such a row
    rows.push_back(scaled(std::move(terms), row.rhs));
  }
  return rows;
}

}  // namespace

void check_cells(std::string_view property, const Question& question, const Network& network) {
  const Cases cases = Reader(property, network).read();
  std::vector<std::vector<Scaled>> cells;
  for (const Region& region : question.regions) cells.push_back(rows_of(region, network));
  const auto inputs = static_cast<std::size_t>(network.inputs());
  for (std::size_t number = 0; number < cases.size(); ++number) {
    std::vector<std::optional<Rational>> lower(inputs), upper(inputs);
    std::map<std::map<int, Rational>, Rational> rows;  // the greatest that they are at least
    bool nothing = false;
    for (const Linear& linear : cases[number]) {
      if (linear.terms.empty()) {
        nothing = nothing || linear.constant < 0;
        continue;
      }
      auto [terms, least] = scaled(linear.terms, -linear.constant);
      const auto [variable, sign] = *terms.begin();
      if (terms.size() == 1 && variable < network.inputs()) {
        const Rational end = least * sign;
        auto& side = (sign > 0 ? lower : upper)[static_cast<std::size_t>(variable)];
        if (!side || (sign > 0 ? end > *side : end < *side)) side = end;
      }
      const auto [at, added] = rows.emplace(std::move(terms), least);
      if (!added) at->second = std::max(at->second, least);
    }
    for (std::size_t j = 0; j < inputs; ++j) {
      nothing = nothing || (lower[j] && upper[j] && *lower[j] > *upper[j]);
    }
    if (nothing) continue;
    const auto holds_case = [&](std::size_t c) {
      for (std::size_t j = 0; j < inputs; ++j) {
        if (!lower[j] || !upper[j] || question.regions[c].lower[j] > *lower[j] ||
            question.regions[c].upper[j] < *upper[j]) {
          return false;
        }
      }
      return std::all_of(cells[c].begin(), cells[c].end(), [&](const Scaled& row) {
        const auto at = rows.find(row.first);
        return at != rows.end() && row.second <= at->second;
      });
    };
    bool found = false;
    for (std::size_t c = 0; c < cells.size() && !found; ++c) found = holds_case(c);
    if (!found) {
      throw Refused("case " + std::to_string(number + 1) + " of the property lies in no cell");
    }
  }
}

}  // namespace check
