// brink compare: how far apart are two networks on the same inputs, in a box or around images?
#include "brink/ask/compare.h"

#include <map>

#include "brink/base/file_lock.h"
#include "brink/base/files.h"
#include "brink/base/progress.h"
#include "brink/report/compare_table.h"
#include "brink/report/earlier.h"
#include "closest_options.h"
#include "print_rows.h"
#include "store_options.h"
#include "streams.h"

namespace brink::cli {

namespace {

namespace fs = std::filesystem;

struct CompareCommand {
  std::vector<fs::path> networks;
  TypedOptions shared;  ///< of the first network, and of images
  std::optional<double> tolerance;
  bool classes = false;
  double gap = 0.01;
  double radius = -1;  ///< below 0: not given
  fs::path csv;
  fs::path store;
  bool force = false;
};

struct ComparedNetworks {
  LoadedNetwork first, second;
};

/// What is said of an answer in one word.
std::string status_of(const CompareCommand& command, const CompareAnswer& answer) {
  return std::string(compared(answer.verdict, !command.tolerance && !command.classes));
}

std::string numbers(const Eigen::VectorXd& values) {
  std::string text;
  for (const double value : values) text += fmt::format("{}{}", text.empty() ? "" : " ", value);
  return text;
}

nlohmann::ordered_json as_json(const CompareCommand& command, const CompareAnswer& answer) {
  nlohmann::ordered_json document = {
      {"status", status_of(command, answer)}, {"nodes", answer.nodes}, {"seconds", answer.seconds}};
  if (std::isfinite(answer.bound)) document["bound"] = answer.bound;
  if (answer.input.size() == 0) return document;
  const auto list = [](const Eigen::VectorXd& values) {
    return std::vector<double>(values.begin(), values.end());
  };
  document["output"] = answer.output;
  document["difference"] = answer.difference;
  document["input"] = list(answer.input);
  document["first"] = list(answer.first);
  document["second"] = list(answer.second);
  return document;
}

void print_text(const CompareCommand& command, const CompareAnswer& answer) {
  fmt::print("{}\n", status_of(command, answer));
  if (answer.input.size() > 0) {
    fmt::print("difference {:.9g} in output {}\n", answer.difference, answer.output);
  }
  if (std::isfinite(answer.bound)) fmt::print("bound {:.9g}\n", answer.bound);
  if (answer.input.size() == 0) return;
  fmt::print("input {}\nfirst {}\nsecond {}\n", numbers(answer.input), numbers(answer.first),
             numbers(answer.second));
}

Expected<ComparedNetworks> load_both(const CompareCommand& command, const Common& common) {
  TypedOptions options = command.shared;
  ComparedNetworks both;
  for (const std::size_t n : {0, 1}) {
    options.network = command.networks[n];
    auto loaded = load_network(options, common);
    if (!loaded) return tl::unexpected(loaded.error());
    (n == 0 ? both.first : both.second) = std::move(*loaded);
  }
  return both;
}

CompareQuestion question_of(const CompareCommand& command, Box box) {
  return {std::move(box), command.tolerance, command.classes, command.gap};
}

VerifyOptions limits_of(const CompareCommand& command, const Common& common) {
  VerifyOptions options;
  options.time_limit = command.shared.time_limit;
  options.threads = common.threads;
  options.seed = common.seed;
  return options;
}

std::string summary_of(const CompareCommand& command, const std::vector<CompareRow>& rows) {
  int closed = 0, differ = 0;
  double difference = 0, bound = 0;
  for (const CompareRow& row : rows) {
    closed += row.answer.verdict == PropertyVerdict::unsat ? 1 : 0;
    differ += row.answer.verdict == PropertyVerdict::sat ? 1 : 0;
    difference = std::max(difference, row.answer.difference);
    bound = std::max(bound, row.answer.bound);
  }
  if (rows.empty()) return "no image falls to this shard";
  const auto open = static_cast<int>(rows.size()) - closed - differ;
  if (command.classes) {
    return fmt::format(
        "around {} of {} images both always choose the same class; around {} not; {} open", closed,
        rows.size(), differ, open);
  }
  if (command.tolerance) {
    return fmt::format(
        "around {} of {} images no output differs by more than {}; around {} one does; {} open",
        closed, rows.size(), *command.tolerance, differ, open);
  }
  const std::string proven =
      std::isfinite(bound) ? fmt::format("none above {:.6g}", bound) : "nothing, for lack of time";
  return fmt::format("largest difference found {:.6g}; proven: {}", difference, proven);
}

/// A run around images with everything read and checked.
struct ImagesRun {
  Dataset set;
  NamedImages named;
  std::vector<int> images;
  CompareQuestion question;
  Engine engine;
  std::string hash;
  std::map<int, CompareRow> done;  ///< the leader's

