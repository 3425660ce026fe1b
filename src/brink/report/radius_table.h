// The table of `brink verify` around images, and what it comes to.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "brink/ask/radius_batch.h"
#include "brink/base/norm.h"
#include "brink/report/text_table.h"

namespace brink {

/// image,label,norm,radius, the answer's fields, question (its hash).
TextTable radius_table(const std::vector<RadiusRow>& rows, Norm norm, double radius,
                       const std::string& question);
/// The columns' names, comma separated.
std::string radius_header();

/// How many images are of each kind, in the order of kRobustness.
using RobustnessCounts = std::array<int, kRobustness.size()>;
RobustnessCounts count_robustness(const std::vector<RadiusRow>& rows);
/// "40.0 % provably right within linf 0.01: 4 of 10 images; ..."
std::string radius_summary(const RobustnessCounts& counts, Norm norm, double radius);

}  // namespace brink
