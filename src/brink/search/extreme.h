// The largest value of a linear function of a layer's pre-activations over a box of inputs.
#pragma once

#include "brink/base/deadline.h"
#include "brink/bounds/bounds.h"
#include "brink/search/problem.h"
#include "brink/search/statistics.h"

namespace brink::search {

struct ExtremeOptions {
  double gap = 0;                  ///< relative; 0: kExtremeGap
  std::size_t most_open = 50'000;  ///< open nodes; beyond, depth first
  ClaimLog* claims = nullptr;      ///< is told all that is believed
};

/// Bytes that open nodes may keep of where their slopes begin (node.h); beyond, depth first too.
inline constexpr std::size_t kExtremeSlopes = std::size_t{128} << 20;

/// Proven this near to a value that is attained counts as the extreme: times max(1, |value|).
/// A hundredth of it is for the rounding of forward passes.
inline constexpr double kExtremeGap = 1e-7;

struct ExtremeResult {
  bool finished = false;  ///< value and bound are as near as asked
  double value = 0;       ///< attained at `point`, by the plain forward pass
  double bound = 0;       ///< proven: nowhere in the box is it larger
  Eigen::VectorXd point;  ///< n_0, in the box
  Statistics statistics;
};

/// What the searches of one layer's units share: the network cut off behind the layer, over a box.
class LayerExtremes {
 public:
  /// 2 <= k <= K. `bounds` of layers 1..k-1 hold over bounds.box.
  LayerExtremes(const Network& network, const Bounds& bounds, int k);
  LayerExtremes(const LayerExtremes&) = delete;
  LayerExtremes& operator=(const LayerExtremes&) = delete;

  /// max c y^k over the box. From several threads at once, if need be.
  ExtremeResult search(const Eigen::VectorXd& c, const Deadline& deadline,
                       const ExtremeOptions& options = {}) const;

 private:
  Network part_;
  Intervals root_;
  Problem problem_;  ///< of no row yet
};

/// The same for one of them alone.
ExtremeResult search_extreme(const Network& network, const Bounds& bounds, int k,
                             const Eigen::VectorXd& c, const Deadline& deadline,
                             const ExtremeOptions& options = {});

}  // namespace brink::search
