// Private to this folder: where a MIP solver begins.
#pragma once

#include "brink/ask/mip_region.h"

namespace brink {

/// An image of the region found without proof by the search's attacks; empty: none in time, or the
/// solver leaves starts.
struct StartImage {
  Eigen::VectorXd image;
};
StartImage start_image(const RegionTask& task, const Deadline& deadline);

/// Values of the model's binaries at the image.
std::vector<Hint> start_at(const StartImage& start, const Network& network,
                           const ClosestModel& model, const Eigen::VectorXd& from);

}  // namespace brink
