// What is known of a part, here and in a checker, is the same but for rounding: bounds of the part
// that it was cut from, the first layer's over its own box, interval arithmetic, and whatever `b`
// has said since. So chords that are not written agree, and what they prove is evaluated here as
// box_bounds.h does, whose sums are charged for rounding; kCheckersRoom is a checker's.
#include "brink/certificate/box_proof.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "brink/search/parameters.h"
#include "brink/search/tightening.h"

namespace brink::certificate {

namespace {

using search::Ball;
using search::BoxBounds;
using search::InputForms;
using search::parameters;
using search::Problem;
using search::Slopes;

constexpr double kCheckersRoom = 1e-9;  ///< of the size of all that is summed
constexpr double kCrossed = 1e-9;  ///< what bounds contradict each other by, of 1 and their size
constexpr std::array kRowBits{1, 3, 6, 10, 16, 24, 32};
/// Of an input's width: less is not cut off; what is, is less by a share of it.
constexpr double kLeastCut = 0.05, kShorter = 0.03;
/// Sides end on a grid of so many bits of the input's width.
constexpr int kSideBits = 6;
/// Of its first width: an input that is narrower is not halved any more.
constexpr double kLeastShare = 1e-12;

bool contradict(const Intervals& bounds) {
  for (std::size_t i = 0; i < bounds.lower.size(); ++i) {
    const double low = bounds.lower[i], high = bounds.upper[i];
    if (low > high + kCrossed * (1 + std::max(std::abs(low), std::abs(high)))) return true;
  }
  return false;
}

double share_left(const Box& part, const Box& box) {
  double share = 1;
  for (Eigen::Index i = 0; i < box.size(); ++i) {
    const double width = box.upper(i) - box.lower(i);
    if (width > 0) share *= (part.upper(i) - part.lower(i)) / width;
  }
  return share;
}

/// Of an input that is cut somewhere in [low, high]: near `value`, and short.
double near_grid(double value, double low, double high) {
  const double grid = std::ldexp(1.0, std::ilogb(high - low) - kSideBits);
  const double near = std::round(value / grid) * grid;
  return near > low && near < high ? near : value;
}

/// Of an input, what the row that says most of it leaves: x_i >= result, or <= if `upper`.
double left_by(const InputForms& forms, const Box& box, Eigen::Index input, bool upper) {
  double side = upper ? box.upper(input) : box.lower(input);
  for (Eigen::Index r = 0; r < forms.c.size(); ++r) {
    const auto a = forms.a.row(r);
    if (upper ? a(input) >= 0 : a(input) <= 0) continue;
    double rest = forms.c(r);
    for (Eigen::Index i = 0; i < box.size(); ++i) {
      if (i != input) rest += a(i) * (a(i) > 0 ? box.upper(i) : box.lower(i));
    }
    const double end = -rest / a(input);
    side = upper ? std::min(side, end) : std::max(side, end);
  }
  return side;
}

}  // namespace

BoxProof::BoxProof(const Problem& whole, const OutputRegion& region, const search::Units& units,
                   Records& records, const Deadline& deadline)
    : whole_(whole),
      region_(region),
      units_(units),
      records_(records),
      deadline_(deadline),
      bounder_(whole, {}, BoxBounds::Below::steady) {}

Gap BoxProof::run() {
  return node({whole_.reach(), search::box_bounds(whole_)}, nullptr);
}

double BoxProof::in_file(double value) const {
  return std::ldexp(value, -units_.inputs);
}

Problem BoxProof::problem_of(const Box& box) const {
  return {whole_.network(), 0.5 * (box.lower + box.upper), box, region_};
}

/// False: no point has these bounds.
bool BoxProof::step(Part& part, bool substitute) {
  if (!(substitute ? bounder_.tighten(part.box, part.bounds)
                   : bounder_.step_through(part.box, part.bounds))) {
    return false;
  }
  part.forms = bounder_.rows(whole_);
  return true;
}

Gap BoxProof::node(Part part, const Slopes* start) {
  if (deadline_.expired() || records_.failed()) return Gap::time;
  for (const bool substitute : {false, true}) {
    if (substitute) records_.substitute();
    if (!step(part, substitute)) {
      if (!contradict(part.bounds)) return Gap::rounding;
      records_.close_empty();
      return Gap::none;
    }
    if (const auto closing = excluded(part)) {
      records_.close(*closing);
      return Gap::none;
    }
  }
  std::optional<Slopes> slopes;
  if (climb(part, start, slopes)) return Gap::none;
  return cut(std::move(part), slopes ? &*slopes : nullptr);
}

/// Multipliers of the rows that close a part, with few digits.
std::optional<WholeMultipliers> BoxProof::excluded(const Part& part) const {
  const auto found = search::excluding(part.forms, part.box);
  if (!found) return std::nullopt;
  const double largest = found->maxCoeff();
  for (const int bits : kRowBits) {
    const double most = std::ldexp(1.0, bits) - 1;
    const Eigen::VectorXd rho = (*found * (most / largest)).array().round();
    if (!search::excluded_by(part.forms, part.box, rho, kCheckersRoom)) continue;
    WholeMultipliers whole;
    whole.chords = true;
    for (const double each : rho) whole.rows.push_back(std::llround(each));
    return whole;
  }
  return std::nullopt;
}

/// Multipliers by slopes from those of the part before. True: they closed it.
bool BoxProof::climb(const Part& part, const Slopes* start, std::optional<Slopes>& slopes) {
  const Problem problem = problem_of(part.box);
  const Ball ball(Norm::linf, problem.image(), part.box, 1e300);
  std::optional<search::LiveLayers> live;
  auto ascent = search::SlopeAscent(problem, ball, live)
                    .run({{&part.bounds, {.margin = true}, 0.0, start}}, parameters().box_steps,
                         false, deadline_);
  auto& result = ascent.results.front();
  const search::Proof proof =
      prove(problem, part.bounds, {.margin = true}, std::move(result.multipliers), ball);
  slopes = std::move(result.slopes);
  if (!(proof.value > 0)) return false;
  const auto written = FewDigits(problem, units_).empty(part.bounds, proof.multipliers, ball);
  if (written) records_.close(written->multipliers);
  return written.has_value();
}

/// The side of an input that a row cuts off, if it is worth a line and closed by itself.
std::optional<BoxProof::Off> BoxProof::cut_off(const Part& part, Eigen::Index input, bool upper) {
  const double low = part.box.lower(input), high = part.box.upper(input), width = high - low;
  const double end = left_by(part.forms, part.box, input, upper);
  const double gone = upper ? high - end : end - low;
  if (!(gone > kLeastCut * width) || !(gone < width)) return std::nullopt;
  const double shorter = gone - kShorter * width;
  Off off{input, upper, near_grid(upper ? high - shorter : low + shorter, low, high), {}};
  Part side{part.box, part.bounds};
  (upper ? side.box.lower : side.box.upper)(input) = off.value;
  if (!step(side, false)) return std::nullopt;
  auto closing = excluded(side);
  if (!closing) return std::nullopt;
  off.closing = std::move(*closing);
  return off;
}

Gap BoxProof::cut(Part part, const Slopes* start) {
  const Box before = part.box;
  std::vector<Off> later;  // upper sides come after all that is below them
  int cuts = 0;
  for (Eigen::Index i = 0; i < before.size(); ++i) {
    for (const bool upper : {false, true}) {
      auto off = cut_off(part, i, upper);
      if (!off) continue;
      ++cuts;
      records_.split_input(i, in_file(off->value));
      (upper ? part.box.upper : part.box.lower)(i) = off->value;
      if (!upper) {
        records_.close(off->closing);
        records_.leave();
      } else {
        later.push_back(std::move(*off));
      }
    }
  }
  const double left = share_left(part.box, before);
  const Gap gap =
      left <= parameters().box_again ? node(std::move(part), start) : divide(part, start);
  if (gap != Gap::none) return gap;
  for (auto off = later.rbegin(); off != later.rend(); ++off) {
    records_.close(off->closing);
    records_.leave();
  }
  return Gap::none;
}

Gap BoxProof::divide(const Part& part, const Slopes* start) {
  const Eigen::VectorXd widths = part.box.upper - part.box.lower;
  const Eigen::VectorXd first = whole_.reach().upper - whole_.reach().lower;
  const Eigen::VectorXd weights = part.forms.a.cwiseAbs().colwise().sum();
  const double floor = parameters().box_floor * weights.maxCoeff();
  Eigen::Index input = -1;
  double most = -1;
  for (Eigen::Index i = 0; i < widths.size(); ++i) {
    const double worth = (weights(i) + floor) * widths(i);
    if (!(widths(i) > kLeastShare * first(i)) || worth <= most) continue;
    most = worth;
    input = i;
  }
  if (input < 0) return Gap::rounding;
  const double low = part.box.lower(input), high = part.box.upper(input);
  const double middle = near_grid(0.5 * (low + high), low, high);
  records_.split_input(input, in_file(middle));
  for (const bool upper : {false, true}) {
    Part half{part.box, part.bounds};
    (upper ? half.box.lower : half.box.upper)(input) = middle;
    if (const Gap gap = node(std::move(half), start); gap != Gap::none) return gap;
  }
  records_.leave();
  return Gap::none;
}

}  // namespace brink::certificate
