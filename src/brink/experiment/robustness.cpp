#include "brink/experiment/robustness.h"

#include <algorithm>
#include <cmath>

#include "brink/base/norm.h"

namespace brink {

namespace {

/// What is known of an image's distance.
struct Span {
  double least = 0;
  double most = kInfinity;
};

Span span_of(const ClosestAnswer& answer) {
  switch (answer.status) {
    case AnswerStatus::misclassified:
      return {0, 0};
    case AnswerStatus::infeasible:
      return {kInfinity, kInfinity};
    default:
      return {answer.bound, answer.distance.value_or(kInfinity)};
  }
}

/// Share of values that are at least r.
double share(const std::vector<double>& ascending, double r) {
  const auto first = std::lower_bound(ascending.begin(), ascending.end(), r);
  return static_cast<double>(ascending.end() - first) / static_cast<double>(ascending.size());
}

}  // namespace

std::vector<CurvePoint> robustness_curve(const std::vector<ClosestRow>& rows) {
  std::vector<double> least, most, radii = {0};
  for (const ClosestRow& row : rows) {
    const Span span = span_of(row.answer);
    least.push_back(span.least);
    most.push_back(span.most);
    for (const double r : {span.least, span.most}) {
      if (std::isfinite(r)) radii.push_back(r);
    }
  }
  for (auto* values : {&least, &most, &radii}) std::sort(values->begin(), values->end());
  radii.erase(std::unique(radii.begin(), radii.end()), radii.end());
  radii.push_back(std::nextafter(radii.back(), kInfinity));
  std::vector<CurvePoint> points;
  for (const double r : radii) points.push_back({r, share(least, r), share(most, r)});
  return points;
}

double median_radius(const std::vector<ClosestRow>& rows) {
  double radius = 0;
  for (const CurvePoint& point : robustness_curve(rows)) {
    if (point.surely >= 0.5) radius = point.radius;
  }
  return radius;
}

}  // namespace brink
