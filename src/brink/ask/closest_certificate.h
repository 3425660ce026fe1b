// A certificate of a closest answer's bound: a file that proves it without brink
// (docs/certificates.md).
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "brink/ask/closest.h"
#include "brink/certificate/closest_proof.h"

namespace brink {

/// Proves the answer's bound afresh, or as near below it as can be in options.time_limit, and
/// writes the proof. The answer's bound becomes what the certificate proves. Where that is nothing
/// there is no file, and the note says so; stopped by the user, the answer is interrupted. `heard`:
/// of the search that gave the answer, if it was listened to. Errors: what cannot be written.
Expected<void> certify(const Network& network, const ClosestQuestion& question,
                       const Eigen::VectorXd& image, int label, const SearchOptions& options,
                       ClosestAnswer& answer, const std::atomic<bool>* interrupt,
                       const certificate::Listener* heard = nullptr);

}  // namespace brink
