// The records of a certificate's proof (docs/certificates.md), as they are found: one a line.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "brink/base/error.h"

namespace brink::certificate {

/// Multipliers as whole numbers times 2^exponent, in the units of the network's file.
struct WholeMultipliers {
  int exponent = 0;
  std::vector<std::int64_t> rows;
  std::vector<std::int64_t> neurons;
  std::vector<char> named;  ///< by neuron; of others the checker knows what is meant
  bool chords = false;      ///< of those it is chords, if they are open
};

/// Why a node is not closed.
enum class Gap {
  none,
  time,     ///< the deadline came
  rounding  ///< no multipliers that were found prove it
};

/// What a proof is made of.
struct Counts {
  std::int64_t nodes = 0, leaves = 0, facts = 0, bytes = 0;
  int depth = 0;

  void add(const Counts& other);
};

class Records {
 public:
  /// `write` receives text, some kilobytes at a time; its first error ends the proof.
  explicit Records(std::function<Expected<void>(std::string_view)> write)
      : write_(std::move(write)) {}

  void line(std::string_view text);
  /// y of the neuron is at least (or at most) `value`.
  void fact(int neuron, bool lower, double value, const WholeMultipliers& multipliers);
  /// The same, by the node that follows: it has the neuron beyond `value` and is closed.
  void fact_by_tree(int neuron, bool lower, double value);
  /// Two nodes follow, the one of y <= 0 first.
  void split(int neuron);
  void pixel(std::int64_t input);
  /// Two nodes follow, first that with the input at most `value`.
  void split_input(std::int64_t input, double value);
  /// Bounds of all open neurons, which the checker works out.
  void substitute();
  void close(const WholeMultipliers& multipliers);
  void close_empty();
  /// A node's two nodes are done.
  void leave() { --depth_; }

  /// What follows waits until release(), which keeps it or forgets it; returns `keep`.
  void hold();
  bool release(bool keep);
  /// What other records have written.
  void add(std::string_view text, const Counts& counts);
  /// From now on the only row is a bound of this neuron, times `sign`: its multiplier is the
  /// neuron's. Negative: rows are rows.
  void take_row_for(int neuron, int sign) {
    row_neuron_ = neuron;
    row_sign_ = sign;
  }

  /// What is left to write; what went wrong.
  Expected<void> finish();
  bool failed() const { return !written_; }
  const Counts& counts() const { return counts_; }

 private:
  void write(const WholeMultipliers& multipliers);
  void end_line();
  void enter();

  std::function<Expected<void>(std::string_view)> write_;
  std::string text_;
  Counts counts_;
  int depth_ = 0;
  int row_neuron_ = -1, row_sign_ = 1;
  bool held_ = false;
  std::size_t held_from_ = 0;
  Counts counts_before_;
  int depth_before_ = 0;
  Expected<void> written_;
};

}  // namespace brink::certificate
