// brink curve: the share of images still right after any change smaller than r, for every r.
#include <fmt/ranges.h>

#include <cstdio>
#include <nlohmann/json.hpp>
#include <tuple>

#include "brink/ask/closest_summary.h"
#include "brink/base/file_lock.h"
#include "brink/base/files.h"
#include "brink/base/progress.h"
#include "brink/experiment/robustness.h"
#include "brink/question/identity.h"
#include "brink/report/chart.h"
#include "brink/report/decimal.h"
#include "brink/report/earlier.h"
#include "brink/report/report_labels.h"
#include "brink/report/text_table.h"
#include "certificates.h"
#include "curve_answers.h"
#include "store_options.h"
#include "streams.h"

namespace brink::cli {

namespace {

struct CurveCommand {
  TypedOptions shared;  ///< data, split, images, norm, limits
  std::vector<std::filesystem::path> networks;
  std::vector<std::filesystem::path> from;  ///< tables and stores, in place of networks
  bool norm_given = false;
  std::filesystem::path csv;
  std::filesystem::path picture;
  std::string size = "640x420";
  std::filesystem::path store;
  std::filesystem::path certificates;  ///< a folder
  bool force = false;
};

/// A network and the untargeted question that its kind of output is asked.
struct CurvesAsked {
  NamedNetwork network;
  ClosestQuestion question;
  std::string hash;  ///< of the question and the list of images
  Certificates certificates;
};

struct NetworkCurve {
  std::string name;
  std::string hash;
  std::vector<ClosestRow> rows;
  std::vector<CurvePoint> points;
};

/// Everything read and checked.
struct CurveRun {
  std::vector<CurvesAsked> networks;
  Dataset set;
  std::vector<int> images;
  std::optional<Box> box_of_file;  // the first network's
};

constexpr const char* kColumns[] = {"network", "norm", "radius", "surely_right", "possibly_right"};

/// "640x420": width and height.
Expected<std::pair<int, int>> parse_size(const std::string& text) {
  constexpr int kLargest = 10000;
  int width = 0, height = 0;
  char after = 0;
  const int read = std::sscanf(text.c_str(), "%5dx%5d%c", &width, &height, &after);
  const auto fits = [](int length) { return length >= kLeastChart && length <= kLargest; };
  if (read == 2 && fits(width) && fits(height)) return std::pair(width, height);
  return bad_request("--size '{}' is not WIDTHxHEIGHT with lengths from {} to {}", text,
                     kLeastChart, kLargest);
}

/// That no curve of another question would be lost.
Expected<void> check_curve(const CurveCommand& command, const std::vector<std::string>& questions) {
  if (command.force) return {};
  const std::string header = fmt::format("{}", fmt::join(kColumns, ","));
  return check_replaces(command.csv, earlier_table(command.csv, header), questions);
}

/// Each network's question, and that no curve of others would be lost.
Expected<void> name_questions(const CurveCommand& command, const Common& common, CurveRun& run) {
  const NamedImages named(run.set, command.shared.data, command.shared.split);
  std::vector<std::string> questions;
  for (CurvesAsked& asked : run.networks) {
    const Question question =
        closest_question(asked.network.network, asked.question,
                         engine_of(command.shared, common, {}, asked.question.box), named);
    asked.hash = of_list(question.hash, run.images);
    questions.push_back(asked.hash);
  }
  return check_curve(command, questions);
}

Expected<void> check_files(const CurveCommand& command, const Common& common) {
  if (auto ok = picture_format(command.picture); !ok) return tl::unexpected(ok.error());
  if (auto ok = parse_size(command.size); !ok) return tl::unexpected(ok.error());
  for (std::size_t a = 0; a < command.networks.size() && !command.certificates.empty(); ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      if (command.networks[a].stem() != command.networks[b].stem()) continue;
      return bad_request(
          "--certificate: {} and {} would both have their certificates in {}; "
          "rename one of them, or ask about one at a time",
          command.networks[b].string(), command.networks[a].string(),
          (command.certificates / command.networks[a].stem()).string());
    }
  }
  std::vector<std::filesystem::path> kept = command.networks;
  kept.insert(kept.end(), command.from.begin(), command.from.end());
  kept.push_back(command.store);
  return claim_outputs(common, {command.csv, command.picture}, kept);
}

Expected<CurveRun> prepare(CurveCommand& command, const Common& common) {
  if (auto ok = check_files(command, common); !ok) return tl::unexpected(ok.error());
  CurveRun run;
  for (const auto& file : command.networks) {
    command.shared.network = file;
    auto loaded = load_network(command.shared, common);
    if (!loaded) return tl::unexpected(loaded.error());
    auto set = load_images(command.shared, common, *loaded);
    if (!set) return tl::unexpected(set.error());
    // Wrong is whatever is not strictly largest, as the default question has it.
    auto question = make_question(command.shared, *loaded, *set);
    if (!question) return tl::unexpected(question.error());
    if (run.networks.empty()) {
      run.set = std::move(*set);
      run.box_of_file = loaded->box;
    }
    if (auto mip = make_mip_options(command.shared, *question); !mip) {
      return tl::unexpected(mip.error());
    }
    Certificates certificates;
    if (!command.certificates.empty()) {
      auto made =
          certificates_into(command.certificates / file.stem(), 2, command.shared, *loaded, {});
      if (!made) return tl::unexpected(made.error());
      certificates = std::move(*made);
    }
    run.networks.push_back({{std::move(loaded->network), file.stem().string()},
                            std::move(*question),
                            {},
                            std::move(certificates)});
  }
  auto images = chosen_images(command.shared, run.set, run.networks.front().network.network);
  if (!images) return tl::unexpected(images.error());
  run.images = std::move(*images);
  for (const CurvesAsked& asked : run.networks) {
    if (auto ok = check_inside(asked.question, run.set, run.images); !ok) {
      return tl::unexpected(ok.error());
    }
  }
  if (auto ok = name_questions(command, common, run); !ok) return tl::unexpected(ok.error());
  note_box(command.shared, common, run.box_of_file, &run.set);
  for (const CurvesAsked& asked : run.networks) {
    hint_at_normalisation(command.shared, common, asked.network.network, run.set);
  }
  label_by_network(run.set, run.images, run.networks.front().network.network, common);
  return run;
}

Expected<std::vector<NetworkCurve>> ask(const CurveRun& run, const CurveCommand& command,
                                        const Common& common) {
  Session session = session_of(command.shared, common);
  if (auto ok = keep_beside(session, command.store, command.csv, common); !ok) {
    return tl::unexpected(ok.error());
  }
  const int total = static_cast<int>(run.networks.size() * run.images.size());
  Progress progress("images", total, common.quiet);
  session.on_progress = [&progress](int, int) { progress.step(); };
  const NamedImages named(run.set, command.shared.data, command.shared.split);
  std::vector<NetworkCurve> curves;
  for (const CurvesAsked& asked : run.networks) {
    const Engine engine = engine_of(command.shared, common, {}, asked.question.box);
    BatchHooks hooks;
    Certificates certificates = asked.certificates;
    if (certificates.wanted()) {
      hooks.before = [&](int image, SearchOptions& search) {
        search.certificate = certificates.of_image(image);
      };
      hooks.after = [&](const ClosestRow& row) { certificates.count(row.answer); };
    }
    auto rows = session.closest({asked.network, asked.question, engine, named, run.images}, hooks);
    if (!rows) return tl::unexpected(rows.error());
    tell(certificates, common.quiet);
    auto points = robustness_curve(*rows);
    curves.push_back({asked.network.name, asked.hash, std::move(*rows), std::move(points)});
  }
  return curves;
}

TextTable points_table(const std::vector<NetworkCurve>& curves, Norm norm) {
  TextTable table;
  table.columns.assign(std::begin(kColumns), std::end(kColumns));
  table.columns.emplace_back("question");
  for (const NetworkCurve& curve : curves) {
    for (const CurvePoint& point : curve.points) {
      table.rows.push_back(
          {curve.name, std::string(name(norm)),
           &point == &curve.points.back() ? decimal_up(point.radius) : decimal_down(point.radius),
           fmt::format("{:.6g}", point.surely), fmt::format("{:.6g}", point.possibly), curve.hash});
    }
  }
  return table;
}

/// `unit`: of the inputs, in words; empty where the answers do not say.
Drawing draw(const std::vector<NetworkCurve>& curves, const CurveCommand& command, Norm norm,
             const std::string& unit) {
  Chart chart;
  std::tie(chart.width, chart.height) = *parse_size(command.size);
  chart.title = "Images still right after any change smaller than r";
  chart.x_label = "r: " + norm_title(norm) + (norm == Norm::l0 ? "" : unit);
  chart.y_label = fmt::format("share of {} images (%)", curves.front().rows.size());
  chart.band_label = "undecided at the time limit";
  std::vector<std::string> questions;
  for (const NetworkCurve& curve : curves) {
    questions.push_back(curve.hash);
    Series series{curve.name, {}};
    for (const CurvePoint& p : curve.points)
      series.steps.push_back({p.radius, p.surely, p.possibly});
    chart.series.push_back(std::move(series));
  }
  Drawing drawing = draw_chart(chart);
  drawing.note = fmt::format("{}", fmt::join(questions, " "));
  return drawing;
}

void print(const std::vector<NetworkCurve>& curves, const Common& common) {
  TextTable table;
  table.columns = {"network", "images", "wrong", "unproven", "mean distance", "median radius"};
  for (const NetworkCurve& curve : curves) {
    const ClosestSummary s = summarise(curve.rows);
    // Over the images that have a distance, those that the network gets wrong at 0.
    const double mean = s.distance * s.found / std::max(1, s.found + s.wrong);
    table.rows.push_back({curve.name, fmt::format("{}", curve.rows.size()),
                          fmt::format("{}", s.wrong), fmt::format("{}", s.timed_out),
                          fmt::format("{:.5g}", mean),
                          fmt::format("{:.5g}", median_radius(curve.rows))});
  }
  if (!common.json) {
    fmt::print("{}", table.as(common.format));
    return;
  }
  nlohmann::json list = rows_json(table, {"network"});
  for (std::size_t i = 0; i < curves.size(); ++i) {
    nlohmann::json& points = list[i]["points"] = nlohmann::json::array();
    for (const CurvePoint& p : curves[i].points) points.push_back({p.radius, p.surely, p.possibly});
  }
  print_json(list, 1);
}

Expected<void> write(const std::vector<NetworkCurve>& curves, const CurveCommand& command,
                     Norm norm, const std::string& unit) {
  if (auto ok = write_file(command.csv, points_table(curves, norm).csv()); !ok) return ok;
  if (command.picture.empty()) return {};
  return write_drawing(draw(curves, command, norm, unit), command.picture);
}

/// Curves of answers that are there.
Expected<void> draw_answers(const CurveCommand& command, const Common& common) {
  if (auto ok = check_files(command, common); !ok) return ok;
  std::optional<Norm> wanted;
  if (command.norm_given) {
    const auto norm = parse_norm(command.shared.norm);
    if (!norm) return tl::unexpected(norm.error());
    wanted = *norm;
  }
  auto read = read_answers(command.from, wanted);
  if (!read) return tl::unexpected(read.error());
  std::vector<NetworkCurve> curves;
  std::vector<std::string> questions;
  for (CurveAnswers& answers : read->curves) {
    questions.push_back(of_list(answers.question, read->images));
    auto points = robustness_curve(answers.rows);
    curves.push_back(
        {std::move(answers.name), questions.back(), std::move(answers.rows), std::move(points)});
  }
  if (auto ok = check_curve(command, questions); !ok) return ok;
  const auto lock = FileLock::take(command.csv);
  if (!lock) return tl::unexpected(lock.error());
  if (auto ok = write(curves, command, read->norm, ""); !ok) return ok;
  for (const std::string& line : read->assumed) {
    if (!common.quiet) note("brink: {}", line);
  }
  print(curves, common);
  return {};
}

Expected<void> run_curve(CurveCommand command, const Common& common) {
  if (!command.from.empty()) return draw_answers(command, common);
  const char* missing = command.networks.empty()        ? "NETWORKS"
                        : command.shared.data.empty()   ? "--data"
                        : command.shared.images.empty() ? "--images"
                                                        : nullptr;
  if (missing != nullptr) {
    return bad_request("{} is required, unless --from has the answers (see brink curve --help)",
                       missing);
  }
  const auto run = prepare(command, common);
  if (!run) return tl::unexpected(run.error());
  const auto lock = FileLock::take(command.csv);
  if (!lock) return tl::unexpected(lock.error());
  const auto curves = ask(*run, command, common);
  if (!curves) return tl::unexpected(curves.error());
  const ClosestQuestion& question = run->networks.front().question;
  const bool unit_box = box_text(question.box, "") == "0:1";
  const std::string unit = unit_box ? ", inputs in [0,1]" : ", in the data's own units";
  if (auto ok = write(*curves, command, question.norm, unit); !ok) return ok;
  remove_keeping_store(command.store, command.csv);
  print(*curves, common);
  return {};
}

}  // namespace

