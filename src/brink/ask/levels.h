// Images of whole grey levels: what an 8-bit picture can hold.
#pragma once

#include <optional>

#include "brink/question/question.h"

namespace brink {

/// Every pixel that differs from the image lies on one of question.levels levels, evenly spaced
/// from the box's lower side to its upper.
bool on_levels(const ClosestQuestion& question, const Eigen::VectorXd& image,
               const Eigen::VectorXd& x);

/// A near image on levels that fools() takes, made from x, which it takes too; empty: none was
/// found. No proof of anything.
std::optional<Eigen::VectorXd> to_levels(const ClosestQuestion& question, const Network& network,
                                         const OutputRegion& region, const Eigen::VectorXd& image,
                                         const Eigen::VectorXd& x, const Lead& lead);

}  // namespace brink
