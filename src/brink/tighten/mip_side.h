// Private to this folder: a side of a neuron by a MIP solver.
#pragma once

#include "brink/base/deadline.h"
#include "brink/solve/solver.h"
#include "layer_model.h"

namespace brink {

/// The solver's dual bound as far as multipliers confirm it. Source: exact when a value that is
/// attained is near enough, else stopped. Errors: the solver's, interrupted.
Expected<SideBound> bound_by_mip(const LayerModel& model, const Side& side, const MipSolver& solver,
                                 const Deadline& deadline);

}  // namespace brink
