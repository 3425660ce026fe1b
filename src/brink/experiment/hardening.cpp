#include "brink/experiment/hardening.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "brink/base/digest.h"
#include "brink/graph/learning.h"
#include "brink/io/onnx.h"
#include "brink/network/evaluate.h"

namespace brink {

namespace {

constexpr int kChunk = 1000;  // images asked at once, so that a round ends soon after `count`

/// The next `count` images from `first` on that the network gets right.
std::vector<int> next_correct(const Network& network, const Dataset& set, int first, int count) {
  std::vector<int> found;
  for (int i = first; i < set.count() && static_cast<int>(found.size()) < count; ++i) {
    if (classify(network, set.image(i)) == set.label(i)) found.push_back(i);
  }
  return found;
}

nlohmann::json ball_text(const TrainOptions& training) {
  if (!training.adversarial) return {};
  nlohmann::json balls = nlohmann::json::array();
  for (const NormBall& ball : training.adversarial->balls) {
    balls.push_back(fmt::format("{}:{}", name(ball.norm), ball.radius));
  }
  return {{"balls", balls},
          {"steps", training.adversarial->steps},
          {"reach", training.adversarial->reach},
          {"clean_share", training.adversarial->clean_share},
          {"ramp", training.adversarial->ramp}};
}

/// Everything that decides the network of round `round`.
nlohmann::json recipe_of(const NamedNetwork& original, const HardenOptions& options,
                         const NamedImages& training, int round) {
  const TrainOptions& t = options.training;
  nlohmann::json recipe = {{"original", content_hash(original.network)},
                           {"data", training.data},
                           {"images", training.digest},
                           {"round", round},
                           {"examples", options.examples},
                           {"epochs", t.epochs},
                           {"batch", t.batch_size},
                           {"rate", t.learning_rate},
                           {"momentum", t.momentum},
                           {"weight_decay", t.weight_decay},
                           {"restarts", t.restarts},
                           {"seed", t.seed}};
  if (t.adversarial) recipe["adversary"] = ball_text(t);
  if (options.examples > 0) {
    recipe["norm"] = name(options.question.norm);
    recipe["question"] =
        closest_question(original.network, options.question, options.engine, training).options;
  }
  return recipe;
}

/// What the store holds of the network of this recipe, as ONNX; empty: it has none.
Expected<std::string> stored(const Store* store, const nlohmann::json& recipe) {
  if (store == nullptr) return std::string();
  const auto descents = store->descents();
  if (!descents) return tl::unexpected(descents.error());
  for (const Descent& descent : *descents) {
    if (descent.recipe == recipe) return store->network_file(descent.network);
  }
  return std::string();
}

Expected<void> keep(const Session& session, const NamedNetwork& child, const NamedNetwork& parent,
                    const nlohmann::json& recipe) {
  Store* store = session.store();
  if (store == nullptr) return {};
  for (const NamedNetwork* network : {&parent, &child}) {
    if (auto ok = store->add_network(network->network, network->name, network->file); !ok)
      return ok;
  }
  return store->put(Descent{content_hash(child.network), content_hash(parent.network), recipe});
}

/// 0 if the network gets the image wrong to begin with; nothing if no image was found.
std::optional<double> distance_of(const ClosestAnswer& answer) {
  if (answer.status == AnswerStatus::misclassified) return 0;
  return answer.status == AnswerStatus::error ? std::nullopt : answer.distance;
}

/// The file with weights trained where they are.
class FileTraining {
 public:
  static Expected<FileTraining> of(const HardenOptions& options) {
    if (options.graph == nullptr || options.file.empty()) {
      return bad_request(
          "a network that is not fully connected is trained and written as its ONNX file has it: "
          "read ONNX and write ONNX");
    }
    FileTraining training{options};
    Random random(0);
    const auto learner = graph::GraphLearner::make(*options.graph, random, options.in_front);
    if (!learner) return tl::unexpected(learner.error());
    auto writable = with_weights(options.file, (*learner)->weights());
    if (!writable) return tl::unexpected(writable.error());
    return training;
  }

