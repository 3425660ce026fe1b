#include "brink/search/move_program.h"

#include <cmath>
#include <limits>

namespace brink::search {

namespace {

void add_moves(MoveProgram& result, const Box& changes) {
  result.moves = possible_moves(changes);
  for (const Move& move : result.moves) {
    result.program.add_column({"", 0, move.room, 0, false});
  }
}

/// rows * moves >= rhs.
void add_rows(MoveProgram& result, const Eigen::MatrixXd& rows, const Eigen::VectorXd& rhs) {
  for (Eigen::Index r = 0; r < rhs.size(); ++r) {
    Row row;
    for (std::size_t c = 0; c < result.moves.size(); ++c) {
      const auto& move = result.moves[c];
      const double g = rows(r, move.pixel);
      if (g != 0) row.terms.push_back({static_cast<int>(c), move.sign * g});
    }
    row.lower = rhs(r);
    result.program.rows.push_back(std::move(row));
  }
}

/// Bounds on each row from bounds on the size of each input: |W_k| .. |W_1| size, and on the
/// biases' way through the layers unless they are left out. `charge`: of magnitude and operations.
template <typename Charge>
Eigen::VectorXd magnitudes(const Problem& problem, const Phases& phases, const OutputRegion& region,
                           Eigen::VectorXd size, bool biases, const Charge& charge) {
  const Network& network = problem.network();
  std::vector<double> doubts;
  double operations = 4;
  for (int k = 1; k <= network.depth(); ++k) {
    const Layer& layer = network.layer(k);
    operations += static_cast<double>(layer.weights.cols()) + 2;
    size = layer.weights.absolute(size);
    if (biases) size += layer.bias.cwiseAbs();
    if (k == network.depth()) break;
    for (Eigen::Index j = 0; j < size.size(); ++j) {
      if (layer.is_linear(j)) continue;
      doubts.push_back(charge(size(j), operations));
      if (!phases[static_cast<std::size_t>(k - 1)][static_cast<std::size_t>(j)]) size(j) = 0;
    }
  }
  operations += static_cast<double>(network.output_size()) + 2;
  for (const OutputRow& row : region.rows) {
    const double rhs = biases ? std::abs(row.rhs) : 0;
    doubts.push_back(charge(row.coefficients.cwiseAbs().dot(size) + rhs, operations));
  }
  return Eigen::Map<const Eigen::VectorXd>(doubts.data(), std::ssize(doubts));
}

}  // namespace

std::vector<Move> possible_moves(const Box& changes) {
  std::vector<Move> moves;
  for (Eigen::Index j = 0; j < changes.size(); ++j) {
    for (const double sign : {1.0, -1.0}) {
      const double room = sign > 0 ? changes.upper(j) : -changes.lower(j);
      if (room > 0) moves.push_back({j, sign, room});
    }
  }
  return moves;
}

MoveProgram move_program(const Problem& problem, const PatternPolytope& polytope) {
  MoveProgram result;
  add_moves(result,
            {problem.reach().lower - problem.image(), problem.reach().upper - problem.image()});
  add_rows(result, polytope.rows, polytope.rhs - polytope.rows * problem.image());
  return result;
}

MoveProgram move_program(const NearPolytope& polytope) {
  MoveProgram result;
  add_moves(result, polytope.box);
  add_rows(result, polytope.rows, polytope.rhs);
  return result;
}

Eigen::VectorXd moved(const Eigen::VectorXd& image, const MoveProgram& program,
                      const std::vector<double>& values) {
  Eigen::VectorXd x = image;
  for (std::size_t c = 0; c < program.moves.size(); ++c) {
    x(program.moves[c].pixel) += program.moves[c].sign * values[c];
  }
  return x;
}

Eigen::VectorXd row_doubts(const Problem& problem, const Phases& phases,
                           const OutputRegion& region) {
  const Box& reach = problem.reach();
  const auto charge = [](double magnitude, double operations) {
    return std::numeric_limits<double>::epsilon() * operations * magnitude;
  };
  return magnitudes(problem, phases, region,
                    reach.upper.cwiseAbs().cwiseMax(reach.lower.cwiseAbs()), true, charge);
}

Eigen::VectorXd row_doubts(const Problem& problem, const Phases& phases, const OutputRegion& region,
                           double radius) {
  const Eigen::VectorXd& image = problem.image();
  const Box& reach = problem.reach();
  const auto extended = [](double magnitude, double operations) {
    return static_cast<double>(std::numeric_limits<long double>::epsilon()) * operations *
           magnitude;
  };
  const auto charge = [](double magnitude, double operations) {
    return std::numeric_limits<double>::epsilon() * operations * magnitude;
  };
  const Eigen::VectorXd room = (reach.upper - image).cwiseMax(image - reach.lower).cwiseMin(radius);
  return magnitudes(problem, phases, region, image.cwiseAbs(), true, extended) +
         magnitudes(problem, phases, region, room, false, charge);
}

}  // namespace brink::search
