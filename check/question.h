// The header of a certificate: what is claimed, as sets of inputs and regions of outputs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "network.h"
#include "set.h"

namespace check {

/// sum of neurons' coefficients times y, and of inputs' times x, >= rhs; over a common denominator.
struct Row {
  std::vector<std::pair<int, Integer>> neurons, inputs;
  Integer rhs;
};
struct Region {
  Integer denominator = 1;
  std::vector<Row> rows;
  std::vector<Rational> lower, upper;  ///< verify: the cell's box
};
struct Claim {
  int neuron = 0;
  bool upper = false;
  Rational value;
};

struct Question {
  std::string kind;  ///< closest, verify, bounds
  Norm norm = Norm::none;
  std::vector<Rational> lower, upper, image, weights;
  std::optional<Rational> radius;
  std::vector<Region> regions;
  std::vector<Claim> claims;
  std::string property;                ///< its hash, or "none"
  std::optional<long> index, label;    ///< of the image in its data set
  std::vector<std::string> statement;  ///< what is claimed, in words; lines

  InputSet set() const;
};

/// "network KIND HASH", the first lines of a certificate: {KIND, HASH}.
std::pair<std::string, std::string> read_network_line(Lines& lines);
/// The rest of the header. Throws Refused.
Question read_question(Lines& lines, const Network& network);

}  // namespace check
