// Bounds on the pre-activations y_j^k of every neuron over a box of inputs, and where each bound
// came from.
//
// A bound is a claim of proof: for every x in the box, lower <= y_j^k(x) <= upper. Methods
// *propose* bounds; `intersect` is the one place where proposals meet.
#pragma once

#include <Eigen/Core>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "brink/base/box.h"
#include "brink/base/deadline.h"
#include "brink/base/error.h"
#include "brink/bounds/intervals.h"
#include "brink/network/neurons.h"

namespace brink {

/// What proved a bound. `stopped` is the dual bound of a MILP that hit its limit (the papers':
/// "weak").
enum class BoundSource { interval, symbolic, lp, stopped, exact };

std::string_view name(BoundSource source);

struct NeuronBounds {
  double lower = 0;  ///< L <= y
  double upper = 0;  ///< y <= U
  BoundSource lower_source = BoundSource::interval;
  BoundSource upper_source = BoundSource::interval;
  bool linear = false;  ///< a unit without a phase

  bool always_active() const { return lower >= 0 || linear; }
  bool always_inactive() const { return upper <= 0 && !linear; }
  bool unstable() const { return lower < 0 && upper > 0 && !linear; }
};

class Bounds {
 public:
  std::string network;  ///< content_hash of the network they belong to
  Box box;              ///< the inputs they hold for
  std::string method;   ///< interval, symbolic, lp, exact, weak
  std::string solver;   ///< MIP solver behind exact bounds; "": none
  double t_pre = 0;     ///< seconds spent on them (once per network)

  /// Layers 1..depth(), all of the network's once they are complete, the output included.
  int depth() const { return neurons_.depth(); }
  int width(int k) const { return neurons_.width(k); }
  const Neurons& neurons() const { return neurons_; }
  const Intervals& intervals() const { return intervals_; }

  /// Which neurons are linear is said once: `set` leaves it.
  NeuronBounds at(int neuron) const;
  NeuronBounds at(int k, Eigen::Index j) const { return at(neurons_.number(k, j)); }
  void set(int neuron, const NeuronBounds& bounds);
  void set(int k, Eigen::Index j, const NeuronBounds& bounds) {
    set(neurons_.number(k, j), bounds);
  }
  std::vector<NeuronBounds> layer(int k) const;
  /// Layer k, of the width that it has.
  void set_layer(int k, const std::vector<NeuronBounds>& layer);
  void add_layer(const std::vector<NeuronBounds>& layer, const std::vector<char>& linear = {});
  /// Which are linear, for bounds from a file.
  void set_linear(const Network& of);
  void keep_layers(int depth);

  int unstable_count() const;  ///< over hidden layers

 private:
  void resize();
  void mark_linear(int k, const std::vector<char>& linear);

  Neurons neurons_;
  Intervals intervals_;
  std::vector<BoundSource> lower_sources_, upper_sources_;
};

/// That they can be the network's over the box: layers of its sizes up to k, a box of its inputs
/// that contains this one. Of which weights they are is not looked at: see load_bounds_for.
Expected<void> check_bounds(const Network& network, int k, const Box& box, const Bounds& bounds);

/// The tighter of two claims about the same neuron, side by side, each side with its source.
NeuronBounds intersect(const NeuronBounds& a, const NeuronBounds& b);

/// Interval arithmetic, rounded outward (one layer at a time).
Bounds interval_bounds(const Network& network, const Box& box);

/// CROWN-style backward substitution (Zhang et al. 2018) intersected with interval arithmetic; by
/// the latter alone where a deadline comes first in layers of more than 256 neurons.
Bounds symbolic_bounds(const Network& network, const Box& box, const Deadline& deadline = {});

/// Layer k proposed by one method from the bounds of layers 1..k-1 already in `known`; infinite
/// where the deadline came first, but for 256 of them.
std::vector<NeuronBounds> interval_layer(const Network& network, const Bounds& known, int k);
std::vector<NeuronBounds> symbolic_layer(const Network& network, const Bounds& known, int k,
                                         const Deadline& deadline = {});

/// JSON, human readable, all digits kept. Reading refuses anything malformed; `path` names the text
/// in errors.
std::string bounds_text(const Bounds& bounds);
Expected<Bounds> parse_bounds(const std::string& text, const std::filesystem::path& path);
Expected<void> save_bounds(const Bounds& bounds, const std::filesystem::path& path);
Expected<Bounds> load_bounds(const std::filesystem::path& path);
/// load_bounds, and an error when they belong to another network or hold for another box than
/// one that contains `box`.
Expected<Bounds> load_bounds_for(const Network& network, const Box& box,
                                 const std::filesystem::path& path);

}  // namespace brink
