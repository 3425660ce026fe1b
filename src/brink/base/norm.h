// The four distances between an image x~ and a changed image x.
#pragma once

#include <Eigen/Core>
#include <array>
#include <string_view>

#include "brink/base/error.h"

namespace brink {

enum class Norm { l0, l1, l2, linf };

inline constexpr std::array<Norm, 4> kAllNorms = {Norm::l0, Norm::l1, Norm::l2, Norm::linf};

std::string_view name(Norm norm);  ///< "l0", "l1", "l2", "linf"
/// Capital letters are fine: "L2", "Linf".
Expected<Norm> parse_norm(std::string_view text);

/// L0: number of coordinates whose double values differ; L1: sum |x_j - x~_j|; L2: Euclidean, not
/// squared; Linf: max |x_j - x~_j|. Both vectors have the same size.
double distance(Norm norm, const Eigen::VectorXd& x, const Eigen::VectorXd& origin);

}  // namespace brink
