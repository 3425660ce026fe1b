// What one search is about: an image, its changes, and linear conditions on the outputs.
//
//     is there a change d in the ball with   rows x^{K-1} >= rhs ?        (1)
//
// x^{K-1} are the activations of the last hidden layer at image + d. The closest example asks (1)
// for the smallest ball, exciting a unit asks it for the largest rhs. The output layer is folded
// into the rows: c y^K >= r is c W^K x^{K-1} >= r - c b^K.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "brink/base/box.h"
#include "brink/bounds/intervals.h"
#include "brink/network/neurons.h"
#include "brink/pattern/pattern.h"
#include "brink/question/question.h"
#include "brink/search/node.h"

namespace brink::search {

class ClaimLog;

using RowMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

class Problem {
 public:
  /// The network needs a hidden layer. `reach` contains `image`.
  Problem(const Network& network, const Eigen::VectorXd& image, Box reach,
          const OutputRegion& region);
  /// The same of another region; the two share what they can.
  Problem(const Problem& other, const OutputRegion& region);

  /// Who is told what is believed of this problem and of those made from it; null: nobody, and then
  /// planes (planes.h) may bound their first layer, which certificates do not know.
  void tell(ClaimLog* claims, bool planes = false) {
    claims_ = claims;
    planes_ = planes && claims == nullptr;
  }
  ClaimLog& claims() const;
  bool planes() const { return planes_; }

  const Network& network() const { return *inputs_->network; }
  const Eigen::VectorXd& image() const { return inputs_->image; }
  const Box& reach() const { return inputs_->reach; }
  /// out = W^1 d.
  void first_image(const Eigen::VectorXd& d, Eigen::VectorXd& out) const;
  /// out = W^1' v.
  void first_direction(const Eigen::VectorXd& v, Eigen::VectorXd& out) const;
  /// Of W^1, if it is dense.
  const double* first_row(int j) const { return inputs_->first_weights.row(j).data(); }
  const Eigen::VectorXd& first_center() const {
    return inputs_->first_center;
  }  ///< y^1 at the image
  /// Bound on the rounding of v y^1(x~) + (W^1' v) d per unit of |v_j|, d in the reach.
  const Eigen::VectorXd& first_doubt() const { return inputs_->first_doubt; }
  const Eigen::MatrixXd& rows() const { return rows_; }
  const Eigen::VectorXd& rhs() const { return rhs_; }
  /// What rows() and rhs() are computed from, before it cancels: the largest of |c| |W^K|, and
  /// |c| |b^K| + |r| for each row. Rounding is charged by these.
  double row_magnitude() const { return row_magnitude_; }
  const Eigen::VectorXd& rhs_magnitudes() const { return rhs_magnitudes_; }
  /// No weight of layers 2..K-1 is larger.
  double largest_weight() const { return inputs_->largest_weight; }

  int hidden_layers() const { return network().depth() - 1; }
  int first_width() const { return static_cast<int>(first_center().size()); }
  /// Passes through the network in Statistics::effort, at least 1.
  long effort_of_passes(double passes) const {
    constexpr double kWeightsAnIteration = 20'000;
    return std::max(1L, static_cast<long>(passes * weights() / kWeightsAnIteration));
  }
  double weights() const { return inputs_->weights; }  ///< how many

  /// Too many neurons for a program each, before anything else is known.
  bool is_large() const;

  /// Hidden neurons, by number (network/neurons.h).
  int neurons() const { return inputs_->neurons.hidden(); }
  int neuron(int k, int j) const { return inputs_->neurons.number(k, j); }  ///< k >= 1
  /// Which of them are linear; empty: none.
  const std::vector<char>& linear() const { return inputs_->linear; }
  int layer_of(int neuron) const { return inputs_->neurons.layer_of(neuron); }

  /// min over the rows of (rows x^{K-1} - rhs) at the activations of image + d; x may be any input.
  double slack(const Eigen::VectorXd& x) const;

  /// image + change, rounding at the reach's sides undone.
  Eigen::VectorXd image_with(const Eigen::VectorXd& change) const;

  /// Which hidden neurons are active at x.
  std::vector<bool> pattern(const Eigen::VectorXd& x) const;
  /// Phases of a node all of whose neurons are settled.
  Phases phases(const Intervals& settled) const;

  /// Interval arithmetic from layer `first` on, intersected with what is there; nothing when some
  /// interval is empty beyond rounding: no point has these bounds.
  std::optional<Intervals> propagate(Intervals bounds, int first) const;

  /// What holds in a node below a root of these bounds: its splits and changes, and what follows by
  /// interval arithmetic; nothing if no point has these phases.
  std::optional<Intervals> within(const Intervals& root, const Node& node) const;

 private:
  /// What all regions have in common.
  struct Inputs {
    const Network* network;
    Eigen::VectorXd image;
    Box reach;
    RowMatrix first_weights;  ///< W^1, if it is dense: by rows, for the kernels
    Eigen::VectorXd first_center, first_doubt;
    Neurons neurons;
    std::vector<char> linear;
    double largest_weight;  ///< of layers 2..K-1
    double weights;         ///< how many
  };
  void add_rows(const OutputRegion& region);

  std::shared_ptr<const Inputs> inputs_;
  ClaimLog* claims_ = nullptr;
  bool planes_ = false;
  Eigen::MatrixXd rows_;
  Eigen::VectorXd rhs_;
  double row_magnitude_ = 0;
  Eigen::VectorXd rhs_magnitudes_;
};

/// What of `after` is tighter.
std::vector<Change> changes_between(const Intervals& before, const Intervals& after);

}  // namespace brink::search
