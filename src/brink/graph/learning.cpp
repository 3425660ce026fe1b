// Backpropagation over the graph's nodes. What is trained: the weights of Conv, Gemm and MatMul,
// what is added to their results, and batch normalisations. Other constants stay (a normalisation
// of the input, the slopes of PRelu); so do nodes without any, which are what lowering makes of
// each alone: blocks of ReLUs (units.h).
//
// Lowered layers with ties from their entries to weights would need nothing of this. But a layer of
// max pooling repeats weights by the match, and its products are sparse (docs/decisions/0007).
#include "brink/graph/learning.h"

#include <algorithm>
#include <cmath>

#include "learning_steps.h"

namespace brink::graph {

struct GraphLearner::Parts {
  LearningState state;
  std::vector<MadeStep> steps;
  int output = 0;
  Eigen::VectorXf mean, scale;  ///< the graph sees (x - mean) scale; empty: x
};

namespace {

using Index = Eigen::Index;

/// A value of the graph while its steps are made.
struct Known {
  int value = 0;
  Shape shape;
  Ending ending = Ending::none;
  bool label = false;
  bool product = false;  ///< of weights: what is added to it is trained
};

class Planner {
 public:
  explicit Planner(const NodeGraph& graph) : graph_(graph) {
    known_[graph.input] = {0, graph.shape};
  }

  Expected<void> plan() {
    for (const Operation& node : graph_.nodes) {
      if (auto ok = add(node); !ok) return bad_request("{}: {}", label(node), ok.error().message);
    }
    const Known& last = known_.at(graph_.output);
    Units units(size(last.shape));
    Progression progression{units, graph_.batch, {}};
    Signal signal = signal_of(last.shape, units.inputs());
    signal.ending = last.ending;
    const auto form = finish_ending(signal, progression);
    if (!form) return tl::unexpected(form.error());
    output = next_;
    steps.push_back(fixed_step(progression.units.blocks(), *form, {last.value}, next_++));
    if (trained.empty()) return bad_request("the graph has no weights that are trained");
    return check_uses();
  }

  int values() const { return next_; }
  std::vector<MadeStep> steps;
  std::vector<Trained> trained;
  int output = 0;

 private:
  const Tensor* constant_of(const std::string& name) const {
    const auto found = graph_.constants.find(name);
    return found == graph_.constants.end() ? nullptr : std::get_if<Tensor>(&found->second);
  }
  const Known* signal(const Operation& node, std::size_t i) const {
    const auto found = known_.find(i < node.inputs.size() ? node.inputs[i] : "");
    return found == known_.end() ? nullptr : &found->second;
  }
  /// Nodes may share what they learn, but not what they measure, nor with another role.
  Expected<int> learnt(const std::string& name, Role role, Index fan_in = 0) {
    const Tensor& tensor = *constant_of(name);
    ++uses_[name];
    for (std::size_t i = 0; i < trained.size(); ++i) {
      if (trained[i].name != name) continue;
      if (trained[i].role == role && !trained[i].measured()) return static_cast<int>(i);
      return bad_request("shares '{}' with another node: {}", name, kOwn);
    }
    const bool from_one = role == Role::factor || role == Role::variance;
    trained.push_back({name, tensor.shape, role, fan_in,
                       Eigen::VectorXf::Constant(size(tensor.shape), from_one ? 1 : 0)});
    return static_cast<int>(trained.size()) - 1;
  }
  /// That what is trained is nowhere taken for a constant.
  Expected<void> check_uses() const {
    for (const Operation& node : graph_.nodes) {
      for (const std::string& name : node.inputs) {
        const auto learnt_by = uses_.find(name);
        if (learnt_by == uses_.end() || learnt_by->second == uses(name)) continue;
        return bad_request("{}: takes '{}', which other nodes train, as a constant: {}",
                           label(node), name, kOwn);
      }
    }
    return {};
  }
  std::ptrdiff_t uses(const std::string& name) const {
    std::ptrdiff_t count = 0;
    for (const Operation& node : graph_.nodes) {
      count += std::count(node.inputs.begin(), node.inputs.end(), name);
    }
    return count;
  }

