// In Linf, L1 and L2 no pixel changes by more than the radius, which the box says at once.
#include "brink/ask/robustness.h"

#include <algorithm>
#include <cmath>

#include "brink/ask/closest_certificate.h"
#include "brink/ask/spare_time.h"

namespace brink {

std::string_view name(Robustness robustness) {
  constexpr std::string_view kNames[] = {"robust", "not_robust", "unknown", "misclassified"};
  return kNames[static_cast<int>(robustness)];
}

Expected<RadiusAnswer> robust_within(const Network& network, ClosestQuestion question,
                                     const Eigen::VectorXd& image, int label, double radius,
                                     SearchOptions options, std::atomic<bool>* enough,
                                     const std::atomic<bool>* interrupt) {
  if (!(radius >= 0) || std::isinf(radius)) {
    return bad_request("radius {} is not a finite number of 0 or more", radius);
  }
  const ClosestQuestion asked = question;
  const SearchOptions asked_options = options;
  options.certificate.reset();
  if (question.norm != Norm::l0) {
    // A hair more: what is at the radius is within it.
    const double cap = radius * (1 + 1e-9);
    question.cap = std::min(question.cap.value_or(cap), cap);
  }
  const Stopwatch watch;
  const double limit = options.time_limit = without_spare(options.time_limit);
  std::atomic<bool> own = false, near = false;
  if (enough == nullptr) enough = &own;
  options.on_change = [&](double distance, double bound, double) {
    near = near || distance <= radius;
    if (near || bound > radius) *enough = true;
  };
  auto answer = closest_by_search(network, question, image, label, options, enough);
  // The find had no lead yet: go on to one with it.
  if (answer && near && !(answer->distance && *answer->distance <= radius)) {
    options.on_change = {};
    options.time_limit = std::max(0.0, limit - watch.seconds());
    answer = closest_by_search(network, question, image, label, options, interrupt);
  }
  if (!answer) return tl::unexpected(answer.error());
  answer->seconds = watch.seconds();
  RadiusAnswer result;
  const bool found = answer->distance && answer->verified && *answer->distance <= radius;
  if (answer->status == AnswerStatus::misclassified) {
    result.robustness = Robustness::misclassified;
  } else if (found) {
    result.robustness = Robustness::not_robust;
  } else if (answer->status == AnswerStatus::infeasible || answer->bound > radius) {
    result.robustness = Robustness::robust;
    answer->bound = std::max(answer->bound, radius);  // nothing within the cap
    if (asked_options.certificate) {
      auto done = certify(network, asked, image, label, asked_options, *answer, interrupt);
      if (!done) return tl::unexpected(done.error());
    }
  }
  result.answer = std::move(*answer);
  return result;
}

}  // namespace brink
