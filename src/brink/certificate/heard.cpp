#include "brink/certificate/heard.h"

#include <algorithm>

namespace brink::certificate {

namespace {

/// Of all regions: what comes later is not kept (64 MiB: about 150,000 nodes of 60 neurons).
constexpr std::size_t kMostBytes = std::size_t{1} << 26;

/// Of a neuron's width: less is not worth keeping.
constexpr double kNarrows = 0.01;

signed char phase(double lower, double upper) {
  if (lower >= 0) return lower == 0 ? 2 : 1;
  if (upper <= 0) return upper == 0 ? -2 : -1;
  return 0;
}

bool narrows(const Intervals& bounds, const search::Cost& cost, double value) {
  const auto i = static_cast<std::size_t>(cost.neuron);
  const double known = cost.sign > 0 ? bounds.lower[i] : -bounds.upper[i];
  return value > known + kNarrows * (bounds.upper[i] - bounds.lower[i]);
}

Said with_cost(Said node, const search::Cost& cost, double value) {
  node.cost = cost;
  if (node.is_bound()) node.value = value;
  return node;
}

}  // namespace

Said said(const Intervals& bounds, const search::Ball& ball, const search::Proof& proof) {
  Said said;
  said.neurons = proof.multipliers.neurons.cast<float>();
  said.rows = proof.multipliers.rows.cast<float>();
  said.radius = ball.radius();
  for (std::size_t i = 0; i < bounds.lower.size(); ++i) {
    said.phases.push_back(phase(bounds.lower[i], bounds.upper[i]));
  }
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
  Said node = with_cost(said(bounds, ball, proof), cost, proof.value);
  const std::lock_guard lock(mutex_);
  if (has_room(node)) region_of(problem).heard.push_back(std::move(node));
}

void Listener::proven_in_tree(const search::Problem& problem, const Intervals& root,
                              const search::Node& node, const Intervals& bounds,
                              const search::Cost& cost, const search::Ball& ball,
                              const search::Proof& proof) {
  if (problem.is_large()) return;
  const bool tells = cost.neuron >= 0 || proof.value > 0;
  Said heard;
  if (tells) heard = with_cost(said(bounds, ball, proof), cost, proof.value);
  const std::lock_guard lock(mutex_);
  Region& region = region_of(problem);
  if (node.is_root()) region.trees.erase(&root);  // of an earlier one that lay there
  if (!tells || !has_room(heard)) return;
  if (node.is_root()) {
    region.trees[&root] = region.heard.size();
    region.heard.push_back(std::move(heard));
  } else if (const auto tree = region.trees.find(&root); tree != region.trees.end()) {
    region.heard[tree->second].tree.push_back(std::move(heard));
  }
}

Listener::Region& Listener::region_of(const search::Problem& problem) {
  Region& region = regions_[&problem];
  if (region.rows.size() == 0) {
    region.rows = problem.rows();
    region.rhs = problem.rhs();
  }
  return region;
}

bool Listener::has_room(const Said& node) {
  const auto neurons = static_cast<std::size_t>(node.neurons.size());
  const std::size_t size =
      sizeof(Said) + 5 * neurons + 4 * static_cast<std::size_t>(node.rows.size());
  if (bytes_ + size > kMostBytes) return false;
  bytes_ += size;
  return true;
}

}  // namespace brink::certificate
