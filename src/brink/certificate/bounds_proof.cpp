// A side of a neuron of layer k is a question about the network cut off behind that layer: one row,
// c y^k with c = -1 for a lower side and 1 for an upper one. What multipliers prove of it is a
// fact; where that is not near enough, the part of the box where the row is beyond the claim is
// shown to be empty by a tree, as a region of outputs is.
#include "brink/certificate/bounds_proof.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>

#include "brink/base/destination.h"
#include "brink/base/exact_text.h"
#include "brink/base/parallel.h"
#include "brink/certificate/parts.h"
#include "brink/certificate/region_proof.h"
#include "brink/network/neurons.h"
#include "brink/search/parameters.h"
#include "brink/search/units.h"

namespace brink::certificate {

namespace {

using search::Ball;
using search::NodeBound;
using search::Problem;

/// Of a layer's largest bound: what checkers may lose by rounding outward.
constexpr double kOutward = 4e-12;
/// Claims of a search are this much weaker, of max(1, |value|): room between ball and extreme.
constexpr double kTreeRoom = 2e-8;
constexpr int kSharpRounds = 60;
constexpr int kSidesAtOnce = 16;

double magnitude(const Intervals& known, std::size_t first, std::size_t end) {
  double largest = 1e-300;
  for (std::size_t i = first; i < end; ++i) {
    largest = std::max({largest, std::abs(known.lower[i]), std::abs(known.upper[i])});
  }
  return largest;
}

/// A layer's sides: the network up to it, in the search's own units.
class LayerProof {
 public:
  LayerProof(const Network& network, const Box& box, const Intervals& known, int k)
      : neurons_(network), k_(k) {
    Network part;
    part.layers.assign(network.layers.begin(), network.layers.begin() + k);
    part.layers.back().linear.clear();
    OwnUnits own(part, box);
    units_ = std::move(own.units);
    network_ = std::move(own.network);
    const Box own_box{search::scaled(box.lower, units_.inputs),
                      search::scaled(box.upper, units_.inputs)};
    const Eigen::VectorXd middle = 0.5 * (own_box.lower + own_box.upper);
    problem_.emplace(network_, middle, own_box, region(0, true, 0));
    for (int i = 0; i < problem_->neurons(); ++i) {
      const auto id = static_cast<std::size_t>(i);
      root_.lower.push_back(std::ldexp(known.lower[id], exponent(i)));
      root_.upper.push_back(std::ldexp(known.upper[id], exponent(i)));
    }
    root_.linear = problem_->linear();
  }

  enum class Side {
    nothing,  ///< known bounds are as good
    written,
    broken  ///< a tree was begun that does not prove the claim
  };
  /// The claim becomes what is proven of it. `known`: by interval arithmetic, of sign y.
  Side side(BoundClaim& claim, double known, Records& records, const Deadline& deadline) const {
    const int unit = claim.neuron - neurons_.first(k_);
    const double sign = claim.lower ? 1 : -1;
    const double target = sign * std::ldexp(claim.value, units_.outputs());
    const double room = kTreeRoom * std::max(1.0, std::abs(target));
    const OutputRegion row = region(unit, claim.lower, 0);
    const Problem problem(*problem_, row);
    const Ball ball(Norm::linf, problem.image(), problem.reach(), 1e300);
    search::PointPool pool;
    const auto bounder = make_bounder(problem, root_);
    const NodeBound bound =
        bounder->minimise(root_, {.sharp = true}, ball, pool, target, kSharpRounds, deadline);
    if (bound.empty()) return Side::nothing;
    FewDigits digits(problem, units_);
    const double width = std::max(*bound.value - known, 0.0);
    const bool near = *bound.value > target - room;
    const double least = near ? std::min(*bound.value, target) - room : *bound.value - 0.01 * width;
    const auto written =
        digits.bound(root_, {.margin = true}, bound.proof.multipliers, ball, least);
    if (near && written) return fact(claim, std::min(written->value, target), *written, records);
    if (claim.searched) {
      return tree(claim, target - room, records, deadline) ? Side::written : Side::broken;
    }
    if (!written || written->value <= known) return Side::nothing;
    return fact(claim, written->value, *written, records);
  }

