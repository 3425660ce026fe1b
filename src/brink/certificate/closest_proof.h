// The whole certificate of a closest question: words, a section for each region, the file.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "brink/base/deadline.h"
#include "brink/certificate/heard.h"
#include "brink/certificate/sections.h"
#include "brink/question/question.h"

namespace brink::certificate {

/// What the header says, in the asker's own units.
struct ClosestClaim {
  std::string network;  ///< "onnx HASH" or "layers HASH"
  const ClosestQuestion& question;
  const Eigen::VectorXd& image;
  std::optional<int> index;  ///< of the image in its data set
  int label = 0;
  const Eigen::VectorXd& witness;  ///< empty: none
};

/// What is proven, in units in which nothing is weighted but costs in L0 (ask/weights.h).
struct ClosestProof {
  const Network& network;
  const ClosestQuestion& question;
  const std::vector<OutputRegion>& regions;  ///< in the order of output_regions()
  const Eigen::VectorXd& image;
  const Listener* heard = nullptr;  ///< of the search for the same question
};

struct ProofOptions {
  int threads = 1;
  Deadline deadline;
  int side_expansions = 0;  ///< search::Statistics'
};

/// Writes that no input within `radius` of the image (closed; `claimed`: the same in the claim's
/// units; nothing: no input at all) fools the network.
Expected<Outcome> write_closest(const ClosestClaim& claim, const ClosestProof& proof,
                                std::optional<double> radius, std::optional<double> claimed,
                                const std::filesystem::path& file, const ProofOptions& options);

}  // namespace brink::certificate
