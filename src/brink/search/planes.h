// Planes x <= p d + k above neurons of the first layer, over a ball.
//
// The chord x <= (y - L) U / (U - L) sees the inputs through y = y(x~) + w d alone. But any p gives
// an upper bound that is linear in d, with
//     k = max ( max -p d,  y(x~) + max (w - p) d ),        both over the ball:
// the first keeps the plane above 0, the second above y. The chord is p = w U / (U - L), all inputs
// taking the same part in the rise. Many other p have the same k, and best is what cancels the
// other neurons' demands of an input. The least of all planes is the neuron's concave envelope over
// the ball (over a box: Anderson et al. 2020; Tjandraatmadja et al. 2020).
//
// Which plane is the envelope's at a point d of the ball has a closed form for each norm
// (plane_forms.h). So a few numbers say where all planes lie: a place of each input, the same for
// all neurons, and a level or two for each neuron. Where both parts of k are not equal yet, p is
// mixed with 0 or w until they are. The ascent (slope_ascent.h) moves the places a share of the way
// to each maximiser that it meets, as fictitious play does, and levels by Newton's rule.
//
// Of what the chords leave open of second-layer neurons on 784-50-50-10, planes close half to four
// fifths. Tried: chords for neurons of which more is known than the ball says (ten times the nodes
// on 784-256-256-10); levels a step behind without the mixing (1.5 times); prices from the
// triangles instead of the gap at the places (twice). In L1 and L2 each neuron's p free and moved
// by Adam's rule: in L2 the same bound after 200 steps, in L1 a sixth more of the gain, for as many
// numbers as the first layer has weights.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include <vector>

#include "brink/search/ball.h"
#include "brink/search/live_layers.h"
#include "brink/search/plane_inputs.h"
#include "brink/search/slope_steps.h"

namespace brink::search {

/// Multipliers of x_j - p_j d - k_j <= 0, and where the planes lie.
struct Planes {
  Eigen::VectorXf place;    ///< of each input; empty: no planes
  Eigen::VectorXf levels;   ///< of each neuron of the first layer
  Eigen::VectorXf seconds;  ///< the same, where the norm's planes have two numbers
  Eigen::VectorXd weights;  ///< >= 0, of each neuron of the first layer

  bool empty() const { return place.size() == 0; }
};

/// What planes add to a bound (lagrangian.h).
struct PlanesProof {
  double constant = 0;  ///< -sum of weight k
  double doubt = 0;     ///< what rounding may make of all, the directions included
};
/// Adds the sum of weight p to a direction.
PlanesProof add_planes(const Problem& problem, const Planes& planes, const Ball& ball,
                       Eigen::VectorXd& direction);

/// May planes bound this problem's first layer over this ball?
bool planes_apply(const Problem& problem, const Ball& ball);

/// The planes of an ascent's items, a row each, in single precision.
class PlaneRows {
 public:
  PlaneRows(const Problem& problem, const Ball& ball, const LiveLayers& live, Eigen::Index count);

  /// Where item b begins: at no change, levels by the chords' slopes, or `start`.
  void begin(Eigen::Index b, const NeuronLines& lines, const Planes* start);

  /// Open neurons of item b with a cost below 0 go by their planes: from what relax() of
  /// slope_steps.h made of them nothing is carried to y. Returns what is to be added to the bound;
  /// direction(b) to what is carried to the inputs.
  double relax(Eigen::Index b, const NeuronLines& lines, const float* costs, float* carried);
  auto direction(Eigen::Index b) const { return directions_.row(b); }
  /// x of these at a change.
  void follow(Eigen::Index b, const float* costs, const float* change, float* x) const;
  /// A share of the way to the changes; levels by Newton's rule.
  void climb(const FloatRows& changes, float share);

  void keep(Eigen::Index b);
  void return_to_best();
  Planes result(Eigen::Index b, const float* costs) const;
  /// Of these neurons: how far the planes are above them where the places are, times the cost.
  void prices(Eigen::Index b, const float* costs, float* prices) const;
  /// Passes over the inputs so far, a neuron each.
  std::int64_t loops() const { return loops_; }

 private:
  bool goes_by_plane(Eigen::Index b, Eigen::Index j, const float* costs) const {
    return taken_(b, j) > 0 && costs[j] < 0;
  }
  PlaneLevel<float> level(Eigen::Index b, Eigen::Index j) const {
    return {levels_(b, j), seconds_(b, j)};
  }
  float second(Eigen::Index j, float slope, float width);
  PlaneWhole<float> whole(Eigen::Index b, Eigen::Index j, const PlaneInputs<float>& inputs);
  /// p d + k.
  float value(Eigen::Index b, Eigen::Index j, const PlaneInputs<float>& inputs,
              const float* change) const;

  const LiveLayers& live_;
  int first_width_;
  Norm norm_;
  float radius_;
  PlaneBall<float> ball_;
  // Of live neurons, once they are asked for.
  std::vector<std::optional<PlaneWhole<float>>> whole_;
  Eigen::VectorXf thresholds_;
  FloatRows taken_, levels_, seconds_, moves_, next_seconds_, constants_, parts_, rests_,
      best_levels_, best_seconds_;             ///< of live neurons
  FloatRows place_, best_place_, directions_;  ///< of inputs
  std::int64_t loops_ = 0;
};

}  // namespace brink::search
