// L0: the number of changed pixels, or what they cost, by one binary u_j each.
//
//     tight:  min sum_j w_j u_j,  p_j <= (hi_j - x~_j) u_j,  n_j <= (x~_j - lo_j) u_j
//     papers: min sum_j w_j u_j,  -u_j <= x_j - x~_j <= u_j
//
// The tight rows let a relaxed u_j be no smaller than the share of its way that the pixel goes,
// which the papers' rows do only for pixels that can move by 1. The papers' rows suppose moves of
// at most 1 (pixels in [0, 1]); in a wider box D_j u_j takes the place of u_j. Dropped: one row p_j
// / up + n_j / down <= u_j. Its relaxation is the same, but short ranges turn into huge
// coefficients.
//
// Source of the papers' form: Zhu 2021, (17).
#include "distance.h"

namespace brink {

namespace {

void add_switch(Program& program, std::string name, int move, double range, int u) {
  if (move < 0) return;
  program.add_row(std::move(name), {0, {{move, 1}, {u, -range}}}, -kInfinity, 0);
}

}  // namespace

std::vector<LinearExpression> add_l0(Program& program, const std::vector<Move>& all,
                                     DistanceForm form) {
  if (form == DistanceForm::papers) {
    const std::vector<LinearExpression> inputs = add_seed_inputs(program, all);
    for (std::size_t j = 0; j < all.size(); ++j) {
      const int u = program.add_binary(fmt::format("u_{}", j), all[j].weight);
      add_seed_rows(program, j, inputs[j], all[j].origin, u, std::max(1.0, all[j].largest()));
    }
    return inputs;
  }

  const std::vector<SplitMove> split = add_split_moves(program, all, 0);
  for (std::size_t j = 0; j < all.size(); ++j) {
    if (all[j].largest() <= 0) continue;
    const int u = program.add_binary(fmt::format("u_{}", j), all[j].weight);
    add_switch(program, fmt::format("above_{}", j), split[j].p, all[j].up(), u);
    add_switch(program, fmt::format("below_{}", j), split[j].n, all[j].down(), u);
  }
  return inputs_of(all, split);
}

}  // namespace brink
