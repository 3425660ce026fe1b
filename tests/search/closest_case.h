// A closest question small enough for brute force.
#pragma once

#include "brink/search/incumbent.h"
#include "brute_force.h"
#include "random_network.h"

namespace brink::search {

/// A random network and image, asked for the nearest image of another class. It is referred to by
/// what works on it, so it stays where it is made.
struct ClosestCase {
  ClosestCase(const Distance& by, Random& random)
      : network(testing::random_network({4, 5, 4, 3}, random, 2)),
        image(testing::random_point(4, random)),
        question(question_of(by, Box::uniform(4, 0, 1))) {
    for (double& pixel : image) pixel = random.uniform() < 0.2 ? random.index(2) : pixel;
    const int label = classify(network, image);
    int target = (label + 1) % 3;
    for (int i = 0; i < 30; ++i) {  // one that there is, most times
      const int other = classify(network, testing::random_point(4, random));
      target = other == label ? target : other;
    }
    question.target = {TargetRule::Kind::fixed, target};
    question.margin = 1 + random.index(3) * 0.2;
    if (random.uniform() < 0.5) question.target_min = 0.1 * random.uniform();
    region = output_regions(question, network, label).at(0);
    problem.emplace(network, image, question.box, region);
  }
  ClosestCase(const ClosestCase&) = delete;
  ClosestCase& operator=(const ClosestCase&) = delete;

  double distance_to(const OutputRegion& part) const {
    return nearest_of(question, oracle::reach_cells(question, network, image), part);
  }
  bool fooled_by(const Eigen::VectorXd& x, const Lead& lead = {}) const {
    return fools(question, network, region, image, x, lead);
  }
  /// An image of the region that differs in some pixels; empty if a few tries found none.
  std::optional<Eigen::VectorXd> fooling_point(Random& random) const {
    for (int i = 0; i < 200; ++i) {
      Eigen::VectorXd x = image;
      for (double& pixel : x) pixel = random.uniform() < 0.7 ? random.uniform() : pixel;
      if (fooled_by(x)) return x;
    }
    return std::nullopt;
  }

  Network network;
  Eigen::VectorXd image;
  ClosestQuestion question;
  OutputRegion region;
  std::optional<Problem> problem;
};

}  // namespace brink::search
