// One function a table of the papers. See lab.h.
#pragma once

#include "brink/reproduce/lab.h"

namespace brink {

/// The networks that an exhibit reads, given the ones that are wanted.
std::vector<std::string> networks_of(const std::string& exhibit, const Lab& lab);

Expected<TextTable> table_z1(Lab& lab);
Expected<TextTable> table_z2(Lab& lab);
Expected<TextTable> table_z3(Lab& lab);
Expected<TextTable> table_z4(Lab& lab);
Expected<TextTable> table_z5(Lab& lab);
Expected<TextTable> table_z6(Lab& lab);
Expected<TextTable> table_z7(Lab& lab);
Expected<TextTable> table_z8(Lab& lab);
Expected<TextTable> table_k2(Lab& lab);
Expected<TextTable> table_k3(Lab& lab);
Expected<TextTable> table_k4(Lab& lab);
Expected<TextTable> table_k5(Lab& lab);

}  // namespace brink
