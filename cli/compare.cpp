// brink compare: how far apart are two networks on the same inputs, in a box or around images?
#include "brink/ask/compare.h"

#include "brink/base/files.h"
#include "brink/base/progress.h"
#include "closest_options.h"
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
};

struct ComparedNetworks {
  LoadedNetwork first, second;
};

CompareQuestion question_of(const CompareCommand& command, Box box) {
  return {std::move(box), command.tolerance, command.classes, command.gap};
}

/// What is said of an answer in one word.
std::string status(const CompareCommand& command, const CompareAnswer& answer) {
  return std::string(status_of(question_of(command, {}), answer));
}

std::string numbers(const Eigen::VectorXd& values) {
  std::string text;
  for (const double value : values) text += fmt::format("{}{}", text.empty() ? "" : " ", value);
  return text;
}

std::string bound_text(const CompareAnswer& answer) {
  return std::isfinite(answer.bound) ? fmt::format("{:.9g}", answer.bound) : "";
}

nlohmann::ordered_json as_json(const CompareCommand& command, const CompareAnswer& answer) {
  nlohmann::ordered_json document = {{"status", status(command, answer)},
                                     {"nodes", answer.statistics.nodes},
                                     {"seconds", answer.seconds}};
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
  fmt::print("{}\n", status(command, answer));
  if (answer.input.size() > 0) {
    fmt::print("difference {:.9g} in output {}\n", answer.difference, answer.output);
  }
  if (std::isfinite(answer.bound)) fmt::print("bound {:.9g}\n", answer.bound);
  if (answer.input.size() == 0) return;
  fmt::print("input {}\nfirst {}\nsecond {}\n", numbers(answer.input), numbers(answer.first),
             numbers(answer.second));
}

std::string table_of(const CompareCommand& command, const std::vector<CompareRow>& rows) {
  std::string text = "image,label,radius,status,output,difference,bound,nodes,seconds\n";
  for (const CompareRow& row : rows) {
    const CompareAnswer& answer = row.answer;
    const bool found = answer.input.size() > 0;
    text += fmt::format("{},{},{},{},{},{},{},{},{:.3f}\n", row.image, row.label, command.radius,
                        status(command, answer), found ? fmt::format("{}", answer.output) : "",
                        found ? fmt::format("{:.9g}", answer.difference) : "", bound_text(answer),
                        answer.statistics.nodes, answer.seconds);
  }
  return text;
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

VerifyOptions limits_of(const CompareCommand& command, const Common& common) {
  VerifyOptions options;
  options.time_limit = command.shared.time_limit;
  options.threads = common.threads;
  options.seed = common.seed;
  return options;
}

Expected<std::vector<CompareRow>> ask_images(const CompareCommand& command, const Common& common,
                                             const ComparedNetworks& both, const Dataset& set,
                                             const std::vector<int>& images) {
  const auto whole = asked_box(command.shared, both.first, &set);
  if (!whole) return tl::unexpected(whole.error());
  Progress progress("images", static_cast<int>(images.size()), common.quiet || common.json);
  const CompareBatch batch{&both.first.network, &both.second.network, &set,
                           question_of(command, *whole), command.radius};
  auto rows = compare_around(
      batch, images, limits_of(command, common), [&](const CompareRow&) { progress.step(); },
      &interrupt_flag());
  if (rows && interrupt_flag()) return interrupted();
  return rows;
}

void print_summary(const CompareCommand& command, const std::vector<CompareRow>& rows) {
  int closed = 0, differ = 0;
  double difference = 0, bound = 0;
  for (const CompareRow& row : rows) {
    closed += row.answer.verdict == PropertyVerdict::unsat ? 1 : 0;
    differ += row.answer.verdict == PropertyVerdict::sat ? 1 : 0;
    difference = std::max(difference, row.answer.difference);
    bound = std::max(bound, row.answer.bound);
  }
  const auto open = static_cast<int>(rows.size()) - closed - differ;
  if (command.classes) {
    fmt::print("around {} of {} images both always choose the same class; around {} not; {} open\n",
               closed, rows.size(), differ, open);
  } else if (command.tolerance) {
    fmt::print(
        "around {} of {} images no output differs by more than {}; around {} one does; {} open\n",
        closed, rows.size(), *command.tolerance, differ, open);
  } else {
    fmt::print("largest difference found {:.6g}; proven: none above {:.6g}\n", difference, bound);
  }
}

Expected<void> run_images(const CompareCommand& command, const Common& common,
                          const ComparedNetworks& both) {
  if (command.radius < 0) return bad_request("--radius is missing: how far around the images?");
  if (command.shared.images.empty()) {
    return bad_request("--images is missing: 0-99 or correct:100, say");
  }
  const auto set = load_images(command.shared, common, both.first);
  if (!set) return tl::unexpected(set.error());
  const auto chosen = chosen_images(command.shared, *set, both.first.network);
  if (!chosen) return tl::unexpected(chosen.error());
  const auto images = shard_of(*chosen, command.shared.shard);
  if (!images) return tl::unexpected(images.error());
  const auto rows = ask_images(command, common, both, *set, *images);
  if (!rows) return tl::unexpected(rows.error());
  if (!command.csv.empty()) {
    if (auto ok = write_file(command.csv, table_of(command, *rows)); !ok) return ok;
  }
  if (common.json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const CompareRow& row : *rows) {
      list.push_back({{"image", row.image}, {"label", row.label}});
      list.back().update(as_json(command, row.answer));
    }
    print_json(nlohmann::ordered_json{{"radius", command.radius}, {"images", list}}, 1);
    return {};
  }
  if (command.csv.empty()) fmt::print("{}", table_of(command, *rows));
  print_summary(command, *rows);
  return {};
}

Expected<void> run_compare(const CompareCommand& command, const Common& common) {
  if (auto ok = claim_outputs(common, {command.csv}, command.networks); !ok) return ok;
  const auto both = load_both(command, common);
  if (!both) return tl::unexpected(both.error());
  if (!command.shared.data.empty()) return run_images(command, common, *both);
  if (command.radius >= 0 || !command.shared.images.empty() || !command.csv.empty()) {
    return bad_request("--images, --radius and --csv are of images: name them by --data");
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
      ->check(CLI::NonNegativeNumber);
  sub->add_flag("--choices", command->classes,
                "instead: does each choose a class (its largest output), but another?");
  sub->add_option(
         "--gap", command->gap,
         "without --tolerance: how close the proven bound comes, a share of the difference")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  sub->add_option("--timeout,--time-limit", command->shared.time_limit,
                  "seconds, of each image (default: 300)")
      ->check(CLI::PositiveNumber);
  add_data_options(*sub, command->shared, false);
  sub->add_option("--images", command->shared.images, "0-99, 3,7,20-29, correct:100 or each:2");
  sub->add_option("--radius", command->radius, "each input of an image changes by at most this")
      ->check(CLI::NonNegativeNumber);
  sub->add_option("-o,--csv", command->csv, "table, a row an image (default: on stdout)");
  add_shard_option(*sub, command->shared);
  add_search_constants(*sub, common);
}

}  // namespace brink::cli
