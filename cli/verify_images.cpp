// brink verify NET --data D --images LIST --norm NORM --radius R: robust, not robust or unknown.
#include "verify_images.h"

#include "brink/ask/radius_batch.h"
#include "brink/base/files.h"
#include "brink/base/interrupt.h"
#include "brink/base/progress.h"
#include "certificates.h"
#include "streams.h"

namespace brink::cli {

namespace {

std::string optional_number(const std::optional<double>& value) {
  return value ? fmt::format("{:.9g}", *value) : "";
}

std::string table_of(const std::vector<RadiusRow>& rows, const RadiusCommand& command) {
  std::string text = "image,label,norm,radius,status,target,distance,bound,nodes,seconds\n";
  for (const RadiusRow& row : rows) {
    const ClosestAnswer& answer = row.result.answer;
    const bool found = row.result.robustness == Robustness::not_robust;
    text += fmt::format(
        "{},{},{},{},{},{},{},{:.9g},{},{:.3f}\n", row.image, row.label, command.shared.norm,
        command.radius, name(row.result.robustness), found ? fmt::format("{}", answer.target) : "",
        found ? optional_number(answer.distance) : "", answer.bound, answer.nodes, answer.seconds);
  }
  return text;
}

std::array<int, 4> counts_of(const std::vector<RadiusRow>& rows) {
  std::array<int, 4> counts{};
  for (const RadiusRow& row : rows) ++counts[static_cast<std::size_t>(row.result.robustness)];
  return counts;
}

void print_summary(const std::vector<RadiusRow>& rows, const RadiusCommand& command) {
  const auto [robust, broken, unknown, wrong] = counts_of(rows);
  fmt::print(
      "{} of {} images ({:.1f} %) are proven right within {} {}; {} are not, {} {} unknown, {} "
      "wrong to begin with\n",
      robust, rows.size(), 100.0 * robust / static_cast<double>(rows.size()), command.shared.norm,
      command.radius, broken, unknown, unknown == 1 ? "is" : "are", wrong);
}

nlohmann::ordered_json as_json(const std::vector<RadiusRow>& rows, const RadiusCommand& command) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const RadiusRow& row : rows) {
    const ClosestAnswer& answer = row.result.answer;
    list.push_back({{"image", row.image},
                    {"label", row.label},
                    {"status", name(row.result.robustness)},
                    {"bound", answer.bound},
                    {"nodes", answer.nodes},
                    {"seconds", answer.seconds}});
    if (row.result.robustness != Robustness::not_robust) continue;
    list.back()["target"] = answer.target;
    list.back()["distance"] = *answer.distance;
    list.back()["changed"] = std::vector<double>(answer.image.begin(), answer.image.end());
  }
  const auto [robust, broken, unknown, wrong] = counts_of(rows);
  return {{"norm", command.shared.norm},
          {"radius", command.radius},
          {"robust", robust},
          {"not_robust", broken},
          {"unknown", unknown},
          {"misclassified", wrong},
          {"images", list}};
}

Expected<std::vector<RadiusRow>> ask_all(const RadiusCommand& command, const Common& common,
                                         const LoadedNetwork& loaded, const Dataset& set,
                                         const ClosestQuestion& question,
                                         const std::vector<int>& images,
                                         Certificates& certificates) {
  RadiusBatch batch{&loaded.network, &set, question, command.radius, {}};
  batch.search.time_limit = command.shared.time_limit;
  batch.search.seed = common.seed;
  Progress progress("images", static_cast<int>(images.size()), common.quiet || common.json);
  RadiusHooks hooks;
  if (certificates.wanted()) {
    hooks.before = [&](int image, SearchOptions& options) {
      options.certificate = certificates.of_image(image);
    };
  }
  hooks.after = [&](const RadiusRow& row) {
    const bool robust = row.result.robustness == Robustness::robust;
    if (certificates.wanted() && robust) certificates.count(row.result.answer);
    progress.step();
  };
  auto rows = robust_within(batch, images, common.threads, hooks, &interrupt_flag());
  if (rows && interrupt_flag()) return interrupted();
  return rows;
}

}  // namespace

Expected<void> run_radius(const RadiusCommand& command, const Common& common) {
  const TypedOptions& options = command.shared;
  if (command.radius < 0) return bad_request("--radius is missing: within which distance?");
  if (options.images.empty()) return bad_request("--images is missing: 0-99 or correct:100, say");
  if (auto ok = claim_outputs(common, {command.csv}, {options.network}); !ok) return ok;
  const auto loaded = load_network(options, common);
  if (!loaded) return tl::unexpected(loaded.error());
  auto set = load_images(options, common, *loaded);
  if (!set) return tl::unexpected(set.error());
  const auto question = make_question(options, *loaded, *set);
  if (!question) return tl::unexpected(question.error());
  const auto chosen = chosen_images(options, *set, loaded->network);
  if (!chosen) return tl::unexpected(chosen.error());
  const auto images = shard_of(*chosen, options.shard);
  if (!images) return tl::unexpected(images.error());
  if (auto ok = check_inside(*question, *set, *images); !ok) return ok;
  label_by_network(*set, *images, loaded->network, common);
  auto certificates = certificates_into(command.certificate, images->size(), options, *loaded,
                                        {options.network, command.csv});
  if (!certificates) return tl::unexpected(certificates.error());
  const auto rows = ask_all(command, common, *loaded, *set, *question, *images, *certificates);
  if (!rows) return tl::unexpected(rows.error());
  tell(*certificates, common.quiet);
  if (!command.csv.empty()) {
    if (auto ok = write_file(command.csv, table_of(*rows, command)); !ok) return ok;
  }
  if (common.json) {
    print_json(as_json(*rows, command), 1);
    return {};
  }
  if (command.csv.empty()) fmt::print("{}", table_of(*rows, command));
  print_summary(*rows, command);
  return {};
}

void add_radius_options(CLI::App& command, RadiusCommand& options) {
  options.shared.norm = "linf";
  add_data_options(command, options.shared, false);
  command.add_option("--images", options.shared.images, "0-99, 3,7,20-29, correct:100 or each:2");
  command.add_option("--norm", options.shared.norm, "of --radius: l0, l1, l2 or linf")
      ->capture_default_str();
  command.add_option("--radius", options.radius, "how far an image may be changed")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--target", options.shared.target,
                     "any, shift:N or a class: only images taken for it count (default: any)");
  command.add_option(
      "--box", options.shared.box,
      "where inputs may lie, as in closest (default: 0:1 for bytes, else the data's)");
  command.add_option("-o,--csv", options.csv, "table, a row an image (default: on stdout)");
  add_shard_option(command, options.shared);
}

}  // namespace brink::cli
