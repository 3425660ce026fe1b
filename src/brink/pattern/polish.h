// From a solver's approximate point to an image that is exactly right.
//
// A MIP solution is feasible up to tolerances that pass through big-M; its pattern of phases is
// what counts. With the phases fixed the best image is an LP (L0, L1), a projection (L2), or some
// LPs (Linf: within a radius; linearised L2: of a few segments a pixel), solved to full precision,
// then moved inward until the plain forward pass in double precision meets the question exactly
// (docs/formulations.md, Exactness).
#pragma once

#include <Eigen/Core>
#include <optional>
#include <vector>

#include "brink/base/deadline.h"
#include "brink/pattern/pattern.h"

namespace brink {

/// The distance the question minimises, from pixels: the norm, or sqrt(sum f~(|x_j - x~_j|)) with
/// f~ the interpolation of d^2 on the question's breakpoints.
double measured_distance(const ClosestQuestion& question, const Eigen::VectorXd& image,
                         const Eigen::VectorXd& x);

/// sqrt(sum f~(d_j)) on `breakpoints` uniform points of [0, largest possible move of pixel j].
double linearised_distance(const ClosestQuestion& question, const Eigen::VectorXd& image,
                           const Eigen::VectorXd& x);

/// For each lead, from the smallest on, the nearest image of the pattern, in the region, for which
/// fools() holds with it; empty if none was found (the pattern is empty, or thinner than rounding,
/// or the deadline came). For L0 only the pixels in which `point` differs from the image may
/// change.
std::vector<std::optional<Eigen::VectorXd>> polish(
    const Network& network, const ClosestQuestion& question, const OutputRegion& region,
    const Eigen::VectorXd& image, const Phases& phases, const Eigen::VectorXd& point,
    const Deadline& deadline = {}, const std::vector<Lead>& leads = {Lead{}});

}  // namespace brink
