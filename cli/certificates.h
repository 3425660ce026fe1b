// --certificate: files that prove an answer without brink (session/certificates.h).
#pragma once

#include "brink/session/certificates.h"
#include "closest_options.h"

namespace brink::cli {

/// The network is just what its ONNX file alone says.
bool as_in_file(const TypedOptions& options, const LoadedNetwork& loaded);

/// Of the network that was asked for by `options`. `path` empty: none. A network that is written
/// beside them is a line on stderr.
Expected<Certificates> certificates_into(const std::filesystem::path& path, std::size_t count,
                                         const TypedOptions& options, const LoadedNetwork& loaded,
                                         const std::vector<std::filesystem::path>& others);
/// The same of a network from `file`; `as_in_file`: just as that has it.
Expected<Certificates> certificates_into(const std::filesystem::path& path, std::size_t count,
                                         const std::filesystem::path& file, const Network& network,
                                         const std::vector<std::filesystem::path>& others,
                                         bool as_in_file);

/// What they took, in one line on stderr.
void tell(const Certificates& certificates, bool quiet);

}  // namespace brink::cli
