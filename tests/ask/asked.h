// A question about a small random network and an image, with all that it is asked with.
#pragma once

#include "brink/ask/closest.h"
#include "random_network.h"

namespace brink::testing {

struct Asked {
  /// A network of 4-6-5-3 (or others from 4 to 3), its weights by `scale`.
  Asked(std::uint64_t seed, Norm norm, double scale,
        const std::vector<int>& widths = {4, 6, 5, 3}) {
    Random random(seed);
    network = random_network(widths, random, scale);
    image = random_point(4, random);
    label = classify(network, image);
    question.norm = norm;
    question.box = Box::uniform(4, 0, 1);
  }
  ClosestAnswer search() const {
    return closest_by_search(network, question, image, label, {}).value();
  }

  Network network;
  Eigen::VectorXd image;
  int label = 0;
  ClosestQuestion question;
};

}  // namespace brink::testing
