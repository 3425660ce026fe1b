// Is an image taken for no other class by any change of at most a radius?
#pragma once

#include "brink/ask/closest.h"

namespace brink {

enum class Robustness {
  robust,        ///< proven: no image within the radius is fooled, ties included
  not_robust,    ///< `answer.image`, verified, is one
  unknown,       ///< the limit or rounding came first
  misclassified  ///< the network gets the image wrong to begin with
};
std::string_view name(Robustness robustness);

struct RadiusAnswer {
  Robustness robustness = Robustness::unknown;
  ClosestAnswer answer;  ///< as far as it was needed
};

/// The closest question, left as soon as its bound is above the radius or an image is within it.
/// `radius` >= 0 in the question's norm. A certificate is of `robust`, at the radius. `enough`: the
/// search raises it when it has enough, and ends when others do; null: none of the caller's.
/// `interrupt` ends what follows the search. Errors: those of closest_by_search(), a radius below
/// 0.
Expected<RadiusAnswer> robust_within(const Network& network, ClosestQuestion question,
                                     const Eigen::VectorXd& image, int label, double radius,
                                     SearchOptions options, std::atomic<bool>* enough = nullptr,
                                     const std::atomic<bool>* interrupt = nullptr);

}  // namespace brink
