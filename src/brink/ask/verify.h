// Does a network, or do several together, have an input that a property asks for? The answer, with
// its witness.
//
// `unsat` is proven for the function over the reals that the file's weights make, and for closed
// conditions (< as <=) on a box of doubles around the decimal one. A witness is of float32 numbers
// within the decimal box (of doubles where an input has no float32 number in its bounds) and meets
// all conditions, strict ones strictly, by the file's own pass in double precision and by a pass in
// float32.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "brink/ask/closest.h"
#include "brink/network/network.h"
#include "brink/property/property.h"
#include "brink/search/statistics.h"

namespace brink {

enum class PropertyVerdict {
  sat,      ///< a witness
  unsat,    ///< proven: there is none
  unknown,  ///< the search ended, but rounding left something open
  timeout   ///< the limit came first
};
inline constexpr std::array kVerdicts{PropertyVerdict::sat, PropertyVerdict::unsat,
                                      PropertyVerdict::unknown, PropertyVerdict::timeout};
std::string_view name(PropertyVerdict verdict);

struct VerifyOptions {
  double time_limit = 300;  ///< seconds
  int threads = 1;
  std::uint64_t seed = 0;
  std::optional<CertificateOptions> certificate;  ///< of `unsat`
  std::string property;                           ///< SHA-256 of its file, for that
};

struct VerifyAnswer {
  PropertyVerdict verdict = PropertyVerdict::unknown;
  std::vector<double> values;  ///< of the witness, by the query's numbers; empty: none
  /// Unless `unsat`: in no case can all rows over outputs be met with more than this to spare.
  /// Infinity: not known.
  double excess = std::numeric_limits<double>::infinity();
  double seconds = 0;
  search::Statistics statistics;
  std::string note;  ///< why there is no certificate
};

/// The query's networks in its order, each with one input and one output, of the sizes that these
/// have. Errors (bad_request): they have not; networks declared equal or isomorphic that are not;
/// an input without bounds.
Expected<VerifyAnswer> verify(const std::vector<const Network*>& networks, const Query& query,
                              const VerifyOptions& options,
                              const std::atomic<bool>* interrupt = nullptr);
/// Of one network.
Expected<VerifyAnswer> verify(const Network& network, const Query& query,
                              const VerifyOptions& options,
                              const std::atomic<bool>* interrupt = nullptr);

}  // namespace brink
