// brink page and brink picture: what earlier runs found, as one HTML page or one contact sheet.
#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>

#include "brink/base/files.h"
#include "brink/bounds/bounds_file.h"
#include "brink/data/layout.h"
#include "brink/report/page.h"
#include "brink/report/page_rows.h"
#include "closest_options.h"
#include "streams.h"

namespace brink::cli {

namespace {

struct ReportOptions {
  TypedOptions shared;  ///< network, data, split, output
  std::vector<std::filesystem::path> tables;
  std::optional<std::filesystem::path> units;
  std::optional<std::filesystem::path> bounds;
  std::optional<int> image;
  std::string title;
  std::string lead;
  int per_row = 10;
  int scale = 3;
  std::filesystem::path out;
};

void warn_undeclared(const std::string& question, const std::filesystem::path& from,
                     const Common& common) {
  if (question.empty() && !common.quiet) fmt::print(stderr, "brink: note: {}\n", undeclared(from));
}

/// `network`: its hash; empty: tables of any. `images`: the split's digest.
Expected<std::vector<Result>> read_tables(const ReportOptions& options, const Common& common,
                                          const std::string& network, const std::string& images) {
  std::vector<Result> all;
  for (const std::filesystem::path& path : options.tables) {
    auto results = read_results(path);
    if (!results) return results;
    if (!results->empty()) warn_undeclared(results->front().question, path, common);
    for (const Result& result : *results) {
      if (auto ok = check_about(result.question, path, network, images); !ok) {
        return tl::unexpected(ok.error());
      }
    }
    for (Result& result : *results) {
      if (options.image && *options.image != result.image) continue;
      all.push_back(std::move(result));
    }
  }
  return all;
}

/// The images that the results are about, checked against the data set.
Expected<void> check_results(const std::vector<Result>& results, const Dataset& set,
                             const std::string& data) {
  for (const Result& result : results) {
    const bool known = result.image >= 0 && result.image < set.count();
    const bool labelled = set.label_problem.empty();
    if (!known || (labelled && set.label(result.image) != result.label) ||
        (result.found.size() > 0 && result.found.size() != set.image_size())) {
      return bad_request(
          "image {} of label {} is not in {}: were the tables made from another data "
          "set or split?",
          result.image, result.label, data);
    }
    // Changes of features may have weights, which a table does not tell.
    if (set.picture && result.found.size() > 0 &&
        !as_far_as_said(result, set.image(result.image))) {
      return bad_request(
          "image {} in {}: the image in the .npz does not lie as far from the original as the "
          "table "
          "says: they are of different runs, ask again with --images-out",
          result.image, name(result.norm));
    }
  }
  return {};
}

/// A page sums up norm by norm: within a norm all must answer one question.
Expected<void> check_one_question_a_norm(const std::vector<Result>& results) {
  std::map<Norm, std::string> questions;
  for (const Result& result : results) {
    const auto [first, added] = questions.try_emplace(result.norm, result.question);
    if (first->second != result.question) {
      return bad_request(
          "--closest: two tables in {} answer different questions: a page shows one a norm",
          name(result.norm));
    }
  }
  return {};
}

std::string layout(const Network& network) {
  std::vector<Eigen::Index> widths;
  for (int k = 0; k <= network.depth(); ++k) widths.push_back(network.width(k));
  return fmt::format("{}", fmt::join(widths, "-"));
}

double accuracy(const Network& network, const Dataset& set) {
  int right = 0;
  for (int i = 0; i < set.count(); ++i) {
    right += classify(network, set.image(i)) == set.label(i) ? 1 : 0;
  }
  return 100.0 * right / set.count();
}

Expected<void> add_bounds_facts(const std::filesystem::path& path, const Network& network,
                                const Common& common, Page& page) {
  const auto bounds = load_bounds(path);
  if (!bounds) return tl::unexpected(bounds.error());
  if (bounds->network != content_hash(network)) {
    return bad_request("'{}' holds bounds of another network", path.string());
  }
  if (bounds->box.size() != network.input_size()) {
    return bad_request("'{}' is for networks of another number of inputs", path.string());
  }
  if (!carries_checksum(path) && !common.quiet) {
    note("brink: '{}' carries no checksum, it is taken as it is", path.string());
  }
  Eigen::Index hidden = 0;
  for (int k = 1; k < network.depth(); ++k) hidden += network.width(k);
  page.facts.emplace_back("bounds", bounds->method);
  page.facts.emplace_back("time for bounds", fmt::format("{:.2f} s", bounds->t_pre));
  page.facts.emplace_back("neurons of open sign",
                          fmt::format("{} of {}", bounds->unstable_count(), hidden));
  return {};
}

Expected<void> add_units(const std::filesystem::path& folder, const Common& common,
                         const Network& network, Page& page) {
  auto units = read_units(folder);
  if (!units) return tl::unexpected(units.error());
  if (!units->empty()) warn_undeclared(units->front().question, folder, common);
  for (const UnitResult& unit : *units) {
    auto ok = check_about(unit.question, folder, content_hash(network), "");
    if (!ok) return ok;
  }
  page.units = std::move(*units);
  return {};
}

/// Everything is read and checked before the page is begun.
Expected<Page> build_page(const ReportOptions& options, const Common& common) {
  const auto loaded = load_network(options.shared, common);
  if (!loaded) return tl::unexpected(loaded.error());
  const Network& network = loaded->network;
  const auto set = load_images(options.shared, common, *loaded);
  if (!set) return tl::unexpected(set.error());
  auto results = read_tables(options, common, content_hash(network), set->digest());
  if (!results) return tl::unexpected(results.error());
  if (auto ok = check_results(*results, *set, options.shared.data); !ok) {
    return tl::unexpected(ok.error());
  }
  if (auto ok = check_one_question_a_norm(*results); !ok) return tl::unexpected(ok.error());
  Page page;
  page.title = options.title;
  page.lead = options.lead;
  page.shape = shape_of(*set);
  if (set->picture && set->range) {
    page.low = set->range->lower.minCoeff();
    page.high = set->range->upper.maxCoeff();
  }
  page.classes = set->classes;
  for (int j = 0; !set->picture && j < set->image_size(); ++j) {
    page.inputs.push_back(set->input_name(j));
  }
  page.depth = network.depth();
  page.images = group_by_image(*results);
  for (PageImage& image : page.images) image.original = set->image(image.index);
  page.facts = {{"network", layout(network)},
                {"data", fmt::format("{}, {} split", options.shared.data, options.shared.split)}};
  if (set->label_problem.empty()) {
    page.facts.emplace_back("accuracy", fmt::format("{:.2f} %", accuracy(network, *set)));
  }
  if (options.bounds) {
    auto ok = add_bounds_facts(*options.bounds, network, common, page);
    if (!ok) return tl::unexpected(ok.error());
  }
  if (options.units) {
    auto ok = add_units(*options.units, common, network, page);
    if (!ok) return tl::unexpected(ok.error());
  }
  return page;
}

void print_written(const ReportOptions& options, const Common& common, std::size_t images) {
  if (common.json) {
    print_json(nlohmann::json{{"file", options.out.string()}, {"images", images}}, 2);
  } else {
    fmt::print("{}: {} images\n", options.out.string(), images);
  }
}

Expected<void> write_page(const ReportOptions& options, const Common& common) {
  std::vector<std::filesystem::path> kept = options.tables;
  kept.insert(kept.end(), {options.shared.network, options.bounds.value_or("")});
  if (auto ok = claim_outputs(common, {options.out}, kept); !ok) return ok;
  const auto page = build_page(options, common);
  if (!page) return tl::unexpected(page.error());
  const auto html = to_html(*page);
  if (!html) return tl::unexpected(html.error());
  if (auto ok = write_file(options.out, *html); !ok) return ok;
  print_written(options, common, page->images.size());
  return {};
}

std::string caption(const Result& result, const Dataset& set) {
  const std::string target =
      result.target ? fmt::format(" to {}", class_name(set.classes, *result.target)) : "";
  const std::string distance = result.distance ? fmt::format("{:.5g}", *result.distance) : "none";
  std::string norm(name(result.norm));
  norm.front() = 'L';
  return fmt::format("{}{}\n{}\n{}", norm, target, distance, result.status);
}

Expected<void> write_picture(const ReportOptions& options, const Common& common) {
  if (auto format = picture_format(options.out); !format) return tl::unexpected(format.error());
  if (auto ok = claim_outputs(common, {options.out}, options.tables); !ok) return ok;
  const auto split = parse_split(options.shared.split);
  if (!split) return tl::unexpected(split.error());
  auto set = load_dataset(options.shared.data, *split, common.data_dir, options.shared.understood);
  if (!set) return tl::unexpected(set.error());
  if (!set->picture) {
    return bad_request("{} is a table, no pictures: brink page shows what changed in its rows",
                       options.shared.data);
  }
  auto results = read_tables(options, common, "", set->digest());
  // The network may take channels in another place, or have decided which extent is theirs.
  for (const bool other_axis : {false, true}) {
    if (results || set->channels == 1) break;
    Dataset moved = with_channels_moved(other_axis ? with_other_channels(*set) : Dataset(*set));
    auto of_moved = read_tables(options, common, "", moved.digest());
    if (!of_moved) continue;
    results = std::move(of_moved);
    *set = std::move(moved);
  }
  if (!results) return tl::unexpected(results.error());
  if (results->empty()) return bad_request("there is nothing to draw: the tables have no such row");
  if (auto ok = check_results(*results, *set, options.shared.data); !ok) return ok;
  std::vector<Comparison> comparisons;
  std::set<std::string> questions;
  for (const Result& result : *results) {
    if (!result.question.empty()) questions.insert(result.question);
    comparisons.push_back(
        {set->image(result.image), result.found,
         fmt::format("{} (#{})", class_name(set->classes, result.label), result.image),
         caption(result, *set)});
  }
  const double low = set->range ? set->range->lower.minCoeff() : 0;
  const double high = set->range ? set->range->upper.maxCoeff() : 1;
  Sheet sheet =
      comparison_sheet(options.title, comparisons, shape_of(*set), low, high, options.per_row);
  sheet.scale = options.scale;
  Drawing drawing = contact_sheet(sheet);
  drawing.note = fmt::format("{}", fmt::join(questions, " "));
  if (auto ok = write_drawing(drawing, options.out); !ok) return ok;
  print_written(options, common, comparisons.size());
  return {};
}

void add_table_options(CLI::App& command, ReportOptions& options) {
  add_data_options(command, options.shared, true);
  command.add_option("--image", options.image, "only the rows of this image");
  command.add_option("--title", options.title, "title");
}

}  // namespace

void add_page(CLI::App& app, Common& common, Action& chosen) {
  const auto options = std::make_shared<ReportOptions>();
  options->title = "brink";
  CLI::App* command =
      add_command(app, common, chosen, "page", "one self-contained HTML page of what runs found",
                  "brink page net.onnx --data strokes --closest linf.csv --units units --bounds "
                  "bounds.json -o page.html",
                  [options, &common] { return write_page(*options, common); });
  add_network_options(*command, options->shared);
  add_table_options(*command, *options);
  command->add_option("--closest", options->tables,
                      "tables of brink closest; images from the .npz of the same name beside each");
  command->add_option("--units", options->units, "folder of brink visualize");
  command->add_option("--bounds", options->bounds, "file of brink bounds");
  command->add_option("--lead", options->lead, "a paragraph below the title");
  command->add_option("-o,--out", options->out, "OUT.html")->required();
}

void add_picture(CLI::App& app, Common& common, Action& chosen) {
  const auto options = std::make_shared<ReportOptions>();
  CLI::App* command = add_command(app, common, chosen, "picture",
                                  "a contact sheet: originals, adversarial images, changes",
                                  "brink picture linf.csv --data strokes -o linf.png",
                                  [options, &common] { return write_picture(*options, common); });
  command
      ->add_option("TABLES", options->tables,
                   "tables of brink closest; images from the .npz of the same name beside each")
      ->required();
  add_table_options(*command, *options);
  command->add_option("--per-row", options->per_row, "images side by side")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command
      ->add_option("--scale", options->scale,
                   "pixels of the sheet (points in SVG and PDF) per pixel of an image")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_option("-o,--out", options->out, "OUT.png, OUT.svg or OUT.pdf")->required();
}

}  // namespace brink::cli