  /// In the order asked.
  std::vector<CompareRow> rows() const {
    std::vector<CompareRow> list;
    for (const int image : images) {
      const auto found = done.find(image);
      if (found != done.end()) list.push_back(found->second);
    }
    return list;
  }
};

Expected<void> prepare_images(const CompareCommand& command, const Common& common,
                              const ComparedNetworks& both, ImagesRun& run) {
  const TypedOptions& options = command.shared;
  if (command.radius < 0) return bad_request("--radius is missing: how far around the images?");
  if (options.images.empty()) return bad_request("--images is missing: 0-99 or correct:100, say");
  auto set = load_images(options, common, both.first);
  if (!set) return tl::unexpected(set.error());
  run.set = std::move(*set);
  const auto chosen = chosen_images(options, run.set, both.first.network);
  if (!chosen) return tl::unexpected(chosen.error());
  auto images = shard_of(*chosen, options.shard);
  if (!images) return tl::unexpected(images.error());
  run.images = std::move(*images);
  auto whole = asked_box(options, both.first, &run.set);
  if (!whole) return tl::unexpected(whole.error());
  for (const int image : run.images) {
    if (!whole->contains(run.set.image(image))) {
      return bad_request("image {} is not in the box; see --box", image);
    }
  }
  run.question = question_of(command, std::move(*whole));
  auto sound = check_compared(both.first.network, both.second.network, run.question);
  if (!sound) return sound;
  TypedOptions named = options;
  named.network = command.networks.front();
  note_box(named, common, both.first.box, &run.set);
  run.engine = engine_of(options, common, {}, run.question.box);
  run.named = NamedImages(run.set, options.data, options.split);
  run.hash =
      compare_question(both.first, both.second, run.question, command.radius, run.engine, run.named)
          .hash;
  return common.crew->lead([&]() -> Expected<void> {
    if (command.force) return {};
    return check_replaces(command.csv, earlier_table(command.csv, "image,label,radius,"),
                          {run.hash});
  });
}

void print_images(const CompareCommand& command, const Common& common, const ImagesRun& run) {
  const std::vector<CompareRow> rows = run.rows();
  const TextTable table = compare_table(rows, asks_largest(run.question), command.radius, run.hash);
  TextTable brief = table;
  brief.columns.pop_back();
  for (auto& row : brief.rows) row.pop_back();
  print_rows(
      brief, [&] { return table.csv(); }, command.csv.empty() ? command.store : command.csv,
      summary_of(command, rows), common);
}

Expected<void> finish_images(const CompareCommand& command, const Common& common,
                             const ImagesRun& run) {
  if (!command.csv.empty()) {
    const TextTable table =
        compare_table(run.rows(), asks_largest(run.question), command.radius, run.hash);
    if (auto ok = write_file(command.csv, table.csv()); !ok) return ok;
    remove_keeping_store(command.store, command.csv);
  }
  if (!common.json) {
    print_images(command, common, run);
    return {};
  }
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const CompareRow& row : run.rows()) {
    list.push_back({{"image", row.image}, {"label", row.label}});
    list.back().update(as_json(command, row.answer));
  }
  print_json(nlohmann::ordered_json{{"radius", command.radius}, {"images", list}}, 1);
  return {};
}

Expected<void> run_images(const CompareCommand& command, const Common& common,
                          const ComparedNetworks& both) {
  keep_on_signals();
  ImagesRun run;
  if (auto ok = prepare_images(command, common, both, run); !ok) return ok;
  Session session = session_of(command.shared, common);
  std::optional<FileLock> lock;
  if (auto ok = lock_output(command.csv, common, lock); !ok) return ok;
  if (auto ok = keep_anywhere(session, command.store, command.csv, common); !ok) return ok;
  note_nothing_kept(common.quiet, {command.csv, command.store});
  std::optional<Progress> progress;
  CompareSink sink;
  sink.begin = [&](int left) { progress.emplace("images", left, common.quiet || common.json); };
  sink.keep = [&](const CompareRow& row) -> Expected<void> {
    run.done[row.image] = row;
    if (progress) progress->step();
    return {};
  };
  auto asked = session.compare(
      {both.first, both.second, run.question, command.radius, run.engine, run.named, run.images},
      sink);
  if (progress) progress->finish();
  if (!asked) {
    const bool only_here = command.csv.empty() && command.store.empty() && !common.json;
    if (only_here && !run.done.empty()) print_images(command, common, run);
    return asked;
  }
  return common.crew->lead([&] { return finish_images(command, common, run); });
}

Expected<void> run_compare(const CompareCommand& command, const Common& common) {
  if (command.classes && command.tolerance) {
    return bad_request("--choices asks about classes, --tolerance about outputs: give one");
  }
  const bool images = !command.shared.data.empty();
  if (!images && !common.crew->leads()) return {};  // one box is one process's
  std::vector<fs::path> kept = command.networks;
  kept.push_back(command.store);
  const auto claim = [&] { return claim_outputs(common, {command.csv}, kept); };
  if (auto ok = images ? common.crew->lead(claim) : claim(); !ok) return ok;
  const auto both = load_both(command, common);
  if (!both) return tl::unexpected(both.error());
  if (images) return run_images(command, common, *both);
  if (command.radius >= 0 || !command.shared.images.empty() || !command.csv.empty() ||
      !command.store.empty()) {
    return bad_request("--images, --radius, --csv and --store are of images: name them by --data");
  }
  const auto box = asked_box(command.shared, both->first, nullptr);
  if (!box) return tl::unexpected(box.error());
  TypedOptions named = command.shared;
  named.network = command.networks.front();
  note_box(named, common, both->first.box, nullptr);
  const auto answer = compare(both->first.network, both->second.network, question_of(command, *box),
                              limits_of(command, common), &interrupt_flag());
  if (!answer) return tl::unexpected(answer.error());
  if (common.json) {
    print_json(as_json(command, *answer), 1);
  } else {
    print_text(command, *answer);
  }
  return {};
}

}  // namespace

