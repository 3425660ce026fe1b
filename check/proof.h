// The body of a certificate, step by step.
#pragma once

#include "bounds.h"
#include "question.h"

namespace check {

struct Tally {
  long leaves = 0, empty = 0, splits = 0, lemmas = 0;
};

/// Of what follows the header, up to `end`; regions side by side. Throws Refused at the first step
/// that does not hold, "line N: why".
Tally check_proof(Lines lines, const char* end, const Network& network, const Question& question,
                  int threads = 1);

}  // namespace check
