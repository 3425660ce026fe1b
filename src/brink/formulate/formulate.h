// From (Network, Bounds, Question) to a Program. Nothing here knows a solver.
//
// One encoding a file, headed by its mathematics: relu_bigm.cpp, relu_indicator.cpp;
// distance_l0.cpp, distance_l1.cpp, distance_l2.cpp, distance_linf.cpp. All of it in one place:
// docs/formulations.md.
//
// Names (layer k from 1, neuron and pixel j from 0, segment or breakpoint i from 0):
//   columns  x_0_j input (papers' form), x_k_j s_k_j z_k_j neuron; p_j n_j the move of a pixel up
//   and
//            down, p_j_i n_j_i its segments (l2); d_j u_j W the distance; l_j_i y_j_i weights;
//            win_m_i the winner of maximum m
//   rows     pre_k_j pre-activation, on_k_j off_k_j ReLU, fooled_r output condition; above_j
//            below_j within_j distance; place_j convex_j two_j use_j_i apart_j_i_k weights;
//            wins_m_i winner_m maxima
#pragma once

#include <optional>
#include <vector>

#include "brink/bounds/bounds.h"
#include "brink/network/network.h"
#include "brink/program/program.h"
#include "brink/question/question.h"

namespace brink {

/// How z = 1 -> x <= 0, z = 0 -> s <= 0 is written. bigm: x <= M+ (1 - z), s <= M- z.
enum class Formulation { bigm, indicator };
Expected<Formulation> parse_formulation(std::string_view text);
std::string_view name(Formulation formulation);

/// papers: their rows (-d_j <= x_j - x~_j <= d_j and so on); tight: x_j = x~_j + p_j - n_j.
enum class DistanceForm { papers, tight };
/// "papers" (formerly "seed", still understood) or "tight".
Expected<DistanceForm> parse_distance_form(std::string_view text);
std::string_view name(DistanceForm form);

struct EncodingOptions {
  Formulation formulation = Formulation::bigm;
  /// Every hidden neuron keeps its binary and x, s get no upper bounds: the papers' basic model.
  /// (Big-M still needs its M from the bounds.) Otherwise stable neurons lose their binary.
  bool basic = false;
  int last_layer = 0;        ///< encode layers 1..last_layer (0: all hidden layers, K - 1)
  bool output_relu = false;  ///< with last_layer = K: split the output layer too (x, s, z)
};

/// Columns of the neurons 1..last_layer, all of them: x_j^k, s_j^k, z_j^k (z: -1 when the bounds
/// fix the neuron's sign: x or s is then fixed to 0; and of matches of max pooling in direct form).
/// Linear units, and a linear output layer's, have x_j^k = y_j^k, s = z = -1.
struct NeuronColumns {
  int x = -1;
  int s = -1;
  int z = -1;
};

/// The network's part of a program: inputs as affine expressions of columns already present.
struct NetworkEncoding {
  std::vector<LinearExpression> inputs;             ///< x_j^0
  std::vector<std::vector<NeuronColumns>> neurons;  ///< [k - 1][j]

  /// x_j^k as an expression: k = 0 the input, else the neuron's x column.
  LinearExpression activation(int k, Eigen::Index j) const;
  /// y_j^k = W_j^k x^{k-1} + b_j^k for k <= last_layer + 1.
  LinearExpression pre_activation(const Network& network, int k, Eigen::Index j) const;
};

/// Adds one column lb <= x_j^0 <= ub per input.
std::vector<LinearExpression> add_inputs(Program& program, const Box& box);

/// Adds rows (7) and the ReLU encoding (8)-(14) of Fischetti & Jo 2018 for layers 1..last_layer;
/// the network's maxima, if any, with binaries of their own.
NetworkEncoding add_network(Program& program, const Network& network, const Bounds& bounds,
                            std::vector<LinearExpression> inputs, const EncodingOptions& options);

/// Costs of the general objective (6): c on x (k = 0..), gamma on z, lambda on s (k = 1..). Empty
/// vectors: zero. `input[j]`, the others [k - 1][j] for k = 1..K; a linear output layer has no s
/// and z to put costs on.
struct GeneralCosts {
  std::vector<double> input;
  std::vector<std::vector<double>> x, z, s;
};

/// The papers' 0-1 MILP (6)-(14) over a box with general costs; all layers. The output layer is
/// split like the others when the network ends in relu; else x^K = y^K, free in sign. A neuron
/// whose z has a cost keeps its z. `options.last_layer`, `options.output_relu` are not read.
struct GeneralModel {
  Program program;
  NetworkEncoding encoding;
};
GeneralModel general_model(const Network& network, const Bounds& bounds, const Box& box,
                           const GeneralCosts& costs, const EncodingOptions& options);

/// The distance's part: columns and rows that measure dist(x, x~), with the objective set on them.
/// Returns x^0. `tangents`: for the true L2, tangent points of d^2 per pixel (sorted, first 0);
/// the objective is then a lower bound of the squared distance. `squares`: the true L2 as squares
/// of columns. `sos2`: in the papers' form of breakpoints, sets of type 2 in place of binaries. L2
/// needs the question's breakpoints or, in tight form, tangents or squares: std::invalid_argument
/// otherwise.
struct DistanceOptions {
  DistanceForm form = DistanceForm::tight;
  const std::vector<std::vector<double>>* tangents = nullptr;
  bool squares = false;
  bool sos2 = false;
};
std::vector<LinearExpression> add_distance(Program& program, const ClosestQuestion& question,
                                           const Eigen::VectorXd& image,
                                           const DistanceOptions& options);

/// Rows c . y^K >= rhs of one output region.
void add_region(Program& program, const Network& network, const NetworkEncoding& encoding,
                const OutputRegion& region);

/// Everything together for one image and one region of the question. L2's objective is squared.
struct ClosestModel {
  Program program;
  NetworkEncoding encoding;
};
ClosestModel closest_model(const Network& network, const Bounds& bounds,
                           const ClosestQuestion& question, const OutputRegion& region,
                           const Eigen::VectorXd& image, const EncodingOptions& encoding,
                           const DistanceOptions& distance);

/// The papers' literal model for relu outputs and target_min 0: the output layer is split like the
/// others and x_t^K >= margin x_j^K (15) stands on its x columns. One program for the union of both
/// regions of such a question, the all-zero outputs included.
ClosestModel literal_model(const Network& network, const Bounds& bounds,
                           const ClosestQuestion& question, int target,
                           const Eigen::VectorXd& image, const EncodingOptions& encoding,
                           const DistanceOptions& distance);

/// x^0 at a solution of the program.
Eigen::VectorXd input_values(const NetworkEncoding& encoding, const std::vector<double>& values);

}  // namespace brink
