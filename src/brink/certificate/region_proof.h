// One region's part of a certificate: nothing of the ball has outputs in it.
//
// Afresh at the radius that is claimed, not what the search did on its way there (decision 0010):
// no first images, no restarts, no larger balls. A node is bounded as the search bounds it; what
// closes it is written at once, with few digits, so that nothing is kept but the path to the node.
#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "brink/base/deadline.h"
#include "brink/certificate/few_digits.h"
#include "brink/certificate/heard.h"
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
  /// What the search said of the region; may be null.
  void follow(const std::vector<Said>* heard) { heard_ = heard; }
  /// The region's node, all of it.
  Gap run();
  /// The same without facts, as long as it takes few nodes.
  Gap run_briefly();
  /// Its tree, from nodes that are said to be empty, in at most so many.
  Gap run_as_said(const std::vector<Said>& nodes, std::int64_t most);

 private:
  /// What the search said of nodes within a node.
  using Within = std::span<const Said*>;

  Gap with_few_nodes(const Intervals& bounds);
  Gap node(Intervals bounds, bool tighten_first, Within within = {});
  Gap divide(const Intervals& bounds, int neuron, Within within = {});
  Gap leaf(const Intervals& bounds);
  bool close(const Intervals& bounds, const search::Multipliers& multipliers);

  // As the search said (replay.cpp).
  std::vector<const Said*> all_said() const;
  bool close_as_said(Intervals& bounds, Within& within);
  bool closed_by_said(const Intervals& bounds, Within said);
  bool learn_as_said(Intervals& bounds, Within said);
  bool learn_by_tree(Intervals& bounds, const Said& said);
  double bound_as_said(const Intervals& bounds, Within within, double known,
                       std::vector<Said>& proven) const;
  bool has_shrunk(Within within) const;
  static Within on_side(Within within, int neuron, bool on);
  int split_as_said(const Intervals& bounds, Within within) const;

  /// Tighter bounds, each of them written; nothing: the node is closed.
  std::optional<Intervals> tightened(Intervals bounds);
  std::optional<Intervals> tightened_by_slopes(Intervals bounds);
  bool side(Intervals& bounds, int neuron, double sign);
  /// Few digits may cost a share `given` of what is gained, but not the sign.
  bool learn(Intervals& bounds, const search::Cost& cost, const search::Proof& proof,
             double given = 0.1);

  const search::Problem& problem_;
  const OutputRegion& region_;
  search::Ball ball_;
  Records& records_;
  Deadline deadline_;
  FewDigits digits_;
  search::PointPool pool_;
  std::optional<Intervals> start_;
  const std::vector<Said>* heard_ = nullptr;
  std::unique_ptr<search::Bounder> bounder_;
  bool stuck_ = false;    ///< a record that should prove does not
  bool by_tree_ = false;  ///< what is written proves a lemma
  std::int64_t most_nodes_ = std::numeric_limits<std::int64_t>::max();
};

}  // namespace brink::certificate
