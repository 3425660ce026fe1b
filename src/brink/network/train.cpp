// The training loop and the choice among restarts.
//
// The defaults of the schedule were chosen on held-out MNIST images, for the five architectures of
// Fischetti & Jo 2018 at 50 epochs: rates of 0.005, 0.01, 0.02 and batches of 16 to 128 (rate in
// proportion) differ by less than the 0.3 % between two seeds, but at 0.02 the six layers of eight
// neurons die now and then (every relu off, accuracy of a guess). Dropped without gain: inputs
// centred by their mean, which was 0.5 % worse on the larger networks; training without momentum.
#include "brink/network/train.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <optional>

#include "brink/base/parallel.h"
#include "brink/network/normalise.h"
#include "brink/network/sgd.h"

namespace brink {

namespace {

/// The adversary keeps what it changes in [0, 1], so it must start there.
Expected<void> check_values(const Examples& examples) {
  for (int i = 0; i < examples.count(); ++i) {
    for (const float value : examples.values(i)) {
      if (!(value >= 0 && value <= 1)) {
        return bad_request("adversarial training needs inputs in [0, 1]; one of label {} has {}",
                           examples.label(i), value);
      }
    }
  }
  return {};
}

Expected<void> check_options(const Examples& examples, const Examples& extra,
                             const TrainOptions& options) {
  if (auto ok = check(options); !ok) return ok;
  if (options.adversarial) {
    for (auto ok : {check_values(examples), check_values(extra)}) {
      if (!ok) return ok;
    }
  }
  if (examples.classes() < 2) return bad_request("training needs examples of at least two classes");
  if (extra.count() > 0 && extra.input_size() != examples.input_size()) {
    return bad_request("the extra examples have {} inputs, the others {}", extra.input_size(),
                       examples.input_size());
  }
  if (extra.classes() > examples.classes()) {
    return bad_request("the extra examples have label {}, the others only 0 to {}",
                       extra.classes() - 1, examples.classes() - 1);
  }
  return {};
}

std::vector<int> range(int begin, int end) {
  std::vector<int> indices(static_cast<std::size_t>(end - begin));
  std::iota(indices.begin(), indices.end(), begin);
  return indices;
}

/// Indices into all examples: those that train and those that judge.
struct Split {
  std::vector<int> training, judging;
};

Split split(int count, int extra, const TrainOptions& options) {
  Split result;
  result.training = range(0, count);
  if (options.restarts > 1) {
    Random(options.seed).shuffle(result.training);
    const auto held = static_cast<std::ptrdiff_t>(std::min(options.held_out, count / 10));
    result.judging.assign(result.training.begin(), result.training.begin() + held);
    result.training.erase(result.training.begin(), result.training.begin() + held);
  }
  const std::vector<int> joined = range(count, count + extra);
  result.training.insert(result.training.end(), joined.begin(), joined.end());
  return result;
}

/// Some examples at random, enough to know the mean and deviation of a pre-activation.
std::vector<int> settling_sample(const std::vector<int>& training, Random& random) {
  constexpr int kSample = 2000;
  std::vector<int> sample;
  for (int i = 0; i < kSample; ++i) {
    sample.push_back(
        training[static_cast<std::size_t>(random.index(static_cast<int>(training.size())))]);
  }
  return sample;
}

/// The rate at step `t` of `steps`.
double rate(const TrainOptions& options, double t, double steps) {
  const double warmup = options.warmup * steps / options.epochs;
  const double rise = t < warmup ? (t + 1) / std::max(warmup, 1.0) : 1;
  return options.learning_rate * std::min(rise, 1.0) * 0.5 *
         (1 + std::cos(std::numbers::pi * t / steps));
}

/// Steps of one restart: on the mini-batch, or on what the adversary makes of it.
class Stepper {
 public:
  Stepper(Learner& learner, const Examples& all, Random& random, const TrainOptions& options)
      : learner_(learner), all_(all), random_(random), options_(options) {
    if (options.adversarial) adversary_.emplace(*options.adversarial);
  }

  /// `t`: steps before this one; `epochs`: epochs before it, and the part of this one.
  void step(std::span<const int> batch, std::size_t t, double epochs, double rate) {
    const auto momentum = static_cast<float>(options_.momentum);
    if (options_.weight_decay > 0) {
      learner_.shrink(static_cast<float>(1 - rate * options_.weight_decay));
    }
    if (!adversary_) {
      learner_.step(all_, batch, static_cast<float>(rate), momentum);
      return;
    }
    DenseBatch dense = all_.dense(batch);
    const AdversarialOptions& options = *options_.adversarial;
    NormBall ball = options.balls[t % options.balls.size()];
    ball.radius *= epochs < options.ramp ? epochs / options.ramp : 1;
    const auto size = static_cast<double>(batch.size());
    const auto attacked = static_cast<Eigen::Index>(std::ceil(size * (1 - options.clean_share)));
    adversary_->attack(learner_, ball, std::span(dense.labels).first(attacked), random_,
                       dense.inputs.leftCols(attacked));
    learner_.step(dense, static_cast<float>(rate), momentum);
  }

