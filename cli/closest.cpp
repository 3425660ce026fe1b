// brink closest: nearest adversarial examples, image by image, each kept as it finishes.
#include <cmath>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include "brink/base/file_lock.h"
#include "brink/base/files.h"
#include "brink/base/progress.h"
#include "brink/report/closest_table.h"
#include "brink/report/pictures.h"
#include "brink/search/footprint.h"
#include "closest_options.h"

namespace brink::cli {

namespace {

struct Outputs {
  std::filesystem::path csv;
  std::filesystem::path images;
  std::filesystem::path pictures;
  std::filesystem::path log;
};

/// A run with everything read and checked; nothing has been written yet.
struct Run {
  LoadedNetwork loaded;
  ImageSet set;
  std::vector<int> order;
  ClosestQuestion question;
  bool by_search = true;
  MipOptions mip;
  Bounds bounds;  ///< of the MIP engine
};

/// Everything that decides the answers. Time limits do not change what a proven answer is, but do
/// change the others: they are part of it.
std::string question_text(const ClosestOptions& options, const Common& common, const Run& run) {
  std::string engine = "search";
  if (!run.by_search) {
    engine = fmt::format("mip solver={} formulation={} form={} bounds={}", options.solver,
                         options.formulation, options.distance_form, options.bounds);
  }
  return fmt::format(
      "closest network={} output={} data={} split={} {} engine={} limit={} gap={} seed={}",
      content_hash(run.loaded.network), name(run.loaded.network.output), options.data,
      options.split, run.question.text(), engine, options.time_limit, options.gap, common.seed);
}

Expected<void> check_outputs(const Outputs& outputs) {
  for (const auto* path : {&outputs.csv, &outputs.images, &outputs.log}) {
    if (path->empty()) continue;
    if (auto writable = check_writable(*path); !writable) return writable;
  }
  return {};
}

/// Steps that need no proof: all bad requests are found here.
Expected<Run> prepare(const ClosestOptions& options, const Common& common, const Outputs& outputs) {
  if (auto ok = check_outputs(outputs); !ok) return tl::unexpected(ok.error());
  auto loaded = load_network(options, common);
  if (!loaded) return tl::unexpected(loaded.error());
  auto question = make_question(options, loaded->network);
  if (!question) return tl::unexpected(question.error());
  auto mip = make_mip_options(options, *question);
  if (!mip) return tl::unexpected(mip.error());
  auto set = load_images(options, common, loaded->network);
  if (!set) return tl::unexpected(set.error());
  auto order = chosen_images(options, *set, loaded->network);
  if (!order) return tl::unexpected(order.error());
  for (const int image : *order) {
    if (!question->box.contains(set->image(image))) {
      return bad_request("image {} lies outside --box {}; widen the box", image, options.box);
    }
  }
  return Run{std::move(*loaded),
             std::move(*set),
             std::move(*order),
             std::move(*question),
             options.engine == "search",
             *mip,
             {}};
}

nlohmann::json to_json(const search::Statistics& statistics) {
  return {{"nodes", statistics.nodes},
          {"simplex_iterations", statistics.iterations},
          {"ball_points", statistics.points},
          {"pruned_by_bound", statistics.pruned_by_bound},
          {"pruned_by_interval", statistics.pruned_by_interval},
          {"leaves", statistics.leaves},
          {"doubtful_leaves", statistics.doubtful},
          {"heuristic_seconds", statistics.heuristic_seconds},
          {"tightening_seconds", statistics.tightening_seconds},
          {"tree_seconds", statistics.tree_seconds}};
}

/// One JSON line per change of incumbent or bound, one with statistics at an image's end.
class ChangeLog {
 public:
  explicit ChangeLog(const std::filesystem::path& path) {
    if (!path.empty()) out_.open(path);
  }
  std::function<void(double, double, double)> follow(int image) {
    if (!out_.is_open()) return {};
    return [this, image](double distance, double bound, double seconds) {
      nlohmann::json line = {{"image", image}, {"bound", bound}, {"seconds", seconds}};
      line["distance"] = std::isinf(distance) ? nlohmann::json() : nlohmann::json(distance);
      write(line);
    };
  }
  void finish(int image, const ClosestAnswer& answer) {
    if (!out_.is_open()) return;
    write({{"image", image},
           {"status", name(answer.status)},
           {"seconds", answer.seconds},
           {"statistics", to_json(answer.statistics)}});
  }

