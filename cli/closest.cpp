// brink closest: nearest adversarial examples, image by image, each kept as it finishes.
//
// Kept where: in the partial files of the table, or with --store in the store, which then also
// answers what it was asked before.
#include <algorithm>

#include "brink/ask/closest_summary.h"
#include "brink/base/file_lock.h"
#include "brink/base/files.h"
#include "brink/base/progress.h"
#include "brink/report/closest_table.h"
#include "certificates.h"
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
  std::filesystem::path certificate;
  bool force = false;
};

/// A run with everything read and checked; refers to itself.
struct ClosestRun {
  LoadedNetwork loaded;
  Dataset set;
  NamedImages named;
  std::vector<int> order;
  ClosestQuestion question;
  Engine engine;
  Question asked;               ///< as tables and stores know it
  std::optional<Bounds> given;  ///< from a file
  Bounds bounds;                ///< of the MIP engine
  std::unique_ptr<FileLock> lock;
  Certificates certificates;
  ClosestTable table;  ///< the leader's
};

Expected<void> check_request(const Outputs& outputs, const TypedOptions& options,
                             const Common& common) {
  if (!outputs.log.empty() && common.crew->processes() > 1) {
    return bad_request("--log is written by one process: leave it out where several ranks work");
  }
  return common.crew->lead([&]() -> Expected<void> {
    if (!outputs.pictures.empty()) {
      if (auto ok = check_folder(outputs.pictures); !ok) return ok;
    }
    return claim_outputs(common, {outputs.csv, outputs.images, outputs.log},
                         {outputs.store, options.network, options.bounds});
  });
}

/// Steps that need no proof: all bad requests are found here, and nothing is written yet.
Expected<void> prepare(const TypedOptions& options, const Common& common, const Outputs& outputs,
                       ClosestRun& run) {
  if (auto ok = check_request(outputs, options, common); !ok) return ok;
  auto loaded = load_network(options, common);
  if (!loaded) return tl::unexpected(loaded.error());
  run.loaded = std::move(*loaded);
  auto set = load_images(options, common, run.loaded);
  if (!set) return tl::unexpected(set.error());
  run.set = std::move(*set);
  auto question = make_question(options, run.loaded, run.set);
  if (!question) return tl::unexpected(question.error());
  run.question = std::move(*question);
  const auto mip = make_mip_options(options, run.question);
  if (!mip) return tl::unexpected(mip.error());
  run.engine = engine_of(options, common, *mip, run.question.box);
  const auto chosen = chosen_images(options, run.set, run.loaded.network);
  if (!chosen) return tl::unexpected(chosen.error());
  auto order = shard_of(*chosen, options.shard);
  if (!order) return tl::unexpected(order.error());
  run.order = std::move(*order);
  if (auto ok = check_inside(run.question, run.set, run.order); !ok) return ok;
  run.named = NamedImages(run.set, options.data, options.split);
  run.asked = closest_question(run.loaded.network, run.question, run.engine, run.named);
  auto earlier = common.crew->lead([&] {
    return check_earlier({outputs.csv, outputs.images, run.asked.hash, outputs.force});
  });
  if (!earlier) return earlier;
  if (!run.engine.search) {
    auto given = given_bounds(options, common, run.loaded, run.question.box);
    if (!given) return tl::unexpected(given.error());
    run.given = std::move(*given);
  }
  note_box(options, common, run.loaded.box, &run.set);
  note_logits(run.question, common, run.loaded);
  hint_at_normalisation(options, common, run.loaded.network, run.set);
  label_by_network(run.set, run.order, run.loaded.network, common);
  return {};
}

/// The table of a run, with what a stopped one left.
Expected<void> open_table(const Outputs& outputs, ClosestRun& run) {
  TableFiles files{outputs.csv, outputs.images, run.asked.hash, outputs.force};
  for (int j = 0; j < run.set.image_size(); ++j) files.inputs.push_back(run.set.input_name(j));
  if (!outputs.csv.empty()) {
    auto lock = FileLock::take(outputs.csv);
    if (!lock) return tl::unexpected(lock.error());
    run.lock = std::make_unique<FileLock>(std::move(*lock));
  }
  auto table = outputs.csv.empty() || !outputs.store.empty()
                   ? ClosestTable::of_answers(files, run.order)
                   : ClosestTable::open(files, run.asked.text, run.order);
  if (!table) return tl::unexpected(table.error());
  run.table = std::move(*table);
  return {};
}