void add_compare(CLI::App& app, Common& common, Action& chosen) {
  const auto command = std::make_shared<CompareCommand>();
  CLI::App* sub = add_command(
      app, common, chosen, "compare",
      "how far apart are two networks on the same inputs, before and after pruning, say?",
      "brink compare net.onnx net.nnet --data strokes --images 0-2 --radius 0.01 --tolerance 0.05 "
      "--timeout 20",
      [command, &common] { return run_compare(*command, common); });
  sub->add_option("NETWORKS", command->networks, "two networks, ONNX or NNet")
      ->required()
      ->expected(2);
  add_reading_options(*sub, command->shared);
  sub->add_option("--box", command->shared.box,
                  "where inputs lie: LO:HI, or a file as in closest (default: what the first "
                  "network is made for, else the data's, else 0:1)");
  sub->add_option("--tolerance", command->tolerance,
                  "does an output differ by more than this? (default: by how much at most?)")
      ->check(zero_or_more());
  sub->add_flag("--choices", command->classes,
                "instead: does each choose a class (its largest output), but another?");
  sub->add_option(
         "--gap", command->gap,
         "without --tolerance: how close the proven bound comes, a share of the difference")
      ->check(above_zero())
      ->capture_default_str();
  sub->add_option("--timeout,--time-limit", command->shared.time_limit,
                  "seconds, of each image (default: 300)")
      ->check(above_zero());
  add_data_options(*sub, command->shared, false);
  sub->add_option("--images", command->shared.images, "0-99, 3,7,20-29, correct:100 or each:2");
  sub->add_option("--radius", command->radius, "each input of an image changes by at most this")
      ->check(zero_or_more());
  sub->add_option("-o,--csv", command->csv, "table, a row an image (default: on stdout)");
  add_store_option(*sub, command->store);
  add_force_option(*sub, command->force);
  add_shard_option(*sub, command->shared);
  add_search_constants(*sub, common);
}

}  // namespace brink::cli
