// What an answer consists of, each part said once.
//
// From here tables have their columns, stores theirs, and processes what they send each other. A
// new part is a line here; one that stores keep has the schema that brings it and its value in
// stores of before (store/schema.h).
#pragma once

#include <tuple>

#include "brink/ask/closest.h"
#include "brink/ask/compare.h"
#include "brink/ask/robustness.h"
#include "brink/ask/visualize.h"

namespace brink {

/// How a table prints it: 9 digits rounded to the side that keeps the claim true, or as it is.
enum class Printed { as_is, up, down, seconds, number_or_none };

template <class Record, class T>
struct Field {
  constexpr Field(const char* its_name, T Record::*its_member, Printed how = Printed::as_is,
                  bool may_be_null = false, int since_schema = 1, const char* value_before = "0")
      : name(its_name),
        member(its_member),
        printed(how),
        nullable(may_be_null),
        since(since_schema),
        before(value_before) {}

  const char* name;
  T Record::*member;
  Printed printed;
  bool nullable;       ///< a number that says nothing (-1, infinity, NaN) is none in a store
  int since;           ///< the store's schema
  const char* before;  ///< in SQL
};

/// In the order of a table's columns.
inline constexpr std::tuple kClosestFields{
    Field{"target", &ClosestAnswer::target, Printed::number_or_none, true},
    Field{"status", &ClosestAnswer::status},
    Field{"distance", &ClosestAnswer::distance, Printed::up},
    Field{"bound", &ClosestAnswer::bound, Printed::down},
    Field{"nodes", &ClosestAnswer::nodes},
    Field{"seconds", &ClosestAnswer::seconds, Printed::seconds},
    Field{"bound_seconds", &ClosestAnswer::bound_seconds, Printed::seconds},
    Field{"verified", &ClosestAnswer::verified},
    Field{"all_zero", &ClosestAnswer::all_zero},
    Field{"linearised", &ClosestAnswer::linearised, Printed::up},
    Field{"linearised_bound", &ClosestAnswer::linearised_bound, Printed::down},
    Field{"proof", &ClosestAnswer::proof},
    Field{"note", &ClosestAnswer::note},
    Field{"lead", &ClosestAnswer::lead, Printed::down, false, 2},
    Field{"lead_bound", &ClosestAnswer::lead_bound, Printed::down, true, 2, "NULL"},
    Field{"float32", &ClosestAnswer::float32, Printed::as_is, false, 2},
};

inline constexpr std::tuple kExcitationFields{
    Field{"activation", &Excitation::activation, Printed::down, true},
    Field{"bound", &Excitation::bound, Printed::up, true},
    Field{"status", &Excitation::status},
    Field{"nodes", &Excitation::nodes},
    Field{"seconds", &Excitation::seconds, Printed::seconds},
    Field{"note", &Excitation::note},
    Field{"proof", &Excitation::proof, Printed::as_is, false, 2, "''"},
};

inline constexpr std::tuple kRadiusFields{
    Field{"status", &RadiusAnswer::robustness},
    Field{"target", &RadiusAnswer::target, Printed::number_or_none, true},
    Field{"distance", &RadiusAnswer::distance, Printed::up},
    Field{"bound", &RadiusAnswer::bound, Printed::down},
    Field{"nodes", &RadiusAnswer::nodes},
    Field{"seconds", &RadiusAnswer::seconds, Printed::seconds},
    Field{"proof", &RadiusAnswer::proof},
    Field{"note", &RadiusAnswer::note},
};

inline constexpr std::tuple kCompareFields{
    Field{"status", &CompareAnswer::verdict},
    Field{"output", &CompareAnswer::output, Printed::number_or_none, true},
    Field{"difference", &CompareAnswer::difference, Printed::down},
    Field{"bound", &CompareAnswer::bound, Printed::up, true},
    Field{"nodes", &CompareAnswer::nodes},
    Field{"seconds", &CompareAnswer::seconds, Printed::seconds},
};

/// By the names of the log.
inline constexpr std::tuple kStatisticsFields{
    Field{"nodes", &search::Statistics::nodes},
    Field{"simplex_iterations", &search::Statistics::iterations},
    Field{"effort", &search::Statistics::effort},
    Field{"ball_points", &search::Statistics::points},
    Field{"pruned_by_bound", &search::Statistics::pruned_by_bound},
    Field{"pruned_by_interval", &search::Statistics::pruned_by_interval},
    Field{"leaves", &search::Statistics::leaves},
    Field{"doubtful_leaves", &search::Statistics::doubtful},
    Field{"unstable_neurons", &search::Statistics::unstable_neurons},
    Field{"patterns", &search::Statistics::patterns},
    Field{"heuristic_seconds", &search::Statistics::heuristic_seconds},
    Field{"tightening_seconds", &search::Statistics::tightening_seconds},
    Field{"tree_seconds", &search::Statistics::tree_seconds},
    Field{"pattern_seconds", &search::Statistics::pattern_seconds},
};

/// `each(field)` for all of them, in order.
template <class Fields, class Each>
void for_each_field(const Fields& fields, const Each& each) {
  std::apply([&](const auto&... field) { (each(field), ...); }, fields);
}

}  // namespace brink
