// brink-solve: one solve of a mixed-integer program, for a process that must not fork.
#include "brink/solve/helper.h"

int main() {
  return brink::serve_solve();
}
