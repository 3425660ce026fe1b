// Each open neuron's sides over the ball, a layer after another, by the small trees that the search
// has grown (search/slope_trees.h), as large as its last. A side that its tree's root bounds as
// well is a fact; else one by the tree, whose nodes are what the trees said (heard.h) and whose
// leaves are proven again, with few digits: a question about the network cut off behind the
// neuron's layer, of one row.
#include "brink/certificate/ball_facts.h"

#include <algorithm>
#include <map>
#include <utility>

#include "brink/base/parallel.h"
#include "brink/certificate/region_proof.h"
#include "brink/search/slope_trees.h"

namespace brink::certificate {

namespace {

using search::Ball;
using search::Cost;
using search::Problem;
using search::Units;

/// Of a side's distance from 0: what a fact, and a tree beyond its root, has to gain; what few
/// digits may cost. (Of what is gained over interval arithmetic, often a hundred times the side: a
/// twentieth left nodes open that the search had closed.)
constexpr double kGain = 0.02, kGivenOfSide = 0.02;
/// Of the time left, for the growth of a layer's trees.
constexpr double kShareOfTime = 0.6;
/// Nodes of a tree, of those that were heard of: where digits cost a node, others take its place.
constexpr std::size_t kNodesOfHeard = 2;

/// What trees said of the nodes of each side.
class Trees final : public search::ClaimLog {
 public:
  struct Node {
    double value = 0;
    Said node;
  };
  void proven(const Problem& /*problem*/, const Intervals& bounds, const Cost& cost,
              const Ball& ball, const search::Proof& proof) override {
    sides_[{cost.neuron, cost.sign > 0}].push_back({proof.value, said(bounds, ball, proof)});
  }
  /// The root first.
  const std::vector<Node>& side(int neuron, bool lower) { return sides_[{neuron, lower}]; }

 private:
  std::map<std::pair<int, bool>, std::vector<Node>> sides_;
};

/// The network up to a layer, whose neurons are outputs.
class CutOff {
 public:
  CutOff(const Problem& problem, int k) : first_(problem.neuron(k, 0)) {
    const Network& whole = problem.network();
    network_.layers.assign(whole.layers.begin(), whole.layers.begin() + k);
    network_.layers.back().linear.clear();
    problem_.emplace(network_, problem.image(), problem.reach(), row(first_, true, 0));
  }

  /// y <= value if `upper_row`, else y >= value.
  OutputRegion row(int neuron, bool upper_row, double value) const {
    const double sign = upper_row ? -1 : 1;
    const Eigen::Index width = network_.layers.back().bias.size();
    OutputRegion region;
    region.rows.push_back({sign * Eigen::VectorXd::Unit(width, neuron - first_), sign * value});
    return region;
  }
  const Problem& problem() const { return *problem_; }
  Intervals before(const Intervals& bounds) const {
    Intervals root;
    root.lower.assign(bounds.lower.begin(), bounds.lower.begin() + first_);
    root.upper.assign(bounds.upper.begin(), bounds.upper.begin() + first_);
    root.linear = problem_->linear();
    return root;
  }
  /// That these multipliers leave nothing where a side is beyond a value that they prove.
  Said empty(Said node) const {
    node.neurons.conservativeResize(first_);
    node.rows = Eigen::VectorXf::Ones(1);
    node.phases.resize(static_cast<std::size_t>(first_));
    return node;
  }

 private:
  int first_;
  Network network_;
  std::optional<Problem> problem_;
};

/// Some neurons of a layer.
class SomeNeurons {
 public:
  SomeNeurons(const Problem& problem, const CutOff& cut, const Ball& ball, const Units& units,
              const Intervals& known, const Deadline& trees, const Deadline& deadline)
      : problem_(problem),
        cut_(cut),
        ball_(ball),
        units_(units),
        known_(known),
        growing_(trees),
        deadline_(deadline),
        digits_(problem, units),
        records_([this](std::string_view text) -> Expected<void> {
          text_ += text;
          return {};
        }) {}

  /// Into `bounds`, which are then what the records prove.
  void run(const std::vector<int>& neurons, int expansions, Intervals& bounds) {
    Problem heard = problem_;
    heard.tell(&trees_);
    Intervals found = known_;
    search::bound_by_slope_trees(heard, ball_, known_, neurons, expansions, growing_, deadline_,
                                 found);
    for (const int neuron : neurons) {
      const auto i = static_cast<std::size_t>(neuron);
      for (const bool lower : {true, false}) {
        const double known = lower ? known_.lower[i] : -known_.upper[i];
        const double value = side(neuron, lower, known, lower ? found.lower[i] : -found.upper[i]);
        (lower ? bounds.lower : bounds.upper)[i] = lower ? value : -value;
        if (!bounds.unstable(neuron)) break;
      }
    }
    (void)records_.finish();
  }
  const std::string& text() const { return text_; }
  const Counts& counts() const { return records_.counts(); }

