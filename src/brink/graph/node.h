// One node of an ONNX graph with the values it is applied to, and the operators on it.
//
// Errors of this layer say what is wrong; `apply` puts node and operator before them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "brink/graph/operation.h"
#include "brink/graph/units.h"

namespace brink::graph {

/// What a graph may end in and the network does not have. p is the Sigmoid of a single output.
enum class Ending { none, softmax, sigmoid, one_minus_p, one_minus_p_and_p, p_and_one_minus_p };

/// A value that depends on the network's input, its elements in row order. While the graph is
/// evaluated, the form is a constant: what the value is at that input.
struct Signal {
  Shape shape;
  std::shared_ptr<const Affine> form;
  Ending ending = Ending::none;  ///< if another: only shapes may still change
  bool label = false;  ///< the class in place of the outputs: only its type and shape may change
};
using Value = std::variant<Tensor, Signal>;

Signal signal_of(Shape shape, Affine form);
/// A constant's too.
Affine form_of(const Value& value);
const Shape& shape_of(const Value& value);

/// What changes while the graph is walked.
struct Progression {
  Units units;
  std::int64_t batch = 1;  ///< leading extent of the file's input that is read as 1
  std::vector<std::string> warnings;
  std::int64_t room = std::int64_t{1} << 27;  ///< elements that constants may still take: 1 GiB
  static constexpr std::int64_t kMostMade = std::int64_t{1} << 25;  ///< by one operator

  /// The number of elements of this shape; error: an operator may not make so many.
  Expected<std::int64_t> has_room(const Shape& shape) const;
  /// A shape wanted for a signal of shape `old`: the batch in front counts as 1 there too.
  void leave_batch(const Shape& old, Shape& wanted) const;
  /// Warns, once, of half precision in what depends on the input.
  void note_half();
};

class Node {
 public:
  /// `inputs`: null where an optional input is omitted.
  Node(const Operation& operation, std::int64_t opset, std::vector<const Value*> inputs,
       std::size_t output = 0)
      : operation_(operation), opset_(opset), inputs_(std::move(inputs)), output_(output) {}

  const Operation& operation() const { return operation_; }
  const std::string& type() const { return operation_.type; }
  std::int64_t opset() const { return opset_; }
  std::size_t output() const { return output_; }  ///< which of the node's is wanted

  /// Input i, null if omitted.
  const Value* input(std::size_t i) const { return i < inputs_.size() ? inputs_[i] : nullptr; }
  std::size_t inputs() const { return inputs_.size(); }
  const Signal* signal(std::size_t i) const;  ///< null if omitted or a constant
  /// The input that is a signal, the first of several; null without one.
  const Signal* only_signal() const;
  std::size_t signals() const;
  std::vector<const Tensor*> constants() const;  ///< those of the inputs that are constants
  /// Errors: omitted, or not a constant.
  Expected<const Tensor*> constant(std::size_t i) const;

  /// Attributes; the default if absent, an error if of another type.
  Expected<std::int64_t> integer(std::string_view name, std::int64_t otherwise) const;
  Expected<double> real(std::string_view name, double otherwise) const;
  const Attribute* attribute(std::string_view name) const;  ///< null if absent

