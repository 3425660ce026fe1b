// The adversary of adversarial training: it changes each image of a mini-batch, within a ball of a
// norm, so that the network's loss rises. The network is then trained on the changed images:
//
//     min over weights of the mean over examples of
//         max { loss(x + d) : |d| <= radius, x + d in [0, 1]^n }
//
// (Madry, Makelov, Schmidt, Tsipras & Vladu 2018). In single precision and by a few steps of
// ascent: it proves nothing. What a trained network is worth the exact search says afterwards.
#pragma once

#include <Eigen/Core>
#include <string_view>
#include <vector>

#include "brink/base/error.h"
#include "brink/base/norm.h"
#include "brink/base/random.h"
#include "brink/network/learner.h"

namespace brink {

/// Changes of at most `radius` in a norm.
struct NormBall {
  Norm norm = Norm::linf;  ///< l1, l2 or linf; l0 has no slope to climb
  double radius = 0;       ///< > 0
};

/// "linf:0.1". bad_request when it is not NORM:RADIUS within the ranges above.
Expected<NormBall> parse_ball(std::string_view text);

struct AdversarialOptions {
  std::vector<NormBall> balls;  ///< not empty; mini-batches take them in turn
  int steps = 3;                ///< of ascent, >= 1
  double reach = 2;             ///< length of all steps together, in radii, > 0
  double clean_share = 0;       ///< share of each mini-batch that stays as it is, in [0, 1)
  double ramp = 5;              ///< epochs in which the radius grows from 0, >= 0
};

/// bad_request for options out of range.
Expected<void> check(const AdversarialOptions& options);

/// Moves `x` by `length` in the norm's steepest direction, and then back into [0, 1]^n. In L1 it
/// moves as few pixels as it takes, the steepest first, each as far as the wall.
void ascend(Norm norm, const Eigen::Ref<const Eigen::VectorXf>& slope, float length,
            Eigen::Ref<Eigen::VectorXf> x);

/// Moves `x` in [0, 1]^n to the nearest point (in L2) of the ball around `origin` in [0, 1]^n,
/// which lies in [0, 1]^n too.
void project(const NormBall& ball, const Eigen::Ref<const Eigen::VectorXf>& origin,
             Eigen::Ref<Eigen::VectorXf> x);

class Adversary {
 public:
  explicit Adversary(const AdversarialOptions& options) : options_(options) {}

  /// Moves each column of `inputs` (in [0, 1]) to a higher loss of the learner, within the ball
  /// around where it was and within [0, 1]^n. It starts from a random point.
  void attack(Learner& learner, const NormBall& ball, std::span<const int> labels, Random& random,
              Eigen::Ref<Eigen::MatrixXf> inputs);

 private:
  AdversarialOptions options_;
  Eigen::MatrixXf origin_;
};

}  // namespace brink
