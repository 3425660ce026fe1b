// A start for a MIP solver: the phases of the nearest image that the search's own attacks find.
//
// Only binaries are given. With them fixed the program is linear, and its best point, which the
// solver finds, is at least as near as the image; given the image itself the rows would have to
// hold within the solver's tolerances.
#include "brink/ask/mip_start.h"

#include <algorithm>

#include "brink/search/heuristic.h"

namespace brink {

namespace {

/// Of the solver's time at most.
constexpr double kStartShare = 0.05;
constexpr int kStartPatience = 2;

}  // namespace

StartImage start_image(const RegionTask& task, const Deadline& deadline) {
  StartImage start;
  if (!task.solver.takes_starts() || task.network.depth() < 2) return start;
  const Deadline limit = deadline.within(kStartShare * deadline.remaining());
  const ClosestQuestion& question = task.question;
  const Box box = reach(question, task.image);
  const search::Problem problem(task.network, task.image, box, task.region);
  search::Ball ball(question.norm, task.image, box, 0, question.breakpoints.value_or(0),
                    question.weights);
  ball.set_radius(std::min(ball.largest_radius(), task.cutoff));
  search::Incumbent incumbent(task.network, question, task.image, 0, limit);
  search::Heuristic heuristic(problem, task.region, ball, incumbent, 0);
  heuristic.open(kStartPatience, limit);
  start.image = incumbent.image();
  return start;
}

std::vector<Hint> start_at(const StartImage& start, const Network& network,
                           const ClosestModel& model, const Eigen::VectorXd& from) {
  std::vector<Hint> hints;
  if (start.image.size() == 0) return hints;
  const Phases phases = phases_at(network, start.image);
  for (std::size_t k = 0; k < model.encoding.neurons.size(); ++k) {
    for (std::size_t j = 0; j < model.encoding.neurons[k].size(); ++j) {
      const int z = model.encoding.neurons[k][j].z;
      if (z >= 0) hints.push_back({z, phases[k][j] ? 0.0 : 1.0});
    }
  }
  // L0's u_j are the only other binaries whose values are plain.
  for (std::size_t c = 0; c < model.program.columns.size(); ++c) {
    const Column& column = model.program.columns[c];
    if (!column.integer || !column.name.starts_with("u_")) continue;
    const Eigen::Index j = std::stol(column.name.substr(2));
    hints.push_back({static_cast<int>(c), start.image(j) != from(j) ? 1.0 : 0.0});
  }
  return hints;
}

}  // namespace brink
