// What a certificate says and what it is made of, without checking it.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "brink/certificate/records.h"

namespace brink::certificate {

struct Summary {
  std::vector<std::pair<std::string, std::string>> words;  ///< the header's lines but long ones
  std::int64_t regions = 0, multipliers = 0;
  Counts counts;  ///< of all sections; `bytes`: theirs
  std::int64_t bytes = 0;
};

/// Reads line by line, so that its size does not matter. Errors (bad_request): no certificate, or
/// one that ends early; they name the line.
Expected<Summary> summarise(const std::filesystem::path& path);

/// What is claimed, in one sentence.
std::string claim_of(const Summary& summary);

}  // namespace brink::certificate
