// Where all phases are settled: L0 by a tree over pixels that stay or may change; L1 and Linf by
// the pattern's own program, where nodes' multipliers come too late.
#pragma once

#include "brink/base/deadline.h"
#include "brink/certificate/few_digits.h"
#include "brink/search/move_program.h"
#include "brink/solve/lp.h"

namespace brink::certificate {

/// The layers' multipliers from those of the pattern's rows, phases first.
search::Multipliers layered(const search::Problem& problem, const Intervals& settled,
                            const std::vector<double>& rows);

/// L1 and Linf: of the moves in the ball that violate a row of the pattern the least; empty: none.
search::Multipliers least_violation(const search::Problem& problem, const OutputRegion& region,
                                    const search::Ball& ball, const Intervals& settled,
                                    const Deadline& deadline);

/// The cheapest moves into the pattern, as search/pixel_search.h has them: the program's
/// multipliers are those of the phases' and the region's rows, which the layers' follow from.
class PixelProof {
 public:
  PixelProof(const search::Problem& problem, const OutputRegion& region, const search::Ball& ball,
             const Intervals& settled, FewDigits& digits, Records& records,
             const Deadline& deadline);

  Gap run() { return node(0); }

 private:
  Gap node(double spent);
  Gap divide(std::size_t column, double spent);
  search::Ball ball_of_node() const;
  int most_open(const std::vector<double>& values) const;
  search::Multipliers least_violated() const;
  void decide(Eigen::Index pixel, int state);

  enum State { kOpen, kStays, kMoves };
  const search::Problem& problem_;
  const search::Ball& ball_;
  const Intervals& settled_;
  FewDigits& digits_;
  Records& records_;
  Deadline deadline_;
  search::MoveProgram moves_;
  std::vector<double> costs_;  ///< of columns
  std::vector<int> states_;    ///< of pixels
  std::unique_ptr<LpSolver> lp_;
  double limit_;
};

}  // namespace brink::certificate
