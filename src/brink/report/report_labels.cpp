// A legend that repeats fifteen options a line is not read. An option is printed only if two
// questions of the same kind differ in it; network and norm have places of their own on the page.
#include "brink/report/report_labels.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace brink {

namespace {

/// The order in which differences are named; other options follow by name.
constexpr std::array kOrder = {"data",   "split",       "target",        "margin", "target_min",
                               "cap",    "box",         "breakpoints",   "engine", "method",
                               "solver", "formulation", "distance_form", "bounds", "time_limit",
                               "gap",    "seed"};

std::string print(const nlohmann::json& value) {
  if (value.is_number()) return fmt::format("{}", value.get<double>());  // 1, not 1.0
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// Null: none. No breakpoints in L2 are 0 of them, the true norm; elsewhere they do not apply.
nlohmann::json option(const ReportQuestion& question, const std::string& key) {
  if (!question.options.is_object()) return {};
  nlohmann::json value = question.options.value(key, nlohmann::json());
  if (key == "breakpoints" && value.is_null() && option(question, "norm") == "l2") return 0;
  return value;
}

/// One option in words; nothing for an option that does not apply.
std::string describe(const std::string& key, const nlohmann::json& value) {
  static const std::set<std::string> alone = {"data",   "split",       "engine",       "method",
                                              "solver", "formulation", "distance_form"};
  if (value.is_null()) return key == "target_min" ? "no floor" : key == "cap" ? "no cap" : "";
  if (alone.count(key) > 0) return print(value);
  if (key == "target") return "target " + print(value);
  if (key == "target_min") return "floor " + print(value);
  if (key == "time_limit") return print(value) + " s";
  if (key == "breakpoints") return value == 0 ? "not linearised" : print(value) + " breakpoints";
  if (key == "limit_per_bound") return print(value) + " s a bound";
  return key + " " + print(value);
}

/// Is this what the command line has where nothing is said?
bool is_default(const ReportQuestion& question, const std::string& key,
                const nlohmann::json& value) {
  static const std::map<std::string, nlohmann::json> defaults = {{"split", "test"},
                                                                 {"target_min", nullptr},
                                                                 {"cap", nullptr},
                                                                 {"box", "0:1"},
                                                                 {"breakpoints", 0},
                                                                 {"formulation", "bigm"},
                                                                 {"distance_form", "tight"},
                                                                 {"limit_per_bound", 1},
                                                                 {"gap", 0},
                                                                 {"seed", 0},
                                                                 {"choices", false}};
  if (key == "solver") return value == (question.kind == "bounds" ? "search" : "cbc");
  const auto found = defaults.find(key);
  return found != defaults.end() && found->second == value;
}

/// The keys in which questions of this kind differ, in the order of kOrder.
std::vector<std::string> differing(const std::vector<ReportQuestion>& questions,
                                   const std::string& kind) {
  std::set<std::string> keys;
  for (const ReportQuestion& question : questions) {
    if (question.kind != kind || !question.options.is_object()) continue;
    for (const auto& item : question.options.items()) keys.insert(item.key());
  }
  for (const char* key : {"norm", "features", "classes", "input", "second"}) keys.erase(key);
  const auto differs = [&](const std::string& key) {
    std::set<std::string> values;
    for (const ReportQuestion& question : questions) {
      if (question.kind != kind) continue;
      // Null says "none" of a floor or a cap; elsewhere that the option does not apply.
      const nlohmann::json value = option(question, key);
      if (!value.is_null() || key == "target_min" || key == "cap") values.insert(value.dump());
    }
    return values.size() > 1;
  };
  std::vector<std::string> ordered;
  for (const char* key : kOrder) {
    if (keys.erase(key) > 0 && differs(key)) ordered.emplace_back(key);
  }
  for (const std::string& key : keys) {
    if (differs(key)) ordered.push_back(key);
  }
  return ordered;
}

std::string target_title(const nlohmann::json& target) {
  const std::string text = print(target);
  if (text == "any") return "any other class";
  if (text.rfind("shift:", 0) == 0) return "the class " + text.substr(6) + " further";
  for (const std::string side : {"above", "below"}) {
    if (text.rfind(side + ":", 0) == 0) return fmt::format("an output {} {}", side, text.substr(6));
  }
  return "class " + text;
}

}  // namespace

std::vector<std::string> question_labels(const std::vector<ReportQuestion>& questions) {
  std::map<std::string, std::vector<std::string>> keys;  // by kind
  for (const ReportQuestion& question : questions) {
    if (keys.count(question.kind) == 0) {
      keys[question.kind] = differing(questions, question.kind);
    }
  }
  std::vector<std::string> labels;
  for (const ReportQuestion& question : questions) {
    std::string label;
    for (const std::string& key : keys[question.kind]) {
      const std::string words = describe(key, option(question, key));
      if (!words.empty()) label += (label.empty() ? "" : ", ") + words;
    }
    labels.push_back(label);
  }
  return labels;
}

std::string norm_title(Norm norm) {
  switch (norm) {
    case Norm::l0:
      return "L0 (number of changes)";
    case Norm::l1:
      return "L1 (sum of changes)";
    case Norm::l2:
      return "L2 (Euclidean)";
    case Norm::linf:
      return "L\u221e (largest change)";
  }
  return "?";
}

std::string norm_label(const std::string& norm) {
  if (norm == "linf") return "L\u221e";
  return norm.size() == 2 && norm[0] == 'l' ? "L" + norm.substr(1) : norm;
}

std::string question_summary(const ReportQuestion& question) {
  std::string summary = question.kind;
  const nlohmann::json norm = option(question, "norm");
  if (!norm.is_null()) summary += " " + print(norm);
  if (!question.options.is_object()) return summary;
  std::vector<std::string> keys(kOrder.begin(), kOrder.end());
  for (const auto& item : question.options.items()) {
    // What `data` names is enough of the images.
    static const std::set<std::string> untold = {"norm",    "images",   "features",      "input",
                                                 "classes", "channels", "channels_last", "second"};
    const bool placed = untold.count(item.key()) > 0 ||
                        std::find(kOrder.begin(), kOrder.end(), item.key()) != kOrder.end();
    if (!placed) keys.push_back(item.key());
  }
  for (const std::string& key : keys) {
    const nlohmann::json value = option(question, key);
    if (!question.options.contains(key) || is_default(question, key, value)) continue;
    const std::string words = describe(key, value);
    if (!words.empty()) summary += ", " + words;
  }
  return summary;
}

std::string question_title(const ReportQuestion& question) {
  std::string title =
      fmt::format("least {} change to {}, margin {}", norm_label(print(option(question, "norm"))),
                  target_title(option(question, "target")), print(option(question, "margin")));
  for (const char* key : {"target_min", "cap"}) {
    const nlohmann::json value = option(question, key);
    title += ", " + describe(key, value);
  }
  const nlohmann::json breakpoints = option(question, "breakpoints");
  if (!breakpoints.is_null()) title += ", " + describe("breakpoints", breakpoints);
  const std::string box = print(option(question, "box"));
  if (box != "0:1") title += ", box " + box;
  return title;
}

}  // namespace brink
