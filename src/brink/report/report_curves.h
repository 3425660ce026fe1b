// Sorted lists behind the curves of a report: what was solved by when, with which gap, and how far
// the images of a question can be trusted.
#pragma once

#include <vector>

#include "brink/report/report_data.h"

namespace brink {

/// The answers of one closest question, counted up. The lists are sorted upwards.
struct Curves {
  int question = 0;
  int asked = 0;               ///< rows
  int misclassified = 0;       ///< of them, with nothing to search
  std::vector<double> solved;  ///< seconds of each optimal, gap or infeasible answer
  std::vector<double> gaps;    ///< of every image searched; 1 where no image is known
  /// Radius below which each image is proven to keep its class, and at which it is known to lose it
  /// (infinity: never, or unknown). Misclassified images count at 0. The share still right after
  /// any change smaller than r lies between #{safe >= r} / asked and #{lost >= r} / asked.
  std::vector<double> safe;
  std::vector<double> lost;
};

/// (distance - bound) / distance: 0 at distance 0, where the answer is proven (what its tolerance
/// leaves is no gap) and where no image exists, 1 where none is known; with breakpoints, of the
/// linearised distance.
double relative_gap(const ReportAnswer& answer);

/// One element a closest question that has answers, in the order of the questions.
std::vector<Curves> count_up(const ReportData& data);

/// Does a question of the network bound what *any* change can do? Only with target any, margin 1,
/// no floor (relu outputs: floor 0), no cap and no linearised distance; others overestimate
/// robustness.
bool measures_robustness(const ReportQuestion& question, const ReportNetwork& network);

}  // namespace brink
