// brink closest: nearest adversarial examples, image by image, each kept as it finishes.
//
// Kept where: in the partial files of the table, or with --store in the store, which then also
// answers what it was asked before.
#include <cmath>
#include <set>

#include "brink/ask/closest_summary.h"
#include "brink/base/file_lock.h"
#include "brink/base/files.h"
#include "brink/base/progress.h"
#include "brink/report/closest_table.h"
#include "brink/search/footprint.h"
#include "closest_output.h"
#include "print_rows.h"
#include "store_options.h"
#include "streams.h"

namespace brink::cli {

namespace {

struct Outputs {
  std::filesystem::path csv;
  std::filesystem::path store;
  std::filesystem::path images;
  std::filesystem::path pictures;
  std::filesystem::path log;
  bool force = false;
};

/// A run with everything read and checked; nothing has been written yet.
struct ClosestRun {
  LoadedNetwork loaded;
  Dataset set;
  std::vector<int> order;
  ClosestQuestion question;
  Question asked;      ///< as tables and stores know it
  std::string digest;  ///< of the images
  bool by_search = true;
  MipOptions mip;
  Bounds bounds;  ///< of the MIP engine
};

/// Where answers are kept.
struct ClosestKeeping {
  std::unique_ptr<FileLock> lock;
  std::optional<Store> store;
  QuestionId question = 0;
  ClosestTable table;