/// Answers all that is not answered yet.
Expected<void> solve(ClosestRun& run, const Session& session, const Common& common,
                     const Outputs& outputs) {
  std::optional<ChangeLog> log;
  std::optional<Progress> progress;
  ClosestSink sink;
  sink.has = [&](int image) { return run.table.done(image); };
  sink.begin = [&](int left) {
    log.emplace(outputs.log, !run.table.rows().empty());
    progress.emplace("images", left, common.quiet);
  };
  sink.keep = [&](const ClosestRow& row) {
    auto kept = run.table.append(row);
    if (progress) progress->step();
    return kept;
  };
  sink.hooks.before = [&](int image, SearchOptions& search) {
    if (run.certificates.wanted()) search.certificate = run.certificates.of_image(image);
    if (log) search.on_change = log->follow(image);
    if (!progress) return;
    search.on_beat = [&progress, image](const search::Beat& beat) {
      progress->news(news(image, beat));
    };
  };
  sink.hooks.after = [&](const ClosestRow& row) {
    if (run.certificates.wanted()) run.certificates.count(row.answer);
    if (log) log->finish(row.image, row.answer);
  };
  auto asked = session.closest(
      {run.loaded, run.question, run.engine, run.named, run.order, &run.bounds}, sink);
  if (progress) progress->finish();
  if (!asked) return asked;
  tell(run.certificates, common.quiet);
  return log ? log->written() : Expected<void>();
}

void print_answers(const ClosestRun& run, const Common& common, const Outputs& outputs) {
  const std::vector<ClosestRow> rows = run.table.rows();
  std::string summary = one_line(summarise(rows));
  if (!run.engine.search) {
    summary =
        fmt::format("bounds: {}, t_pre {:.3g} s\n{}", run.bounds.method, run.bounds.t_pre, summary);
  }
  print_rows(
      brief_table(rows, run.set), [&] { return run.table.text(); },
      outputs.csv.empty() ? outputs.store : outputs.csv, summary, common);
}

/// Where all images failed (a solver that refuses such models, say) so has the run.
Expected<void> check_answered(const std::vector<ClosestRow>& rows) {
  const bool none = !rows.empty() && std::all_of(rows.begin(), rows.end(), [](const auto& row) {
    return row.answer.status == AnswerStatus::error;
  });
  if (!none) return {};
  return failure("no image has an answer: {}", rows.front().answer.note);
}

Expected<void> finish(ClosestRun& run, const Common& common, const Outputs& outputs) {
  const std::vector<ClosestRow> rows = run.table.rows();
  if (auto written = write_pictures(run.set, run.question.box, outputs.pictures, rows); !written) {
    return written;
  }
  if (auto finished = run.table.finish(); !finished) return finished;
  if (common.json) {
    auto document = to_json(rows);
    if (!run.engine.search) document["t_pre"] = run.bounds.t_pre;
    print_json(document, 1);
  } else {
    print_answers(run, common, outputs);
  }
  return check_answered(rows);
}

Expected<void> run_closest(const TypedOptions& options, const Common& common,
                           const Outputs& outputs) {
  ClosestRun run;
  if (auto ok = prepare(options, common, outputs, run); !ok) return ok;
  Session session = session_of(options, common);
  if (auto fit = session.fits(run.loaded.network, run.question); !fit) return fit;
  if (auto ok = keep_in_store(session, outputs.store, common); !ok) return ok;
  if (!run.engine.search) {
    auto bounds =
        make_bounds(options, common, run.loaded, run.question.box, std::move(run.given), session);
    if (!bounds) return tl::unexpected(bounds.error());
    run.bounds = std::move(*bounds);
  }
  auto certificates =
      certificates_into(outputs.certificate, run.order.size(), options, run.loaded,
                        {options.network, outputs.csv, outputs.images, outputs.log, outputs.store});
  if (!certificates) return tl::unexpected(certificates.error());
  run.certificates = std::move(*certificates);
  note_nothing_kept(common.quiet, {outputs.csv, outputs.store});
  auto opened = common.crew->lead([&] { return open_table(outputs, run); });
  if (!opened) return opened;
  if (auto solved = solve(run, session, common, outputs); !solved) {
    const bool only_here = outputs.csv.empty() && outputs.store.empty() && !common.json;
    if (only_here && !run.table.rows().empty()) print_answers(run, common, outputs);
    return solved;
  }
  return common.crew->lead([&] { return finish(run, common, outputs); });
}

/// An option that the chosen engine does not have is an error, never ignored.
Expected<void> check_engine_options(const CLI::App& command, const TypedOptions& options,
                                    const Outputs& outputs) {
  if (options.engine == "mip" && !outputs.log.empty()) {
    return bad_request("--log is an option of the search engine: leave it out with --engine mip");
  }
  if (!outputs.certificate.empty() && options.breakpoints) {
    return bad_request("--certificate proves true L2 distances: leave out --breakpoints");
  }
  return check_mip_options(command, options,
                           {"--bounds", "--formulation", "--distance-form", "--pooling", "--solver",
                            "--solver-library"});
}

}  // namespace

void add_closest(CLI::App& app, Common& common, Action& chosen) {
  const auto options = std::make_shared<TypedOptions>();
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
  command->add_option("--certificate", outputs->certificate,
                      "a file (of several images a folder) that proves the bound without brink");
  command->add_option("--png", outputs->pictures, "a folder for pictures of images and changes");
  command->add_option(
      "--log", outputs->log,
      "a file for JSON lines: changes of distance or bound, statistics (search engine)");
}

}  // namespace brink::cli
