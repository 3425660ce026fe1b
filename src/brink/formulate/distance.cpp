// dist(x, x~) as columns, rows and objective: what the norms share, and the choice among them.
//
// Tight form: x_j = x~_j + p_j - n_j with 0 <= p_j <= hi_j - x~_j, 0 <= n_j <= x~_j - lo_j, where
// [lo, hi] is what box and cap leave of pixel j. No rows are needed, and a pixel that cannot move
// one way has no column for it: half of the columns on images of black and white.
// p_j and n_j may both be positive, but never are at an optimum: taking the smaller off both
// keeps x and lowers every one of our objectives (or leaves it: zero slopes near 0).
#include "distance.h"

#include <stdexcept>

namespace brink {

std::vector<Move> moves(Program& program, const ClosestQuestion& question,
                        const Eigen::VectorXd& image) {
  const Box box = reach(question, image);
  std::vector<Move> result;
  result.reserve(static_cast<std::size_t>(image.size()));
  for (Eigen::Index j = 0; j < image.size(); ++j) {
    const double low = box.lower(j), high = box.upper(j), origin = image(j);
    if (!(low <= high)) {
      program.add_row(fmt::format("unreachable_{}", j), {}, 1, kInfinity);
      result.push_back({origin, origin, origin});
      continue;
    }
    const double weight = question.weights.size() > 0 ? question.weights(j) : 1;
    result.push_back({origin, low, high, weight});
  }
  return result;
}

std::vector<SplitMove> add_split_moves(Program& program, const std::vector<Move>& all,
                                       double cost) {
  std::vector<SplitMove> split(all.size());
  for (std::size_t j = 0; j < all.size(); ++j) {
    const Move& move = all[j];
    const double price = cost * move.weight;
    if (move.up() > 0) {
      split[j].p =
          program.add_column({fmt::format("p_{}", j), move.least_up(), move.up(), price, false});
    }
    if (move.down() > 0) {
      split[j].n = program.add_column(
          {fmt::format("n_{}", j), move.least_down(), move.down(), price, false});
    }
  }
  return split;
}

std::vector<LinearExpression> inputs_of(const std::vector<Move>& all,
                                        const std::vector<SplitMove>& split) {
  std::vector<LinearExpression> inputs(all.size());
  for (std::size_t j = 0; j < all.size(); ++j) {
    inputs[j].constant = all[j].origin;
    if (split[j].p >= 0) inputs[j].terms.push_back({split[j].p, 1});
    if (split[j].n >= 0) inputs[j].terms.push_back({split[j].n, -1});
  }
  return inputs;
}

std::vector<LinearExpression> add_seed_inputs(Program& program, const std::vector<Move>& all) {
  const auto size = static_cast<Eigen::Index>(all.size());
  Box box{Eigen::VectorXd(size), Eigen::VectorXd(size)};
  for (Eigen::Index j = 0; j < size; ++j) {
    box.lower(j) = all[static_cast<std::size_t>(j)].low;
    box.upper(j) = all[static_cast<std::size_t>(j)].high;
  }
  return add_inputs(program, box);
}

void add_seed_rows(Program& program, std::size_t j, const LinearExpression& input, double origin,
                   int w, double weight) {
  LinearExpression above = input, below = input;
  above.terms.push_back({w, -weight});
  below.terms.push_back({w, weight});
  program.add_row(fmt::format("above_{}", j), above, -kInfinity, origin);
  program.add_row(fmt::format("below_{}", j), below, origin, kInfinity);
}

std::vector<LinearExpression> add_distance(Program& program, const ClosestQuestion& question,
                                           const Eigen::VectorXd& image,
                                           const DistanceOptions& options) {
  const std::vector<Move> all = moves(program, question, image);
  switch (question.norm) {
    case Norm::l0:
      return add_l0(program, all, options.form);
    case Norm::l1:
      return add_l1(program, all, options.form);
    case Norm::linf:
      return add_linf(program, all, options.form);
    case Norm::l2:
      break;
  }
  if (question.breakpoints) {
    return add_l2_breakpoints(program, all, *question.breakpoints, options.form, options.sos2);
  }
  const bool known = options.squares || options.tangents != nullptr;
  if (!known || options.form == DistanceForm::papers) {
    throw std::invalid_argument(
        "add_distance: l2 needs breakpoints, or tangents or squares in tight form");
  }
  if (options.squares) return add_l2_squares(program, all);
  return add_l2_tangents(program, all, *options.tangents);
}

}  // namespace brink