  Expected<std::string> train(const Examples& clean, const Examples& extra,
                              const std::atomic<bool>* interrupt) const {
    const auto make = [this](Random& random) -> std::unique_ptr<Learner> {
      return *graph::GraphLearner::make(*options_.graph, random, options_.in_front);
    };
    const auto trained = train_learner(make, clean, extra, options_.training, interrupt);
    if (!trained) return tl::unexpected(trained.error());
    const auto weights = dynamic_cast<const graph::GraphLearner&>(*trained->learner).weights();
    for (const auto& [name, tensor] : weights) {
      if (!finite(tensor)) {
        return failure("training diverged ('{}' is no longer finite); choose a smaller rate", name);
      }
    }
    return with_weights(options_.file, weights);
  }

 private:
  explicit FileTraining(const HardenOptions& options) : options_(options) {}
  const HardenOptions& options_;
};

/// Nothing for a dense network.
Expected<std::optional<FileTraining>> file_training(const Network& network,
                                                    const HardenOptions& options) {
  if (is_dense(network)) return std::optional<FileTraining>();
  return FileTraining::of(options).map(
      [](const FileTraining& training) { return std::optional<FileTraining>(training); });
}

Expected<std::string> retrained(const std::optional<FileTraining>& of_file, const Examples& clean,
                                const Examples& extra, const TrainOptions& options,
                                const std::atomic<bool>* interrupt) {
  if (of_file) return of_file->train(clean, extra, interrupt);
  return train(clean, extra, options, interrupt).map([](const TrainResult& result) {
    return to_onnx(result.network);
  });
}

/// The network of these bytes of ONNX, read as the first one was. An error if it is none of its
/// kind: brink kept chains of layers where it now keeps files.
Expected<NamedNetwork> child_of(const Network& first, const HardenOptions& options,
                                const std::string& name, const std::string& onnx) {
  const bool dense = is_dense(first);
  auto model = parse_onnx(onnx, name, {dense ? "" : options.output_name});
  if (!model) return tl::unexpected(model.error());
  NamedNetwork child{std::move(model->network), name};
  if (!dense) {
    const auto* graph = dynamic_cast<const graph::NodeGraph*>(child.network.as_in_file.get());
    if (graph == nullptr || graph->nodes.size() != options.graph->nodes.size()) {
      return failure("the network '{}' is not of the first one's operators", name);
    }
    child.file = onnx;
  }
  end_in(child.network, first.output);
  if (!dense && options.in_front) normalise_inputs(child.network, *options.in_front);
  return child;
}

std::vector<int> hidden_of(const Network& network) {
  std::vector<int> hidden;
  for (int k = 1; k < network.depth(); ++k) hidden.push_back(static_cast<int>(network.width(k)));
  return hidden;
}

TrainOptions options_for(const Network& network, TrainOptions training, const Dataset& set) {
  training.hidden = hidden_of(network);
  training.standardise = needs_standardising(set);
  return training;
}

}  // namespace

Examples to_examples(const Dataset& set) {
  Examples examples(set.image_size());
  for (int i = 0; i < set.count(); ++i) examples.add(set.image(i), set.label(i));
  return examples;
}

bool needs_standardising(const Dataset& set) {
  return set.range && (set.range->lower.minCoeff() < 0 || set.range->upper.maxCoeff() > 1);
}

Expected<Attacked> attack(const Session& session, const NamedNetwork& network,
                          const ClosestQuestion& question, const Engine& engine,
                          const NamedImages& training, int first, int count) {
  Attacked result{{}, Examples(training.set->image_size())};
  while (static_cast<int>(result.images.size()) < count) {
    const int missing = count - static_cast<int>(result.images.size());
    const auto images =
        next_correct(network.network, *training.set, first, std::min(missing, kChunk));
    if (images.empty()) break;
    const auto rows = session.closest({network, question, engine, training, images});
    if (!rows) return tl::unexpected(rows.error());
    for (const ClosestRow& row : *rows) {
      if (!row.answer.distance) continue;
      result.images.push_back(row.image);
      result.examples.add(row.answer.image, row.label);
      result.unproven += is_open(row.answer.status) ? 1 : 0;
    }
    first = images.back() + 1;
  }
  return result;
}

Expected<double> accuracy(const Session& session, const NamedNetwork& network,
                          const NamedImages& named) {
  const Dataset& set = *named.set;
  const Evaluation evaluation = evaluate(
      network.network, set.count(), [&set](int i) { return set.image(i); },
      [&set](int i) { return set.label(i); }, session.threads());
  if (Store* store = session.store(); store != nullptr) {
    if (auto ok = store->add_network(network.network, network.name, network.file); !ok) {
      return tl::unexpected(ok.error());
    }
    auto ok = store->put(Evaluated{content_hash(network.network), named.data, named.split,
                                   evaluation.right(), evaluation.count()});
    if (!ok) return tl::unexpected(ok.error());
  }
  return evaluation.accuracy();
}

Expected<std::vector<Hardened>> harden(const Session& session, const NamedNetwork& network,
                                       const HardenOptions& options, const NamedImages& training,
                                       const NamedImages& test,
                                       const std::function<void(const std::string&)>& on_round) {
  const auto tell = [&](const std::string& what) {
    if (on_round) on_round(what);
  };
  const auto of_file = file_training(network.network, options);
  if (!of_file) return tl::unexpected(of_file.error());
  std::vector<Hardened> all;
  const auto begin = accuracy(session, network, test);
  if (!begin) return tl::unexpected(begin.error());
  all.push_back({network, 0, *begin});
  const Examples clean = to_examples(*training.set);
  Examples extra(training.set->image_size());
  int first = 0;
  for (int round = 1; round <= options.rounds; ++round) {
    const NamedNetwork parent = all.back().network;
    if (options.examples > 0) {
      tell(fmt::format("round {}: attacking {} training images", round, options.examples));
      auto attacked = attack(session, parent, options.question, options.engine, training, first,
                             options.examples);
      if (!attacked) return tl::unexpected(attacked.error());
      if (static_cast<int>(attacked->images.size()) < options.examples) {
        return bad_request("only {} training images have an example: ask for fewer --examples",
                           attacked->images.size());
      }
      first = attacked->images.back() + 1;
      extra.add(attacked->examples);
    }
    const nlohmann::json recipe = recipe_of(network, options, training, round);
    const std::string name = fmt::format("{}-{}", network.name, sha256(dump(recipe)).substr(0, 6));
    // Every process of a crew trains, lest they wait for each other; the leader's network counts.
    const auto known = session.crew().share(stored(session.store(), recipe));
    if (!known) return tl::unexpected(known.error());
    auto child = child_of(network.network, options, name, *known);
    if (!child) {
      tell(fmt::format("round {}: training with {} examples more", round, extra.count()));
      const TrainOptions retrain = options_for(network.network, options.training, *training.set);
      const auto trained = retrained(*of_file, clean, extra, retrain, session.interrupt());
      const auto leaders = session.crew().share(trained);
      if (!leaders) return tl::unexpected(leaders.error());
      child = child_of(network.network, options, name, *leaders);
      if (!child) return tl::unexpected(child.error());
    }
    if (auto kept = keep(session, *child, parent, recipe); !kept)
      return tl::unexpected(kept.error());
    const auto right = accuracy(session, *child, test);
    if (!right) return tl::unexpected(right.error());
    all.push_back({std::move(*child), extra.count(), *right});
  }
  return all;
}

DistanceChange compare(const std::vector<ClosestRow>& before,
                       const std::vector<ClosestRow>& after) {
  std::map<int, const ClosestRow*> second;
  for (const ClosestRow& row : after) second[row.image] = &row;
  const auto wrong = [](const ClosestRow& row) {
    return row.answer.status == AnswerStatus::misclassified;
  };
  const auto unproven = [](const ClosestRow& row) { return is_open(row.answer.status) ? 1 : 0; };
  DistanceChange change;
  std::vector<double> all_after;
  for (const ClosestRow& row : before) {
    const auto found = second.find(row.image);
    if (found == second.end()) continue;
    const ClosestRow& other = *found->second;
    const auto d = distance_of(row.answer), e = distance_of(other.answer);
    change.unproven_before += unproven(row);
    change.unproven_after += unproven(other);
    change.wrong_before += wrong(row) ? 1 : 0;
    change.wrong_after += wrong(other) ? 1 : 0;
    if (!d || !e) {
      ++change.left_out;
      continue;
    }
    ++change.images;
    change.before += *d;
    change.after += *e;
    all_after.push_back(*e);
    if (wrong(row) || wrong(other)) continue;
    ++change.right_for_both;
    change.before_both += *d;
    change.after_both += *e;
  }
  change.before /= std::max(1, change.images);
  change.after /= std::max(1, change.images);
  for (const double d : all_after) {
    change.after_deviation += (d - change.after) * (d - change.after);
  }
  change.after_deviation = std::sqrt(change.after_deviation / std::max(1, change.images - 1));
  change.before_both /= std::max(1, change.right_for_both);
  change.after_both /= std::max(1, change.right_for_both);
  return change;
}

}  // namespace brink
