// One function a table of the seeds. See lab.h.
#pragma once

#include "brink/reproduce/lab.h"

namespace brink {

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
