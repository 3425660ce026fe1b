// From what an engine learned to the answer that is shown: common to both engines.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "brink/ask/closest.h"

namespace brink {

/// Relative gap at which the true L2 counts as proven.
inline constexpr double kEuclideanGap = 1e-4;

/// The plain float32 pass makes of x what is asked for.
bool taken_in_float32(const ClosestQuestion& question, const Network& network,
                      const Eigen::VectorXd& x, int target);

/// An answer of status error.
ClosestAnswer refused(std::string note);

/// What can be said before any search: an answer when a search is not needed or not possible.
std::optional<ClosestAnswer> before_search(const Network& network, const ClosestQuestion& question,
                                           const Eigen::VectorXd& image, int label,
                                           const std::vector<OutputRegion>& regions);

/// The regions that proofs speak of: the question's, with room for how far the network's outputs
/// may be from the file's over the reals (bounds/rounding.h), times 2^exponent. Images are held
/// against the question's own words and the file's pass.
std::vector<OutputRegion> proof_regions(const Network& network, const ClosestQuestion& question,
                                        const Eigen::VectorXd& image,
                                        std::vector<OutputRegion> regions, int exponent = 0);

/// The best image an engine found.
struct Found {
  double distance = kInfinity;  ///< as measured by the question (linearised with breakpoints)
  Eigen::VectorXd image;
  const OutputRegion* region = nullptr;  ///< null: none found
  Lead lead = {};
};

/// What is proven, on the measured distance.
struct Proven {
  double bound = 0;            ///< of images with lead 0
  double lead_bound = 0;       ///< of images with the lead found
  bool nothing_there = false;  ///< no image exists, ties included
};

/// Sets status, distance, bounds and all that follows from them. `gap`: asked for.
void complete(ClosestAnswer& answer, const ClosestQuestion& question, const Network& network,
              const Eigen::VectorXd& image, const Found& found, Proven proven, double gap);

}  // namespace brink