  Expected<void> add(const Operation& node) {
    const std::string& type = node.type;
    if (type == "ConvTranspose" || type == "ai.onnx.ml.LinearClassifier" ||
        type == "ai.onnx.ml.LinearRegressor") {
      return bad_request("has weights that are not trained here; Conv, Gemm and MatMul's are");
    }
    const bool weighted = signal(node, 0) != nullptr && signal(node, 1) == nullptr;
    if (type == "Conv") return add_conv(node);
    if (type == "Gemm" || type == "MatMul") {
      if (!weighted)
        return bad_request("has its weights first; only a value times weights is trained");
      return add_product(node);
    }
    if (type == "Add" && (signal(node, 0) == nullptr) != (signal(node, 1) == nullptr)) {
      const std::size_t value = signal(node, 0) != nullptr ? 0 : 1;
      if (signal(node, value)->product)
        return add_bias(known_.at(node.inputs[value]), node.inputs[1 - value], node.outputs[0]);
    }
    if (type == "BatchNormalization") return add_normalisation(node);
    if (type == "MaxPool") return add_max_pool(node);
    return add_fixed(node);
  }

  Expected<void> add_conv(const Operation& node) {
    const Known in = *signal(node, 0);
    const Tensor* weight = constant_of(node.inputs[1]);
    const Node view(node, graph_.opset, {});
    const auto group = view.integer("group", 1);
    if (!group) return tl::unexpected(group.error());
    const Shape kernel(weight->shape.begin() + 2, weight->shape.end());
    auto window = window_of(view, in.shape, kernel);
    if (!window) return tl::unexpected(window.error());
    Known out{next_++, {1, weight->shape[0]}};
    out.shape.insert(out.shape.end(), window->out.begin(), window->out.end());
    const Index fan_in = size(weight->shape) / weight->shape[0];
    const auto weights = learnt(node.inputs[1], Role::weight, fan_in);
    if (!weights) return tl::unexpected(weights.error());
    auto step = convolution_step({*window, in.shape[1], weight->shape[0], *group}, *weights,
                                 in.value, out.value);
    if (!step) return tl::unexpected(step.error());
    steps.push_back(std::move(*step));
    return finish(node, std::move(out), {weight->shape[0]});
  }

  Expected<void> add_product(const Operation& node) {
    const Known in = *signal(node, 0);
    const Tensor& weight = *constant_of(node.inputs[1]);
    const Node view(node, graph_.opset, {});
    const auto flipped = view.integer("transB", 0), turned = view.integer("transA", 0);
    const auto alpha = view.real("alpha", 1), beta = view.real("beta", 1);
    if (!flipped || !turned || !alpha || !beta || *turned != 0 || *alpha != 1 || *beta != 1) {
      return bad_request("has alpha, beta or transA, with which it is not trained");
    }
    const Index outputs = weight.shape[*flipped != 0 ? 0 : 1];
    const Index inputs = weight.shape[*flipped != 0 ? 1 : 0];
    if (size(in.shape) != inputs) {
      return bad_request("is applied to several rows of {}; weights of one row are trained",
                         text(in.shape));
    }
    Known out{next_++, in.shape};
    out.shape.back() = outputs;
    const auto weights = learnt(node.inputs[1], Role::weight, inputs);
    if (!weights) return tl::unexpected(weights.error());
    steps.push_back(product_step(outputs, inputs, *flipped != 0, *weights, in.value, out.value));
    return finish(node, std::move(out), {});
  }

  /// A product of weights, and the third input of its node, if it has one.
  Expected<void> finish(const Operation& node, Known out, const Shape& by_channel) {
    out.product = true;
    known_[node.outputs[0]] = out;
    if (node.inputs.size() < 3 || node.inputs[2].empty()) return {};
    return add_bias(out, node.inputs[2], node.outputs[0], by_channel);
  }

  Expected<void> add_bias(const Known& in, const std::string& name, const std::string& result,
                          const Shape& by_channel = {}) {
    Shape own = constant_of(name)->shape;
    if (!by_channel.empty()) own.resize(in.shape.size() - 1, 1);  // [M] as [M, 1, 1]
    const auto together = broadcast_shape(own, in.shape);
    if (!together || *together != in.shape) {
      return bad_request("adds {} to {}, which is not trained", text(own), text(in.shape));
    }
    Known out = in;
    out.value = next_++;
    out.product = false;
    const auto bias = learnt(name, Role::offset);
    if (!bias) return tl::unexpected(bias.error());
    steps.push_back(bias_step(spread(own, in.shape), *bias, in.value, out.value));
    known_[result] = out;
    return {};
  }

