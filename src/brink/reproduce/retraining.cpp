// The tables of retraining DNN1 on adversarial examples: Z7, Z8 (Zhu), K5 (Koot).
//
// Neither document says which split the examples come from. Here examples of training images train
// and examples of test images measure. Every network, the one without examples included, is trained
// here with the same options and seed, so that they differ by the examples alone; the examples are
// made for the one without. What the seed alone does is shown by one more network without examples.
// Counts scale with --images: 100 stands for the published ones.
#include "brink/reproduce/published.h"
#include "brink/reproduce/tables.h"

namespace brink {

namespace {

constexpr int kZhuExamples = 1000;
constexpr int kZhuBreakpoints = 17;
const char* const kNorms[] = {"l0", "l1", "l2", "linf"};
const char* const kOwnNetwork =
    "DNN1 is trained afresh here, whatever --nets and --net-dir, so it is not the other tables'; "
    "the "
    "search answers, whatever --engine.";
constexpr const char* kAnotherSeed = "none, another seed";

/// Zhu's examples are L2-optimal by 17 breakpoints.
ClosestQuestion example_question(const Lab& lab, const NamedNetwork& network, Norm norm) {
  ClosestQuestion question = lab.question(network, norm);
  if (norm == Norm::l2) question.breakpoints = kZhuBreakpoints;
  return question;
}

int scaled(const Lab& lab, int published) {
  return std::max(1, published * lab.options().images / 100);
}

/// 1000 examples to train with and 1000 to test with, of one norm.
struct ExampleSets {
  Attacked training, testing;
};

Expected<ExampleSets> example_sets(Lab& lab, const NamedNetwork& network, Norm norm) {
  const auto train_images = lab.images("train");
  if (!train_images) return tl::unexpected(train_images.error());
  const ClosestQuestion question = example_question(lab, network, norm);
  const Engine engine = lab.search_engine(300);
  const int count = scaled(lab, kZhuExamples);
  if (lab.tell) lab.tell(fmt::format("{} examples of {}", 2 * count, name(norm)));
  auto training = attack(lab.session(), network, question, engine, *train_images, 0, count);
  if (!training) return tl::unexpected(training.error());
  const auto test_images = lab.images("test");
  if (!test_images) return tl::unexpected(test_images.error());
  auto testing = attack(lab.session(), network, question, engine, *test_images, 0, count);
  if (!testing) return tl::unexpected(testing.error());
  if (training->examples.count() < count || testing->examples.count() < count) {
    return bad_request("only {} training and {} test images have an example of {}: lower --images",
                       training->examples.count(), testing->examples.count(), name(norm));
  }
  return ExampleSets{std::move(*training), std::move(*testing)};
}

/// DNN1 with `extra` joined to its training images: the same options and seed each time, but for
/// `seed_shift`.
Expected<NamedNetwork> retrained(Lab& lab, const Examples& extra, const std::string& label,
                                 int seed_shift = 0) {
  if (lab.tell) lab.tell("training with " + label);
  const auto train_images = lab.images("train");
  if (!train_images) return tl::unexpected(train_images.error());
  TrainOptions training;
  training.hidden = published_hidden("DNN1");
  training.seed = lab.options().seed + static_cast<std::uint64_t>(seed_shift);
  training.threads = lab.session().threads();
  auto trained = train(to_examples(*train_images->set), extra, training, lab.session().interrupt());
  if (!trained) return tl::unexpected(trained.error());
  return NamedNetwork{std::move(trained->network), "DNN1+" + label};
}

/// The network without examples, which the others are compared with; or one of another seed.
Expected<NamedNetwork> without_examples(Lab& lab, int seed_shift = 0) {
  const auto train_images = lab.images("train");
  if (!train_images) return tl::unexpected(train_images.error());
  const Examples none(train_images->set->image_size());
  return retrained(lab, none, seed_shift == 0 ? "none" : kAnotherSeed, seed_shift);
}

/// Share of the examples, labelled with their true class, that the network gets right.
double share_right(const Network& network, const Examples& examples) {
  int right = 0;
  Eigen::VectorXd x(examples.input_size());
  for (int i = 0; i < examples.count(); ++i) {
    x.setZero();
    const auto positions = examples.positions(i);
    const auto values = examples.values(i);
    for (std::size_t p = 0; p < positions.size(); ++p) x(positions[p]) = values[p];
    right += classify(network, x) == examples.label(i) ? 1 : 0;
  }
  return examples.count() == 0 ? 0 : static_cast<double>(right) / examples.count();
}

/// The networks of Z7 and Z8: one a norm, the one without examples, and one of another seed.
struct ZhuNetworks {
  NamedNetwork original;
  std::vector<NamedNetwork> networks;  ///< l0, l1, l2, linf, mnist (original), another seed
  std::vector<Examples> tests;         ///< l0, l1, l2, linf
  int unproven = 0;
};

Expected<ZhuNetworks> zhu_networks(Lab& lab) {
  const auto original = without_examples(lab);
  if (!original) return tl::unexpected(original.error());
  ZhuNetworks result{*original, {}, {}, 0};
  for (const char* text : kNorms) {
    auto sets = example_sets(lab, *original, parse_norm(text).value());
    if (!sets) return tl::unexpected(sets.error());
    auto network = retrained(lab, sets->training.examples, text);
    if (!network) return tl::unexpected(network.error());
    result.networks.push_back(std::move(*network));
    result.tests.push_back(std::move(sets->testing.examples));
    result.unproven += sets->training.unproven + sets->testing.unproven;
  }
  result.networks.push_back(*original);
  auto another = without_examples(lab, 1000);
  if (!another) return tl::unexpected(another.error());
  result.networks.push_back(std::move(*another));
  return result;
}

/// Of a published row; `ours` in the rows that only we have.
std::string their_cell(const CsvTable& theirs, std::size_t row, const std::string& column,
                       const std::string& ours = "") {
  return row < static_cast<std::size_t>(theirs.rows()) ? theirs.text(static_cast<int>(row), column)
                                                       : ours;
}

std::string percent_change(double before, double after) {
  return before > 0 ? fixed(100 * (after / before - 1), 2) : "";
}

}  // namespace

Expected<TextTable> table_z7(Lab& lab) {
  const CsvTable theirs = published("z7_adversarial_training_accuracy");
  auto zhu = zhu_networks(lab);
  if (!zhu) return tl::unexpected(zhu.error());
  const auto test = lab.images("test");
  if (!test) return tl::unexpected(test.error());
  TextTable table;
  table.title = "Z7: accuracy of DNN1 retrained on adversarial examples";
  table.columns = {"training data"};
  for (const char* who : {"published", "ours"}) {
    for (const char* data : {"l0", "l1", "l2", "linf", "mnist"}) {
      table.columns.push_back(fmt::format("{} {}", who, data));
    }
  }
  for (std::size_t r = 0; r < zhu->networks.size(); ++r) {
    const NamedNetwork& network = zhu->networks[r];
    std::vector<std::string> row = {their_cell(theirs, r, "training_data", kAnotherSeed)};
    for (const char* data : {"l0", "l1", "l2", "linf", "mnist"})
      row.push_back(their_cell(theirs, r, data));
    for (const Examples& examples : zhu->tests) {
      row.push_back(fixed(share_right(network.network, examples), 3));
    }
    const auto right = accuracy(lab.session(), network, *test);
    if (!right) return tl::unexpected(right.error());
    row.push_back(fixed(*right, 3));
    table.rows.push_back(std::move(row));
  }
  table.notes.push_back(fmt::format(
      "Rows: what joined the training set ({} examples of training images); columns: "
      "the test data ({} examples of test images, or the test images). {} examples were "
      "stopped by the limit. An example of ours is the closest one by margin 1.2, so "
      "that the network it was made for (mnist) gets none of them right; the last row is a "
      "network that differs from it by its seed alone.",
      scaled(lab, kZhuExamples), scaled(lab, kZhuExamples), zhu->unproven));
  table.notes.emplace_back(kOwnNetwork);
  return table;
}

Expected<TextTable> table_z8(Lab& lab) {
  const CsvTable theirs = published("z8_adversarial_training_distance");
  auto zhu = zhu_networks(lab);
  if (!zhu) return tl::unexpected(zhu.error());
  const NamedNetwork& original = zhu->original;
  const auto test = lab.images("test");
  const auto list = lab.correct(original);
  if (!test || !list) return tl::unexpected(test ? list.error() : test.error());
  TextTable table;
  table.title = "Z8: mean distance of fixed images after retraining DNN1, and its change in %";
  table.columns = {"training data"};
  for (const char* what : {"published obj_{}", "published diff_{}", "ours obj_{}", "ours diff_{}",
                           "both right diff_{}"}) {
    for (const char* norm : kNorms) table.columns.push_back(fmt::format(fmt::runtime(what), norm));
  }
  int unproven = 0;
  std::vector<NamedNetwork> networks = zhu->networks;
  networks.erase(networks.begin() + std::size(kNorms));  // the original itself
  for (std::size_t r = 0; r < networks.size(); ++r) {
    std::vector<std::string> row = {their_cell(theirs, r, "training_data", kAnotherSeed)};
    for (const char* kind : {"obj", "diff"}) {
      for (const char* norm : kNorms)
        row.push_back(their_cell(theirs, r, fmt::format("{}_{}", kind, norm)));
    }
    std::vector<std::string> objectives, changes, both;
    for (const char* text : kNorms) {
      const ClosestQuestion question = lab.question(original, parse_norm(text).value());
      const Engine engine = lab.search_engine(300);
      const auto before = lab.session().closest({original, question, engine, *test, *list});
      if (!before) return tl::unexpected(before.error());
      const auto after = lab.session().closest({networks[r], question, engine, *test, *list});
      if (!after) return tl::unexpected(after.error());
      const DistanceChange change = compare(*before, *after);
      // The original's answers are the same in every row.
      unproven += change.unproven_after + (r == 0 ? change.unproven_before : 0);
      objectives.push_back(fixed(change.after, 3));
      changes.push_back(percent_change(change.before, change.after));
      both.push_back(percent_change(change.before_both, change.after_both));
    }
    for (const auto* cells : {&objectives, &changes, &both}) {
      row.insert(row.end(), cells->begin(), cells->end());
    }
    table.rows.push_back(std::move(row));
  }
  table.notes.push_back(fmt::format(
      "Ours: {} images that DNN1 gets right; those that a retrained network gets wrong count at 0 "
      "(\"both right\" leaves them out); {} answers were stopped by the limit. L2 is the true "
      "distance.",
      list->size(), unproven));
  table.notes.emplace_back(
      "Published: diff is against tables 4, 5 (Linf) and 6 (L2, 17 breakpoints).");
  table.notes.emplace_back(kOwnNetwork);
  return table;
}

namespace {

/// The network of one of K5's rows.
Expected<NamedNetwork> with_examples(Lab& lab, const NamedNetwork& original,
                                     const ClosestQuestion& question, const Engine& engine,
                                     int count) {
  if (count == 0) return original;
  if (lab.tell) lab.tell(fmt::format("{} examples of l1", count));
  const auto train_images = lab.images("train");
  if (!train_images) return tl::unexpected(train_images.error());
  const auto attacked = attack(lab.session(), original, question, engine, *train_images, 0, count);
  if (!attacked) return tl::unexpected(attacked.error());
  if (attacked->examples.count() < count) {
    return bad_request("only {} training images have an example: lower --images",
                       attacked->examples.count());
  }
  return retrained(lab, attacked->examples, fmt::format("{}xl1", count));
}

}  // namespace

Expected<TextTable> table_k5(Lab& lab) {
  const CsvTable theirs = published("k5_retraining_l1_distance");
  const auto original = without_examples(lab);
  if (!original) return tl::unexpected(original.error());
  const auto test = lab.images("test");
  if (!test) return tl::unexpected(test.error());
  const auto list = lab.correct(*original);
  if (!list) return tl::unexpected(list.error());
  const ClosestQuestion question = lab.question(*original, Norm::l1);
  const Engine engine = lab.search_engine(300);
  TextTable table;
  table.title = "K5: L1 distance of DNN1 after retraining with more and more L1 examples";
  table.columns = {"added %",
                   "published added",
                   "published mean",
                   "published sd",
                   "added",
                   "test accuracy %",
                   "mean",
                   "sd",
                   "wrong",
                   "both right mean",
                   "both right change %",
                   "unproven"};
  for (int r = 0; r < theirs.rows(); ++r) {
    const int count = std::stoi(theirs.text(r, "added_examples")) * lab.options().images / 100;
    const auto network = with_examples(lab, *original, question, engine, count);
    if (!network) return tl::unexpected(network.error());
    const auto right = accuracy(lab.session(), *network, *test);
    if (!right) return tl::unexpected(right.error());
    const auto before = lab.session().closest({*original, question, engine, *test, *list});
    const auto after = lab.session().closest({*network, question, engine, *test, *list});
    if (!before || !after) return tl::unexpected(before ? after.error() : before.error());
    const DistanceChange change = compare(*before, *after);
    table.rows.push_back({theirs.text(r, "added_percent"), theirs.text(r, "added_examples"),
                          theirs.text(r, "mean_distance"), theirs.text(r, "sd_distance"),
                          fmt::format("{}", count), fixed(100 * *right, 2), fixed(change.after, 3),
                          fixed(change.after_deviation, 3), fmt::format("{}", change.wrong_after),
                          fixed(change.after_both, 3),
                          percent_change(change.before_both, change.after_both),
                          fmt::format("{}", change.unproven_after)});
  }
  table.notes.push_back(fmt::format(
      "Ours: {} fixed images; mean and sd with those that the network now gets wrong at 0; \"both "
      "right\" over those that it and the network without examples get right.",
      list->size()));
  table.notes.emplace_back(kOwnNetwork);
  return table;
}

}  // namespace brink
