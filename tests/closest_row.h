// Rows of answers for tests.
#pragma once

#include "brink/ask/closest_batch.h"

namespace brink::testing {

inline ClosestRow row(int image, AnswerStatus status, std::optional<double> distance,
                      double seconds = 1) {
  ClosestRow result;
  result.image = image;
  result.answer.status = status;
  result.answer.distance = distance;
  result.answer.bound = distance.value_or(0) / 2;
  result.answer.seconds = seconds;
  return result;
}

}  // namespace brink::testing