  Expected<void> keep(const ClosestRow& row) {
    if (store) {
      if (auto ok = store->put(question, row); !ok) return ok;
    }
    return table.append(row);
  }
};

Expected<void> check_request(const Outputs& outputs, const ClosestOptions& options,
                             const Common& common) {
  if (!outputs.log.empty() && common.crew->processes() > 1) {
    return bad_request("--log is written by one process: leave it out where several ranks work");
  }
  if (!common.crew->leads()) return {};
  if (!outputs.pictures.empty()) {
    if (auto ok = check_folder(outputs.pictures); !ok) return ok;
  }
  return claim_outputs(common, {outputs.csv, outputs.images, outputs.log},
                       {outputs.store, options.network, options.bounds});
}

/// Steps that need no proof: all bad requests are found here.
Expected<ClosestRun> prepare(const ClosestOptions& options, const Common& common,
                             const Outputs& outputs) {
  if (auto ok = check_request(outputs, options, common); !ok) return tl::unexpected(ok.error());
  auto loaded = load_network(options, common);
  if (!loaded) return tl::unexpected(loaded.error());
  auto set = load_images(options, common, loaded->network);
  if (!set) return tl::unexpected(set.error());
  auto question = make_question(options, *loaded, *set);
  if (!question) return tl::unexpected(question.error());
  auto mip = make_mip_options(options, *question);
  if (!mip) return tl::unexpected(mip.error());
  auto order = chosen_images(options, *set, loaded->network);
  if (!order) return tl::unexpected(order.error());
  order = shard_of(*order, options.shard);
  if (!order) return tl::unexpected(order.error());
  if (auto ok = check_inside(*question, *set, *order); !ok) return tl::unexpected(ok.error());
  const NamedImages named(*set, options.data, options.split);
  Question asked = closest_question(loaded->network, *question,
                                    engine_of(options, common, *mip, question->box), named);
  if (common.crew->leads()) {
    auto ok = check_earlier({outputs.csv, outputs.images, asked.hash, outputs.force});
    if (!ok) return tl::unexpected(ok.error());
  }
  note_box(options, common, *set);
  note_logits(*question, common, *loaded);
  hint_at_normalisation(options, common, loaded->network, *set);
  label_by_network(*set, *order, loaded->network, common);
  return ClosestRun{std::move(*loaded),
                    std::move(*set),
                    std::move(*order),
                    std::move(*question),
                    std::move(asked),
                    named.digest,
                    options.engine == "search",
                    *mip,
                    {}};
}

/// Images searched at once, and threads for each.
struct Division {
  int at_once = 1;
  int inner = 1;
};

/// Of the threads among `count` images: with fewer images than threads, the spare ones help with
/// each, as far as the memory allows.
Expected<Division> divide(const ClosestRun& run, const ClosestOptions& options, int threads,
                          int count) {
  const Network& network = run.loaded.network;
  int regions = 0;  // of any label but the target's own
  for (const int label : {0, 1}) {
    const auto of_label = output_regions(run.question, network, label).size();
    regions = std::max(regions, static_cast<int>(of_label));
  }
  Division division;
  division.inner = std::max(1, threads / std::max(1, count));
  const int most = std::max(1, threads / division.inner);
  for (;; --division.inner) {
    const auto at_once =
        searches_at_once(options, search::search_bytes(network, division.inner, regions), most);
    if (!at_once && division.inner > 1) continue;
    if (!at_once) return tl::unexpected(at_once.error());
    division.at_once = *at_once;
    return division;
  }
}

/// The table of a run, with what is answered already.
Expected<ClosestKeeping> open_keeping(const ClosestRun& run, const ClosestOptions& options,
                                      const Common& common, const Outputs& outputs) {
  ClosestKeeping keeping;
  const Question& question = run.asked;
  TableFiles files{outputs.csv, outputs.images, question.hash, outputs.force};
  for (int j = 0; j < run.set.image_size(); ++j) files.inputs.push_back(run.set.input_name(j));
  if (!outputs.csv.empty()) {
    auto lock = FileLock::take(outputs.csv);
    if (!lock) return tl::unexpected(lock.error());
    keeping.lock = std::make_unique<FileLock>(std::move(*lock));
  }
  auto table = outputs.csv.empty() || !outputs.store.empty()
                   ? ClosestTable::of_answers(files, run.order)
                   : ClosestTable::open(files, question.text, run.order);
  if (!table) return tl::unexpected(table.error());
  keeping.table = std::move(*table);
  if (outputs.store.empty()) return keeping;

  auto asked = open_store_for(outputs.store, common, run.loaded.network, options.network, question);
  if (!asked) return tl::unexpected(asked.error());
  keeping.store.emplace(std::move(asked->store));
  keeping.question = asked->question;
  auto ok = keeping.store->put_originals(run.digest, options.split, run.set, run.order);
  if (!ok) return tl::unexpected(ok.error());
  const auto answered = keeping.store->closest(keeping.question);
  if (!answered) return tl::unexpected(answered.error());
  for (const auto& [image, row] : *answered) {
    if (!is_final(row.answer.status)) continue;
    if (auto taken = keeping.table.append(row); !taken) return tl::unexpected(taken.error());
  }
  return keeping;
}

/// The images asked for that have no answer yet, each once.
std::vector<int> to_do(const ClosestRun& run, const ClosestTable& table) {
  std::vector<int> todo;
  std::set<int> seen;
  for (const int image : run.order) {
    if (!table.done(image) && seen.insert(image).second) todo.push_back(image);
  }
  return todo;
}

/// Answers all that is not answered yet. `keeping`: of the leader alone.
Expected<void> solve(const ClosestRun& run, const ClosestOptions& options, const Common& common,
                     const Outputs& outputs, Expected<ClosestKeeping>& keeping) {
  Crew& crew = *common.crew;
  Expected<std::vector<int>> todo;
  if (crew.leads()) {
    if (keeping) {
      todo = to_do(run, keeping->table);
    } else {
      todo = tl::unexpected(keeping.error());
    }
  }
  const int count = todo ? static_cast<int>(todo->size()) : 0;
  // Among several ranks each image has one thread.
  const auto division = divide(run, options, common.threads,
                               crew.processes() == 1 ? count : std::max(count, common.threads));
  if (!division) return tl::unexpected(division.error());
  ChangeLog log(outputs.log, keeping && !keeping->table.rows().empty());
  Progress progress("images", count, common.quiet || !crew.leads());
  BatchHooks hooks;
  hooks.before = [&](int image, SearchOptions& search) {
    search.on_change = log.follow(image);
    search.on_beat = [&progress, image](const search::Beat& beat) {
      progress.news(news(image, beat));
    };
  };
  hooks.after = [&log](const ClosestRow& row) { log.finish(row.image, row.answer); };
  const auto keep = [&](const ClosestRow& row) {
    auto kept = keeping->keep(row);
    progress.step();
    return kept;
  };
  const ClosestBatch batch = closest_batch(run.loaded.network, run.question,
                                           engine_of(options, common, run.mip, run.question.box),
                                           run.set, run.by_search ? nullptr : &run.bounds);
  auto asked = ask_images(batch, todo, division->at_once, division->inner, crew, hooks, keep,
                          &interrupt_flag());
  progress.finish();
  if (!asked) return asked;
  if (interrupt_flag()) return interrupted();
  return log.written();
}

void print_answers(const ClosestRun& run, const Common& common, const Outputs& outputs,
                   const ClosestTable& table) {
  const std::vector<ClosestRow> rows = table.rows();
  std::string summary = one_line(summarise(rows));
  if (!run.by_search) {
    summary =
        fmt::format("bounds: {}, t_pre {:.3g} s\n{}", run.bounds.method, run.bounds.t_pre, summary);
  }
  print_rows(
      brief_table(rows, run.set), [&] { return table.text(); },
      outputs.csv.empty() ? outputs.store : outputs.csv, summary, common);
}

Expected<void> finish(const ClosestRun& run, const Common& common, const Outputs& outputs,
                      ClosestTable& table) {
  const std::vector<ClosestRow> rows = table.rows();
  if (auto written = write_pictures(run.set, run.question.box, outputs.pictures, rows); !written) {
    return written;
  }
  if (auto finished = table.finish(); !finished) return finished;
  if (common.json) {
    auto document = to_json(rows);
    if (!run.by_search) document["t_pre"] = run.bounds.t_pre;
    print_json(document, 1);
    return {};
  }
  print_answers(run, common, outputs, table);
  return {};
}

Expected<void> run_closest(const ClosestOptions& options, const Common& common,
                           const Outputs& outputs) {
  auto run = prepare(options, common, outputs);
  if (!run) return tl::unexpected(run.error());
  if (!run->by_search) {
    auto bounds = make_bounds(options, common, run->loaded, run->question.box, outputs.store);
    if (!bounds) return tl::unexpected(bounds.error());
    run->bounds = std::move(*bounds);
  }
  if (auto fit = divide(*run, options, 1, 1); !fit) return tl::unexpected(fit.error());
  Expected<ClosestKeeping> keeping;
  if (common.crew->leads()) note_nothing_kept(common.quiet, {outputs.csv, outputs.store});
  if (common.crew->leads()) keeping = open_keeping(*run, options, common, outputs);
  if (auto solved = solve(*run, options, common, outputs, keeping); !solved) {
    const bool only_here = outputs.csv.empty() && outputs.store.empty() && !common.json;
    if (common.crew->leads() && only_here && keeping && !keeping->table.rows().empty()) {
      print_answers(*run, common, outputs, keeping->table);
    }
    return solved;
  }
  return common.crew->leads() ? finish(*run, common, outputs, keeping->table) : Expected<void>();
}

/// An option that the chosen engine does not have is an error, never ignored.
Expected<void> check_engine_options(const CLI::App& command, const ClosestOptions& options,
                                    const Outputs& outputs) {
  if (options.engine == "mip" && !outputs.log.empty()) {
    return bad_request("--log is an option of the search engine: leave it out with --engine mip");
  }
  return check_mip_options(command, options,
                           {"--bounds", "--formulation", "--distance-form", "--solver"});
}

}  // namespace

void add_closest(CLI::App& app, Common& common, Action& chosen) {
  const auto options = std::make_shared<ClosestOptions>();
  const auto outputs = std::make_shared<Outputs>();
  const auto self = std::make_shared<CLI::App*>(nullptr);  // known only after add_command
  CLI::App* command =
      add_command(app, common, chosen, "closest", "nearest adversarial examples, with proof",
                  "brink closest net.onnx --data strokes --images 0-4 --norm linf --time-limit 20 "
                  "-o linf.csv --images-out linf.npz",
                  [options, outputs, self, &common]() -> Expected<void> {
                    if (auto ok = check_engine_options(**self, *options, *outputs); !ok) return ok;
                    return run_closest(*options, common, *outputs);
                  });
  *self = command;
  add_question_options(*command, *options);
  add_search_constants(*command, common);
  add_engine_options(*command, *options);
  command->add_option("-o,--out", outputs->csv, "the table to write, one row per image");
  add_store_option(*command, outputs->store);
  command->add_option("--images-out", outputs->images,
                      "the images found, as .npz for numpy.load, or .csv");
  add_force_option(*command, outputs->force);
  command->add_option("--png", outputs->pictures, "a folder for pictures of images and changes");
  command->add_option(
      "--log", outputs->log,
      "a file for JSON lines: changes of distance or bound, statistics (search engine)");
}

}  // namespace brink::cli
