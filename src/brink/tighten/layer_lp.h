// Private to this folder: the LP relaxation of a layer's model.
#pragma once

#include "brink/base/deadline.h"
#include "brink/solve/lp.h"
#include "layer_model.h"

namespace brink {

/// One a thread, warm from side to side.
class LayerLp {
 public:
  /// `model` must outlive it.
  explicit LayerLp(const LayerModel& model) : lp_(model.program) {}

  /// What its multipliers prove, solved to the end or not.
  SideBound bound(const Side& side, const Deadline& deadline);

 private:
  LpSolver lp_;
};

}  // namespace brink
