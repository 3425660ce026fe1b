// A certificate whose regions share what is known of the ball, for networks of hundreds of neurons.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "brink/certificate/closest_proof.h"
#include "brink/search/problem.h"

namespace brink::certificate {

/// Sections as write_sections() has them: nothing of the ball has outputs in a region. Facts of the
/// ball are written where a region needs them, before all regions. `problem`: of any of these.
Expected<Outcome> write_sharing_facts(const std::string& header, const search::Problem& problem,
                                      const std::vector<OutputRegion>& regions,
                                      const search::Ball& ball, const search::Units& units,
                                      const std::filesystem::path& file,
                                      const ProofOptions& options);

}  // namespace brink::certificate
