// Two networks are compared on the images asked of both, never on two different sets: a child that
// loses its difficult images would look hardened. An image that one gets wrong counts at distance
// 0, since it needs no change at all; the mean over images right for both is given beside it,
// because the first mixes accuracy with distance.
#include "brink/report/report_hardening.h"

#include <map>

namespace brink {

namespace {

using Answers = std::map<int, const ReportAnswer*>;  // by image

bool wrong(const ReportAnswer& answer) {
  return answer.status == "misclassified";
}

std::optional<double> value(const ReportAnswer& answer) {
  if (wrong(answer)) return 0;
  if (answer.status == "error") return {};
  return answer.distance;
}

double bound(const ReportAnswer& answer) {
  return wrong(answer) ? 0 : answer.bound;
}

void add(HardeningMean& sum, const ReportAnswer& parent, const ReportAnswer& child) {
  ++sum.images;
  sum.parent += *value(parent);
  sum.parent_bound += bound(parent);
  sum.child += *value(child);
  sum.child_bound += bound(child);
}

void divide(HardeningMean& sum) {
  if (sum.images == 0) return;
  for (double* part : {&sum.parent, &sum.parent_bound, &sum.child, &sum.child_bound}) {
    *part /= sum.images;
  }
}

HardeningDistance compare(const Answers& parents, const Answers& children) {
  HardeningDistance result;
  for (const auto& [image, parent] : parents) {
    const auto child = children.find(image);
    if (child == children.end()) continue;
    if (!value(*parent) || !value(*child->second)) {
      ++result.left_out;
      continue;
    }
    add(result.all, *parent, *child->second);
    if (!wrong(*parent) && !wrong(*child->second)) add(result.right, *parent, *child->second);
  }
  divide(result.all);
  divide(result.right);
  return result;
}

std::vector<HardeningAccuracy> accuracies(const ReportNetwork& parent, const ReportNetwork& child) {
  std::vector<HardeningAccuracy> both;
  for (const ReportEvaluation& a : parent.evaluations) {
    for (const ReportEvaluation& b : child.evaluations) {
      if (a.data == b.data && a.split == b.split) both.push_back({a, b});
    }
  }
  return both;
}

}  // namespace

std::vector<Hardening> compare_descents(const ReportData& data) {
  std::map<int, Answers> by_question;
  for (const ReportAnswer& answer : data.answers) {
    by_question[answer.question][answer.image] = &answer;
  }
  std::vector<Hardening> all;
  for (const ReportDescent& descent : data.descents) {
    const auto network = [&](int i) { return data.networks[static_cast<std::size_t>(i)]; };
    Hardening row{descent, accuracies(network(descent.parent), network(descent.child)), {}};
    for (const auto& [p, parents] : by_question) {
      const ReportQuestion& asked = data.questions[static_cast<std::size_t>(p)];
      for (const auto& [c, children] : by_question) {
        const ReportQuestion& again = data.questions[static_cast<std::size_t>(c)];
        if (asked.network != descent.parent || again.network != descent.child) continue;
        if (asked.options != again.options) continue;
        HardeningDistance distance = compare(parents, children);
        distance.parent_question = p;
        distance.child_question = c;
        if (distance.all.images + distance.left_out > 0) row.distances.push_back(distance);
      }
    }
    all.push_back(std::move(row));
  }
  return all;
}

}  // namespace brink
