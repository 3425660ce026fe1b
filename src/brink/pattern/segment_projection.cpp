// Windows of segments around the Euclidean projection.
//
// With a column for each of an entry's N - 1 segments the nearest point is a linear program, of
// 25,000 columns on MNIST with 17 breakpoints. But it lies near the Euclidean projection, so each
// entry gets the few segments around its move there, and windows whose edge the solution meets move
// on. f~ is convex: a point that no window holds back is the answer. What is believed is not that
// but the multipliers y of the rows: with c = rows^T y,
//     sum f~ >= y (rhs - rows origin) - sum_j max { |c_j| d - f~(d) : 0 <= d <= room }
// in closed form over the whole box, and f~(d) >= d^2 makes the Euclidean bound one of this as
// well. Where that projection fails or windows do not settle, all segments are taken.
// Tried and dropped: all segments at once (3 seconds for an empty pattern of DNN3).
#include "brink/pattern/segment_projection.h"

#include <algorithm>
#include <cmath>

#include "brink/pattern/projection.h"
#include "brink/solve/lp.h"

namespace brink {

namespace {

constexpr int kRounds = 30;            ///< of windows
constexpr double kSegmentMet = 1e-10;  ///< between point and bound, relative
constexpr double kEdge = 1e-9;         ///< of a segment's width

}  // namespace

double interpolated_square(double d, double width) {
  const double whole = std::floor(d / width + 1e-12);
  const double passed = whole * width;
  return passed * passed + (d - passed) * (2 * whole + 1) * width;
}

SegmentProjection::SegmentProjection(const Eigen::MatrixXd& rows, const Eigen::VectorXd& origin,
                                     const Box& box, int breakpoints)
    : rows_(rows),
      origin_(origin),
      box_(box),
      up_((box.upper - origin).cwiseMax(0.0)),
      down_((origin - box.lower).cwiseMax(0.0)),
      widths_(up_.cwiseMax(down_) / (breakpoints - 1)),
      sizes_(2 * rows.cwiseAbs() *
             box.lower.cwiseAbs().cwiseMax(box.upper.cwiseAbs()).cwiseMax(origin.cwiseAbs())),
      windows_(static_cast<std::size_t>(origin.size())) {}

/// The Euclidean projection and windows around it, or, where the method fails, everything; false:
/// its bound is enough.
bool SegmentProjection::start(const Eigen::VectorXd& rhs, double enough, const Deadline& deadline,
                              SegmentNearest& result) {
  const auto projection = project(origin_, rows_, rhs, box_, enough, deadline);
  if (!projection) {
    moves_ = Eigen::VectorXd::Zero(origin_.size());
    widen();
    return true;
  }
  result.squared_bound = projection->squared_bound;
  if (projection->point.size() == 0) return false;
  moves_ = projection->point - origin_;
  for (Eigen::Index j = 0; j < moves_.size(); ++j) {
    windows_[static_cast<std::size_t>(j)] = around(j, moves_(j));
  }
  return true;
}

/// A segment below a move's own and one above; one each way from nothing.
SegmentProjection::Window SegmentProjection::around(Eigen::Index j, double move) const {
  const double width = widths_(j), size = std::abs(move);
  if (width == 0) return {0, 0};
  const double whole = std::floor(size / width + kEdge);
  const double low = (whole - 1) * width, high = (size == 0 ? 1 : whole + 2) * width;
  const Window window = move >= 0 ? Window{low, high} : Window{-high, -low};
  return {std::max(window.low, -down_(j)), std::min(window.high, up_(j))};
}

void SegmentProjection::widen() {
  for (Eigen::Index j = 0; j < moves_.size(); ++j) {
    windows_[static_cast<std::size_t>(j)] = {-down_(j), up_(j)};
  }
}

/// Windows that the moves have come to an inner edge of move on; false: none has.
bool SegmentProjection::recentre() {
  bool any = false;
  for (Eigen::Index j = 0; j < moves_.size(); ++j) {
    Window& window = windows_[static_cast<std::size_t>(j)];
    const double near = kEdge * widths_(j);
    const bool low = moves_(j) <= window.low + near && window.low > -down_(j);
    const bool high = moves_(j) >= window.high - near && window.high < up_(j);
    if (!low && !high) continue;
    window = around(j, moves_(j));
    any = true;
  }
  return any;
}

/// The move at which an entry's window begins.
double SegmentProjection::base(Eigen::Index j) const {
  const Window& window = windows_[static_cast<std::size_t>(j)];
  return window.low > 0 ? window.low : std::min(window.high, 0.0);
}

void SegmentProjection::add_pieces(Eigen::Index j) {
  const Window& window = windows_[static_cast<std::size_t>(j)];
  const double width = widths_(j);
  for (const double sign : {1.0, -1.0}) {
    const double from = std::max(0.0, sign > 0 ? window.low : -window.high);
    const double to = sign > 0 ? window.high : -window.low;
    for (double i = std::round(from / width); i * width < to * (1 - 1e-12); ++i) {
      pieces_.push_back({j, sign, std::min(width, to - i * width), (2 * i + 1) * width});
    }
  }
}

/// The program of the windows; false: it has no solution.
bool SegmentProjection::solve(const Eigen::VectorXd& sides, const Deadline& deadline,
                              SegmentNearest& result) {
  pieces_.clear();
  Eigen::VectorXd bases(moves_.size());
  for (Eigen::Index j = 0; j < moves_.size(); ++j) {
    bases(j) = base(j);
    if (widths_(j) > 0) add_pieces(j);
  }
  Program program;
  for (const Piece& piece : pieces_) {
    program.add_column({"", 0, piece.length, piece.slope, false});
  }
  const Eigen::VectorXd rest = sides - rows_ * bases;
  for (Eigen::Index r = 0; r < rows_.rows(); ++r) {
    Row row;
    for (std::size_t c = 0; c < pieces_.size(); ++c) {
      const double entry = pieces_[c].sign * rows_(r, pieces_[c].entry);
      if (entry != 0) row.terms.push_back({static_cast<int>(c), entry});
    }
    row.lower = rest(r);
    program.rows.push_back(std::move(row));
  }
  const LpSolution solution = LpSolver(program).solve(deadline);
  ++result.programs;
  if (solution.status != SolveStatus::optimal) return false;
  moves_ = bases;
  for (std::size_t c = 0; c < pieces_.size(); ++c) {
    moves_(pieces_[c].entry) += pieces_[c].sign * solution.values[c];
  }
  const Eigen::Map<const Eigen::VectorXd> duals(solution.duals.data(), rows_.rows());
  result.squared_bound = std::max(result.squared_bound, proven(duals.cwiseMax(0.0), sides));
  result.point = (origin_ + moves_).cwiseMax(box_.lower).cwiseMin(box_.upper);
  return true;
}

double SegmentProjection::sum() const {
  double sum = 0;
  for (Eigen::Index j = 0; j < moves_.size(); ++j) {
    if (widths_(j) > 0) sum += interpolated_square(std::abs(moves_(j)), widths_(j));
  }
  return sum;
}

double SegmentProjection::proven(const Eigen::VectorXd& duals, const Eigen::VectorXd& sides) const {
  const Eigen::VectorXd worths = rows_.transpose() * duals;
  double value = duals.dot(sides);
  double magnitude = duals.dot(sizes_) + duals.dot(sides.cwiseAbs());
  for (Eigen::Index j = 0; j < worths.size(); ++j) {
    const double worth = std::abs(worths(j)), width = widths_(j);
    const double room = worths(j) > 0 ? up_(j) : down_(j);
    if (room == 0 || !(worth > width)) continue;
    const double move = std::min(room, std::ceil(0.5 * (worth / width - 1)) * width);
    const double cost = interpolated_square(move, width);
    value -= worth * move - cost;
    magnitude += worth * move + cost;
  }
  // As in LpSolver::safe_bound: roundings of sums, twice over.
  const auto operations = static_cast<double>(rows_.rows() + rows_.cols() + 16);
  return value - 2 * operations * std::numeric_limits<double>::epsilon() * magnitude;
}

SegmentNearest SegmentProjection::nearest(const Eigen::VectorXd& rhs, const Deadline& deadline,
                                          double enough) {
  SegmentNearest result;
  if (moves_.size() == 0 && !start(rhs, enough, deadline, result)) return result;
  const Eigen::VectorXd sides = rhs - rows_ * origin_;
  bool all = false;
  for (int round = 0; !(result.squared_bound > enough) && !deadline.expired(); ++round) {
    const bool solved = solve(sides, deadline, result);
    const bool met =
        solved && sum() <= result.squared_bound + kSegmentMet * (1 + result.squared_bound);
    if (all || met || (solved && !recentre())) break;
    if (!solved || round == kRounds) {
      widen();
      all = true;
    }
  }
  return result;
}

}  // namespace brink