 private:
  void write(const nlohmann::json& line) {
    const std::lock_guard lock(mutex_);
    out_ << line.dump() << '\n' << std::flush;
  }

  std::mutex mutex_;
  std::ofstream out_;
};

std::string news(int image, const search::Beat& beat) {
  const double pace = static_cast<double>(beat.nodes) / std::max(1e-3, beat.seconds);
  return fmt::format("image {}: {:.5g} <= distance{}, {} nodes, {} open, {:.0f} nodes/s", image,
                     beat.bound,
                     std::isinf(beat.distance) ? "" : fmt::format(" <= {:.5g}", beat.distance),
                     beat.nodes, beat.open, pace);
}

ClosestAnswer answer_one(const Run& run, const ClosestOptions& options, const Common& common,
                         int image, int threads, ChangeLog& log, Progress& progress) {
  const Network& network = run.loaded.network;
  if (!run.by_search) {
    return closest_by_mip(network, run.bounds, run.question, run.set.image(image),
                          run.set.label(image), run.mip, &interrupt_flag());
  }
  SearchOptions search;
  search.time_limit = options.time_limit;
  search.gap = options.gap;
  search.seed = common.seed;
  search.threads = threads;
  search.on_change = log.follow(image);
  search.on_beat = [&](const search::Beat& beat) { progress.news(news(image, beat)); };
  ClosestAnswer answer = closest_by_search(network, run.question, run.set.image(image),
                                           run.set.label(image), search, &interrupt_flag());
  log.finish(image, answer);
  return answer;
}

/// How many of at most `most` images may be searched at once, `threads` each.
Expected<int> images_at_once(const Run& run, const ClosestOptions& options, int most, int threads) {
  const Network& network = run.loaded.network;
  const bool any = run.question.target.kind == TargetRule::Kind::any;
  const int regions = any ? static_cast<int>(network.output_size()) - 1 : 1;
  return searches_at_once(options, search::search_bytes(network, threads, regions), most);
}

/// All images that the table lacks, over threads.
Expected<void> solve(const Run& run, const ClosestOptions& options, const Common& common,
                     const Outputs& outputs, ClosestTable& table) {
  std::vector<int> todo;
  std::set<int> seen;
  for (const int image : run.order) {
    if (!table.done(image) && seen.insert(image).second) todo.push_back(image);
  }
  const int count = static_cast<int>(todo.size());
  ChangeLog log(outputs.log);
  Progress progress("images", count, common.quiet);
  std::mutex mutex;
  std::optional<Error> problem;
  std::atomic<bool> failed = false;
  // Fewer images than threads: the spare threads help with each image.
  const int inner = count > 0 ? std::max(1, common.threads / count) : 1;
  const auto at_once = images_at_once(run, options, std::max(1, common.threads / inner), inner);
  if (!at_once) return tl::unexpected(at_once.error());
  parallel_for(count, *at_once, [&](int i) {
    if (interrupt_flag() || failed) return;
    const int image = todo[static_cast<std::size_t>(i)];
    ClosestAnswer answer = answer_one(run, options, common, image, inner, log, progress);
    if (answer.status == AnswerStatus::interrupted) return;
    const auto kept =
        table.append({image, run.set.label(image), run.question.norm, std::move(answer)});
    const std::lock_guard lock(mutex);
    if (!kept && !problem) {
      problem = kept.error();
      failed = true;
    }
    progress.step();
  });
  progress.finish();
  if (problem) return tl::unexpected(*problem);
  if (interrupt_flag()) return interrupted();
  return {};
}

Expected<void> write_pictures(const Run& run, const Outputs& outputs,
                              const std::vector<ClosestRow>& rows) {
  if (outputs.pictures.empty()) return {};
  std::error_code code;
  std::filesystem::create_directories(outputs.pictures, code);
  if (code)
    return bad_request("cannot make folder '{}': {}", outputs.pictures.string(), code.message());
  const double low = run.question.box.lower.minCoeff();
  const double high = run.question.box.upper.maxCoeff();
  for (const ClosestRow& row : rows) {
    if (row.answer.image.size() == 0) continue;
    const auto shape = shape_of(row.answer.image.size());
    const std::string stem = fmt::format("{}-{}", row.image, name(row.norm));
    const auto image = grey_picture(row.answer.image, shape, low, high, 8);
    const auto change = change_picture(row.answer.image, run.set.image(row.image), shape, 8);
    if (auto ok = write_png(image, outputs.pictures / (stem + ".png")); !ok) return ok;
    if (auto ok = write_png(change, outputs.pictures / (stem + "-change.png")); !ok) return ok;
  }
  return {};
}

nlohmann::json to_json(const std::vector<ClosestRow>& rows, const Run& run) {
  nlohmann::json list = nlohmann::json::array();
  for (const ClosestRow& row : rows) {
    const ClosestAnswer& answer = row.answer;
    nlohmann::json entry = {{"image", row.image},
                            {"label", row.label},
                            {"target", answer.target},
                            {"norm", name(row.norm)},
                            {"status", name(answer.status)},
                            {"bound", answer.bound},
                            {"nodes", answer.nodes},
                            {"seconds", answer.seconds},
                            {"verified", answer.verified},
                            {"all_zero", answer.all_zero},
                            {"proof", answer.proof}};
    entry["distance"] = answer.distance ? nlohmann::json(*answer.distance) : nlohmann::json();
    entry["gap"] = answer.gap() ? nlohmann::json(*answer.gap()) : nlohmann::json();
    list.push_back(std::move(entry));
  }
  nlohmann::json document = {{"images", list}, {"summary", closest_summary(rows)}};
  if (!run.by_search) document["t_pre"] = run.bounds.t_pre;
  return document;
}

Expected<void> run_closest(const ClosestOptions& options, const Common& common,
                           const Outputs& outputs) {
  auto run = prepare(options, common, outputs);
  if (!run) return tl::unexpected(run.error());
  if (!run->by_search) {
    auto bounds = make_bounds(options, common, run->loaded, run->question.box);
    if (!bounds) return tl::unexpected(bounds.error());
    run->bounds = std::move(*bounds);
  }
  if (auto fit = images_at_once(*run, options, 1, 1); !fit) return tl::unexpected(fit.error());
  const auto lock = FileLock::take(outputs.csv);
  if (!lock) return tl::unexpected(lock.error());
  auto table = ClosestTable::open(outputs.csv, outputs.images, question_text(options, common, *run),
                                  run->order);
  if (!table) return tl::unexpected(table.error());
  if (auto solved = solve(*run, options, common, outputs, *table); !solved) return solved;
  const std::vector<ClosestRow> rows = table->rows();
  if (auto written = write_pictures(*run, outputs, rows); !written) return written;
  if (auto finished = table->finish(); !finished) return finished;
  if (common.json) {
    fmt::print("{}\n", to_json(rows, *run).dump(1));
    return {};
  }
  if (!run->by_search) {
    fmt::print("bounds: {}, t_pre {:.3g} s\n", run->bounds.method, run->bounds.t_pre);
  }
  fmt::print("{}\n", closest_summary(rows));
  return {};
}

/// An option that the chosen engine does not have is an error, never ignored.
Expected<void> check_engine_options(const CLI::App& command, const ClosestOptions& options,
                                    const Outputs& outputs) {
  if (options.engine == "mip" && !outputs.log.empty()) {
    return bad_request("--log is an option of the search engine: leave it out with --engine mip");
  }
  if (options.engine != "search") return {};
  for (const char* name : {"--bounds", "--formulation", "--distance-form", "--solver"}) {
    if (command.count(name) > 0) {
      return bad_request("{} is an option of the mip engine: add --engine mip", name);
    }
  }
  return {};
}

}  // namespace

void add_closest(CLI::App& app, Common& common, Action& chosen) {
  const auto options = std::make_shared<ClosestOptions>();
  const auto outputs = std::make_shared<Outputs>();
  const auto self = std::make_shared<CLI::App*>(nullptr);  // known only after add_command
  CLI::App* command =
      add_command(app, common, chosen, "closest", "nearest adversarial examples, with proof",
                  [options, outputs, self, &common]() -> Expected<void> {
                    if (auto ok = check_engine_options(**self, *options, *outputs); !ok) return ok;
                    return run_closest(*options, common, *outputs);
                  });
  *self = command;
  add_question_options(*command, *options);
  add_engine_options(*command, *options);
  command->add_option("-o,--out", outputs->csv, "the table to write, one row per image")
      ->required();
  command->add_option("--images-out", outputs->images, "the images found, as .npz for numpy.load");
  command->add_option("--png", outputs->pictures, "a folder for pictures of images and changes");
  command->add_option(
      "--log", outputs->log,
      "a file for JSON lines: changes of distance or bound, statistics (search engine)");
}

}  // namespace brink::cli
