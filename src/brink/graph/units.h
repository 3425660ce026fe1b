// The units that piecewise linear functions are made of: what an operator is in ReLUs.
//     max(a, b) = b + relu(a - b)            min(a, b) = -max(-a, -b)
//     leaky(v)  = s v + (1 - s) relu(v)      |v| = 2 relu(v) - v
//     clip(v)   = low + relu(v - low) - relu(v - high)
//     max over relu(a_i) = relu(max over a_i), which needs no relu for each a_i
// No unit is made for what is constant, where the sign is known, or twice for the same function.
#pragma once

#include <map>
#include <optional>
#include <vector>

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

/// x_i of a block's unit, or s_i = x_i - y_i.
struct UnitPart {
  int block;
  Eigen::Index unit;
  bool off;
};
/// A maximum's players and what each lacks of it (network.h), in the order of their matches.
using Tournament = std::vector<std::vector<UnitPart>>;

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
  /// Of largest(), if their matches are of no use but to them.
  std::vector<Tournament> tournaments() const;

 private:
  struct Match {
    Affine won;
    int block = -1;  ///< whose units i are relu(a_i - b_i); -1: none has them all
  };
  Match play(const Affine& a, const Affine& b);
  /// The block of which x are the units, if these are relu(y).
  int relu_block(const Affine& x, const Affine& y) const;
  Affine block(Block wanted);
  /// a with v = relu(a) if v are ReLUs themselves, else nothing.
  std::optional<Affine> before_relu(const Affine& v) const;
  Affine kept(const Affine& v);  ///< v as units of its own where these are fewer than its own are
  Selection unknown(const Affine& v) const;  ///< elements that may have either sign

  std::vector<Block> blocks_;  // block 0: the inputs
  std::vector<Tournament> tournaments_;
  std::map<int, int> wanted_, matches_;  // how often, by block: in all, and for tournaments
};

/// The chain of layers that computes the output (lower.cpp), with these maxima. Errors: it is the
/// input; too large.
Expected<Network> lower(const std::vector<Block>& blocks, const Affine& output,
                        const std::vector<Tournament>& tournaments = {});

}  // namespace brink::graph
