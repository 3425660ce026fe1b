// The body of a certificate, step by step.
#pragma once

#include "crew.h"
#include "question.h"

namespace check {

/// Of what follows the header, up to `end`; regions and their subtrees side by side. Throws Refused
/// at the first step that does not hold, "line N: why".
Tally check_proof(Lines lines, const char* end, const Network& network, const Question& question,
                  int threads = 1);

}  // namespace check
