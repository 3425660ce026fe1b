// Answers as bytes (CBOR): how they travel between the processes of a crew.
#pragma once

#include <string>

#include "brink/ask/closest.h"
#include "brink/ask/compare.h"
#include "brink/ask/robustness.h"
#include "brink/ask/visualize.h"

namespace brink {

std::string to_bytes(const Expected<ClosestAnswer>& answer);
std::string to_bytes(const Expected<Excitation>& excitation);
std::string to_bytes(const Expected<RadiusAnswer>& answer);
/// Without the outputs at the witness.
std::string to_bytes(const Expected<CompareAnswer>& answer);

/// Errors: the one that was sent; failure for bytes that to_bytes did not write.
Expected<ClosestAnswer> closest_from_bytes(const std::string& bytes);
Expected<Excitation> excitation_from_bytes(const std::string& bytes);
Expected<RadiusAnswer> radius_from_bytes(const std::string& bytes);
Expected<CompareAnswer> compare_from_bytes(const std::string& bytes);

}  // namespace brink