 private:
  const Operation& operation_;
  std::int64_t opset_;
  std::vector<const Value*> inputs_;
  std::size_t output_;
};

/// Applies the node's operator and gives the output that the node says.
Expected<Value> apply(const Node& node, Progression& progression);

/// How many outputs of this operator are made; the others are no values.
std::size_t outputs_made(const Operation& operation);

/// Operators that may depend on the input and leave nothing out, with those of shapes.
std::vector<std::string> operator_names();

/// Why an operator is not read, and what to do (refusals.cpp).
std::string refusal(std::string_view op_type);
tl::unexpected<Error> refuse_two_signals(std::string_view op_type);
tl::unexpected<Error> refuse_after_ending(Ending ending);

using Apply = Expected<Value>(const Node& node, Progression& progression);

// products.cpp
Apply apply_gemm, apply_matmul;
// normalise.cpp
/// Of BatchNormalization, where the file has none.
inline constexpr double kNormalisationEpsilon = static_cast<double>(1e-5F);
Apply apply_batch_normalization, apply_scaler, apply_dequantize;
// linear_models.cpp
Apply apply_linear_regressor, apply_linear_classifier;
// elementwise.cpp
Apply apply_elementwise, apply_mean, apply_where;
// relu.cpp
Apply apply_relu, apply_leaky, apply_prelu, apply_abs, apply_hard_sigmoid, apply_clip;
// extremum.cpp
Apply apply_extremum, apply_max_pool;
// conv.cpp
Apply apply_conv, apply_conv_transpose, apply_average_pool;
// endings.cpp
Apply apply_softmax, apply_sigmoid, apply_zip_map, apply_arg_max, apply_normalizer;
/// The node is given a label.
bool follows_label(const Node& node);
/// A label stays what it is, whatever it is called.
Expected<Value> apply_to_label(const Node& node);
/// The ending that 1 - p has, if that is what the node makes, or p and 1 - p side by side.
std::optional<Ending> complement_ending(const Node& node);
std::optional<Ending> pair_ending(const Node& node);
/// Outputs of which an ending that was dropped gives the classes: two for p.
Expected<Affine> finish_ending(const Signal& signal, Progression& progression);
// select.cpp
Apply apply_transpose, apply_slice, apply_gather, apply_expand, apply_feature_extractor;
// concat.cpp
Apply apply_concat, apply_split;
// pad.cpp
Apply apply_pad, apply_resize, apply_tile;
// depth.cpp
Apply apply_depth_to_space, apply_space_to_depth;
// shapes.cpp: constants keep their values, signals their order; only the shape changes.
Apply apply_flatten, apply_reshape, apply_squeeze, apply_unsqueeze;
Apply apply_shape, apply_size, apply_constant_of_shape, apply_range;
// reduce.cpp
Apply apply_reduce, apply_global_pool;
// plain.cpp
Apply apply_identity, apply_dropout, apply_cast, apply_constant, apply_imputer;

/// -rank <= axis < rank as 0 <= axis < rank; `end_allowed`: rank itself too.
Expected<std::size_t> normal_axis(std::int64_t axis, std::size_t rank, bool end_allowed = false);
/// Sorted, each once.
Expected<std::vector<std::size_t>> normal_axes(const Shape& axes, std::size_t rank);
/// A list of integers: from the attribute in old opsets, from an input in new ones; nothing if both
/// are absent.
Expected<std::optional<Shape>> integers(const Node& node, std::string_view attribute,
                                        std::size_t input);

// broadcast.cpp
/// The shape of a op b by ONNX's (numpy's) rules.
Expected<Shape> broadcast_shape(const Shape& a, const Shape& b);
/// The element at origin + sum of position * stride for each position in `shape`.
Selection strided(const Shape& shape, std::int64_t origin, const Shape& strides);
Shape row_strides(const Shape& shape);
/// The element of a value of shape `own` for each element of `shape`, over which it is spread.
Selection spread(const Shape& own, const Shape& shape);
Eigen::VectorXd spread(const Tensor& tensor, const Shape& shape);

// linear.cpp
/// A signal or a constant, as `value` is one.
Value like(const Value& value, Shape shape, Affine form);
Value like(const Value& value, Affine form);
/// map(value) + shift, as `shape`. Error: too many numbers.
Expected<Value> mapped(const Value& value, Shape shape, const Matrix& map,
                       const Eigen::VectorXd& shift, const Rounded& rounded = {});
Expected<Value> mapped(const Value& value, Shape shape, const Matrix& map,
                       const Rounded& rounded = {});
/// By elements.
Value scaled(const Value& value, const Eigen::VectorXd& scale, const Eigen::VectorXd& shift,
             const Rounded& rounded = {});
Value scaled(const Value& value, double scale, double shift);
/// The value repeated over `shape` (broadcasting). Error: along its leading axis, the batch.
Expected<Value> spread_over(const Value& value, const Shape& shape);
/// The elements `from` of the value, as `shape`; `fill` where there is none. Error: after an
/// ending.
Expected<Value> selected(const Value& value, Shape shape, const Selection& from, double fill = 0);

// elementwise.cpp
/// The constants from input `first` on, joined by the operator; the node has one at least.
Expected<Tensor> fold(std::string_view op_type, const std::vector<const Tensor*>& constants,
                      Progression& progression);

}  // namespace brink::graph
