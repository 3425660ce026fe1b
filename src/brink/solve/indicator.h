// Indicators as big-M rows, for solvers that have none.
#pragma once

#include "brink/program/program.h"

namespace brink {

/// v_b = 1 => a v <= u becomes a v <= u + (M - u)(1 - v_b) with M the largest value of a v over the
/// column bounds; the other sides and values alike. An error where M is infinite.
Expected<Program> without_indicators(const Program& program);

}  // namespace brink
