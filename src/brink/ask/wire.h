// Answers as bytes (CBOR): how they travel between the processes of a crew.
#pragma once

#include <string>

#include "brink/ask/closest.h"
#include "brink/ask/visualize.h"

namespace brink {

std::string to_bytes(const Expected<ClosestAnswer>& answer);
std::string to_bytes(const Expected<Excitation>& excitation);

/// Errors: the one that was sent; failure for bytes that to_bytes did not write.
Expected<ClosestAnswer> closest_from_bytes(const std::string& bytes);
Expected<Excitation> excitation_from_bytes(const std::string& bytes);

}  // namespace brink
