// How a network is trained: flags that `train` and `harden` share.
#pragma once

#include <string>
#include <vector>

#include "brink/network/train.h"
#include "commands.h"

namespace brink::cli {

/// As typed, until they are read.
struct TrainingFlags {
  std::vector<std::string> adversarial;  ///< NORM:RADIUS
  AdversarialOptions attack;
};

/// --epochs, --restarts, --rate, --batch, --momentum, --weight-decay, --adversarial and how.
void add_training_options(CLI::App& command, TrainOptions& options, TrainingFlags& flags);

/// The flags read into the options.
Expected<void> apply(const TrainingFlags& flags, TrainOptions& options);

}  // namespace brink::cli
