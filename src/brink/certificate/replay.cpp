// The search's last tree again, as far as what it said of it goes (heard.h).
//
// A node takes the split that most of the empty nodes within it have; a node that one of them
// covers is closed by its multipliers, without a program. Bounds of neurons are those that were
// said last, proven again one after another.
#include <algorithm>

#include "brink/certificate/region_proof.h"

namespace brink::certificate {

namespace {

constexpr double kShrunk = 0.98;
/// Digits may cost no more of what a bound gains: the search went on no farther than it had to, so
/// what it said of nodes leaves no more room. (A tenth: half of them are not closed any more.)
constexpr double kGivenAsSaid = 0.004;

bool is_split(signed char phase) {
  return phase == 2 || phase == -2;
}

/// All splits of what is said are behind the node.
bool covers(const SaidEmpty& said, const Intervals& bounds) {
  for (std::size_t i = 0; i < said.phases.size(); ++i) {
    if (is_split(said.phases[i]) && bounds.unstable(static_cast<int>(i))) return false;
  }
  return true;
}

}  // namespace

std::vector<const SaidEmpty*> RegionProof::said_empty() const {
  std::vector<const SaidEmpty*> said;
  if (heard_ == nullptr) return said;
  for (const SaidEmpty& empty : heard_->empty) {
    const bool fits = empty.radius >= ball_.radius() &&
                      empty.neurons.size() == problem_.neurons() &&
                      empty.rows.size() == problem_.rhs().size();
    if (fits) said.push_back(&empty);
  }
  return said;
}

/// By those that cover the node; they are taken from `within` if they do not close it.
bool RegionProof::close_as_said(const Intervals& bounds, Within& within) {
  const auto tried = std::stable_partition(
      within.begin(), within.end(), [&](const SaidEmpty* said) { return !covers(*said, bounds); });
  const auto left = static_cast<std::size_t>(tried - within.begin());
  for (std::size_t i = within.size(); i > left; --i) {  // the last first
    if (close(bounds, within[i - 1]->multipliers())) return true;
  }
  within = within.first(left);
  return false;
}

/// A node that was divided in a larger ball may be empty as it is: it is worth a program.
bool RegionProof::has_shrunk(Within within) const {
  return ball_.radius() < kShrunk * within.front()->radius;
}

RegionProof::Within RegionProof::on_side(Within within, int neuron, bool on) {
  const auto i = static_cast<std::size_t>(neuron);
  const auto end = std::stable_partition(
      within.begin(), within.end(),
      [i, on](const SaidEmpty* said) { return on ? said->phases[i] > 0 : said->phases[i] < 0; });
  return within.first(static_cast<std::size_t>(end - within.begin()));
}

/// Negative: none.
int RegionProof::split_as_said(const Intervals& bounds, Within within) const {
  int best = -1;
  std::size_t most = 0;
  for (int i = 0; i < problem_.neurons(); ++i) {
    if (!bounds.unstable(i)) continue;
    const auto count = static_cast<std::size_t>(
        std::count_if(within.begin(), within.end(), [i](const SaidEmpty* said) {
          return is_split(said->phases[static_cast<std::size_t>(i)]);
        }));
    if (count <= most) continue;
    most = count;
    best = i;
  }
  return 2 * most > within.size() ? best : -1;
}

std::optional<Intervals> RegionProof::bounded_as_said(Intervals bounds) {
  std::vector<const SaidBound*> last;
  std::vector<char> seen(2 * static_cast<std::size_t>(problem_.neurons()));
  for (auto said = heard_->bounds.rbegin(); said != heard_->bounds.rend(); ++said) {
    if (said->radius < ball_.radius() || said->neurons.size() != problem_.neurons()) continue;
    char& known = seen[2 * static_cast<std::size_t>(said->cost.neuron) + (said->cost.sign > 0)];
    if (known == 0) last.push_back(&*said);
    known = 1;
  }
  std::reverse(last.begin(), last.end());
  int layer = 0;
  for (const SaidBound* said : last) {
    const int neuron = said->cost.neuron;
    if (problem_.layer_of(neuron) != layer) {
      auto tighter = problem_.propagate(std::move(bounds), layer + 1);
      if (!tighter) return records_.close_empty(), std::nullopt;
      bounds = std::move(*tighter);
      layer = problem_.layer_of(neuron);
    }
    if (!bounds.unstable(neuron)) continue;
    const search::Proof proof = prove(problem_, bounds, said->cost, said->multipliers(), ball_);
    if (!learn(bounds, said->cost, proof, kGivenAsSaid)) return std::nullopt;
  }
  auto tighter = problem_.propagate(std::move(bounds), layer + 1);
  if (!tighter) records_.close_empty();
  return tighter;
}

}  // namespace brink::certificate
