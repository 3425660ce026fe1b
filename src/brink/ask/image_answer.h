// What is known of one image of a data set.
#pragma once

#include <functional>

#include "brink/ask/closest.h"

namespace brink {

template <class Answer>
struct ImageAnswer {
  int image = 0;  ///< index in the split
  int label = 0;
  Answer answer;
};

template <class Row>
struct ImageHooks {
  /// Adds callbacks or a certificate for an image; may be empty.
  std::function<void(int image, SearchOptions&)> before;
  /// After each image, in the process that answered it; may be empty.
  std::function<void(const Row&)> after;
};

}  // namespace brink
