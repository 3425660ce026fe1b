// Conjunctions that every disjunct has are kept once: an image's box has thousands of rows. What
// is left is multiplied out, factor by factor, after its size has been counted.
#include "brink/property/formula.h"

#include <algorithm>
#include <map>

namespace brink {

namespace {

constexpr double kMostRows = 2e7;  ///< in all conjunctions

Formula truth(bool value) {
  Formula formula;
  formula.kind = value ? Formula::Kind::all : Formula::Kind::any;
  return formula;
}

/// a - b <= 0, or < 0.
Formula below(const Linear& a, const Linear& b, bool strict) {
  std::map<int, Decimal> sums;
  const auto add = [&sums](int number, const Decimal& value) {
    const auto [at, fresh] = sums.emplace(number, value);
    if (!fresh) at->second = at->second + value;
  };
  for (const auto& [number, value] : a.terms) add(number, value);
  for (const auto& [number, value] : b.terms) add(number, -value);
  Formula formula;
  formula.kind = Formula::Kind::row;
  formula.row.strict = strict;
  formula.row.rhs = b.constant - a.constant;
  for (auto& [number, value] : sums) {
    if (!value.is_zero()) formula.row.terms.emplace_back(number, std::move(value));
  }
  return formula.row.terms.empty() ? truth(formula.row.holds({})) : formula;
}

Formula joined(Formula::Kind kind, Formula a, Formula b) {
  Formula formula;
  formula.kind = kind;
  formula.parts.push_back(std::move(a));
  formula.parts.push_back(std::move(b));
  return formula;
}

/// How many conjunctions, and rows in them, a formula multiplies out to.
struct Size {
  double conjunctions = 0, rows = 0;
};

Size size_of(const Formula& formula) {
  if (formula.kind == Formula::Kind::row) return {1, 1};
  const bool all = formula.kind == Formula::Kind::all;
  Size size{all ? 1.0 : 0.0, 0};
  for (const Formula& part : formula.parts) {
    const Size of_part = size_of(part);
    if (all) {
      size.rows = size.rows * of_part.conjunctions + size.conjunctions * of_part.rows;
      size.conjunctions *= of_part.conjunctions;
    } else {
      size.rows += of_part.rows;
      size.conjunctions += of_part.conjunctions;
    }
  }
  return size;
}

class Product {
 public:
  explicit Product(Query& query) : query_(query) {}

  std::vector<Conjunction> of(Formula& formula) {
    if (formula.kind == Formula::Kind::row) return {{keep(std::move(formula.row))}};
    if (formula.kind == Formula::Kind::all) return all_of(formula.parts);
    std::vector<Conjunction> result;
    for (Formula& part : formula.parts) {
      for (Conjunction& conjunction : of(part)) result.push_back(std::move(conjunction));
    }
    return result;
  }

  std::vector<Conjunction> all_of(std::vector<Formula>& parts) {
    std::vector<Conjunction> result{{}};
    for (Formula& part : parts) {
      const std::vector<Conjunction> factor = of(part);
      if (factor.size() == 1) {
        for (Conjunction& each : result) {
          each.insert(each.end(), factor[0].begin(), factor[0].end());
        }
        continue;
      }
      std::vector<Conjunction> products;
      for (const Conjunction& a : result) {
        for (const Conjunction& b : factor) {
          products.push_back(a);
          products.back().insert(products.back().end(), b.begin(), b.end());
        }
      }
      result = std::move(products);
    }
    return result;
  }

  int keep(LinearRow row) {
    query_.rows.push_back(std::move(row));
    return static_cast<int>(query_.rows.size()) - 1;
  }

 private:
  Query& query_;
};

/// Rows that stand in no disjunction go to `common`, the others to `rest`.
void take_apart(Formula formula, Product& product, Conjunction& common,
                std::vector<Formula>& rest) {
  if (formula.kind == Formula::Kind::row) {
    common.push_back(product.keep(std::move(formula.row)));
  } else if (formula.kind == Formula::Kind::any && formula.parts.size() != 1) {
    rest.push_back(std::move(formula));
  } else {
    for (Formula& part : formula.parts) take_apart(std::move(part), product, common, rest);
  }
}

}  // namespace

Relation opposite(Relation relation) {
  switch (relation) {
    case Relation::less:
      return Relation::at_least;
    case Relation::at_most:
      return Relation::greater;
    case Relation::greater:
      return Relation::at_most;
    case Relation::at_least:
      return Relation::less;
    case Relation::equal:
      return Relation::unequal;
    case Relation::unequal:
      break;
  }
  return Relation::equal;
}

Formula compare(const Linear& a, Relation relation, const Linear& b) {
  switch (relation) {
    case Relation::less:
    case Relation::at_most:
      return below(a, b, relation == Relation::less);
    case Relation::greater:
    case Relation::at_least:
      return below(b, a, relation == Relation::greater);
    case Relation::equal:
      return joined(Formula::Kind::all, below(a, b, false), below(b, a, false));
    case Relation::unequal:
      break;
  }
  return joined(Formula::Kind::any, below(a, b, true), below(b, a, true));
}

Expected<void> multiply_out(std::vector<Formula> assertions, Query& query) {
  Product product(query);
  Formula rest;
  for (Formula& assertion : assertions) {
    take_apart(std::move(assertion), product, query.common, rest.parts);
  }
  const Size size = size_of(rest);
  if (size.conjunctions > static_cast<double>(kMostConjunctions) || size.rows > kMostRows) {
    return bad_request(
        "the assertions multiply out to {:.3g} conjunctions of {:.3g} conditions in all, more than "
        "{} of {:.0g}; split the file",
        size.conjunctions, size.rows, kMostConjunctions, kMostRows);
  }
  query.disjuncts = product.all_of(rest.parts);
  return {};
}

}  // namespace brink
