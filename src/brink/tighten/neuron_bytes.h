// Private to this folder: bounds of neurons as bytes (CBOR): how they travel between the processes
// of a crew.
#pragma once

#include <string>
#include <vector>

#include "brink/bounds/bounds.h"

namespace brink {

std::string to_bytes(const std::vector<NeuronBounds>& neurons);
/// What went wrong travels too, as a failure.
std::string to_bytes(const Error& error);

/// Errors: the one that was sent; failure for bytes that to_bytes did not write.
Expected<std::vector<NeuronBounds>> neurons_from_bytes(const std::string& bytes);

}  // namespace brink