 private:
  Learner& learner_;
  const Examples& all_;
  Random& random_;
  const TrainOptions& options_;
  std::optional<Adversary> adversary_;
};

/// One restart; false if it was interrupted.
bool run(Learner& learner, const Examples& all, std::vector<int> order, Random& random,
         const TrainOptions& options, const std::atomic<bool>* interrupt) {
  const auto size = static_cast<std::size_t>(options.batch_size);
  const std::size_t per_epoch = (order.size() + size - 1) / size;
  const auto steps = static_cast<double>(per_epoch) * options.epochs;
  Stepper stepper(learner, all, random, options);
  std::size_t t = 0;
  for (int epoch = 0; epoch < options.epochs; ++epoch) {
    random.shuffle(order);
    for (std::size_t begin = 0; begin < order.size(); begin += size) {
      if (interrupt != nullptr && interrupt->load(std::memory_order_relaxed)) return false;
      const auto batch =
          std::span<const int>(order).subspan(begin, std::min(size, order.size() - begin));
      const auto at = static_cast<double>(t);
      stepper.step(batch, t, at / static_cast<double>(per_epoch), rate(options, at, steps));
      ++t;
    }
    if (options.on_epoch) options.on_epoch();
  }
  return true;
}

struct Candidate {
  std::unique_ptr<Learner> learner;
  double held_out = 0;
  bool finished = false;
};

}  // namespace

Expected<void> check(const TrainOptions& options) {
  for (const int width : options.hidden) {
    if (width < 1) return bad_request("a hidden layer of {} neurons; at least 1 is needed", width);
  }
  if (options.epochs < 1) return bad_request("epochs is {}; at least 1 is needed", options.epochs);
  if (options.batch_size < 1 || options.restarts < 1 || options.threads < 1) {
    return bad_request("batch size {}, restarts {}, threads {}: each must be at least 1",
                       options.batch_size, options.restarts, options.threads);
  }
  if (!(options.learning_rate > 0) || !(options.momentum >= 0 && options.momentum < 1) ||
      !(options.warmup >= 0)) {
    return bad_request("learning rate {} must be > 0, momentum {} in [0, 1), warmup {} >= 0",
                       options.learning_rate, options.momentum, options.warmup);
  }
  if (!(options.weight_decay >= 0 && options.weight_decay * options.learning_rate < 1)) {
    return bad_request("weight decay {} must be >= 0, and less than 1 / learning rate = {}",
                       options.weight_decay, 1 / options.learning_rate);
  }
  return options.adversarial ? check(*options.adversarial) : Expected<void>();
}

namespace {

tl::unexpected<Error> diverged() {
  return failure("training diverged (weights are no longer finite); choose a smaller rate");
}

Expected<TrainResult> train_standardised(const Examples& examples, const Examples& extra,
                                         TrainOptions options, const std::atomic<bool>* interrupt) {
  if (options.adversarial) {
    return bad_request("adversarial training is for inputs within [0, 1], as pictures are");
  }
  options.standardise = false;
  const Normalisation by = normalisation_of(examples);
  auto result = train(normalised(examples, by), normalised(extra, by), options, interrupt);
  if (!result) return result;
  normalise_inputs(result->network, by);
  Layer& first = result->network.layers.front();
  first.weights = first.weights.dense().cast<float>().cast<double>();
  first.bias = first.bias.cast<float>().cast<double>();
  return result;
}

}  // namespace

Expected<Trained> train_learner(const MakeLearner& make, const Examples& examples,
                                const Examples& extra, const TrainOptions& options,
                                const std::atomic<bool>* interrupt) {
  if (auto ok = check_options(examples, extra, options); !ok) return tl::unexpected(ok.error());
  const Split parts = split(examples.count(), extra.count(), options);
  if (options.restarts > 1 && parts.judging.empty()) {
    return bad_request("{} examples are too few to hold some out for judging {} restarts",
                       examples.count(), options.restarts);
  }
  std::optional<Examples> joined;
  if (extra.count() > 0) {
    joined = examples;
    joined->add(extra);
  }
  const Examples& all = joined ? *joined : examples;

  Random seeds(options.seed);
  std::vector<std::uint64_t> seed;
  for (int r = 0; r < options.restarts; ++r) seed.push_back(seeds.next());
  std::vector<Candidate> candidates(seed.size());
  parallel_for(options.restarts, options.threads, [&](int r) {
    Candidate& candidate = candidates[static_cast<std::size_t>(r)];
    Random random(seed[static_cast<std::size_t>(r)]);
    candidate.learner = make(random);
    Learner& learner = *candidate.learner;
    learner.settle(all, settling_sample(parts.training, random));
    candidate.finished = run(learner, all, parts.training, random, options, interrupt);
    if (!parts.judging.empty()) {
      candidate.held_out =
          learner.right(all, parts.judging) / static_cast<double>(parts.judging.size());
    }
  });

  Trained result;
  for (const Candidate& candidate : candidates) {
    if (!candidate.finished) {
      return tl::unexpected(Error{Error::Kind::interrupted, "training was interrupted"});
    }
    if (!parts.judging.empty()) result.held_out.push_back(candidate.held_out);
  }
  if (!result.held_out.empty()) {
    result.chosen = static_cast<int>(
        std::max_element(result.held_out.begin(), result.held_out.end()) - result.held_out.begin());
  }
  result.learner = std::move(candidates[static_cast<std::size_t>(result.chosen)].learner);
  return result;
}

Expected<TrainResult> train(const Examples& examples, const Examples& extra,
                            const TrainOptions& options, const std::atomic<bool>* interrupt) {
  if (options.standardise) return train_standardised(examples, extra, options, interrupt);
  std::vector<int> sizes = {examples.input_size()};
  sizes.insert(sizes.end(), options.hidden.begin(), options.hidden.end());
  sizes.push_back(examples.classes());
  auto trained = train_learner([&](Random& random) { return std::make_unique<Sgd>(sizes, random); },
                               examples, extra, options, interrupt);
  if (!trained) return tl::unexpected(trained.error());
  TrainResult result{dynamic_cast<const Sgd&>(*trained->learner).network(), trained->chosen,
                     std::move(trained->held_out)};
  if (!check(result.network)) return diverged();
  return result;
}

}  // namespace brink
