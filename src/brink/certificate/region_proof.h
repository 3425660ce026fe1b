// One region's part of a certificate: nothing of the ball has outputs in it.
//
// Afresh at the radius that is claimed, not what the search did on its way there (decision 0010):
// no first images, no restarts, no larger balls. A node is bounded as the search bounds it; what
// closes it is written at once, with few digits, so that nothing is kept but the path to the node.
#pragma once

#include <memory>
#include <optional>

#include "brink/base/deadline.h"
#include "brink/certificate/few_digits.h"
#include "brink/certificate/records.h"
#include "brink/search/bounder.h"
#include "brink/search/tightening.h"

namespace brink::certificate {

class RegionProof {
 public:
  /// It refers to all of these; records are in the units of `units`' file.
  RegionProof(const search::Problem& problem, const OutputRegion& region, const search::Ball& ball,
              const search::Units& units, Records& records, const Deadline& deadline);

  /// Bounds that hold in the region's node, and are written; else those of the ball.
  void start_from(Intervals bounds) { start_ = std::move(bounds); }
  /// The region's node, all of it.
  Gap run();

 private:
  Gap node(Intervals bounds, bool tighten_first);
  Gap divide(const Intervals& bounds, int neuron);
  Gap leaf(const Intervals& bounds);
  bool close(const Intervals& bounds, const search::Multipliers& multipliers);

  /// Tighter bounds, each of them written; nothing: the node is closed.
  std::optional<Intervals> tightened(Intervals bounds);
  std::optional<Intervals> tightened_by_slopes(Intervals bounds);
  bool side(Intervals& bounds, int neuron, double sign);
  bool learn(Intervals& bounds, const search::Cost& cost, const search::Proof& proof);

  const search::Problem& problem_;
  const OutputRegion& region_;
  search::Ball ball_;
  Records& records_;
  Deadline deadline_;
  FewDigits digits_;
  search::PointPool pool_;
  std::optional<Intervals> start_;
  std::unique_ptr<search::Bounder> bounder_;
  bool stuck_ = false;  ///< a record that should prove does not
  std::int64_t most_nodes_ = 0;
};

}  // namespace brink::certificate
