#include "check.h"

#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <utility>

#include "brink/base/deadline.h"
#include "brink/network/float32.h"

namespace brink::oracle {

namespace {

/// By how much the conditions move to see whether the answer hangs on rounding.
constexpr Real kShift = 1e-6L;
/// A distance that moves by more than this when the conditions do is discontinuous there: the
/// multipliers of these networks are far below 1e-3 / 1e-6.
constexpr Real kJump = 1e-3L;
/// Of bounds, which are proven by either engine: the oracle's own.
constexpr Real kCheckSlack = 1e-9L;

bool same(const std::optional<Real>& a, const std::optional<Real>& b) {
  if (a.has_value() != b.has_value()) return false;
  return !a || std::fabs(*a - *b) <= 1e-9L * std::max<Real>(1, *a);
}

class Checker {
 public:
  Checker(const Case& c, const Truth& truth, const ClosestAnswer& answer, Verdict& verdict)
      : c_(c), truth_(truth), answer_(answer), verdict_(verdict) {}

  /// run(), but that the answer may say less than is so.
  void run_on_claims() {
    const bool proven =
        answer_.status == AnswerStatus::optimal || answer_.status == AnswerStatus::infeasible;
    if (proven) return run();
    if (answer_.distance) check_image();
    if (truth_.distance && !truth_.either()) check_bound(*truth_.distance, *truth_.linearised);
  }

  void run() {
    if (!truth_.parts_agree && !truth_.either())
      complain("two descriptions of the fooled set differ");
    if (answer_.status == AnswerStatus::infeasible) return check_infeasible();
    const bool unresolved = is_open(answer_.status);
    if (unresolved && truth_.either()) return check_unresolved();
    if (unresolved && truth_.distance && !truth_.measured && !answer_.distance) {
      return check_bound(*truth_.distance, *truth_.linearised);  // ties, but none that leads so
    }
    if (answer_.status != AnswerStatus::optimal || !answer_.distance) {
      return complain("status {}, distance {}, bound {} ({})", name(answer_.status),
                      answer_.distance.value_or(-1), answer_.lead_bound, answer_.note);
    }
    check_image();
    if (truth_.either()) return;
    if (!truth_.measured) return complain("an image where there is none");
    check_distance();
    check_bound(*truth_.distance, *truth_.linearised);
  }

 private:
  template <class... Args>
  void complain(fmt::format_string<Args...> format, Args&&... args) {
    verdict_.complaints.push_back(fmt::format(format, std::forward<Args>(args)...));
  }

  void check_infeasible() {
    if (truth_.distance && !truth_.either()) {
      complain("infeasible, but the oracle has an image at {}",
               static_cast<double>(*truth_.distance));
    }
  }

  /// A fooled set without inside, where no double may pass: the engine may say that it does not
  /// know, but not more than is so.
  void check_unresolved() {
    if (answer_.distance) check_image();
    if (truth_.harder) check_bound(*truth_.harder, *truth_.harder);
  }

  /// Always: the image is the question's, by double arithmetic (1e-12 of long double) and for real.
  void check_image() {
    if (!answer_.verified) complain("not verified");
    const Real slack =
        1e-12L * std::max<Real>(1, forward(c_.network, answer_.image).cwiseAbs().maxCoeff());
    if (!is_fooled(c_.question, c_.network, c_.image, answer_.image, answer_.target,
                   answer_.all_zero, slack - static_cast<Real>(answer_.lead))) {
      complain("the image does not meet the question");
    }
    if (!c_.question.leads() != (answer_.lead == 0)) complain("lead {}", answer_.lead);
    if (c_.question.leads() && !c_.question.lead) {
      if (!answer_.float32) complain("float32 takes the image for another class");
      if (!survives_float32(c_.network, answer_.image, answer_.target)) complain("float32 may");
    }
    const double distance = brink::distance(c_.question.norm, answer_.image, c_.image);
    if (std::fabs(distance - *answer_.distance) > 1e-12 * std::max(1.0, distance)) {
      complain("distance {} reported as {}", distance, *answer_.distance);
    }
  }

  /// 1e-6 max(1, d); the true L2 is asked for to 1e-4 relative only. Never below the oracle.
  void check_distance() {
    const bool euclidean = c_.question.norm == Norm::l2 && !c_.question.breakpoints;
    const Real expected = *truth_.measured;
    const Real found =
        c_.question.breakpoints ? answer_.linearised.value_or(-1) : *answer_.distance;
    const Real above = euclidean ? 1e-4L * expected + 1e-9L : 1e-6L * std::max<Real>(1, expected);
    if (found > expected + above || found < expected - 1e-9L) {
      complain("distance {:.10g}, oracle {:.10g}", static_cast<double>(found),
               static_cast<double>(expected));
    }
  }

