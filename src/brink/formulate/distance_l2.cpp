// L2, squared and piecewise linear: min sum_j f(d_j) with d_j = |x_j - x~_j| and f convex.
//
// f is either f~, the interpolation of d^2 on N uniform breakpoints a_0 = 0 .. a_{N-1} = D_j (never
// below d^2), or the envelope max_i 2 a_i d - a_i^2 of tangents (never above d^2, so the optimum is
// a lower bound of the true one).
//
// Tight form, for both: f is a chain of segments with rising slopes. A column per segment, bounded
// by its length and with its slope for a cost, needs neither rows nor binaries: being minimised,
// earlier and cheaper segments fill up first. For f~ the slope between a_i and a_{i+1} is
// a_i + a_{i+1}; for tangents it is 2 a_i between (a_{i-1} + a_i) / 2 and (a_i + a_{i+1}) / 2,
// where neighbouring tangents cross. Upward and downward moves have chains of their own, each
// cut where its range ends.
//
// The papers' form (Bisschop 2006 by way of Zhu 2021, (18)-(28)), for f~ only:
//     d_j = sum_i a_i l_i,  f~ = sum_i a_i^2 l_i,  sum_i l_i = 1,  l_i >= 0,
//     l_i <= y_i,  sum_i y_i <= 2,  y_i + y_k <= 1 for k > i + 1,  y_i in {0, 1}
// N binaries and (N - 1)(N - 2) / 2 + N + 3 rows a pixel, for the same optimum. To a solver that
// has them, the last line is a set of type 2 of the l_i.
//
// The true L2 to a solver with quadratic objectives: min sum_j p_j^2 + n_j^2. At an optimum one of
// the two is least (see distance.cpp), which is the square of the move.
#include "distance.h"

namespace brink {

namespace {

/// f has slope `slope` from `start` to the next segment's start.
struct Segment {
  double start = 0;
  double slope = 0;
};

double breakpoint(double largest, int count, int i) {
  return i * largest / (count - 1);
}

std::vector<Segment> interpolation(double largest, int count) {
  std::vector<Segment> segments;
  for (int i = 0; i + 1 < count; ++i) {
    const double a = breakpoint(largest, count, i), b = breakpoint(largest, count, i + 1);
    segments.push_back({a, a + b});
  }
  return segments;
}

std::vector<Segment> tangent_envelope(const std::vector<double>& points) {
  std::vector<Segment> segments;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double start = i == 0 ? 0 : (points[i - 1] + points[i]) / 2;
    segments.push_back({start, 2 * points[i]});
  }
  return segments;
}

/// Columns prefix_i for a move in [least, range]; their sum, with `sign`, joins `input`.
void add_chain(Program& program, const std::vector<Segment>& segments, const std::string& prefix,
               double least, double range, double sign, LinearExpression& input) {
  for (std::size_t i = 0; i < segments.size() && segments[i].start < range; ++i) {
    const double start = segments[i].start;
    const double end = i + 1 < segments.size() ? std::min(range, segments[i + 1].start) : range;
    const double filled = std::clamp(least - start, 0.0, end - start);
    const int column = program.add_column(
        {fmt::format("{}_{}", prefix, i), filled, end - start, segments[i].slope, false});
    input.terms.push_back({column, sign});
  }
}

/// x_j with f's chains in both directions.
LinearExpression add_chains(Program& program, const Move& move, std::size_t j,
                            const std::vector<Segment>& segments) {
  LinearExpression input{move.origin, {}};
  add_chain(program, segments, fmt::format("p_{}", j), move.least_up(), move.up(), 1, input);
  add_chain(program, segments, fmt::format("n_{}", j), move.least_down(), move.down(), -1, input);
  return input;
}

struct Weights {
  std::vector<int> l, y;  ///< y: empty with sets of type 2
};

Weights add_weights(Program& program, std::size_t j, double largest, int count, bool sos2) {
  Weights weights;
  for (int i = 0; i < count; ++i) {
    const double a = breakpoint(largest, count, i);
    weights.l.push_back(
        program.add_column({fmt::format("l_{}_{}", j, i), 0, kInfinity, a * a, false}));
    if (!sos2) weights.y.push_back(program.add_binary(fmt::format("y_{}_{}", j, i)));
  }
  return weights;
}

/// At most two weights, and those adjacent, are positive.
void add_adjacency(Program& program, std::size_t j, const Weights& weights) {
  LinearExpression chosen;
  for (std::size_t i = 0; i < weights.l.size(); ++i) {
    program.add_row(fmt::format("use_{}_{}", j, i), {0, {{weights.l[i], 1}, {weights.y[i], -1}}},
                    -kInfinity, 0);
    chosen.terms.push_back({weights.y[i], 1});
  }
  program.add_row(fmt::format("two_{}", j), chosen, -kInfinity, 2);
  for (std::size_t i = 0; i < weights.y.size(); ++i) {
    for (std::size_t k = i + 2; k < weights.y.size(); ++k) {
      program.add_row(fmt::format("apart_{}_{}_{}", j, i, k),
                      {0, {{weights.y[i], 1}, {weights.y[k], 1}}}, -kInfinity, 1);
    }
  }
}

void add_lambda_formulation(Program& program, std::size_t j, int d, double largest, int count,
                            bool sos2) {
  const Weights weights = add_weights(program, j, largest, count, sos2);
  LinearExpression convex, place{0, {{d, -1}}};
  for (int i = 0; i < count; ++i) {
    const int l = weights.l[static_cast<std::size_t>(i)];
    convex.terms.push_back({l, 1});
    place.terms.push_back({l, breakpoint(largest, count, i)});
  }
  program.add_row(fmt::format("place_{}", j), place, 0, 0);
  program.add_row(fmt::format("convex_{}", j), convex, 1, 1);
  if (sos2) {
    program.sos2.push_back({fmt::format("two_{}", j), weights.l});
  } else {
    add_adjacency(program, j, weights);
  }
}

}  // namespace

std::vector<LinearExpression> add_l2_breakpoints(Program& program, const std::vector<Move>& all,
                                                 int breakpoints, DistanceForm form, bool sos2) {
  if (form == DistanceForm::papers) {
    const std::vector<LinearExpression> inputs = add_seed_inputs(program, all);
    for (std::size_t j = 0; j < all.size(); ++j) {
      const int d = program.add_column({fmt::format("d_{}", j), 0, kInfinity, 0, false});
      add_seed_rows(program, j, inputs[j], all[j].origin, d);
      add_lambda_formulation(program, j, d, all[j].largest(), breakpoints, sos2);
    }
    return inputs;
  }

  std::vector<LinearExpression> inputs;
  for (std::size_t j = 0; j < all.size(); ++j) {
    inputs.push_back(add_chains(program, all[j], j, interpolation(all[j].largest(), breakpoints)));
  }
  return inputs;
}

std::vector<LinearExpression> add_l2_squares(Program& program, const std::vector<Move>& all) {
  const std::vector<SplitMove> split = add_split_moves(program, all, 0);
  for (const SplitMove& move : split) {
    for (const int column : {move.p, move.n}) {
      if (column >= 0) program.columns[static_cast<std::size_t>(column)].square = 1;
    }
  }
  return inputs_of(all, split);
}

std::vector<LinearExpression> add_l2_tangents(Program& program, const std::vector<Move>& all,
                                              const std::vector<std::vector<double>>& tangents) {
  std::vector<LinearExpression> inputs;
  for (std::size_t j = 0; j < all.size(); ++j) {
    inputs.push_back(add_chains(program, all[j], j, tangent_envelope(tangents[j])));
  }
  return inputs;
}

}  // namespace brink
