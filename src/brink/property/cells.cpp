// Rows of one input are its bounds; the tightest of each side stays, as a quotient of decimals.
#include "brink/property/cells.h"

#include <cmath>
#include <limits>
#include <map>
#include <optional>

namespace brink {

namespace {

/// a / b < c / d.
bool is_less(const BoundSide& a, const BoundSide& b) {
  return a.number * b.divisor < b.number * a.divisor;
}

bool is_equal(const BoundSide& a, const BoundSide& b) {
  return a.number * b.divisor == b.number * a.divisor;
}

/// Is the bound `a` tighter than `b`, of the lower or the upper side?
bool is_tighter(const BoundSide& a, const BoundSide& b, bool lower) {
  if (!b.known) return true;
  if (is_equal(a, b)) return a.strict && !b.strict;
  return is_less(a, b) != lower;
}

void take_bound(InputBox& box, const LinearRow& row) {
  const auto& [input, coefficient] = row.terms.front();
  const bool lower = coefficient.is_negative();
  const BoundSide side{lower ? -row.rhs : row.rhs, lower ? -coefficient : coefficient, row.strict,
                       true};
  BoundSide& known = (lower ? box.lower : box.upper)[static_cast<std::size_t>(input)];
  if (is_tighter(side, known, lower)) known = side;
}

bool is_bound(const LinearRow& row, int inputs) {
  return row.terms.size() == 1 && row.terms.front().first < inputs;
}

bool is_empty(const InputBox& box) {
  for (std::size_t i = 0; i < box.lower.size(); ++i) {
    const BoundSide &low = box.lower[i], &high = box.upper[i];
    if (!low.known || !high.known) continue;
    if (is_less(high, low)) return true;
    if (is_equal(low, high) && (low.strict || high.strict)) return true;
  }
  return false;
}

Expected<void> check_bounded(const Query& query, const InputBox& box) {
  for (std::size_t i = 0; i < box.lower.size(); ++i) {
    for (const bool low : {true, false}) {
      const BoundSide& side = low ? box.lower[i] : box.upper[i];
      const double end = !side.known ? std::numeric_limits<double>::infinity()
                         : low       ? rounded_down(side.number, side.divisor)
                                     : rounded_up(side.number, side.divisor);
      if (std::isfinite(end)) continue;
      if (side.known) {
        return bad_request(
            "the {} bound of input {} is beyond what is read: 0, or 1e-280 to 1e280 in size",
            low ? "lower" : "upper", query.name_of(static_cast<int>(i)));
      }
      return bad_request("input {} has no {} bound in some case; assert one",
                         query.name_of(static_cast<int>(i)), low ? "lower" : "upper");
    }
  }
  return {};
}

/// Is x on the right side of a bound?
bool meets(double x, const BoundSide& side, bool lower) {
  const auto order = Decimal::of(x) * side.divisor <=> side.number;
  if (std::is_eq(order)) return !side.strict;
  return lower ? std::is_gt(order) : std::is_lt(order);
}

/// The number nearest to x, of the type, that is on the right side of both; nothing: none is.
template <class Number>
std::optional<Number> nearest_within(double x, const BoundSide& low, const BoundSide& high) {
  constexpr Number kFar = std::numeric_limits<Number>::infinity();
  auto value = static_cast<Number>(x);
  for (int step = 0; step < 4; ++step) {
    if (!std::isfinite(value)) return std::nullopt;
    const bool above = meets(value, low, true), below = meets(value, high, false);
    if (above && below) return value;
    if (!above && !below) return std::nullopt;
    value = std::nextafter(value, above ? -kFar : kFar);
  }
  return std::nullopt;
}

}  // namespace

Box InputBox::around() const {
  const auto size = static_cast<Eigen::Index>(lower.size());
  Box box{Eigen::VectorXd(size), Eigen::VectorXd(size)};
  for (Eigen::Index i = 0; i < size; ++i) {
    const BoundSide& low = lower[static_cast<std::size_t>(i)];
    const BoundSide& high = upper[static_cast<std::size_t>(i)];
    box.lower(i) = rounded_down(low.number, low.divisor);
    box.upper(i) = rounded_up(high.number, high.divisor);
  }
  return box;
}

double InputBox::inside(int input, double x) const {
  const BoundSide& low = lower[static_cast<std::size_t>(input)];
  const BoundSide& high = upper[static_cast<std::size_t>(input)];
  if (const auto single = nearest_within<float>(x, low, high)) return *single;
  // Of a decimal of up to 17 digits the shortest text of the nearest double is the decimal itself.
  const double nearest = low.number.nearest() / low.divisor.nearest();
  return nearest_within<double>(x, low, high).value_or(nearest);
}

Expected<Cells> cells_of(const Query& query, int inputs) {
  InputBox common;
  common.lower.resize(static_cast<std::size_t>(inputs));
  common.upper.resize(static_cast<std::size_t>(inputs));
  Conjunction rows;
  for (const int id : query.common) {
    const LinearRow& row = query.rows[static_cast<std::size_t>(id)];
    if (is_bound(row, inputs)) {
      take_bound(common, row);
    } else {
      rows.push_back(id);
    }
  }
  std::map<Conjunction, Cells> by_bounds;  // disjuncts whose boxes are said by the same rows
  std::vector<Conjunction> order;
  for (const Conjunction& disjunct : query.disjuncts) {
    Conjunction bounds;
    Cell cell{0, rows};
    for (const int id : disjunct) {
      const bool bound = is_bound(query.rows[static_cast<std::size_t>(id)], inputs);
      (bound ? bounds : cell.rows).push_back(id);
    }
    const auto [at, fresh] = by_bounds.try_emplace(bounds);
    if (fresh) {
      order.push_back(bounds);
      InputBox box = common;
      for (const int id : bounds) take_bound(box, query.rows[static_cast<std::size_t>(id)]);
      if (!is_empty(box)) {
        if (auto ok = check_bounded(query, box); !ok) return tl::unexpected(ok.error());
        at->second.boxes.push_back(std::move(box));
      }
    }
    if (!at->second.boxes.empty()) at->second.cells.push_back(std::move(cell));
  }
  Cells result;
  for (const Conjunction& bounds : order) {
    Cells& of_box = by_bounds[bounds];
    for (Cell& cell : of_box.cells) {
      cell.box = static_cast<int>(result.boxes.size());
      result.cells.push_back(std::move(cell));
    }
    for (InputBox& box : of_box.boxes) result.boxes.push_back(std::move(box));
  }
  return result;
}

}  // namespace brink
