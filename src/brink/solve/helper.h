// A program of its own that solves, for processes that must not fork.
//
// A fork copies the calling thread alone: locks that other threads hold (an interpreter's, a
// runtime's of numerical code) stay locked in the child for ever. Such a process names the helper
// once; each solve then starts it, with the request in an anonymous file as its standard input and
// answers through a pipe, its standard output.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>

#include "brink/solve/process.h"

namespace brink {

/// From now on solves start this program; empty: they fork.
void solve_by(const std::filesystem::path& helper);
/// What was named last.
std::filesystem::path solving_helper();

/// A solve for the helper, as bytes that processes of one machine understand.
std::string to_bytes(const SolveRequest& request);
/// Nothing: the bytes are none of a request.
std::optional<SolveRequest> request_from_bytes(const std::string& bytes);

struct StartedHelper {
  pid_t pid = -1;       ///< -1: could not be started, see errno
  int descriptor = -1;  ///< of what it sends
};
StartedHelper start_helper(const std::filesystem::path& helper, const SolveRequest& request);

/// The helper's main: does what stands in its standard input. The exit code.
int serve_solve();

}  // namespace brink
