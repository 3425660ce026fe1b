#include "brink/ask/bounds_certificate.h"

#include <algorithm>

namespace brink {

namespace {

using certificate::BoundClaim;

bool searched(BoundSource source) {
  return source == BoundSource::exact || source == BoundSource::stopped;
}

}  // namespace

Expected<certificate::Counts> certify_bounds(const Network& network, bool outputs_only,
                                             const CertificateOptions& wanted,
                                             const certificate::ProofOptions& options,
                                             Bounds& bounds) {
  std::vector<BoundClaim> claims;
  for (int k = outputs_only ? network.depth() : 1; k <= bounds.depth(); ++k) {
    for (int j = 0; j < bounds.width(k); ++j) {
      const NeuronBounds b = bounds.at(k, j);
      const int neuron = bounds.neurons().number(k, j);
      claims.push_back({neuron, true, b.lower, searched(b.lower_source)});
      claims.push_back({neuron, false, b.upper, searched(b.upper_source)});
    }
  }
  const auto written =
      certificate::write_bounds(wanted.network, network, bounds.box, claims, wanted.file, options);
  if (!written) return tl::unexpected(written.error());
  if (written->gap != certificate::Gap::none) return interrupted();
  for (const BoundClaim& claim : claims) {
    NeuronBounds b = bounds.at(claim.neuron);
    (claim.lower ? b.lower : b.upper) = claim.value;
    bounds.set(claim.neuron, b);
  }
  return written->counts;
}

Expected<certificate::Counts> certify_unit(const Network& network, const Box& box, int k, int j,
                                           bool least, const CertificateOptions& wanted,
                                           const certificate::ProofOptions& options,
                                           double& bound) {
  std::vector<BoundClaim> claims{{Neurons(network).number(k, j), least, bound, true}};
  const auto written =
      certificate::write_bounds(wanted.network, network, box, claims, wanted.file, options);
  if (!written) return tl::unexpected(written.error());
  if (written->gap != certificate::Gap::none) return interrupted();
  bound = least ? std::min(bound, claims.front().value) : std::max(bound, claims.front().value);
  return written->counts;
}

}  // namespace brink
