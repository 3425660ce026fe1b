// Seeds of cases that once went wrong; they run before any others.
//
// A seed stands for what draw_case makes of it: whoever changes draw_case looks for the same
// trouble again (each line says what it was) or keeps the old draw under another name.
#pragma once

#include <cstdint>

namespace brink::oracle {

struct KeptCase {
  std::uint64_t seed;
  const char* trouble;
};

inline constexpr KeptCase kKeptCases[] = {
    {231, "CBC's preprocessing of L1 in the papers' rows: a false optimum (GLPK has the true one)"},
    {385, "the same, in both regions"},
    {632, "the same, without a node, twice the true distance"},
    {2209, "the same, 0.3 % above"},
    {2582, "the same, a dead layer"},
    {2706, "the same with interval bounds, nine times the true distance"},
    {2684, "CBC 2.10.8 aborts (signal 6) on a layer of zeros"},
    {107934, "CBC without preprocessing aborts likewise in its heuristics"},
    {110617, "the same"},
    {1911, "true L2: the optimum lies on a wall of its cell and the projection found no point"},
    {2546, "true L2: two targets, optimum on a wall"},
    {3319, "true L2: optimum on a wall, 1e-2 scale outputs beside 1e2"},
    {3530, "integer weights, all-zero region without inside, linearised L2"},
    {3664, "integer weights, all-zero region without inside, L1"},
    {3820, "integer weights, y_t >= 0 only where it is 0"},
    {8589934663, "the graph rounds otherwise than its network where two conditions are tight"},
};

}  // namespace brink::oracle
