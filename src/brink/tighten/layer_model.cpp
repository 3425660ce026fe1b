#include "layer_model.h"

#include <algorithm>

namespace brink {

LayerModel layer_model(const Network& network, const Bounds& known, int k) {
  LayerModel model{network, known, k, {}, {}};
  EncodingOptions options;
  options.last_layer = k - 1;
  std::vector<LinearExpression> inputs = add_inputs(model.program, known.box);
  model.encoding = add_network(model.program, network, known, std::move(inputs), options);
  return model;
}

bool has_unstable(const Bounds& known, int k) {
  for (int id = 0; id < known.neurons().first(k); ++id) {
    if (known.intervals().unstable(id)) return true;
  }
  return false;
}

Side side_of(const LayerModel& model, Eigen::Index j, double sign) {
  const LinearExpression y = model.encoding.pre_activation(model.network, model.k, j);
  Side side{j, sign, std::vector<double>(model.program.columns.size()), sign * y.constant};
  for (const Term& term : y.terms) {
    side.costs[static_cast<std::size_t>(term.column)] += sign * term.coefficient;
  }
  return side;
}

double attained(const LayerModel& model, const Side& side, const std::vector<double>& values) {
  const Box& box = model.known.box;
  const Eigen::VectorXd x =
      input_values(model.encoding, values).cwiseMax(box.lower).cwiseMin(box.upper);
  return side.sign *
         pre_activations(model.network, x)[static_cast<std::size_t>(model.k - 1)](side.j);
}

}  // namespace brink
