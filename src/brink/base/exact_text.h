// Numbers as text that loses nothing.
#pragma once

#include <string>

namespace brink {

/// A finite number: whole ones in decimal, others in C's hexadecimal ("0x1.8p-1").
std::string exact_text(double value);

}  // namespace brink
