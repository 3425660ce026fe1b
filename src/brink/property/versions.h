// The two versions' readers (private to this folder).
#pragma once

#include "brink/property/property.h"
#include "brink/property/tokens.h"

namespace brink {

Expected<Query> read_v1(Tokens& tokens);
/// From behind "(vnnlib-version".
Expected<Query> read_v2(Tokens& tokens);

}  // namespace brink
