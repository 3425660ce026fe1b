// Is an image taken for no other class by any change of at most a radius?
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "brink/ask/closest.h"

namespace brink {

enum class Robustness {
  robust,         ///< proven: no image within the radius is fooled, ties included
  not_robust,     ///< `image`, verified, is one
  unknown,        ///< the limit or rounding came first
  misclassified,  ///< the network gets the image wrong to begin with
  error           ///< see note; a later run asks again
};
inline constexpr std::array kRobustness{Robustness::robust, Robustness::not_robust,
                                        Robustness::unknown, Robustness::misclassified,
                                        Robustness::error};
std::string_view name(Robustness robustness);
/// That of the name, if it is one.
std::optional<Robustness> parse_robustness(std::string_view name);
inline bool is_final(Robustness robustness) {
  return robustness != Robustness::error;
}

/// The closest answer as far as it was needed: `bound` is proven on the distance; target, distance
/// and image are those of `not_robust` alone.
struct RadiusAnswer : ClosestAnswer {
  Robustness robustness = Robustness::unknown;
};

/// What is known of the nearest image, if it decides about the radius: a proven bound above it, or
/// a verified image within it. Of the same question: a bound speaks of lead 0, and an image with
/// whatever lead has that too.
std::optional<RadiusAnswer> decided(const ClosestAnswer& known, double radius);
/// The same of an answer about another radius.
std::optional<RadiusAnswer> decided(const RadiusAnswer& known, double radius);

/// The closest question, left as soon as its bound is above the radius or an image is within it.
/// `radius` >= 0 in the question's norm. A certificate is of `robust`, at the radius. Interrupted:
/// `unknown`, of status interrupted. Errors: those of closest_by_search(), a radius below 0.
Expected<RadiusAnswer> robust_within(const Network& network, ClosestQuestion question,
                                     const Eigen::VectorXd& image, int label, double radius,
                                     SearchOptions options,
                                     const std::atomic<bool>* interrupt = nullptr);

}  // namespace brink
