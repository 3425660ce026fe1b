#include "brink/certificate/heard.h"

#include <algorithm>

namespace brink::certificate {

namespace {

/// Of all regions: what comes later is not kept (64 MiB: 200,000 nodes of 60 neurons).
constexpr std::size_t kMostBytes = std::size_t{1} << 26;

/// Of a neuron's width: less is not worth keeping.
constexpr double kNarrows = 0.01;

signed char phase(double lower, double upper) {
  if (lower >= 0) return lower == 0 ? 2 : 1;
  if (upper <= 0) return upper == 0 ? -2 : -1;
  return 0;
}

std::ptrdiff_t splits(const std::vector<signed char>& phases) {
  return std::count_if(phases.begin(), phases.end(), is_split);
}

std::vector<signed char> phases_of(const Intervals& bounds) {
  std::vector<signed char> phases;
  for (std::size_t i = 0; i < bounds.lower.size(); ++i) {
    phases.push_back(phase(bounds.lower[i], bounds.upper[i]));
  }
  return phases;
}

bool narrows(const Intervals& bounds, const search::Cost& cost, double value) {
  const auto i = static_cast<std::size_t>(cost.neuron);
  const double known = cost.sign > 0 ? bounds.lower[i] : -bounds.upper[i];
  return value > known + kNarrows * (bounds.upper[i] - bounds.lower[i]);
}

Said with_cost(Said node, const search::Cost& cost, double value) {
  if (cost.neuron < 0) return node;
  node.cost = cost;
  node.value = value;
  return node;
}

}  // namespace

Said said(const Intervals& bounds, const search::Ball& ball, const search::Proof& proof) {
  Said said;
  said.neurons = proof.multipliers.neurons.cast<float>();
  said.rows = proof.multipliers.rows.cast<float>();
  said.radius = ball.radius();
  said.phases = phases_of(bounds);
  return said;
}

void Listener::forget() {
  regions_.clear();
  bytes_ = 0;
}

const std::vector<Said>* Listener::of(const search::Problem& problem) const {
  for (const auto& [address, region] : regions_) {
    const bool alike = region.rows.rows() == problem.rows().rows() &&
                       region.rows.cols() == problem.rows().cols() &&
                       region.rows == problem.rows() && region.rhs == problem.rhs();
    if (alike) return &region.heard;
  }
  return nullptr;
}

void Listener::proven(const search::Problem& problem, const Intervals& bounds,
                      const search::Cost& cost, const search::Ball& ball,
                      const search::Proof& proof) {
  if (problem.is_large()) return;  // bounded by slopes: the recorder does not follow those
  if (cost.neuron < 0 ? !(proof.value > 0) : !narrows(bounds, cost, proof.value)) return;
  keep(problem, with_cost(said(bounds, ball, proof), cost, proof.value), nullptr);
}

void Listener::proven_in_tree(const search::Problem& problem, const Intervals& root,
                              const Intervals& bounds, const search::Cost& cost,
                              const search::Ball& ball, const search::Proof& proof) {
  if (problem.is_large()) return;
  if (cost.neuron < 0 && !(proof.value > 0)) return;
  Said node = with_cost(said(bounds, ball, proof), cost, proof.value);
  keep(problem, std::move(node), &root);
}

/// Of a small tree over the root, if there is one.
void Listener::keep(const search::Problem& problem, Said node, const Intervals* root) {
  const std::size_t size = sizeof(Said) + 5 * static_cast<std::size_t>(problem.neurons());
  const bool within = root != nullptr && splits(node.phases) > splits(phases_of(*root));
  const std::lock_guard lock(mutex_);
  if (bytes_ + size > kMostBytes) return;
  bytes_ += size;
  Region& region = regions_[&problem];
  if (region.rows.size() == 0) {
    region.rows = problem.rows();
    region.rhs = problem.rhs();
  }
  if (within) {
    const auto tree = region.trees.find(root);
    if (tree != region.trees.end()) region.heard[tree->second].tree.push_back(std::move(node));
    return;
  }
  if (root != nullptr) region.trees[root] = region.heard.size();
  region.heard.push_back(std::move(node));
}

}  // namespace brink::certificate
