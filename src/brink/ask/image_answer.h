// What is known of one image of a data set.
#pragma once

namespace brink {

template <class Answer>
struct ImageAnswer {
  int image = 0;  ///< index in the split
  int label = 0;
  Answer answer;
};

}  // namespace brink
