// Facts of many neurons at once, where slopes bound nodes (search/slope_tightening.h).
#include <algorithm>
#include <vector>

#include "brink/certificate/region_proof.h"
#include "brink/search/claims.h"
#include "brink/search/parameters.h"
#include "brink/search/slope_tightening.h"

namespace brink::certificate {

namespace {

constexpr std::ptrdiff_t kNeuronsAtOnce = 32;

/// Keeps what slopes prove of neurons.
class Heard final : public search::ClaimLog {
 public:
  struct Claim {
    search::Cost cost;
    search::Proof proof;
  };
  void proven(const search::Problem& /*problem*/, const Intervals& /*bounds*/,
              const search::Cost& cost, const search::Ball& /*ball*/,
              const search::Proof& proof) override {
    claims.push_back({cost, proof});
  }
  std::vector<Claim> claims;
};

}  // namespace

std::optional<Intervals> RegionProof::tightened_by_slopes(Intervals bounds) {
  Heard heard;
  search::Problem problem = problem_;
  problem.tell(&heard);
  for (int k = 1; k <= problem.hidden_layers(); ++k) {
    std::vector<int> open;
    for (int j = 0; j < static_cast<int>(problem.network().width(k)); ++j) {
      if (bounds.unstable(problem.neuron(k, j))) open.push_back(problem.neuron(k, j));
    }
    for (auto begin = open.begin(); begin != open.end() && !deadline_.expired();) {
      const auto count = std::min<std::ptrdiff_t>(kNeuronsAtOnce, open.end() - begin);
      Intervals ignored = bounds;
      heard.claims.clear();
      search::bound_some(problem, ball_, bounds, std::vector<int>(begin, begin + count), true,
                         *bounder_->slopes(), deadline_, ignored);
      for (const Heard::Claim& claim : heard.claims) {
        if (!bounds.unstable(claim.cost.neuron)) continue;
        if (!learn(bounds, claim.cost, claim.proof)) return std::nullopt;
      }
      begin += count;
    }
    auto tighter = problem.propagate(std::move(bounds), k + 1);
    if (!tighter) return records_.close_empty(), std::nullopt;
    bounds = std::move(*tighter);
  }
  return bounds;
}

}  // namespace brink::certificate
