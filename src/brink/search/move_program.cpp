#include "brink/search/move_program.h"

#include <cmath>
#include <limits>

namespace brink::search {

namespace {

void add_moves(MoveProgram& result, const Problem& problem) {
  const Eigen::VectorXd& image = problem.image();
  for (Eigen::Index j = 0; j < image.size(); ++j) {
    const double up = problem.reach().upper(j) - image(j);
    const double down = image(j) - problem.reach().lower(j);
    for (const double sign : {1.0, -1.0}) {
      const double room = sign > 0 ? up : down;
      if (room <= 0) continue;
      result.program.add_column({"", 0, room, 0, false});
      result.moves.push_back({j, sign});
    }
  }
}

}  // namespace

MoveProgram move_program(const Problem& problem, const PatternPolytope& polytope) {
  MoveProgram result;
  add_moves(result, problem);
  const Eigen::VectorXd at_image = polytope.rows * problem.image();
  for (Eigen::Index r = 0; r < polytope.rhs.size(); ++r) {
    Row row;
    for (std::size_t c = 0; c < result.moves.size(); ++c) {
      const auto& move = result.moves[c];
      const double g = polytope.rows(r, move.pixel);
      if (g != 0) row.terms.push_back({static_cast<int>(c), move.sign * g});
    }
    row.lower = polytope.rhs(r) - at_image(r);
    result.program.rows.push_back(std::move(row));
  }
  return result;
}

Eigen::VectorXd moved(const Problem& problem, const MoveProgram& program,
                      const std::vector<double>& values) {
  Eigen::VectorXd x = problem.image();
  for (std::size_t c = 0; c < program.moves.size(); ++c) {
    x(program.moves[c].pixel) += program.moves[c].sign * values[c];
  }
  return x;
}

Eigen::VectorXd row_doubts(const Problem& problem, const Phases& phases,
                           const OutputRegion& region) {
  const Network& network = problem.network();
  const Box& reach = problem.reach();
  Eigen::VectorXd size = reach.upper.cwiseAbs().cwiseMax(reach.lower.cwiseAbs());
  std::vector<double> doubts;
  double operations = 4;
  const auto charge = [&](double magnitude) {
    doubts.push_back(std::numeric_limits<double>::epsilon() * operations * magnitude);
  };
  for (int k = 1; k <= network.depth(); ++k) {
    const Layer& layer = network.layer(k);
    operations += static_cast<double>(layer.weights.cols()) + 2;
    size = layer.weights.cwiseAbs() * size + layer.bias.cwiseAbs();
    if (k == network.depth()) break;
    for (Eigen::Index j = 0; j < size.size(); ++j) {
      charge(size(j));
      if (!phases[static_cast<std::size_t>(k - 1)][static_cast<std::size_t>(j)]) size(j) = 0;
    }
  }
  operations += static_cast<double>(network.output_size()) + 2;
  for (const OutputRow& row : region.rows) {
    charge(row.coefficients.cwiseAbs().dot(size) + std::abs(row.rhs));
  }
  return Eigen::Map<const Eigen::VectorXd>(doubts.data(), std::ssize(doubts));
}

}  // namespace brink::search
