#include "layer_lp.h"

#include <cmath>

namespace brink {

namespace {

/// safe + constant, rounded down.
double sum_down(double safe, double constant) {
  return safe + constant - 4e-16 * (std::abs(safe) + std::abs(constant));
}

}  // namespace

SideBound LayerLp::bound(const Side& side, const Deadline& deadline) {
  lp_.set_costs(side.costs);
  const LpSolution lp = lp_.solve(deadline);
  return {sum_down(lp_.safe_bound(lp.duals), side.constant), BoundSource::lp};
}

}  // namespace brink
