// Training a ReLU network to classify, by plain stochastic gradient descent.
//
// Softmax cross-entropy on y^K; He initialisation, scaled and shifted so that every neuron starts
// alive on the examples (Sgd::settle); mini-batches in an order drawn anew each epoch;
// momentum; the rate rises linearly over the first epoch and then falls along half a cosine to 0.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "brink/base/error.h"
#include "brink/network/adversary.h"
#include "brink/network/examples.h"
#include "brink/network/network.h"

namespace brink {

struct TrainOptions {
  std::vector<int> hidden;      ///< n_1 ... n_{K-1}, each >= 1; empty: no hidden layer
  int epochs = 50;              ///< >= 1
  int batch_size = 32;          ///< >= 1
  double learning_rate = 0.01;  ///< largest, > 0; tuned together with batch size and momentum
  double momentum = 0.9;        ///< in [0, 1)
  double warmup = 1;            ///< epochs until the largest rate, >= 0
  double weight_decay = 0;      ///< each step shrinks weights by rate x this; >= 0, with rate < 1
  std::optional<AdversarialOptions> adversarial;  ///< train on inputs changed for the worse
  /// Train on inputs of mean 0 and deviation 1; the network returned undoes it in its first layer.
  bool standardise = false;
  std::uint64_t seed = 0;
  int restarts = 1;     ///< >= 1, each with a seed of its own
  int held_out = 5000;  ///< examples that judge restarts; at most a tenth of all
  int threads = 1;      ///< restarts run side by side; the result does not depend on it
  /// Called after each epoch of each restart, from several threads at once.
  std::function<void()> on_epoch;
};

/// bad_request for options out of range.
Expected<void> check(const TrainOptions& options);

struct TrainResult {
  Network network;  ///< linear output, one per class; every weight exactly a float
  int chosen = 0;   ///< the restart that it comes from
  /// Accuracy of each restart on the held-out examples, in [0, 1]; empty with one restart.
  std::vector<double> held_out;
};

using MakeLearner = std::function<std::unique_ptr<Learner>(Random&)>;

struct Trained {
  std::unique_ptr<Learner> learner;
  int chosen = 0;
  std::vector<double> held_out;  ///< as in TrainResult
};

/// train(), of whatever `make` makes for each restart; `hidden` and `standardise` are not read.
Expected<Trained> train_learner(const MakeLearner& make, const Examples& examples,
                                const Examples& extra, const TrainOptions& options,
                                const std::atomic<bool>* interrupt = nullptr);

/// `extra` examples (possibly none) join the training, and are never held out. One restart trains
/// on everything. Several train without the held-out examples, drawn from `examples` by the seed,
/// and the best on those is the answer as it is: training it again on everything would be another
/// draw, which nobody has judged.
///
/// Errors: bad_request for options out of range, fewer than two classes, labels of `extra` that
/// `examples` do not have, sizes that differ, too few examples to hold some out, values outside of
/// [0, 1] or standardised in adversarial training; failure when training diverged; interrupted.
Expected<TrainResult> train(const Examples& examples, const Examples& extra,
                            const TrainOptions& options,
                            const std::atomic<bool>* interrupt = nullptr);

}  // namespace brink
