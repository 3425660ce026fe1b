// Multipliers with as few digits as still prove what they are meant to.
//
// What prove() (search/lagrangian.h) says of the rounded multipliers counts; so each record is
// proven before it is written. An active neuron whose own term is zero hands on exactly what the
// layer after it asks for: it need not be named, and rounding does not pile up on its way through
// the layers. A proof that a node is empty holds at any scale: the largest multiplier is made to
// fill its digits.
#pragma once

#include <optional>
#include <vector>

#include "brink/certificate/records.h"
#include "brink/search/lagrangian.h"
#include "brink/search/units.h"

namespace brink::certificate {

/// Down, to a multiple of a power of two that is a small part of the width.
double on_grid(double value, double width);

class FewDigits {
 public:
  /// `units`: of the problem, which is in the search's own.
  FewDigits(const search::Problem& problem, const search::Units& units);

  struct Written {
    WholeMultipliers multipliers;
    double value = 0;  ///< proven of the cost, in the search's units
  };
  /// Proves that the node is empty in the ball; nothing: the multipliers do not.
  std::optional<Written> empty(const Intervals& node, const search::Multipliers& found,
                               const search::Ball& ball);
  /// Bounds the cost, a neuron or minus the margin of the only row, by at least `least`.
  std::optional<Written> bound(const Intervals& node, const search::Cost& cost,
                               const search::Multipliers& found, const search::Ball& ball,
                               double least);

  /// A neuron's value in the file's units.
  double in_file(int neuron, double value) const;

 private:
  struct Grid {
    int unit = 0;        ///< of the cost, as an exponent
    int exponent = 0;    ///< of the numbers written
    double scale = 1;    ///< from the file's units to them
    double largest = 0;  ///< multiplier
  };
  Grid grid(const Intervals& node, const search::Cost& cost, const search::Multipliers& found,
            int bits, bool name_active) const;
  int exponent(int neuron) const { return exponents_[static_cast<std::size_t>(neuron)]; }
  std::optional<Written> rounded(const Intervals& node, const search::Cost& cost,
                                 const search::Multipliers& found, const search::Ball& ball,
                                 double least, int bits, bool name_active) const;
  std::optional<Written> fewest(const Intervals& node, const search::Cost& cost,
                                const search::Multipliers& found, const search::Ball& ball,
                                double least, std::size_t& guess);

  const search::Problem& problem_;
  std::vector<int> exponents_;  ///< of hidden neurons
  int output_exponent_;
  std::size_t guess_empty_ = 2, guess_bound_ = 2;  ///< what did last time
  int looked_ = 0;
};

}  // namespace brink::certificate
