// The one inequality: a bound that multipliers prove at a node, whatever they are.
// docs/certificates.md, The inequality, has its formula and proof.
#pragma once

#include <string_view>
#include <vector>

#include "bounds.h"
#include "question.h"

namespace check {

/// What a lemma bounds: sigma y_N, sigma 1 or -1; sigma 0: nothing.
struct Objective {
  int neuron = -1;
  int sigma = 0;
};

class Inequality {
 public:
  explicit Inequality(const Network& network);

  /// "EXPONENT {token} /|~ {token}", of a region with so many rows. Throws Refused.
  void read(std::string_view multipliers, const Region& region);
  /// B; brings up the bounds that it needs.
  Rational value(const Region& region, const InputSet& set, Bounds& bounds, Objective objective);

 private:
  /// lambda of layer k, from costs_ and what the certificate names.
  void multiply(int k, const Region& region, const Bounds& bounds, Objective objective);
  Rational neurons_of(int k, const Bounds& bounds);
  Rational biases_of(int k) const;
  bool active(int k) const;
  /// What unit j of layer k has that is left out, from what it is given, as `pass`es it on.
  enum class Left { nothing, passes, chord };
  Left left_out(int k, int j, const Bounds& bounds) const;
  static Integer chord_of(const Integer& passed, const Integer& low, const Integer& high);
  const Integer* lambda_of(int k) const {
    return &lambda_[static_cast<std::size_t>(network_.first[static_cast<std::size_t>(k)])];
  }

  const Network& network_;
  long exponent_ = 0;  ///< <= 0; of what the certificate names
  std::vector<Integer> rho_, named_, mu_, lambda_, direction_;
  std::vector<char> is_named_;
  bool chords_ = false;    ///< ~
  std::vector<int> used_;  ///< the neurons that are named
  /// a of the layer at hand, over region.denominator 2^costs_scale_ and the next layer's.
  std::vector<Integer> costs_;
  long costs_scale_ = 0;
  std::vector<long> scale_;       ///< by layer: mu and lambda are over region.denominator 2^this
  std::vector<Integer> in_rows_;  ///< rho times the rows, by neuron
};

}  // namespace check
