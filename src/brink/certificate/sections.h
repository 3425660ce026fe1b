// A certificate's sections, one a region, and the units that they are proven in.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "brink/certificate/records.h"
#include "brink/question/question.h"
#include "brink/search/units.h"

namespace brink::certificate {

/// With a gap there is no file.
struct Outcome {
  Gap gap = Gap::none;
  Counts counts;
};

/// A header that ends with the line `facts`, what `facts` writes (null: nothing), then `count`
/// sections that `prove` writes, side by side: each into a file of its own until those before it
/// are done.
Expected<Outcome> write_sections(const std::string& header,
                                 const std::function<void(Records&)>& facts, std::size_t count,
                                 const std::function<Gap(std::size_t, Records&)>& prove,
                                 const std::filesystem::path& file, int threads);

/// A network in the search's own units; in the file's where those would lose digits.
struct OwnUnits {
  OwnUnits(const Network& in_file, const Box& box);
  std::vector<OutputRegion> rescaled(std::vector<OutputRegion> regions) const;

  search::Units units;
  Network network;
};

}  // namespace brink::certificate
