#include "training_options.h"

namespace brink::cli {

namespace {

void add_adversary(CLI::App& command, TrainingFlags& flags) {
  AdversarialOptions& attack = flags.attack;
  CLI::Option* adversarial =
      command
          .add_option("--adversarial", flags.adversarial,
                      "train on images changed for the worse, within NORM:RADIUS: linf:0.1, l2:1 "
                      "or l1:3; several, with commas, take turns")
          ->delimiter(',');
  const auto add = [&](const std::string& name, auto& value, const std::string& description) {
    command.add_option(name, value, description)->capture_default_str()->needs(adversarial);
  };
  add("--attack-steps", attack.steps, "gradient steps of each change");
  add("--attack-reach", attack.reach, "length of these steps together, in radii");
  add("--attack-ramp", attack.ramp, "epochs in which the radius grows from 0");
  add("--clean-share", attack.clean_share, "share of each mini-batch left as it is, in [0, 1)");
}

}  // namespace

void add_training_options(CLI::App& command, TrainOptions& options, TrainingFlags& flags) {
  command.add_option("--epochs", options.epochs, "passes over the training images")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  command
      .add_option("--restarts", options.restarts,
                  "trainings from different starts, judged on 5,000 held-out training images")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000));
  command.add_option("--rate", options.learning_rate, "largest learning rate")
      ->capture_default_str();
  command.add_option("--batch", options.batch_size, "images in a mini-batch")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000000));
  command.add_option("--momentum", options.momentum, "momentum, in [0, 1)")->capture_default_str();
  command
      .add_option("--weight-decay", options.weight_decay,
                  "each step shrinks the weights by this times the rate")
      ->capture_default_str();
  add_adversary(command, flags);
}

Expected<void> apply(const TrainingFlags& flags, TrainOptions& options) {
  if (flags.adversarial.empty()) return {};
  AdversarialOptions attack = flags.attack;
  for (const std::string& text : flags.adversarial) {
    const auto ball = parse_ball(text);
    if (!ball) return tl::unexpected(ball.error());
    attack.balls.push_back(*ball);
  }
  options.adversarial = std::move(attack);
  return {};
}

}  // namespace brink::cli
