// brink verify of images within a radius.
#pragma once

#include "closest_options.h"

namespace brink::cli {

struct RadiusCommand {
  TypedOptions shared;
  double radius = -1;  ///< below 0: not given
  std::filesystem::path csv;
  std::filesystem::path store;
  std::filesystem::path certificate;
  bool force = false;
};

/// --data and what follows from it.
void add_radius_options(CLI::App& command, RadiusCommand& options);
Expected<void> run_radius(const RadiusCommand& command, const Common& common);

}  // namespace brink::cli
