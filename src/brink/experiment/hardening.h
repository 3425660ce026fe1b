// Hardening: attack the network's training images, let the examples found join the training under
// their true class, train again from scratch; once or round after round.
//
// The papers: Zhu adds 1000 examples of one norm, Koot 3000 to 12,000 of L1; Koot proposes rounds
// (attack the retrained network, add, retrain) and capped examples. Training against an adversary
// (network/adversary.h) is combined with it by the training options.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "brink/graph/evaluate.h"
#include "brink/network/examples.h"
#include "brink/network/normalise.h"
#include "brink/network/train.h"
#include "brink/session/session.h"

namespace brink {

/// All images of a split as training examples.
Examples to_examples(const Dataset& set);
/// Numbers that do not lie within [0, 1] are trained on at mean 0 and deviation 1.
bool needs_standardising(const Dataset& set);

/// Examples found for training images.
struct Attacked {
  std::vector<int> images;  ///< of the training split, those for which an example was found
  Examples examples;        ///< labelled with the true class
  int unproven = 0;         ///< of them, those left open: not the closest, perhaps
};

/// The closest examples for the first `count` training images from `first` on that the network gets
/// right and that have one; fewer if the split ends before.
Expected<Attacked> attack(const Session& session, const NamedNetwork& network,
                          const ClosestQuestion& question, const Engine& engine,
                          const NamedImages& training, int first, int count);

struct HardenOptions {
  int examples = 0;  ///< added in each round, >= 0
  int rounds = 1;    ///< >= 1
  ClosestQuestion question;
  Engine engine;
  TrainOptions training;  ///< hidden is taken from the network
  /// The network's ONNX file and how it was read: of networks that are not dense, whose weights are
  /// trained where they are. Empty: there is none.
  std::string file = {};
  std::string output_name = {};
  std::shared_ptr<const graph::NodeGraph> graph = nullptr;  ///< of the file
  std::optional<Normalisation> in_front = {};               ///< of the file's inputs
};

/// A network of a hardening and how it came about.
struct Hardened {
  NamedNetwork network;  ///< with its file, if it is not dense
  int added = 0;         ///< examples that joined its training, of all rounds so far
  double accuracy = 0;   ///< on the test split, in [0, 1]
};

/// The network itself and the one of each round. A round that the store holds already is taken from
/// there. `on_round` is told what is being done; may be empty.
Expected<std::vector<Hardened>> harden(const Session& session, const NamedNetwork& network,
                                       const HardenOptions& options, const NamedImages& training,
                                       const NamedImages& test,
                                       const std::function<void(const std::string&)>& on_round);

/// Share of the split that the network gets right; kept in the session's store.
Expected<double> accuracy(const Session& session, const NamedNetwork& network,
                          const NamedImages& named);

/// What two networks' distances for the same images come to.
struct DistanceChange {
  int images = 0;  ///< those with a distance of both
  int wrong_before = 0, wrong_after = 0;
  int unproven_before = 0, unproven_after = 0;  ///< answers left open
  int left_out = 0;              ///< images with no distance of one: none exists or was found
  double before = 0, after = 0;  ///< mean distance, misclassified at 0
  double after_deviation = 0;    ///< standard deviation of the distances after
  int right_for_both = 0;
  double before_both = 0, after_both = 0;  ///< mean over the images right for both
};
DistanceChange compare(const std::vector<ClosestRow>& before, const std::vector<ClosestRow>& after);

}  // namespace brink
