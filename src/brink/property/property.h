// What a VNN-LIB file asks, as a value: variables, and a disjunction of conjunctions of linear
// rows.
//
// The models of a query are its counterexamples: an input of the networks for which, with the
// outputs that they compute, all assertions hold. Assertions are brought to
//     rows of `common`  and  one of the disjuncts' rows,
// each row a linear inequality over the inputs and outputs with exact decimal numbers. Equalities
// are two rows, "not" is carried to the rows, where it turns <= to >.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "brink/base/error.h"
#include "brink/property/decimal.h"

namespace brink {

/// An input or output of a network: a tensor of numbers in row order.
struct Variable {
  std::string name;
  std::string type;          ///< as written: Real, float32, ...
  std::vector<int> shape;    ///< empty: one number
  int first = 0, count = 1;  ///< its numbers among all of the query
};

struct DeclaredNetwork {
  std::string name;           ///< empty in VNN-LIB 1.0
  std::string equal_to;       ///< the name of another network; empty: none
  std::string isomorphic_to;  ///< likewise
  std::vector<Variable> inputs, outputs;
};

/// sum of coefficient * number <= rhs, or < if it is strict.
struct LinearRow {
  std::vector<std::pair<int, Decimal>> terms;  ///< by number, ascending; no zeros
  Decimal rhs;
  bool strict = false;

  /// At values of all numbers of the query, exactly.
  bool holds(std::span<const double> values) const;
};

/// Indices of rows; all of them hold.
using Conjunction = std::vector<int>;

struct Query {
  int version = 1;  ///< of VNN-LIB: 1 or 2
  std::vector<DeclaredNetwork> networks;
  std::vector<LinearRow> rows;
  Conjunction common;
  std::vector<Conjunction> disjuncts;  ///< one at least holds; none: the query has no model

  /// Of all numbers: the inputs and outputs of each network in turn.
  int numbers() const;
  /// "X_3", "X[0,3]": as its file calls it.
  std::string name_of(int number) const;
};

/// Errors (bad_request) in one line, "line L, column C: what": what is not VNN-LIB 1.0 or 2.0, is
/// not linear, is not supported (hidden nodes, inputs with initial values), or multiplies out to
/// more than kMostConjunctions conjunctions.
/// Source: the VNN-LIB standard, https://www.vnnlib.org.
Expected<Query> parse_query(const std::string& text);
inline constexpr std::size_t kMostConjunctions = 1'000'000;

}  // namespace brink
