// Private to this folder: what the processes of a cluster say to each other.
#pragma once

#include <string>

#include "brink/base/error.h"

namespace brink::cluster {

enum Tag { shared = 1, ask, piece, result, beat, stop, finish, end, left, farewell };

/// The run it belongs to, a piece or a number of threads, and what came of it.
struct Note {
  int epoch = 0;
  int number = 0;
  bool good = true;   ///< of a result: it was not interrupted
  std::string bytes;  ///< of a result
};
std::string pack(const Note& note);
Note unpack_note(const std::string& bytes);

std::string pack(const Expected<std::string>& outcome);
Expected<std::string> unpack_outcome(const std::string& bytes);

}  // namespace brink::cluster
