// Assertions as they are read, and their disjunctive normal form (private to this folder).
#pragma once

#include <vector>

#include "brink/property/property.h"

namespace brink {

/// A sum of numbers' multiples.
struct Linear {
  std::vector<std::pair<int, Decimal>> terms;  ///< in any order, some more than once
  Decimal constant;
};

struct Formula {
  enum class Kind { row, all, any };
  Kind kind = Kind::all;
  LinearRow row;
  std::vector<Formula> parts;  ///< of all: none is true; of any: none is false
};

enum class Relation { less, at_most, greater, at_least, equal, unequal };
/// The relation that holds where this does not.
Relation opposite(Relation relation);

/// a (relation) b.
Formula compare(const Linear& a, Relation relation, const Linear& b);

/// Into `query`: its rows, and what is common and what is not. Errors: too many conjunctions.
Expected<void> multiply_out(std::vector<Formula> assertions, Query& query);

}  // namespace brink
