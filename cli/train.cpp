// brink train: a ReLU classifier from a data set.
#include <nlohmann/json.hpp>

#include "brink/base/files.h"
#include "brink/base/progress.h"
#include "brink/data/dataset.h"
#include "brink/experiment/hardening.h"
#include "brink/io/network_file.h"
#include "brink/network/evaluate.h"
#include "brink/network/train.h"
#include "closest_options.h"
#include "streams.h"
#include "training_options.h"

namespace brink::cli {

namespace {

struct TrainCommand {
  TypedOptions shared;  ///< data
  std::filesystem::path add;
  std::filesystem::path out;
  TrainOptions options;
  TrainingFlags flags;
};

/// --add: arrays `images` (n x n_0) and `label` (n), as closest --images-out writes them.
Expected<Examples> read_examples(const std::filesystem::path& file, int input_size) {
  const auto set = read_npz_set(file, Split::train);
  if (!set) return tl::unexpected(set.error());
  if (auto ok = check_labelled(*set, "--add"); !ok) return tl::unexpected(ok.error());
  if (set->image_size() != input_size) {
    return bad_request("'{}' has {}, but the training images {} numbers", file.string(),
                       set->shape_text(), input_size);
  }
  return to_examples(*set);
}

Evaluation on_test_images(const Network& network, const Dataset& set, int threads) {
  return evaluate(
      network, set.count(), [&set](int i) { return set.image(i); },
      [&set](int i) { return set.label(i); }, threads);
}

void print(const TrainResult& trained, const Evaluation& test, double seconds, bool json) {
  if (json) {
    const nlohmann::json document = {{"test_accuracy", test.accuracy()},
                                     {"test_images", test.count()},
                                     {"held_out_accuracy", trained.held_out},
                                     {"restart", trained.chosen},
                                     {"seconds", seconds},
                                     {"network", content_hash(trained.network)}};
    print_json(document, 2);
    return;
  }
  for (std::size_t r = 0; r < trained.held_out.size(); ++r) {
    const bool kept = static_cast<int>(r) == trained.chosen;
    fmt::print("restart {}: {:.2f} % of the held-out training images{}\n", r,
               100 * trained.held_out[r], kept ? ", kept" : "");
  }
  fmt::print("test accuracy {:.2f} % ({} of {}), trained in {:.1f} s\n", 100 * test.accuracy(),
             test.right(), test.count(), seconds);
}

Expected<void> run_train(TrainCommand command, const Common& common) {
  if (auto ok = claim_outputs(common, {command.out}, {command.add}); !ok) return ok;
  const TypedOptions& shared = command.shared;
  const auto set = load_dataset(shared.data, Split::train, common.data_dir, shared.understood);
  if (!set) return tl::unexpected(set.error());
  if (auto ok = check_labelled(*set, "training"); !ok) return ok;
  const auto test_set = load_dataset(shared.data, Split::test, common.data_dir, shared.understood);
  if (!test_set) return tl::unexpected(test_set.error());
  if (auto ok = check_labelled(*test_set, "testing"); !ok) return ok;
  if (!common.quiet && test_set->digest() == set->digest()) {
    note("brink: {} has no split of its own for tests: the accuracy is that on the training rows",
         shared.data);
  }
  if (test_set->image_size() != set->image_size()) {
    return bad_request("{}: training images have {} pixels, test images {}", shared.data,
                       set->image_size(), test_set->image_size());
  }
  Examples extra(set->image_size());
  if (!command.add.empty()) {
    auto read = read_examples(command.add, set->image_size());
    if (!read) return tl::unexpected(read.error());
    extra = std::move(*read);
  }

  TrainOptions& options = command.options;
  options.seed = common.seed;
  options.threads = common.threads;
  options.standardise = needs_standardising(*set);
  if (auto ok = apply(command.flags, options); !ok) return ok;
  Progress progress("epochs", options.epochs * options.restarts, common.quiet);
  options.on_epoch = [&progress] { progress.step(); };
  const Stopwatch watch;
  const auto trained = train(to_examples(*set), extra, options, &interrupt_flag());
  progress.finish();
  if (!trained) return tl::unexpected(trained.error());
  const double seconds = watch.seconds();
  const Box box = set->range ? *set->range : Box::uniform(set->image_size(), 0, 1);
  if (auto ok = write_network(trained->network, box, command.out); !ok) return ok;
  print(*trained, on_test_images(trained->network, *test_set, common.threads), seconds,
        common.json);
  return {};
}

}  // namespace

void add_train(CLI::App& app, Common& common, Action& chosen) {
  const auto command = std::make_shared<TrainCommand>();
  TrainOptions& options = command->options;
  CLI::App* sub = add_command(app, common, chosen, "train", "train a ReLU classifier",
                              "brink train --data strokes --hidden 8,8 --epochs 10 -o net.onnx",
                              [command, &common] { return run_train(*command, common); });
  add_data_options(*sub, command->shared, true, false);
  sub->add_option("--hidden", options.hidden, "widths of the hidden layers, e.g. 8,8,8")
      ->delimiter(',')
      ->required()
      ->check(CLI::Range(1, 100000));
  add_training_options(*sub, options, command->flags);
  sub->add_option("--add", command->add,
                  "npz with arrays images and label that join the training images");
  sub->add_option("-o,--out", command->out,
                  "network to write: ONNX, or NNet where it ends in .nnet")
      ->required();
}

}  // namespace brink::cli
