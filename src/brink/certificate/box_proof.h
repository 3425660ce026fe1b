// A region's part of a certificate where few inputs vary: a tree over parts of the box.
//
// As the search divides boxes (search/box_search.h), depth first. A part is closed by the rows as
// linear functions of the inputs, with the chords that a checker takes by itself (`~`), over what
// is known of its neurons; then over bounds that the checker works out (`b`); then by slopes that
// climb, whose multipliers are named. What rows cut off is a part of its own, closed at once.
#pragma once

#include <optional>

#include "brink/base/deadline.h"
#include "brink/certificate/few_digits.h"
#include "brink/certificate/records.h"
#include "brink/search/box_bounds.h"
#include "brink/search/slope_ascent.h"

namespace brink::certificate {

class BoxProof {
 public:
  /// It refers to all of these; records are in the units of `units`' file.
  BoxProof(const search::Problem& whole, const OutputRegion& region, const search::Units& units,
           Records& records, const Deadline& deadline);

  Gap run();

 private:
  struct Part {
    Box box;
    Intervals bounds;
    search::InputForms forms = {};
  };
  /// A side of an input that rows exclude.
  struct Off {
    Eigen::Index input;
    bool upper;
    double value;
    WholeMultipliers closing;
  };

  Gap node(Part part, const search::Slopes* start);
  Gap cut(Part part, const search::Slopes* start);
  Gap divide(const Part& part, const search::Slopes* start);
  bool step(Part& part, bool substitute);
  std::optional<WholeMultipliers> excluded(const Part& part) const;
  bool climb(const Part& part, const search::Slopes* start, std::optional<search::Slopes>& slopes);
  std::optional<Off> cut_off(const Part& part, Eigen::Index input, bool upper);
  double in_file(double value) const;
  search::Problem problem_of(const Box& box) const;

  const search::Problem& whole_;
  const OutputRegion& region_;
  const search::Units& units_;
  Records& records_;
  Deadline deadline_;
  search::BoxBounds bounder_;
};

}  // namespace brink::certificate
