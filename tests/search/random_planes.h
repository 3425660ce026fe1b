// Planes anywhere above the first layer.
#pragma once

#include "brink/search/planes.h"
#include "random_network.h"

namespace brink::search {

inline Planes random_planes(const Problem& problem, Norm norm, Random& random) {
  Planes planes;
  planes.place.resize(problem.image().size());
  // Within the box where the ball is one, and on either side of the image else.
  const double least = norm == Norm::linf || random.uniform() < 0.5 ? 0 : -1;
  for (float& place : planes.place) place = static_cast<float>(random.uniform(least, 1));
  planes.levels.resize(problem.first_width());
  for (float& level : planes.levels) level = static_cast<float>(random.uniform(-0.3, 1.3));
  planes.seconds.resize(problem.first_width());
  for (float& second : planes.seconds) second = static_cast<float>(random.uniform(0, 2));
  planes.weights.resize(problem.first_width());
  for (double& weight : planes.weights) weight = random.uniform() < 0.3 ? 0 : random.uniform();
  return planes;
}

}  // namespace brink::search
