// Linear functions of values: of constants they are computed, of signals composed.
#include "brink/graph/node.h"

namespace brink::graph {

namespace {

constexpr double kMostMapped = 1 << 27;  // of one map

/// Products with dense matrices are dense.
Expected<void> check_size(const Affine& form, const Matrix& map) {
  for (const auto& [block, term] : form.terms) {
    if (!map.is_dense() && !term.is_dense()) continue;
    if (static_cast<double>(map.rows()) * static_cast<double>(term.cols()) <= kMostMapped) continue;
    return bad_request("makes {} x {} weights: too large for a network of this kind", map.rows(),
                       term.cols());
  }
  return {};
}

}  // namespace

Value like(const Value& value, Shape shape, Affine form) {
  if (std::holds_alternative<Signal>(value)) return signal_of(std::move(shape), std::move(form));
  return Tensor{std::move(shape),
                {form.constant.begin(), form.constant.end()},
                std::get<Tensor>(value).integer};
}

Value like(const Value& value, Affine form) {
  return like(value, shape_of(value), std::move(form));
}

Expected<Value> mapped(const Value& value, Shape shape, const Matrix& map,
                       const Eigen::VectorXd& shift, const Rounded& rounded) {
  const Affine form = form_of(value);
  if (auto ok = check_size(form, map); !ok) return tl::unexpected(ok.error());
  return like(value, std::move(shape), mapped(form, map, shift, rounded));
}

Expected<Value> mapped(const Value& value, Shape shape, const Matrix& map, const Rounded& rounded) {
  return mapped(value, std::move(shape), map, Eigen::VectorXd::Zero(map.rows()), rounded);
}

Value scaled(const Value& value, const Eigen::VectorXd& scale, const Eigen::VectorXd& shift,
             const Rounded& rounded) {
  return like(value, shape_of(value), scaled(form_of(value), scale, shift, rounded));
}

Value scaled(const Value& value, double scale, double shift) {
  const Eigen::Index count = size(shape_of(value));
  return scaled(value, Eigen::VectorXd::Constant(count, scale),
                Eigen::VectorXd::Constant(count, shift));
}

Expected<Value> spread_over(const Value& value, const Shape& shape) {
  const Shape& own = shape_of(value);
  if (own == shape) return value;
  if (auto count = checked_size(shape); !count) return tl::unexpected(count.error());
  if (own.size() > 1 && own.size() == shape.size() && own[0] != shape[0]) {
    return bad_request("spreads a value of shape {} over {}, along its leading axis: its batch",
                       text(own), text(shape));
  }
  return selected(value, shape, spread(own, shape));
}

Expected<Value> selected(const Value& value, Shape shape, const Selection& from, double fill) {
  if (const Tensor* tensor = std::get_if<Tensor>(&value)) {
    Tensor result{std::move(shape), {}, tensor->integer};
    result.values.reserve(from.size());
    for (const auto i : from) {
      result.values.push_back(i < 0 ? fill : tensor->values[static_cast<std::size_t>(i)]);
    }
    return result;
  }
  Signal signal = std::get<Signal>(value);
  bool same = std::ssize(from) == size(signal.shape);
  for (std::size_t i = 0; same && i < from.size(); ++i) same = from[i] == static_cast<int>(i);
  if (!same && signal.ending != Ending::none) return refuse_after_ending(signal.ending);
  if (from.empty()) return bad_request("leaves nothing of a value of shape {}", text(signal.shape));
  if (same) {
    signal.shape = std::move(shape);
    return signal;
  }
  return signal_of(std::move(shape), selected(*signal.form, from, fill));
}

}  // namespace brink::graph
