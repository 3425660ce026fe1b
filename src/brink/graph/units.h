// The units that piecewise linear functions are made of: what an operator is in ReLUs.
//     max(a, b) = b + relu(a - b)            min(a, b) = -max(-a, -b)
//     leaky(v)  = s v + (1 - s) relu(v)      |v| = 2 relu(v) - v
//     clip(v)   = low + relu(v - low) - relu(v - high)
//     max over relu(a_i) = relu(max over a_i), which needs no relu for each a_i
// No unit is made for what is constant, where the sign is known, or twice for the same function.
#pragma once

#include <optional>

#include "brink/base/error.h"
#include "brink/graph/affine.h"
#include "brink/network/network.h"

namespace brink::graph {

/// u = relu(input), or u = input: values of which later layers may need fewer than of what they are
/// made of. Linear blocks are a proposal; lower() decides.
struct Block {
  Affine input;
  bool relu = true;
  std::vector<char> linear = {};  ///< of a relu block: 1 for units that are linear; empty: none
};

class Units {
 public:
  explicit Units(Eigen::Index inputs);
  Affine inputs() const;

  Affine relu(const Affine& v);
  /// Any slope for each element; slopes of 0 and 1 are ReLUs and linear units, as they are written.
  Affine leaky(const Affine& v, const Eigen::VectorXd& slope);
  Affine absolute(const Affine& v);
  Affine larger(const Affine& a, const Affine& b);  ///< constants best second
  /// Infinite ends are none.
  Affine clipped(const Affine& v, double low, double high);
  /// Element i: the largest of the elements of v that lists[i] names, one at least; a balanced
  /// tournament whose matches are shared.
  Affine largest(const Affine& v, std::vector<Selection> lists);

  const std::vector<Block>& blocks() const { return blocks_; }

 private:
  Affine block(Block wanted);
  /// a with v = relu(a) if v are ReLUs themselves, else nothing.
  std::optional<Affine> before_relu(const Affine& v) const;
  Affine kept(const Affine& v);  ///< v as units of its own where these are fewer than its own are
  Selection unknown(const Affine& v) const;  ///< elements that may have either sign

  std::vector<Block> blocks_;  // block 0: the inputs
};

/// The chain of layers that computes the output (lower.cpp). Errors: it is the input; too large.
Expected<Network> lower(const std::vector<Block>& blocks, const Affine& output);

}  // namespace brink::graph