  double in_own(double value) const { return std::ldexp(value, units_.outputs()); }

 private:
  int exponent(int neuron) const {
    const int k = neurons_.layer_of(neuron);
    return units_.neurons[static_cast<std::size_t>(k - 1)]
                         [static_cast<std::size_t>(neurons_.unit_of(neuron))];
  }

  OutputRegion region(int unit, bool lower, double least) const {
    OutputRegion result;
    const double sign = lower ? -1 : 1;
    const Eigen::Index width = network_.layers.back().bias.size();
    result.rows.push_back({sign * Eigen::VectorXd::Unit(width, unit), least});
    return result;
  }

  Side fact(BoundClaim& claim, double value, FewDigits::Written written, Records& records) const {
    claim.value = std::ldexp(claim.lower ? value : -value, -units_.outputs());
    written.multipliers.rows.clear();  // the lemma's own
    records.fact(claim.neuron, claim.lower, claim.value, written.multipliers);
    return Side::written;
  }

  /// The row beyond `value`: nothing is there.
  bool tree(BoundClaim& claim, double value, Records& records, const Deadline& deadline) const {
    const int unit = claim.neuron - neurons_.first(k_);
    // lower: y <= value, else -y <= value, that is y >= -value.
    const OutputRegion beyond = region(unit, claim.lower, -value);
    const Problem problem(*problem_, beyond);
    const Ball ball(Norm::linf, problem.image(), problem.reach(), 1e300);
    const double told = std::ldexp(claim.lower ? value : -value, -units_.outputs());
    records.fact_by_tree(claim.neuron, claim.lower, told);
    records.take_row_for(claim.neuron, claim.lower ? -1 : 1);
    RegionProof proof(problem, beyond, ball, units_, records, deadline);
    proof.start_from(root_);
    if (proof.run() != Gap::none) return false;
    claim.value = told;
    return true;
  }

