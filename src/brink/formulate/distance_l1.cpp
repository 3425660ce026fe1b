// L1: min sum_j w_j |x_j - x~_j|, w_j = 1 unless weights are given.
//
//     tight:  min sum_j w_j (p_j + n_j)                                   (no rows)
//     papers: min sum_j w_j d_j,  -d_j <= x_j - x~_j <= d_j,  d_j >= 0    (two rows a pixel)
//
// Source of the papers' form: Fischetti & Jo 2018, (16).
#include "distance.h"

namespace brink {

std::vector<LinearExpression> add_l1(Program& program, const std::vector<Move>& all,
                                     DistanceForm form) {
  if (form == DistanceForm::tight) return inputs_of(all, add_split_moves(program, all, 1));

  const std::vector<LinearExpression> inputs = add_seed_inputs(program, all);
  for (std::size_t j = 0; j < all.size(); ++j) {
    const int d = program.add_column({fmt::format("d_{}", j), 0, kInfinity, all[j].weight, false});
    add_seed_rows(program, j, inputs[j], all[j].origin, d);
  }
  return inputs;
}

}  // namespace brink
