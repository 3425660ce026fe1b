// What multipliers prove of a node, whoever found them: the one place where they are believed.
//
// The points of a node are changes d in the ball with
//     W^k x^{k-1} + b^k - x^k + s^k = 0     k > 1;  y^1(x~) + W^1 d - x^1 + s^1 = 0
//     rows x^{K-1} - t >= rhs
// and every (x, s) in the box that its bounds L <= x - s <= U leave, x = 0 or s = 0 (of linear
// units s = 0, and x may be below 0). Multipliers y of the equations and rho >= 0 of the rows leave
// a sum over the neurons and the ball,
//     bound = rho rhs - y b - h(W^1' y^1) + sum of the least r_x x + r_s s,        (b^1 = y^1(x~))
//     r_x = c_x + y^k - W^{k+1}' y^{k+1},   r_s = c_s - y^k,
// with rows' rho in place of W^K' y^K, h the ball's support function. It holds for any y and any
// rho >= 0. The triangles (relaxation.h) need no multipliers: the least value of a neuron of open
// phase is taken at their corners. Planes above first-layer neurons (planes.h) add their
// multipliers to c_x and -sum of pi (p d + k) to the bound. Rounding is subtracted.
#pragma once

#include <limits>
#include <vector>

#include "brink/search/ball.h"
#include "brink/search/planes.h"
#include "brink/search/problem.h"

namespace brink::search {

struct Multipliers {
  Eigen::VectorXd neurons;  ///< y, flat
  Eigen::VectorXd rows;     ///< rho >= 0
  Planes planes;            ///< of the ball that they are used in
};

/// What is minimised over a node: sign * (x - s) of a neuron, with t >= 0; or -t, t free; or, with
/// neither, nothing: a bound above 0 says that the node is empty.
struct Cost {
  int neuron = -1;
  double sign = 0;
  bool margin = false;     ///< -t
  bool any_margin = true;  ///< t is free
};

struct Proof {
  Multipliers multipliers;
  double value = -std::numeric_limits<double>::infinity();  ///< the bound
  double outside_ball = 0;    ///< the bound is this minus the support function of `direction`
  Eigen::VectorXd direction;  ///< over the inputs
};

/// Given a `maximiser`, it receives the ball's farthest change in that direction.
Proof prove(const Problem& problem, const Intervals& node, const Cost& cost,
            Multipliers multipliers, const Ball& ball, Eigen::VectorXd* maximiser = nullptr);

/// The same of many at once, whose walks through a layer are one product. `maximisers`, if not
/// null, receives as many.
struct Multiplied {
  const Intervals* node = nullptr;
  Cost cost;
  Multipliers multipliers;
};
std::vector<Proof> prove(const Problem& problem, std::vector<Multiplied> many, const Ball& ball,
                         std::vector<Eigen::VectorXd>* maximisers = nullptr);

/// -W^{k+1}' y^{k+1}: what the layers after k cost an activation of layer k >= 1.
Eigen::VectorXd carried_back(const Problem& problem, int k, const Multipliers& multipliers);

/// The largest radius of the ball at which the same multipliers of a margin still prove that a node
/// is empty; 0 if none.
double excluded_radius(const Proof& proof, Ball ball);

}  // namespace brink::search
