// Cactus plots and robustness curves are sorted lists drawn as steps, so sorting is all that is
// done here. Bounds and distances are kept apart even for proven answers, whose two differ by the
// tolerance: every curve then claims exactly what was proven.
#include "brink/report/report_curves.h"

#include <algorithm>
#include <limits>
#include <map>

namespace brink {

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

bool solved(const ReportAnswer& answer) {
  return answer.status == "optimal" || answer.status == "gap" || answer.status == "infeasible";
}

void count(const ReportAnswer& answer, Curves& curves) {
  ++curves.asked;
  if (answer.status == "misclassified") {
    ++curves.misclassified;
    curves.safe.push_back(0);
    curves.lost.push_back(0);
    return;
  }
  if (solved(answer)) curves.solved.push_back(answer.seconds);
  curves.gaps.push_back(relative_gap(answer));
  curves.safe.push_back(answer.status == "infeasible" ? kNever : answer.bound);
  curves.lost.push_back(answer.distance.value_or(kNever));
}

bool is_null(const nlohmann::json& options, const char* key) {
  return !options.contains(key) || options.at(key).is_null();
}

/// No floor; with relu outputs, which need one, the floor 0 that takes in the all-zero outputs.
bool no_floor(const nlohmann::json& options, const ReportNetwork& network) {
  if (network.output == "relu") return options.value("target_min", nlohmann::json()) == 0;
  return is_null(options, "target_min");
}

/// Inputs that are frozen, weighed or kept to levels: conditions on the change that only the text
/// has.
bool any_change(const std::string& text) {
  for (const char* condition : {" levels=", " frozen=", " weights="}) {
    if (text.find(condition) != std::string::npos) return false;
  }
  return true;
}

bool all_of_the_data(const nlohmann::json& box) {
  return box == "0:1" || (box.is_string() && box.get<std::string>().starts_with("the data's"));
}

}  // namespace

double relative_gap(const ReportAnswer& answer) {
  if (answer.status == "optimal" || answer.status == "infeasible") return 0;
  if (!answer.distance) return 1;
  const bool linearised = answer.linearised && answer.linearised_bound;
  const double distance = linearised ? *answer.linearised : *answer.distance;
  const double bound = linearised ? *answer.linearised_bound : answer.bound;
  return distance > 0 ? std::clamp((distance - bound) / distance, 0.0, 1.0) : 0;
}

std::vector<Curves> count_up(const ReportData& data) {
  std::map<int, Curves> by_question;
  for (const ReportAnswer& answer : data.answers) {
    Curves& curves = by_question[answer.question];
    curves.question = answer.question;
    count(answer, curves);
  }
  std::vector<Curves> all;
  for (auto& [question, curves] : by_question) {
    for (auto* list : {&curves.solved, &curves.gaps, &curves.safe, &curves.lost}) {
      std::sort(list->begin(), list->end());
    }
    all.push_back(std::move(curves));
  }
  return all;
}

bool measures_robustness(const ReportQuestion& question, const ReportNetwork& network) {
  const nlohmann::json& options = question.options;
  return question.kind == "closest" && options.is_object() &&
         options.value("target", nlohmann::json()) == "any" &&
         options.value("margin", nlohmann::json()) == 1 && no_floor(options, network) &&
         any_change(question.text) && is_null(options, "cap") && is_null(options, "breakpoints") &&
         all_of_the_data(options.value("box", nlohmann::json("0:1")));
}

}  // namespace brink
