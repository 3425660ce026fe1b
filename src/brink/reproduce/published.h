// The figures that the papers published, compiled in, to print beside our own.
#pragma once

#include <string>

#include "brink/report/csv.h"

namespace brink {

/// z1_k1_networks, k2_basic_vs_exact, ..., z8_adversarial_training_distance; columns are those of
/// the documents' tables.
CsvTable published(const std::string& name);

}  // namespace brink
