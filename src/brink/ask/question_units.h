// A closest question in units near 1: what programs are written from.
//
// A solver's tolerances are absolute (CBC's 1e-9 at best, SCIP's 1e-6), and M times the one on
// integrality is what a neuron can be half on: with weights of 1e6 enough for false optima. So
// every neuron is measured in a unit of its own, a power of two that brings its activations near 1
// (bounds/rescale_bounds.h); one unit for all outputs, and for the target's floor. No digit
// changes, and distances are in pixels as before. The bounds are the tightest known: those given,
// and symbolic ones over what box and cap leave.
#pragma once

#include "brink/bounds/bounds.h"
#include "brink/question/question.h"

namespace brink {

struct QuestionInUnits {
  Network network;
  Bounds bounds;
  ClosestQuestion question;
  int outputs = 0;  ///< these outputs are 2^outputs times the network's
};

/// `basic`: the M of the papers' basic model are the given bounds', whatever else is known.
QuestionInUnits in_units(const Network& network, const Bounds& given,
                         const ClosestQuestion& question, const Eigen::VectorXd& image, bool basic);

}  // namespace brink
