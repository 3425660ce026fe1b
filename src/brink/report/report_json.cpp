// Written by column (one list a field) where there may be thousands of rows: half the size, and a
// browser reads it twice as fast as a list of objects.
#include "brink/report/report_json.h"

#include <cmath>

#include "brink/ask/robustness.h"
#include "brink/report/report_curves.h"
#include "brink/report/report_hardening.h"
#include "brink/report/report_labels.h"

namespace brink {

namespace {

using nlohmann::json;

json or_null(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? json(*value) : json();
}

/// Six digits: what a reader sees, a third of the bytes.
json brief(double value) {
  if (!std::isfinite(value)) return nullptr;
  return json::parse(fmt::format("{:.6g}", value));
}

json brief(const std::vector<double>& values) {
  json list = json::array();
  for (const double value : values) list.push_back(brief(value));
  return list;
}

json networks(const ReportData& data) {
  json list = json::array();
  for (const ReportNetwork& network : data.networks) {
    json evaluations = json::array();
    for (const ReportEvaluation& e : network.evaluations) {
      evaluations.push_back(
          {{"data", e.data}, {"split", e.split}, {"right", e.right}, {"count", e.count}});
    }
    list.push_back({{"hash", network.hash},
                    {"name", network.name},
                    {"shape", network.shape},
                    {"output", network.output},
                    {"evaluations", evaluations}});
  }
  return list;
}

json questions(const ReportData& data) {
  const std::vector<std::string> labels = question_labels(data.questions);
  json list = json::array();
  for (std::size_t i = 0; i < data.questions.size(); ++i) {
    const ReportQuestion& question = data.questions[i];
    json entry = {{"id", question.id},     {"kind", question.kind}, {"network", question.network},
                  {"text", question.text}, {"label", labels[i]},    {"options", question.options}};
    if (question.kind == "closest") {
      entry["title"] = question_title(question);
      entry["robust"] =
          measures_robustness(question, data.networks[static_cast<std::size_t>(question.network)]);
    }
    list.push_back(std::move(entry));
  }
  return list;
}

json runs(const ReportData& data) {
  json list = json::array();
  for (const ReportRun& run : data.runs) {
    list.push_back({{"command", run.command},
                    {"version", run.version},
                    {"machine", run.machine},
                    {"threads", run.threads},
                    {"started", run.started}});
  }
  return list;
}

json changes(const ReportAnswer& answer) {
  json list = json::array();
  for (const ReportChange& c : answer.changes) {
    list.push_back({c.feature, brief(c.from), brief(c.to)});
  }
  return list;
}

/// Originals and the pictures of their answers, image by image, so that a screen of the gallery
/// needs one or two sheets. Data set and split are numbers in `sets`.
void add_images(const ReportData& data, json& out, SpriteSheets& sprites) {
  json images = {{"set", json::array()},
                 {"number", json::array()},
                 {"label", json::array()},
                 {"sprite", json::array()},
                 {"picture", json::array()}};
  json answers;
  for (const char* key :
       {"question", "image", "target", "status", "distance", "bound", "gap", "nodes", "seconds",
        "boundSeconds", "verified", "allZero", "note", "run", "found", "change", "changes"}) {
    answers[key] = json::array();
  }
  json sets = json::array();
  auto answer = data.answers.begin();
  for (std::size_t i = 0; i < data.images.size(); ++i) {
    const ReportImage& image = data.images[i];
    const json set = {image.data, image.split};
    if (sets.empty() || sets.back() != set) sets.push_back(set);
    images["set"].push_back(sets.size() - 1);
    images["number"].push_back(image.number);
    images["label"].push_back(image.label);
    images["sprite"].push_back(sprites.add(image.original));
    images["picture"].push_back(image.picture ? 1 : 0);
    for (; answer != data.answers.end() && answer->image == static_cast<int>(i); ++answer) {
      const ReportAnswer& a = *answer;
      answers["question"].push_back(a.question);
      answers["image"].push_back(a.image);
      answers["target"].push_back(a.target ? json(*a.target) : json());
      answers["status"].push_back(a.status);
      answers["distance"].push_back(or_null(a.distance));
      answers["bound"].push_back(or_null(a.bound));
      answers["gap"].push_back(brief(relative_gap(a)));
      answers["nodes"].push_back(static_cast<std::int64_t>(a.nodes));
      answers["seconds"].push_back(brief(a.seconds));
      answers["boundSeconds"].push_back(brief(a.bound_seconds));
      answers["verified"].push_back(a.verified ? 1 : 0);
      answers["allZero"].push_back(a.all_zero ? 1 : 0);
      answers["note"].push_back(a.note);
      answers["run"].push_back(a.run);
      answers["found"].push_back(sprites.add(a.found));
      answers["change"].push_back(sprites.add(a.change));
      answers["changes"].push_back(changes(a));
    }
  }
  out["sets"] = std::move(sets);
  out["images"] = std::move(images);
  out["answers"] = std::move(answers);
}

json units(const ReportData& data, SpriteSheets& sprites) {
  json list = json::array();
  for (const ReportUnit& unit : data.units) {
    list.push_back({{"question", unit.question},
                    {"layer", unit.layer},
                    {"unit", unit.unit},
                    {"activation", or_null(unit.activation)},
                    {"bound", or_null(unit.bound)},
                    {"status", unit.status},
                    {"seconds", brief(unit.seconds)},
                    {"proof", unit.proof},
                    {"found", sprites.add(unit.found)}});
  }
  return list;
}

json radii(const ReportData& data) {
  json list = json::array();
  for (const ReportRadius& entry : data.radii) {
    json row = {{"question", entry.question}, {"seconds", brief(entry.seconds)}};
    for (std::size_t i = 0; i < kRobustness.size(); ++i) {
      row[std::string(name(kRobustness[i]))] = entry.counts[i];
    }
    list.push_back(std::move(row));
  }
  return list;
}

json comparisons(const ReportData& data) {
  json list = json::array();
  for (const ReportCompare& entry : data.comparisons) {
    list.push_back({{"question", entry.question},
                    {"closed", entry.closed},
                    {"differ", entry.differ},
                    {"open", entry.open},
                    {"difference", entry.difference},
                    {"bound", or_null(entry.bound)}});
  }
  return list;
}

json bounds(const ReportData& data) {
  json list = json::array();
  for (const ReportBounds& entry : data.bounds) {
    json layers = json::array();
    for (const auto& layer : entry.layers) {
      json lower = json::array();
      json upper = json::array();
      for (const ReportNeuron& neuron : layer) {
        lower.push_back(brief(neuron.lower));
        upper.push_back(brief(neuron.upper));
      }
      layers.push_back({{"lower", std::move(lower)}, {"upper", std::move(upper)}});
    }
    list.push_back({{"question", entry.question},
                    {"complete", entry.complete},
                    {"seconds", brief(entry.seconds)},
                    {"layers", std::move(layers)}});
  }
  return list;
}

json curves(const ReportData& data) {
  json list = json::array();
  for (const Curves& c : count_up(data)) {
    list.push_back({{"question", c.question},
                    {"asked", c.asked},
                    {"misclassified", c.misclassified},
                    {"solved", brief(c.solved)},
                    {"gaps", brief(c.gaps)},
                    {"safe", brief(c.safe)},
                    {"lost", brief(c.lost)}});
  }
  return list;
}

json mean(const HardeningMean& m) {
  return {{"images", m.images},
          {"parent", m.parent},
          {"parentBound", m.parent_bound},
          {"child", m.child},
          {"childBound", m.child_bound}};
}

json hardening(const ReportData& data) {
  json list = json::array();
  for (const Hardening& row : compare_descents(data)) {
    json accuracies = json::array();
    for (const HardeningAccuracy& a : row.accuracies) {
      accuracies.push_back({{"data", a.parent.data},
                            {"split", a.parent.split},
                            {"parent", {a.parent.right, a.parent.count}},
                            {"child", {a.child.right, a.child.count}}});
    }
    json distances = json::array();
    for (const HardeningDistance& d : row.distances) {
      distances.push_back({{"question", d.parent_question},
                           {"all", mean(d.all)},
                           {"right", mean(d.right)},
                           {"leftOut", d.left_out}});
    }
    list.push_back({{"parent", row.descent.parent},
                    {"child", row.descent.child},
                    {"recipe", row.descent.recipe},
                    {"accuracies", std::move(accuracies)},
                    {"distances", std::move(distances)}});
  }
  return list;
}

/// Inside a <script> element only '<' can end the text or begin a comment.
std::string without_markup(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '<') {
      out += "\\u003c";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

ReportJson report_json(const ReportData& data) {
  ReportJson result;
  json out = {{"title", data.title},
              {"networks", networks(data)},
              {"questions", questions(data)},
              {"runs", runs(data)}};
  add_images(data, out, result.sprites);
  out["radii"] = radii(data);
  out["comparisons"] = comparisons(data);
  out["units"] = units(data, result.sprites);
  out["bounds"] = bounds(data);
  out["curves"] = curves(data);
  out["hardening"] = hardening(data);
  json sheets = json::array();
  for (const SpriteSheets::Sheet& sheet : result.sprites.sheets()) {
    sheets.push_back({sheet.shape.rows, sheet.shape.width(), sheet.count});
  }
  out["sheets"] = std::move(sheets);
  const auto replace = json::error_handler_t::replace;  // text of a store may be no UTF-8
  result.text = without_markup(out.dump(-1, ' ', false, replace));
  return result;
}

}  // namespace brink
