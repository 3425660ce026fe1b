// A set of inputs, a box cut by a ball, and its support function h(c) = max { c x : x in the set }.
//
// Any penalty factor t gives an upper bound of h; one near the best is found in floating point,
// and what it proves is evaluated exactly (docs/certificates.md, Support functions).
#pragma once

#include <vector>

#include "exact.h"

namespace check {

enum class Norm { none, l0, l1, l2, linf };

class InputSet {
 public:
  /// `image` lies in the box; empty for norm none. `weights`: empty if all are 1.
  InputSet(Norm norm, const std::vector<Rational>& lower, const std::vector<Rational>& upper,
           const std::vector<Rational>& image, const Rational& radius,
           const std::vector<Rational>& weights);

  int size() const { return static_cast<int>(lower_.size()); }
  Norm norm() const { return norm_; }
  Rational support(const std::vector<Integer>& c) const;

  /// The part of input j's range that is at most (least) `value`, which is rounded outward.
  void cut(int j, bool above, const Rational& value);
  /// l0: j keeps the image's value, or may change and is paid for.
  enum class Pixel : char { open, fixed, moves };
  void divide(int j, Pixel pixel);
  Pixel pixel(int j) const { return pixels_[static_cast<std::size_t>(j)]; }
  /// Some input's range is empty, or more than the radius is spent.
  bool empty() const;

  /// What cut() and divide() change of input j, to be put back.
  struct Saved {
    int j;
    Integer lower, upper;
    Pixel pixel;
    Rational left;
  };
  Saved save(int j) const;
  void restore(const Saved& saved);

 private:
  Rational support_box(const std::vector<Integer>& c) const;
  Rational support_l1(const std::vector<Integer>& c) const;
  Rational support_l0(const std::vector<Integer>& c) const;
  Rational support_l2(const std::vector<Integer>& c) const;
  Rational center(const std::vector<Integer>& c) const;  ///< c x~
  std::vector<double> sizes(const std::vector<Integer>& values, long& exponent) const;
  void relative(std::size_t j);
  bool weighs() const { return !weights_.empty(); }
  Integer weight(std::size_t j) const { return weighs() ? weights_[j] : Integer(1); }

  Norm norm_;
  Integer scale_ = 1;  ///< the inputs' denominator
  std::vector<Integer> lower_, upper_, image_;
  std::vector<Integer> low_, high_;  ///< of the change, lower_ - image_; norms l0, l1, l2
  Rational radius_, left_;           ///< left_: l0's, less what is spent
  std::vector<Integer> weights_;     ///< over weight_scale_
  Integer weight_scale_ = 1;
  std::vector<Pixel> pixels_;
};

}  // namespace check
