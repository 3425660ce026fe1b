// At the bound itself nothing is left between the ball and the nearest point, so multipliers would
// have to be exact: certificates claim a radius that is smaller by 1e-8 of itself. Where that is
// not proven, in time or by digits, the radius shrinks.
#include "brink/ask/closest_certificate.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "brink/ask/answer.h"
#include "brink/ask/weights.h"

namespace brink {

namespace {

constexpr std::array kShorter{1e-8, 1e-6, 1e-4, 1e-2, 0.1, 0.3, 0.6, 0.9};
constexpr double kLeastTime = 1;         ///< seconds
constexpr double kShare = 0.6;           ///< of the time left, for one radius
constexpr double kUnitRounding = 1e-12;  ///< of costs counted in a unit
constexpr double kPushes[] = {0, 1e-13, 1e-12, 1e-11, 1e-10, 1e-9};
constexpr double kClear = 1e-15;  ///< slack, of what a row adds up to, that no rounding explains

using Extended = Eigen::Matrix<long double, Eigen::Dynamic, 1>;

/// The least slack of the region's rows at x, relative to what they add up to.
long double slack(const Network& network, const OutputRegion& region, const Eigen::VectorXd& x) {
  Extended values = x.cast<long double>();
  for (int k = 1; k <= network.depth(); ++k) {
    const Layer& layer = network.layer(k);
    Extended y = layer.bias.cast<long double>();
    for (Eigen::Index j = 0; j < y.size(); ++j) {
      layer.weights.each_in_row(
          j, [&](Eigen::Index i, double w) { y(j) += static_cast<long double>(w) * values(i); });
      if (k < network.depth() && !layer.is_linear(j)) y(j) = std::max(0.0L, y(j));
    }
    values = std::move(y);
  }
  long double least = std::numeric_limits<long double>::infinity();
  for (const OutputRow& row : region.rows) {
    const Extended terms = row.coefficients.cast<long double>().cwiseProduct(values);
    const long double size = terms.cwiseAbs().sum() + std::abs(row.rhs);
    least = std::min(least, (terms.sum() - row.rhs) / (1e-300L + size));
  }
  return least;
}

/// The box's sides are rounded: a change may exceed the cap by that.
void within_cap(const ClosestQuestion& question, const Eigen::VectorXd& image, Eigen::VectorXd& x) {
  if (!question.cap) return;
  for (Eigen::Index j = 0; j < x.size(); ++j) {
    const long double from = image(j);
    while (std::abs(x(j) - from) > *question.cap) x(j) = std::nextafter(x(j), image(j));
  }
}

/// The answer's image, pushed outward by a hair where it lies on a region's side; empty: not clear
/// of it.
Eigen::VectorXd witness(const Network& network, const ClosestQuestion& question,
                        const Eigen::VectorXd& image, int label, const ClosestAnswer& answer) {
  if (answer.image.size() == 0 || !answer.verified) return {};
  const Box box = reach(question, image);
  for (const OutputRegion& region : output_regions(question, network, label)) {
    for (const double push : kPushes) {
      Eigen::VectorXd x =
          (answer.image + push * (answer.image - image)).cwiseMax(box.lower).cwiseMin(box.upper);
      within_cap(question, image, x);
      if (slack(network, region, x) > kClear) return x;
    }
  }
  return {};
}

struct Radius {
  std::optional<double> own, claimed;  ///< of the proof's question; of the asker's
  double bound = 0;                    ///< that it proves
};

/// Shorter than the bound by so much of it. In L0 the largest sum of costs below it.
Radius radius_of(double bound, double shorter, const ClosestQuestion& question, double unit) {
  if (question.norm != Norm::l0) {
    const double radius = bound * (1 - shorter);
    return {radius, radius, radius};
  }
  const double costs = std::ceil(bound / unit * (1 - std::max(shorter, 1e-9))) - 1;
  const bool whole = question.weights.size() == 0 ||
                     (question.weights.array() == question.weights.array().round()).all();
  if (whole) return {costs, costs * unit, costs * unit + unit};
  const double claimed = costs * unit * (1 - kUnitRounding);
  return {costs, claimed, claimed};
}

}  // namespace

Expected<void> certify(const Network& network, const ClosestQuestion& question,
                       const Eigen::VectorXd& image, int label, const SearchOptions& options,
                       ClosestAnswer& answer, const std::atomic<bool>* interrupt,
                       const certificate::Listener* heard) {
  const CertificateOptions& wanted = *options.certificate;
  const bool nothing = !wanted.radius && answer.status == AnswerStatus::infeasible;
  if (answer.status == AnswerStatus::misclassified || answer.status == AnswerStatus::error) {
    return {};
  }
  if (!nothing && !wanted.radius && !(answer.bound > 0)) {
    answer.note = answer.note.empty() ? "no certificate: nothing is proven" : answer.note;
    return {};
  }
  const Stopwatch watch;
  const Unweighted plain = unweighted(network, question, image);
  const auto regions = proof_regions(plain.network, plain.question, plain.image,
                                     output_regions(question, network, label));
  const Eigen::VectorXd known = witness(network, question, image, label, answer);
  const certificate::ClosestClaim claim{wanted.network, question, image,
                                        wanted.index,   label,    known};
  const certificate::ClosestProof proof{plain.network, plain.question, regions, plain.image, heard};
  const Deadline all = Deadline::after(std::max(options.time_limit, kLeastTime), interrupt);
  for (const double shorter : kShorter) {
    const Radius radius = nothing ? Radius{}
                          : wanted.radius
                              ? Radius{*wanted.radius / plain.unit, *wanted.radius, *wanted.radius}
                              : radius_of(answer.bound, shorter, question, plain.unit);
    if (!nothing && *radius.own < 0) break;
    const certificate::ProofOptions how{options.threads, all.within(kShare * all.remaining()),
                                        static_cast<int>(answer.statistics.side_expansions)};
    const auto outcome =
        certificate::write_closest(claim, proof, radius.own, radius.claimed, wanted.file, how);
    if (!outcome) return tl::unexpected(outcome.error());
    if (outcome->gap == certificate::Gap::none) {
      answer.bound = nothing ? answer.bound : radius.bound;
      answer.certificate = outcome->counts;
      answer.certificate_seconds = watch.seconds();
      return {};
    }
    if (all.interrupted()) {
      answer.status = AnswerStatus::interrupted;
      return {};
    }
    if (nothing || wanted.radius || all.expired()) break;
  }
  answer.note = "no certificate: multipliers of the bound were not found in time";
  return {};
}

}  // namespace brink
