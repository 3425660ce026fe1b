// brink verify NET --data D --images LIST --norm NORM --radius R: robust, not robust or unknown.
//
// Answers are kept in the store, or beside the table until it is written.
#include "verify_images.h"

#include <map>

#include "brink/base/file_lock.h"
#include "brink/base/files.h"
#include "brink/base/progress.h"
#include "brink/report/earlier.h"
#include "brink/report/radius_table.h"
#include "certificates.h"
#include "print_rows.h"
#include "store_options.h"
#include "streams.h"

namespace brink::cli {

namespace {

/// A run with everything read and checked.
struct RadiusRun {
  LoadedNetwork loaded;
  Dataset set;
  NamedImages named;
  std::vector<int> images;
  ClosestQuestion question;
  Engine engine;
  std::string hash;  ///< of the question
  Certificates certificates;
  std::map<int, RadiusRow> done;  ///< the leader's

  /// In the order asked.
  std::vector<RadiusRow> rows() const {
    std::vector<RadiusRow> list;
    for (const int image : images) {
      const auto found = done.find(image);
      if (found != done.end()) list.push_back(found->second);
    }
    return list;
  }
};

nlohmann::ordered_json as_json(const std::vector<RadiusRow>& rows, const RadiusCommand& command) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const auto& [image, label, answer] : rows) {
    list.push_back({{"image", image},
                    {"label", label},
                    {"status", name(answer.robustness)},
                    {"bound", answer.bound},
                    {"nodes", answer.nodes},
                    {"seconds", answer.seconds},
                    {"proof", answer.proof},
                    {"note", answer.note}});
    if (answer.robustness != Robustness::not_robust) continue;
    list.back()["target"] = answer.target;
    list.back()["distance"] = *answer.distance;
    list.back()["changed"] = std::vector<double>(answer.image.begin(), answer.image.end());
  }
  nlohmann::ordered_json document = {{"norm", command.shared.norm}, {"radius", command.radius}};
  const RobustnessCounts counts = count_robustness(rows);
  for (std::size_t i = 0; i < kRobustness.size(); ++i) {
    document[std::string(name(kRobustness[i]))] = counts[i];
  }
  document["images"] = std::move(list);
  return document;
}

/// All bad requests are found here, and nothing is written yet.
Expected<void> prepare(const RadiusCommand& command, const Common& common, RadiusRun& run) {
  const TypedOptions& options = command.shared;
  if (command.radius < 0) return bad_request("--radius is missing: within which distance?");
  if (options.images.empty()) return bad_request("--images is missing: 0-99 or correct:100, say");
  auto claimed = common.crew->lead([&] {
    return claim_outputs(common, {command.csv}, {command.store, options.network});
  });
  if (!claimed) return claimed;
  auto loaded = load_network(options, common);
  if (!loaded) return tl::unexpected(loaded.error());
  run.loaded = std::move(*loaded);
  auto set = load_images(options, common, run.loaded);
  if (!set) return tl::unexpected(set.error());
  run.set = std::move(*set);
  auto question = make_question(options, run.loaded, run.set);
  if (!question) return tl::unexpected(question.error());
  run.question = std::move(*question);
  note_box(options, common, run.loaded.box, &run.set);
  run.engine = engine_of(options, common, {}, run.question.box);
  const auto chosen = chosen_images(options, run.set, run.loaded.network);
  if (!chosen) return tl::unexpected(chosen.error());
  auto images = shard_of(*chosen, options.shard);
  if (!images) return tl::unexpected(images.error());
  run.images = std::move(*images);
  if (auto ok = check_inside(run.question, run.set, run.images); !ok) return ok;
  run.named = NamedImages(run.set, options.data, options.split);
  run.hash =
      radius_question(run.loaded.network, run.question, command.radius, run.engine, run.named).hash;
  label_by_network(run.set, run.images, run.loaded.network, common);
  return common.crew->lead([&]() -> Expected<void> {
    if (command.force) return {};
    return check_replaces(command.csv, earlier_table(command.csv, "image,label,norm,radius,"),
                          {run.hash});
  });
}

