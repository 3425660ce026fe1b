// A closest question for tests of the search's parts.
#pragma once

#include <array>

#include "brink/search/closest_search.h"
#include "random_network.h"

namespace brink::search {

inline constexpr std::array kNorms = {Norm::l0, Norm::l1, Norm::l2, Norm::linf};

/// A question whose tree is large enough for a restart and for nodes to be given away.
struct Asked {
  explicit Asked(Norm norm, std::uint64_t seed = 10) {
    Random random(seed);
    network = testing::random_network({30, 20, 16, 12, 4}, random, 1.8);
    image.resize(30);
    for (double& pixel : image) pixel = random.uniform(0, 1);
    const int label = classify(network, image);
    question.norm = norm;
    question.box = Box::uniform(30, 0, 1);
    question.target = {TargetRule::Kind::fixed, (label + 1) % 4};
    regions = output_regions(question, network, label);
  }

  /// Of all classes but the image's own: three regions.
  void ask_any() {
    question.target = {TargetRule::Kind::any, -1};
    regions = output_regions(question, network, classify(network, image));
  }

  ClosestResult answer(int threads, const Deadline& deadline = {}, double gap = 0,
                       SpareThreads* spare = nullptr) const {
    ClosestOptions options;
    options.threads = threads;
    options.spare = spare;
    options.gap = gap;
    return answer(options, deadline);
  }
  ClosestResult answer(const ClosestOptions& options, const Deadline& deadline = {}) const {
    return search_closest(network, question, regions, image, deadline, options);
  }

  Network network;
  Eigen::VectorXd image;
  ClosestQuestion question = papers_question();
  std::vector<OutputRegion> regions;
};

}  // namespace brink::search