 private:
  /// Of sign y; returns what is proven of it.
  double side(int neuron, bool lower, double known, double found) {
    const std::vector<Trees::Node>& said = trees_.side(neuron, lower);
    if (said.empty()) return known;
    const bool settles = found > 0;
    if (!settles && found - known < kGain * std::abs(known)) return known;
    const double enough = short_below(found, kGivenOfSide);
    const double root = said.front().value;
    const bool by_root = root > enough || found - root < kGain * std::abs(root);
    if (!(settles ? root > 0 : by_root) && by_tree(neuron, lower, enough)) return enough;
    if (root - known < kGain * std::abs(known)) return known;
    const Cost cost{neuron, lower ? 1.0 : -1.0, false, false};
    const auto written = digits_.bound(known_, cost, said.front().node.multipliers(), ball_,
                                       short_below(root, kGivenOfSide));
    const double value = written ? short_below(written->value, 0) : known;
    if (value <= known) return known;
    records_.fact(neuron, lower, digits_.in_file(neuron, lower ? value : -value),
                  written->multipliers);
    return value;
  }

  /// A short number below it, by at least a share of it; a ReLU asks for no more than 0.
  static double short_below(double value, double share) {
    return value > 0 ? 0 : on_grid(value - share * std::abs(value), std::abs(value));
  }

  bool by_tree(int neuron, bool lower, double value) {
    const double side = lower ? value : -value;
    const OutputRegion beyond = cut_.row(neuron, lower, side);
    const Problem problem(cut_.problem(), beyond);
    std::vector<Said> leaves;
    const std::vector<Trees::Node>& said = trees_.side(neuron, lower);
    for (const Trees::Node& node : said) {
      if (node.value > value) leaves.push_back(cut_.empty(node.node));
    }
    records_.hold();
    records_.fact_by_tree(neuron, lower, digits_.in_file(neuron, side));
    records_.take_row_for(neuron, lower ? -1 : 1);
    const Units units = units_of(neuron);
    RegionProof proof(problem, beyond, ball_, units, records_, deadline_);
    proof.start_from(cut_.before(known_));
    const Gap gap =
        proof.run_as_said(leaves, static_cast<std::int64_t>(kNodesOfHeard * (said.size() + 1)));
    records_.take_row_for(-1, 1);
    return records_.release(gap == Gap::none);
  }

  /// Up to its layer, all of which is in the neuron's.
  Units units_of(int neuron) const {
    Units units = units_;
    const int k = problem_.layer_of(neuron);
    const auto layer = static_cast<std::size_t>(k - 1);
    if (units.neurons.empty()) return units;
    units.neurons.resize(layer + 1);
    const int own = units.neurons[layer][static_cast<std::size_t>(neuron - problem_.neuron(k, 0))];
    std::fill(units.neurons[layer].begin(), units.neurons[layer].end(), own);
    return units;
  }

  const Problem& problem_;
  const CutOff& cut_;
  const Ball& ball_;
  const Units& units_;
  const Intervals& known_;
  const Deadline& growing_;
  const Deadline& deadline_;
  FewDigits digits_;
  std::string text_;
  Records records_;
  Trees trees_;
};

/// Returns what a checker knows afterwards.
Intervals write_facts(const Problem& problem, const Ball& ball, const Units& units,
                      Records& records, const ProofOptions& options) {
  Intervals bounds = ball_bounds(problem, ball);
  for (int k = 2; k <= problem.hidden_layers(); ++k) {
    std::vector<int> open;
    for (int j = 0; j < static_cast<int>(problem.network().width(k)); ++j) {
      if (bounds.unstable(problem.neuron(k, j))) open.push_back(problem.neuron(k, j));
    }
    if (open.empty()) continue;
    const Deadline share = options.deadline.within(kShareOfTime * options.deadline.remaining());
    const CutOff cut(problem, k);
    const int together = search::neurons_together(problem);
    const int pieces = (static_cast<int>(open.size()) + together - 1) / together;
    const Intervals known = bounds;
    std::vector<std::pair<std::string, Counts>> texts(static_cast<std::size_t>(pieces));
    parallel_for(pieces, options.threads, [&](int piece) {
      if (options.deadline.expired()) return;
      const auto begin = open.begin() + std::ptrdiff_t{piece} * together;
      const auto end = open.end() - begin > together ? begin + together : open.end();
      SomeNeurons some(problem, cut, ball, units, known, share, options.deadline);
      some.run({begin, end}, options.side_expansions, bounds);
      texts[static_cast<std::size_t>(piece)] = {some.text(), some.counts()};
    });
    for (const auto& [text, counts] : texts) records.add(text, counts);
    auto next = problem.propagate(bounds, k + 1);
    if (!next) break;  // by rounding only: the ball has points
    bounds = std::move(*next);
  }
  return bounds;
}

}  // namespace

Expected<Outcome> write_sharing_facts(const std::string& header, const Problem& problem,
                                      const std::vector<OutputRegion>& regions, const Ball& ball,
                                      const Units& units, const std::filesystem::path& file,
                                      const ProofOptions& options) {
  std::optional<Intervals> shared;
  const auto prove = [&](std::size_t r, Records& records) {
    const Problem own(problem, regions[r]);
    RegionProof proof(own, regions[r], ball, units, records, options.deadline);
    if (!shared) return proof.run_briefly();
    proof.start_from(*shared);
    return proof.run();
  };
  auto outcome = write_sections(header, {}, regions.size(), prove, file, options.threads);
  if (!outcome || outcome->gap == Gap::none) return outcome;
  const auto facts = [&](Records& records) {
    shared = write_facts(problem, ball, units, records, options);
  };
  return write_sections(header, facts, regions.size(), prove, file, options.threads);
}

}  // namespace brink::certificate
