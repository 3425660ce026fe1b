// Certificates of bounds of neurons and of what excites a unit (docs/certificates.md).
#pragma once

#include "brink/ask/closest.h"
#include "brink/bounds/bounds.h"
#include "brink/certificate/bounds_proof.h"

namespace brink {

/// Proves the bounds again, of the outputs alone or of all neurons, and writes the proof; they
/// become what it proves, a hair wider. Errors: what cannot be written; interrupted.
Expected<certificate::Counts> certify_bounds(const Network& network, bool outputs_only,
                                             const CertificateOptions& wanted,
                                             const certificate::ProofOptions& options,
                                             Bounds& bounds);

/// The same of the largest activation of a unit over the box, or its least pre-activation.
Expected<certificate::Counts> certify_unit(const Network& network, const Box& box, int k, int j,
                                           bool least, const CertificateOptions& wanted,
                                           const certificate::ProofOptions& options, double& bound);

}  // namespace brink