  Expected<void> add_normalisation(const Operation& node) {
    const Known in = *signal(node, 0);
    const auto epsilon = Node(node, graph_.opset, {}).real("epsilon", kNormalisationEpsilon);
    if (!epsilon) return tl::unexpected(epsilon.error());
    NormalisationShape shape{
        in.shape[1], size(in.shape) / in.shape[1], static_cast<float>(*epsilon), 0, 0, 0, 0};
    const std::pair<Role, int*> parts[] = {{Role::factor, &shape.gamma},
                                           {Role::offset, &shape.beta},
                                           {Role::mean, &shape.mean},
                                           {Role::variance, &shape.variance}};
    for (std::size_t i = 0; i < std::size(parts); ++i) {
      const auto part = learnt(node.inputs[i + 1], parts[i].first);
      if (!part) return tl::unexpected(part.error());
      *parts[i].second = *part;
    }
    known_[node.outputs[0]] = {next_, in.shape};
    steps.push_back(normalisation_step(shape, in.value, next_++));
    return {};
  }

  Expected<void> add_max_pool(const Operation& node) {
    const Known in = *signal(node, 0);
    const Signal value = signal_of(in.shape, Units(0).inputs());
    const Value input = value;
    const auto pool = pool_of(Node(node, graph_.opset, {&input}));
    if (!pool) return tl::unexpected(pool.error());
    std::vector<Selection> lists;
    for (std::int64_t c = 0; c < in.shape[1]; ++c) {
      for (const auto& list : pool->taps) {
        lists.emplace_back();
        for (const Tap& tap : list) lists.back().push_back(c * size(pool->window.in) + tap.input);
      }
    }
    Known out{next_++, {1, in.shape[1]}};
    out.shape.insert(out.shape.end(), pool->window.out.begin(), pool->window.out.end());
    steps.push_back(largest_step(std::move(lists), in.value, out.value));
    known_[node.outputs[0]] = out;
    return {};
  }

  /// As lowering has it of a network that is this node alone.
  Expected<void> add_fixed(const Operation& node) {
    std::vector<int> in;
    Index inputs = 0;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (signal(node, i) != nullptr) inputs += size(signal(node, i)->shape);
    }
    const Units start(inputs);
    std::vector<Value> values(node.inputs.size());
    std::vector<const Value*> given;
    Index first = 0;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (const Known* known = signal(node, i)) {
        Selection own;
        for (Index j = 0; j < size(known->shape); ++j) own.push_back(first++);
        Signal value = signal_of(known->shape, selected(start.inputs(), own));
        value.ending = known->ending;
        value.label = known->label;
        values[i] = std::move(value);
        given.push_back(&values[i]);
        in.push_back(known->value);
      } else {
        const auto constant = graph_.constants.find(node.inputs[i]);
        given.push_back(constant == graph_.constants.end() ? nullptr : &constant->second);
      }
    }
    for (std::size_t i = 0; i < outputs_made(node); ++i) {
      Progression progression{start, graph_.batch, {}};
      const auto made = apply({node, graph_.opset, given, i}, progression);
      if (!made) return tl::unexpected(made.error());
      const Signal* result = std::get_if<Signal>(&*made);
      if (result == nullptr) return bad_request("makes a constant of a value");
      // A final Relu is no part of the logits.
      const bool last = node.type == "Relu" && node.outputs[i] == graph_.output;
      if (last) {
        known_[node.outputs[i]] = *signal(node, 0);
        continue;
      }
      steps.push_back(fixed_step(progression.units.blocks(), *result->form, in, next_));
      known_[node.outputs[i]] = {next_++, result->shape, result->ending, result->label};
    }
    return {};
  }

  static constexpr std::string_view kOwn = "train a file in which each has its own";

  const NodeGraph& graph_;
  std::map<std::string, Known> known_;
  std::map<std::string, std::ptrdiff_t> uses_;  // of what is trained, where it is trained
  int next_ = 1;
};

}  // namespace