  void check_bound(Real distance, Real measured) {
    const auto test = [this](const char* what, double bound, Real truth) {
      if (static_cast<Real>(bound) <= truth + kCheckSlack * std::max<Real>(1, truth)) return;
      complain("{} {:.10g} above the oracle's {:.10g}", what, bound, static_cast<double>(truth));
    };
    test("bound", answer_.bound, distance);
    test("lead bound", answer_.lead_bound, truth_.led_distance.value_or(kInfinity));
    if (answer_.linearised_bound) {
      test("linearised bound", *answer_.linearised_bound, measured);
    }
    // Of lead 0 the search proves as much as of the lead.
    const bool exact = answer_.proof == "search" && answer_.status == AnswerStatus::optimal &&
                       !c_.question.breakpoints;
    const Real allowed = c_.question.norm == Norm::l2 ? 1e-4L * distance : 1e-6L;
    if (exact && answer_.bound < distance - allowed * std::max<Real>(1, distance) - kCheckSlack) {
      complain("bound {:.10g} falls short of the oracle's {:.10g}", answer_.bound,
               static_cast<double>(distance));
    }
  }

  const Case& c_;
  const Truth& truth_;
  const ClosestAnswer& answer_;
  Verdict& verdict_;
};

/// What can be demanded without the oracle: refusals, images the network gets wrong.
bool settled_without_search(const Case& c, const ClosestAnswer& answer, Verdict& verdict) {
  if (!c.question.check(c.network)) {
    verdict.complaints.emplace_back("a question that is refused was drawn");
    return true;
  }
  if (classify(c.network, c.image) != c.label) {
    if (answer.status != AnswerStatus::misclassified)
      verdict.complaints.emplace_back("not misclassified");
    return true;
  }
  if (fooled_parts(c.question, c.network, c.label).empty() ||
      output_regions(c.question, c.network, c.label).empty()) {
    if (answer.status != AnswerStatus::error)
      verdict.complaints.emplace_back("target is the label");
    return true;
  }
  return false;
}

ClosestAnswer by_search(const Case& c) {
  SearchOptions options;
  options.time_limit = c.options.time_limit;
  options.gap = c.options.gap;
  options.threads = 1 + static_cast<int>(c.seed % 3);
  return closest_by_search(c.network, c.question, c.image, c.label, options).value();
}

}  // namespace

bool Truth::either() const {
  if (easier.has_value() != harder.has_value()) return true;
  return easier && *harder - *easier > kJump;
}

Truth find_truth(const Case& c, double lead) {
  const auto measure = c.question.breakpoints ? Measure::linearised : Measure::norm;
  const auto cells = reach_cells(c.question, c.network, c.image);
  const auto own = fooled_parts(c.question, c.network, c.label);
  const auto regions = region_parts(c.question, c.network, c.label, lead > 0);
  Truth truth;
  truth.measured = nearest(c.question, measure, cells, own, lead);
  const auto norm = [&](Real shift) {
    return nearest(c.question, Measure::norm, cells, own, shift);
  };
  truth.led_distance = c.question.breakpoints ? norm(lead) : truth.measured;
  truth.distance = lead > 0 ? norm(0) : truth.led_distance;
  truth.linearised = lead > 0 ? nearest(c.question, measure, cells, own, 0) : truth.measured;
  truth.easier = nearest(c.question, measure, cells, regions, lead - kShift);
  truth.harder = nearest(c.question, measure, cells, regions, lead + kShift);
  truth.parts_agree = same(truth.measured, nearest(c.question, measure, cells, regions, lead));
  return truth;
}

std::vector<std::string> false_claims(const Case& c, const Truth& truth,
                                      const ClosestAnswer& answer) {
  Verdict verdict;
  if (!settled_without_search(c, answer, verdict)) {
    Checker(c, truth, answer, verdict).run_on_claims();
  }
  return verdict.complaints;
}

Verdict check_case(const Case& c) {
  Verdict verdict;
  const Bounds bounds = reference_bounds(c.network, c.question.box, c.bounds);
  MipOptions options = c.options;
  if (const char* solver = std::getenv("BRINK_ORACLE_SOLVER")) options.solver = solver;
  const Stopwatch watch;
  const std::array<std::pair<std::string_view, ClosestAnswer>, 2> answers = {
      {{"mip", closest_by_mip(c.network, bounds, c.question, c.image, c.label, options).value()},
       {"search", by_search(c)}}};
  verdict.seconds_engine = watch.seconds();
  verdict.status = answers[0].second.status;
  std::optional<Truth> truth;  // found once, for both engines, unless their leads differ
  double lead = 0;
  for (const auto& [engine, answer] : answers) {
    const std::size_t before = verdict.complaints.size();
    if (!settled_without_search(c, answer, verdict)) {
      if (!truth || answer.lead != lead) truth = find_truth(c, answer.lead);
      lead = answer.lead;
      verdict.either = truth->either();
      Checker(c, *truth, answer, verdict).run();
    }
    for (std::size_t i = before; i < verdict.complaints.size(); ++i) {
      verdict.complaints[i] = fmt::format("{}: {}", engine, verdict.complaints[i]);
    }
  }
  verdict.seconds_oracle = watch.seconds() - verdict.seconds_engine;
  return verdict;
}

}  // namespace brink::oracle
