// In Linf, L1 and L2 no pixel changes by more than the radius, which the box says at once.
#include "brink/ask/robustness.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "brink/ask/closest_certificate.h"
#include "brink/ask/spare_time.h"
#include "brink/certificate/heard.h"

namespace brink {

namespace {

/// Raises a flag of this search soon after the user's was.
class Follower {
 public:
  Follower(const std::atomic<bool>* from, std::atomic<bool>& to) {
    if (from == nullptr) return;
    thread_ = std::jthread([this, from, &to](const std::stop_token& done) {
      std::unique_lock lock(mutex_);
      while (!done.stop_requested() && !to) {
        if (*from) to = true;
        wake_.wait_for(lock, done, std::chrono::milliseconds(50), [] { return false; });
      }
    });
  }

 private:
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  // ends before what it waits on
};

Robustness judged(const ClosestAnswer& answer, double radius) {
  if (answer.status == AnswerStatus::misclassified) return Robustness::misclassified;
  if (answer.status == AnswerStatus::error) return Robustness::error;
  if (answer.distance && answer.verified && *answer.distance <= radius) {
    return Robustness::not_robust;
  }
  const bool nothing = answer.status == AnswerStatus::infeasible;
  return nothing || answer.bound > radius ? Robustness::robust : Robustness::unknown;
}

RadiusAnswer of_radius(ClosestAnswer answer, Robustness robustness) {
  RadiusAnswer result{std::move(answer), robustness};
  if (robustness == Robustness::not_robust) return result;
  result.target = -1;
  result.distance.reset();
  result.image.resize(0);
  return result;
}

}  // namespace

std::string_view name(Robustness robustness) {
  constexpr std::string_view kNames[] = {"robust", "not_robust", "unknown", "misclassified",
                                         "error"};
  return kNames[static_cast<int>(robustness)];
}

std::optional<Robustness> parse_robustness(std::string_view text) {
  const auto known = std::find_if(kRobustness.begin(), kRobustness.end(),
                                  [&](Robustness each) { return name(each) == text; });
  return known == kRobustness.end() ? std::nullopt : std::optional(*known);
}

std::optional<RadiusAnswer> decided(const ClosestAnswer& known, double radius) {
  ClosestAnswer answer = known;
  if (known.proof.empty()) {  // bounds that nothing vouches for are none
    answer.bound = 0;
    if (known.status == AnswerStatus::infeasible) return std::nullopt;
  }
  const Robustness robustness = judged(answer, radius);
  if (robustness == Robustness::unknown || !is_final(robustness)) return std::nullopt;
  if (robustness == Robustness::robust) answer.bound = std::max(answer.bound, radius);
  answer.nodes = 0;
  answer.seconds = answer.bound_seconds = 0;
  answer.statistics = {};
  answer.note = "known from an earlier answer";
  return of_radius(std::move(answer), robustness);
}

std::optional<RadiusAnswer> decided(const RadiusAnswer& known, double radius) {
  ClosestAnswer answer = known;
  answer.status = known.robustness == Robustness::misclassified ? AnswerStatus::misclassified
                  : known.robustness == Robustness::error       ? AnswerStatus::error
                                                                : AnswerStatus::undecided;
  answer.verified = known.robustness == Robustness::not_robust;
  return decided(answer, radius);
}

Expected<RadiusAnswer> robust_within(const Network& network, ClosestQuestion question,
                                     const Eigen::VectorXd& image, int label, double radius,
                                     SearchOptions options, const std::atomic<bool>* interrupt) {
  if (!(radius >= 0) || std::isinf(radius)) {
    return bad_request("radius {} is not a finite number of 0 or more", radius);
  }
  const ClosestQuestion asked = question;
  const SearchOptions asked_options = options;
  options.certificate.reset();
  certificate::Listener listener;
  if (asked_options.certificate) options.listener = &listener;
  options.within = radius;
  if (question.norm != Norm::l0) {
    // A hair more: what is at the radius is within it.
    options.within = std::max(radius * (1 + 1e-9), 1e-12);
    question.cap = std::min(question.cap.value_or(options.within), options.within);
  }
  const Stopwatch watch;
  const double limit = options.time_limit = without_spare(options.time_limit);
  std::atomic<bool> enough = false, near = false;
  options.on_change = [&](double distance, double bound, double) {
    near = near || distance <= radius;
    if (near || bound > radius) enough = true;
  };
  auto answer = [&] {
    const Follower follower(interrupt, enough);
    return closest_by_search(network, question, image, label, options, &enough);
  }();
  const bool stopped = interrupt != nullptr && *interrupt;
  // The find had no lead yet: go on to one with it.
  if (answer && near && !stopped && !(answer->distance && *answer->distance <= radius)) {
    options.on_change = {};
    options.time_limit = std::max(0.0, limit - watch.seconds());
    answer = closest_by_search(network, question, image, label, options, interrupt);
  }
  if (!answer) return tl::unexpected(answer.error());
  answer->seconds = watch.seconds();
  const Robustness robustness = judged(*answer, radius);
  if (robustness == Robustness::robust || robustness == Robustness::not_robust) {
    answer->note.clear();  // what rounding leaves open of nearer ones is not asked
  }
  const bool open = robustness == Robustness::unknown && stopped;
  if (answer->status == AnswerStatus::interrupted && !open)
    answer->status = AnswerStatus::undecided;
  if (robustness == Robustness::robust) {
    // What is farther, or changes an input by more than the cap, was not looked at.
    answer->bound = std::max(radius, std::min(answer->bound, options.within));
    if (asked_options.certificate) {
      auto done =
          certify(network, asked, image, label, asked_options, *answer, interrupt, &listener);
      if (!done) return tl::unexpected(done.error());
    }
  }
  return of_radius(std::move(*answer), robustness);
}

}  // namespace brink
