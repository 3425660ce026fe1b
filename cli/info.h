// What `brink info --json` says, for other callers.
#pragma once

#include <nlohmann/json.hpp>

#include "closest_options.h"

namespace brink::cli {

/// File, graph, layers, hash: the keys are a contract.
nlohmann::ordered_json network_info(const LoadedNetwork& loaded);

}  // namespace brink::cli
