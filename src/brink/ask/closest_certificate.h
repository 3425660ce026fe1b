// A certificate of a closest answer's bound: a file that proves it without brink
// (docs/certificates.md).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "brink/ask/closest.h"
#include "brink/certificate/closest_proof.h"

namespace brink {

/// Proves the answer's bound afresh, at most a hair below it, and writes the proof. The answer's
/// bound becomes what the certificate proves; its note says if that is less, or nothing (then there
/// is no file). Errors: what cannot be written, or asked for.
Expected<void> certify(const Network& network, const ClosestQuestion& question,
                       const Eigen::VectorXd& image, int label, const SearchOptions& options,
                       ClosestAnswer& answer, const std::atomic<bool>* interrupt);

}  // namespace brink
