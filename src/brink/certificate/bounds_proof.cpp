// A side of a neuron of layer k is a question about the network cut off behind that layer: one row,
// c y^k with c = -1 for a lower side and 1 for an upper one. What multipliers prove of it is a
// fact; where that is not near enough, the part of the box where the row is beyond the claim is
// shown to be empty by a tree, as a region of outputs is.
#include "brink/certificate/bounds_proof.h"

#include <algorithm>
#include <cmath>
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

/// Layer after layer: what interval arithmetic says, then the sides that are claimed to be
/// narrower.
class BoundsWriter {
 public:
  BoundsWriter(const Network& network, const Box& box, std::vector<BoundClaim>& claims,
               const std::filesystem::path& file, const ProofOptions& options)
      : network_(network),
        box_(box),
        claims_(claims),
        file_(file),
        options_(options),
        neurons_(network) {}

  Expected<Outcome> run(const std::string& network_line) {
    auto proof = TemporaryFile::beside(file_);
    if (!proof) return tl::unexpected(proof.error());
    int last = 0;
    for (const BoundClaim& claim : claims_) {
      last = std::max(last, neurons_.layer_of(claim.neuron));
    }
    for (int k = 1; k <= last; ++k) {
      add_layer(k);
      const std::vector<std::size_t> open = open_claims(k);
      if (open.empty()) continue;
      const LayerProof layer(network_, box_, known_, k);
      Intervals better = known_;
      for (std::size_t begin = 0; begin < open.size(); begin += kSidesAtOnce) {
        const std::size_t end = std::min(open.size(), begin + kSidesAtOnce);
        const std::vector<std::size_t> some(open.begin() + static_cast<std::ptrdiff_t>(begin),
                                            open.begin() + static_cast<std::ptrdiff_t>(end));
        if (auto ok = sides(layer, some, *proof, better); !ok) return tl::unexpected(ok.error());
      }
      known_ = std::move(better);
      if (options_.deadline.interrupted()) return Outcome{Gap::time, {}};
    }
    return finish(network_line, *proof);
  }

 private:
  struct Part {
    std::optional<TemporaryFile> file;
    Counts counts;
    bool proven = false;
  };

  void add_layer(int k) {
    const Layer& layer = network_.layer(k);
    const Box range =
        k == 1 ? box_ : known_.activations(neurons_.first(k - 1), network_.width(k - 1));
    const Intervals step = interval_step(layer, range.lower.data(), range.upper.data());
    known_.lower.insert(known_.lower.end(), step.lower.begin(), step.lower.end());
    known_.upper.insert(known_.upper.end(), step.upper.begin(), step.upper.end());
    for (Eigen::Index j = 0; j < layer.bias.size(); ++j) {
      known_.linear.push_back(layer.is_linear(j) ? 1 : 0);
    }
    const auto first = static_cast<std::size_t>(neurons_.first(k));
    room_ = kOutward * magnitude(known_, first, known_.lower.size());
  }

  double by_intervals(const BoundClaim& claim) const {
    const auto id = static_cast<std::size_t>(claim.neuron);
    return claim.lower ? known_.lower[id] - room_ : known_.upper[id] + room_;
  }

  /// Of layer k, those that interval arithmetic does not prove. In layer 1 nothing is nearer.
  std::vector<std::size_t> open_claims(int k) {
    std::vector<std::size_t> open;
    for (std::size_t c = 0; c < claims_.size(); ++c) {
      BoundClaim& claim = claims_[c];
      if (neurons_.layer_of(claim.neuron) != k) continue;
      const double known = by_intervals(claim);
      if (claim.lower ? claim.value <= known : claim.value >= known) continue;
      if (k > 1) {
        open.push_back(c);
      } else {
        claim.value = known;
      }
    }
    return open;
  }

  /// Side by side, each into a part of its own.
  Expected<void> sides(const LayerProof& layer, const std::vector<std::size_t>& some,
                       const TemporaryFile& proof, Intervals& better) {
    std::vector<Part> parts(some.size());
    std::mutex mutex;
    Expected<void> written;
    parallel_for(static_cast<int>(some.size()), options_.threads, [&](int i) {
      const auto at = static_cast<std::size_t>(i);
      auto done = side(layer, claims_[some[at]], parts[at]);
      const std::lock_guard lock(mutex);
      if (!done) written = std::move(done);
    });
    for (std::size_t at = 0; at < some.size() && written; ++at) {
      BoundClaim& claim = claims_[some[at]];
      if (!parts[at].proven) continue;
      outcome_.counts.add(parts[at].counts);
      const auto id = static_cast<std::size_t>(claim.neuron);
      claim.value -= claim.lower ? room_ : -room_;
      if (claim.lower) {
        better.lower[id] = std::max(better.lower[id], claim.value);
      } else {
        better.upper[id] = std::min(better.upper[id], claim.value);
      }
      written = append(*parts[at].file, proof, file_.string());
    }
    return written;
  }

  /// Without a tree, if that does not prove it.
  Expected<void> side(const LayerProof& layer, BoundClaim& claim, Part& part) const {
    const auto id = static_cast<std::size_t>(claim.neuron);
    const double known = layer.in_own(claim.lower ? known_.lower[id] : -known_.upper[id]);
    const BoundClaim asked = claim;
    auto side = LayerProof::Side::broken;
    for (const bool searched : {asked.searched, false}) {
      if (side != LayerProof::Side::broken) break;
      claim = asked;
      claim.searched = searched;
      auto file = TemporaryFile::beside(file_);
      if (!file) return tl::unexpected(file.error());
      part.file.reset();
      part.file.emplace(std::move(*file));
      Records records([&](std::string_view text) {
        return write_all(part.file->descriptor(), std::string(text), file_.string());
      });
      side = layer.side(claim, known, records, options_.deadline);
      if (auto ok = records.finish(); !ok) return ok;
      part.counts = records.counts();
    }
    part.proven = side == LayerProof::Side::written;
    if (!part.proven) claim.value = by_intervals(claim);
    return {};
  }

  Expected<Outcome> finish(const std::string& network_line, const TemporaryFile& proof) const {
    const std::string name = file_.string();
    auto whole = TemporaryFile::beside(file_);
    if (!whole) return tl::unexpected(whole.error());
    std::string header =
        fmt::format("brink-certificate 1\nnetwork {}\nquestion bounds\ninputs {}\n", network_line,
                    network_.input_size()) +
        box_lines(box_) + fmt::format("claims {}\n", claims_.size());
    for (const BoundClaim& claim : claims_) {
      header += fmt::format("claim {} {} {}\n", claim.neuron, claim.lower ? "lo" : "hi",
                            exact_text(claim.value));
    }
    auto written = write_all(whole->descriptor(), header + "facts\n", name);
    if (written) written = append(proof, *whole, name);
    if (written) written = write_all(whole->descriptor(), "end\n", name);
    if (written) written = whole->rename_to(file_);
    if (!written) return tl::unexpected(written.error());
    return outcome_;
  }

  const Network& network_;
  const Box& box_;
  std::vector<BoundClaim>& claims_;
  const std::filesystem::path& file_;
  const ProofOptions& options_;
  Neurons neurons_;
  Intervals known_;
  double room_ = 0;  ///< of the layer at hand
  Outcome outcome_;
};

}  // namespace

Expected<Outcome> write_bounds(const std::string& network_line, const Network& network,
                               const Box& box, std::vector<BoundClaim>& claims,
                               const std::filesystem::path& file, const ProofOptions& options) {
  return BoundsWriter(network, box, claims, file, options).run(network_line);
}

}  // namespace brink::certificate
