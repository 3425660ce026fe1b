// Linf: min W, the largest change of any pixel, times its weight w_j.
//
//     tight:  w_j (p_j + n_j) <= W,  W <= max_j w_j D_j       (one row a pixel)
//     papers: -W / w_j <= x_j - x~_j <= W / w_j,  W >= 0      (two rows a pixel)
//
// p_j <= W and n_j <= W as two rows allow the same x and W: p_j and n_j need not both be positive.
// One row is half as many.
//
// Source of the papers' form: Zhu 2021, (29).
#include "distance.h"

namespace brink {

std::vector<LinearExpression> add_linf(Program& program, const std::vector<Move>& all,
                                       DistanceForm form) {
  if (form == DistanceForm::papers) {
    const std::vector<LinearExpression> inputs = add_seed_inputs(program, all);
    const int w = program.add_column({"W", 0, kInfinity, 1, false});
    for (std::size_t j = 0; j < all.size(); ++j) {
      add_seed_rows(program, j, inputs[j], all[j].origin, w, 1 / all[j].weight);
    }
    return inputs;
  }

  double least = 0, largest = 0;
  for (const Move& move : all) {
    least = std::max(least, move.weight * move.least());
    largest = std::max(largest, move.weight * move.largest());
  }
  const std::vector<SplitMove> split = add_split_moves(program, all, 0);
  const int w = program.add_column({"W", least, largest, 1, false});
  for (std::size_t j = 0; j < all.size(); ++j) {
    LinearExpression row{0, {{w, -1}}};
    if (split[j].p >= 0) row.terms.push_back({split[j].p, all[j].weight});
    if (split[j].n >= 0) row.terms.push_back({split[j].n, all[j].weight});
    if (row.terms.size() > 1) {
      program.add_row(fmt::format("within_{}", j), row, -kInfinity, 0);
    }
  }
  return inputs_of(all, split);
}

}  // namespace brink