void add_curve(CLI::App& app, Common& common, Action& chosen) {
  const auto command = std::make_shared<CurveCommand>();
  const auto self = std::make_shared<CLI::App*>(nullptr);  // known only after add_command
  CLI::App* sub = add_command(app, common, chosen, "curve",
                              "share of images that no change smaller than r turns wrong",
                              "brink curve net.onnx hard.onnx --data strokes --images 0-4 --norm "
                              "linf --time-limit 20 -o curve.csv --picture curve.svg",
                              [command, self, &common] {
                                command->norm_given = (*self)->count("--norm") > 0;
                                return run_curve(*command, common);
                              });
  add_search_constants(*sub, common);
  *self = sub;
  TypedOptions& shared = command->shared;
  CLI::Option* from = sub->add_option(
      "--from", command->from,
      "answers that are there, in place of NETWORKS: tables of brink closest, a curve each, and "
      "results stores, a curve for every network");
  from->excludes(
      sub->add_option("NETWORKS", command->networks, "one network or several to compare, ONNX"));
  add_reading_options(*sub, shared);
  sub->add_option("--box", shared.box, "where inputs may lie (default: 0:1, or the data's range)");
  add_data_options(*sub, shared, false);
  sub->add_option(
      "--images", shared.images,
      "0-99, 3,7,20-29; correct:100 is of the first network. Images that a network gets "
      "wrong count at distance 0");
  sub->add_option("--norm", shared.norm, "l0, l1, l2 or linf")->capture_default_str();
  sub->add_option("--time-limit", shared.time_limit,
                  "seconds per image; a stopped image makes the curve a band")
      ->capture_default_str();
  sub->add_option("-o,--out", command->csv, "the curve as CSV")->required();
  sub->add_option("--picture,--png", command->picture,
                  "the curve as a picture: its name ends in .png, .svg or .pdf");
  sub->add_option("--size", command->size,
                  "width and height of the picture in pixels (points in SVG and PDF)")
      ->capture_default_str();
  add_format_option(*sub, common);
  add_store_option(*sub, command->store);
  from->excludes(sub->add_option("--certificate", command->certificates,
                                 "a folder for files that prove the bounds without brink"));
  add_force_option(*sub, command->force);
  for (const char* asking : {"--data", "--images", "--time-limit", "--store"}) {
    from->excludes(sub->get_option(asking));
  }
}

}  // namespace brink::cli