GraphLearner::GraphLearner(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
GraphLearner::~GraphLearner() = default;

Expected<std::unique_ptr<GraphLearner>> GraphLearner::make(
    const NodeGraph& graph, Random& random, const std::optional<Normalisation>& in_front) {
  Planner planner(graph);
  if (auto ok = planner.plan(); !ok) return tl::unexpected(ok.error());
  auto parts = std::make_unique<Parts>();
  const auto values = static_cast<std::size_t>(planner.values());
  parts->state = {std::vector<Eigen::MatrixXf>(values), std::vector<Eigen::MatrixXf>(values),
                  std::move(planner.trained)};
  parts->steps = std::move(planner.steps);
  parts->output = planner.output;
  if (in_front) {
    parts->mean = in_front->mean.cast<float>();
    parts->scale = in_front->deviation.cwiseInverse().cast<float>();
  }
  for (Trained& each : parts->state.trained) {
    each.slope = each.velocity = Eigen::VectorXf::Zero(each.values.size());
    if (each.role != Role::weight) continue;
    const double deviation = std::sqrt(2.0 / static_cast<double>(each.fan_in));
    for (float& weight : each.values) weight = static_cast<float>(deviation * random.normal());
  }
  return std::unique_ptr<GraphLearner>(new GraphLearner(std::move(parts)));
}

const Eigen::MatrixXf& GraphLearner::logits(const Eigen::Ref<const Eigen::MatrixXf>& inputs) {
  LearningState& state = parts_->state;
  state.values.front() = inputs;
  if (parts_->scale.size() > 0) {
    state.values.front().colwise() -= parts_->mean;
    state.values.front().array().colwise() *= parts_->scale.array();
  }
  for (const MadeStep& step : parts_->steps) step->forward(state);
  return state.values[at(parts_->output)];
}

/// From the slopes of the output; those of weights are sums over the examples.
void GraphLearner::back(bool to_input) {
  LearningState& state = parts_->state;
  state.to_input = to_input;
  for (std::size_t v = 0; v < state.values.size(); ++v) {
    if (static_cast<int>(v) == parts_->output) continue;
    state.slopes[v].setZero(state.values[v].rows(), state.values[v].cols());
  }
  for (Trained& each : state.trained) each.slope.setZero();
  for (auto step = parts_->steps.rbegin(); step != parts_->steps.rend(); ++step) {
    (*step)->backward(state);
  }
}

void GraphLearner::step(const Examples& examples, std::span<const int> batch, float rate,
                        float momentum) {
  step(examples.dense(batch), rate, momentum);
}

void GraphLearner::step(const DenseBatch& batch, float rate, float momentum) {
  Eigen::MatrixXf& slopes = parts_->state.slopes[at(parts_->output)];
  parts_->state.training = true;
  cross_entropy_slopes(logits(batch.inputs), batch.labels, slopes);
  slopes /= static_cast<float>(slopes.cols());
  back(false);
  parts_->state.training = false;
  for (Trained& each : parts_->state.trained) {
    if (each.measured()) continue;
    each.velocity = momentum * each.velocity - rate * each.slope;
    each.values += each.velocity;
  }
}

void GraphLearner::shrink(float factor) {
  for (Trained& each : parts_->state.trained) {
    if (each.role == Role::weight) each.values *= factor;
  }
}

const Eigen::MatrixXf& GraphLearner::input_slopes(const Eigen::Ref<const Eigen::MatrixXf>& inputs,
                                                  std::span<const int> labels) {
  cross_entropy_slopes(logits(inputs), labels, parts_->state.slopes[at(parts_->output)]);
  back(true);
  Eigen::MatrixXf& slopes = parts_->state.slopes.front();
  if (parts_->scale.size() > 0) slopes.array().colwise() *= parts_->scale.array();
  return slopes;
}

int GraphLearner::right(const Examples& examples, std::span<const int> which) {
  constexpr std::size_t kBatch = 64;
  int right = 0;
  for (std::size_t begin = 0; begin < which.size(); begin += kBatch) {
    const auto batch = which.subspan(begin, std::min(kBatch, which.size() - begin));
    right += count_right(logits(examples.dense(batch).inputs), examples, batch);
  }
  return right;
}

std::map<std::string, Tensor> GraphLearner::weights() const {
  std::map<std::string, Tensor> result;
  for (const Trained& each : parts_->state.trained) {
    const Eigen::VectorXd values = each.values.cast<double>();
    result[each.name] = {each.shape, {values.begin(), values.end()}};
  }
  return result;
}

}  // namespace brink::graph
