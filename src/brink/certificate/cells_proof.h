// Certificates that a property's cells, boxes with rows, hold no input.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "brink/certificate/closest_proof.h"

namespace brink::certificate {

struct CellClaim {
  std::string lower, upper;       ///< exact numbers, a space in front of each
  std::vector<std::string> rows;  ///< "H x0:NUMBER ... y0:NUMBER ..."
  Box box;                        ///< contains that box
  OutputRegion region;            ///< contains those rows' outputs
};

/// No input of a cell's box meets its rows. `property`: its file's SHA-256. With a gap there is no
/// file.
Expected<Outcome> write_cells(const std::string& network_line, const Network& network,
                              const std::string& property, const std::vector<CellClaim>& cells,
                              const std::filesystem::path& file, const ProofOptions& options);

}  // namespace brink::certificate
