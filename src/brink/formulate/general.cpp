// The papers' whole 0-1 MILP with its general objective
//
//     min  sum_{k>=0} c_j^k x_j^k + sum_{k>=1} (gamma_j^k z_j^k + lambda_j^k s_j^k)
//
// over a box of inputs, output layer included. Fischetti & Jo 2018, (6)-(14).
#include "relu.h"

namespace brink {

namespace {

double cost_at(const std::vector<std::vector<double>>& costs, std::size_t k, std::size_t j) {
  return costs.empty() ? 0.0 : costs[k][j];
}

/// gamma z. A neuron that had its binary dropped gets it back: at y = 0 both values of z are
/// allowed, whatever the bounds say, and the cost chooses.
void add_phase_cost(Program& program, const SplitNeuron& neuron, double gamma,
                    Formulation formulation) {
  if (gamma == 0) return;
  if (neuron.columns.z < 0) add_relu(program, neuron, formulation);
  program.columns[static_cast<std::size_t>(neuron.columns.z)].cost = gamma;
}

}  // namespace

GeneralModel general_model(const Network& network, const Bounds& bounds, const Box& box,
                           const GeneralCosts& costs, const EncodingOptions& options) {
  GeneralModel model;
  model.program.name = "general";
  EncodingOptions whole = options;
  whole.last_layer = network.depth();
  whole.output_relu = network.output == OutputKind::relu;

  std::vector<LinearExpression> inputs = add_inputs(model.program, box);
  for (std::size_t j = 0; j < costs.input.size(); ++j) {
    model.program.columns[static_cast<std::size_t>(inputs[j].terms.front().column)].cost =
        costs.input[j];
  }
  model.encoding = add_network(model.program, network, bounds, std::move(inputs), whole);

  auto& columns = model.program.columns;
  for (std::size_t k = 0; k < model.encoding.neurons.size(); ++k) {
    for (std::size_t j = 0; j < model.encoding.neurons[k].size(); ++j) {
      NeuronColumns& neuron = model.encoding.neurons[k][j];
      columns[static_cast<std::size_t>(neuron.x)].cost = cost_at(costs.x, k, j);
      if (neuron.s < 0) continue;  // linear output: neither s nor z
      columns[static_cast<std::size_t>(neuron.s)].cost = cost_at(costs.s, k, j);
      add_phase_cost(model.program,
                     {neuron, bounds.at(static_cast<int>(k) + 1, static_cast<Eigen::Index>(j)),
                      fmt::format("{}_{}", k + 1, j)},
                     cost_at(costs.z, k, j), options.formulation);
    }
  }
  return model;
}

std::string_view name(Formulation formulation) {
  return formulation == Formulation::bigm ? "bigm" : "indicator";
}

std::string_view name(DistanceForm form) {
  return form == DistanceForm::papers ? "papers" : "tight";
}

}  // namespace brink