Expected<void> solve(const RadiusCommand& command, const Common& common, const Session& session,
                     RadiusRun& run) {
  std::optional<Progress> progress;
  RadiusSink sink;
  sink.begin = [&](int left) { progress.emplace("images", left, common.quiet || common.json); };
  sink.keep = [&](const RadiusRow& row) -> Expected<void> {
    run.done[row.image] = row;
    if (progress) progress->step();
    return {};
  };
  if (run.certificates.wanted()) {
    sink.hooks.before = [&](int image, SearchOptions& search) {
      search.certificate = run.certificates.of_image(image);
      search.certificate->radius = command.radius;
    };
    sink.hooks.after = [&](const RadiusRow& row) {
      if (row.answer.robustness == Robustness::robust) run.certificates.count(row.answer);
    };
  }
  auto asked = session.radius(
      {run.loaded, run.question, command.radius, run.engine, run.named, run.images}, sink);
  if (progress) progress->finish();
  if (asked) tell(run.certificates, common.quiet);
  return asked;
}

void print(const RadiusCommand& command, const Common& common, const RadiusRun& run) {
  const std::vector<RadiusRow> rows = run.rows();
  const TextTable table = radius_table(rows, run.question.norm, command.radius, run.hash);
  TextTable brief = table;
  brief.columns.pop_back();
  for (auto& row : brief.rows) row.pop_back();
  print_rows(
      brief, [&] { return table.csv(); }, command.csv.empty() ? command.store : command.csv,
      radius_summary(count_robustness(rows), run.question.norm, command.radius), common);
}

Expected<void> finish(const RadiusCommand& command, const Common& common, const RadiusRun& run) {
  if (!command.csv.empty()) {
    const TextTable table = radius_table(run.rows(), run.question.norm, command.radius, run.hash);
    if (auto ok = write_file(command.csv, table.csv()); !ok) return ok;
    remove_keeping_store(command.store, command.csv);
  }
  if (common.json) {
    print_json(as_json(run.rows(), command), 1);
  } else {
    print(command, common, run);
  }
  return {};
}

}  // namespace

Expected<void> run_radius(const RadiusCommand& command, const Common& common) {
  RadiusRun run;
  if (auto ok = prepare(command, common, run); !ok) return ok;
  Session session = session_of(command.shared, common);
  if (auto fit = session.fits(run.loaded.network, run.question); !fit) return fit;
  std::optional<FileLock> lock;
  if (auto ok = lock_output(command.csv, common, lock); !ok) return ok;
  if (auto ok = keep_anywhere(session, command.store, command.csv, common); !ok) return ok;
  auto certificates =
      certificates_into(command.certificate, run.images.size(), command.shared, run.loaded,
                        {command.shared.network, command.csv, command.store});
  if (!certificates) return tl::unexpected(certificates.error());
  run.certificates = std::move(*certificates);
  note_nothing_kept(common.quiet, {command.csv, command.store});
  if (auto solved = solve(command, common, session, run); !solved) {
    const bool only_here = command.csv.empty() && command.store.empty() && !common.json;
    if (only_here && !run.done.empty()) print(command, common, run);
    return solved;
  }
  return common.crew->lead([&] { return finish(command, common, run); });
}

void add_radius_options(CLI::App& command, RadiusCommand& options) {
  options.shared.norm = "linf";
  add_data_options(command, options.shared, false);
  command.add_option("--images", options.shared.images, "0-99, 3,7,20-29, correct:100 or each:2");
  command.add_option("--norm", options.shared.norm, "of --radius: l0, l1, l2 or linf")
      ->capture_default_str();
  command.add_option("--radius", options.radius, "how far an image may be changed")
      ->check(zero_or_more());
  command.add_option("--target", options.shared.target,
                     "any, shift:N or a class: only images taken for it count (default: any)");
  command.add_option(
      "--box", options.shared.box,
      "where inputs may lie, as in closest (default: 0:1 for bytes, else the data's)");
  command.add_option("-o,--csv", options.csv, "table, a row an image (default: on stdout)");
  add_store_option(command, options.store);
  add_force_option(command, options.force);
  add_shard_option(command, options.shared);
  add_memory_limit(command, options.shared);
}

}  // namespace brink::cli
