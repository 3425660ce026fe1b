// Private to this folder: a side of a neuron by a MIP solver.
#pragma once

#include "brink/base/deadline.h"
#include "brink/solve/solver.h"
#include "layer_model.h"

namespace brink {

/// The solver's dual bound, moved outward by what its tolerances can hide. Source: exact when the
/// solve ended optimal, else stopped. Errors: the solver's, a status that the model cannot have,
/// interrupted.
Expected<SideBound> bound_by_mip(const LayerModel& model, const Side& side, const MipSolver& solver,
                                 const Deadline& deadline);

}  // namespace brink