  Neurons neurons_;
  int k_;
  search::Units units_;
  Network network_;
  std::optional<Problem> problem_;
  Intervals root_;
};

}  // namespace

Expected<Outcome> write_bounds(const std::string& network_line, const Network& network,
                               const Box& box, std::vector<BoundClaim>& claims,
                               const std::filesystem::path& file, const ProofOptions& options) {
  const std::string name = file.string();
  auto proof = TemporaryFile::beside(file);
  if (!proof) return tl::unexpected(proof.error());
  const Neurons neurons(network);
  std::map<int, std::vector<std::size_t>> of_layer;
  for (std::size_t c = 0; c < claims.size(); ++c) {
    of_layer[neurons.layer_of(claims[c].neuron)].push_back(c);
  }
  Intervals known;
  Outcome outcome;
  for (int k = 1; k <= network.depth() && !of_layer.empty(); ++k) {
    const Box range = k == 1 ? box : known.activations(neurons.first(k - 1), network.width(k - 1));
    const Intervals step = interval_step(network.layer(k), range.lower.data(), range.upper.data());
    known.lower.insert(known.lower.end(), step.lower.begin(), step.lower.end());
    known.upper.insert(known.upper.end(), step.upper.begin(), step.upper.end());
    for (Eigen::Index j = 0; j < network.width(k); ++j) {
      known.linear.push_back(network.layer(k).is_linear(j) ? 1 : 0);
    }
    const auto first = static_cast<std::size_t>(neurons.first(k));
    const double room = kOutward * magnitude(known, first, first + step.lower.size());
    std::vector<std::size_t> open;
    for (const std::size_t c : of_layer[k]) {
      BoundClaim& claim = claims[c];
      const auto id = static_cast<std::size_t>(claim.neuron);
      const double by_intervals = claim.lower ? known.lower[id] - room : known.upper[id] + room;
      const bool enough = claim.lower ? claim.value <= by_intervals : claim.value >= by_intervals;
      if (enough) continue;
      if (k == 1) {
        claim.value = by_intervals;
      } else {
        open.push_back(c);
      }
    }
    of_layer.erase(k);
    if (open.empty()) continue;
    const LayerProof layer(network, box, known, k);
    Intervals better = known;
    for (std::size_t begin = 0; begin < open.size(); begin += kSidesAtOnce) {
      const std::size_t count = std::min<std::size_t>(kSidesAtOnce, open.size() - begin);
      std::vector<std::optional<TemporaryFile>> parts(count);
      std::vector<Counts> counts(count);
      std::vector<char> proven(count, 0);
      std::mutex mutex;
      Expected<void> written;
      const auto fail = [&](Expected<void> error) {
        const std::lock_guard lock(mutex);
        written = std::move(error);
      };
      parallel_for(static_cast<int>(count), options.threads, [&](int i) {
        const auto at = static_cast<std::size_t>(i);
        BoundClaim& claim = claims[open[begin + at]];
        const auto id = static_cast<std::size_t>(claim.neuron);
        const double by_intervals = claim.lower ? known.lower[id] : known.upper[id];
        const double own = layer.in_own(claim.lower ? by_intervals : -by_intervals);
        const BoundClaim asked = claim;
        auto side = LayerProof::Side::broken;
        for (const bool searched : {asked.searched, false}) {
          if (side != LayerProof::Side::broken) break;
          claim = asked;
          claim.searched = searched;
          auto part = TemporaryFile::beside(file);
          if (!part) return fail(tl::unexpected(part.error()));
          parts[at].reset();
          parts[at].emplace(std::move(*part));
          Records records([&](std::string_view text) {
            return write_all(parts[at]->descriptor(), std::string(text), name);
          });
          side = layer.side(claim, own, records, options.deadline);
          if (auto ok = records.finish(); !ok) return fail(ok);
          counts[at] = records.counts();
        }
        proven[at] = side == LayerProof::Side::written ? 1 : 0;
        if (proven[at] == 0) {
          claim.value = claim.lower ? known.lower[id] - room : known.upper[id] + room;
        }
      });
      if (!written) return tl::unexpected(written.error());
      for (std::size_t at = 0; at < count; ++at) {
        BoundClaim& claim = claims[open[begin + at]];
        const auto id = static_cast<std::size_t>(claim.neuron);
        if (proven[at] == 0) continue;
        claim.value -= claim.lower ? room : -room;
        outcome.counts.add(counts[at]);
        if (claim.lower) {
          better.lower[id] = std::max(better.lower[id], claim.value);
        } else {
          better.upper[id] = std::min(better.upper[id], claim.value);
        }
        if (auto ok = append(*parts[at], *proof, name); !ok) return tl::unexpected(ok.error());
      }
    }
    known = std::move(better);
    if (options.deadline.interrupted()) return Outcome{Gap::time, {}};
  }
  auto whole = TemporaryFile::beside(file);
  if (!whole) return tl::unexpected(whole.error());
  std::string header = fmt::format("brink-certificate 1\nnetwork {}\nquestion bounds\ninputs {}\n",
                                   network_line, network.input_size()) +
                       box_lines(box) + fmt::format("claims {}\n", claims.size());
  for (const BoundClaim& claim : claims) {
    header += fmt::format("claim {} {} {}\n", claim.neuron, claim.lower ? "lo" : "hi",
                          exact_text(claim.value));
  }
  if (auto ok = write_all(whole->descriptor(), header + "facts\n", name); !ok) {
    return tl::unexpected(ok.error());
  }
  if (auto ok = append(*proof, *whole, name); !ok) return tl::unexpected(ok.error());
  if (auto ok = write_all(whole->descriptor(), "end\n", name); !ok) {
    return tl::unexpected(ok.error());
  }
  if (auto ok = whole->rename_to(file); !ok) return tl::unexpected(ok.error());
  return outcome;
}

}  // namespace brink::certificate
