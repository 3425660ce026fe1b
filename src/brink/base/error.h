// How brink says that a question could not be asked or answered.
//
// Two layers: `Expected<T>` carries "could not ask" (a wrong request, a broken file) and "went
// wrong" (an internal or solver failure). What was *learned* - optimal, infeasible, stopped by a
// limit - is never an error but an enum in the result (see solve/solver.h, ask/closest.h).
#pragma once

#include <fmt/format.h>

#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace brink {

struct Error {
  enum class Kind {
    bad_request,  ///< the request or an input file is wrong; the command line exits with 2
    failure,      ///< an internal or solver failure; exits with 3
    interrupted,  ///< stopped by the user; exits with 130
  };
  Kind kind = Kind::bad_request;
  std::string message;  ///< one line: what is wrong, where, how to mend it
};

template <class T>
using Expected = tl::expected<T, Error>;

/// An error whose cause is the request: `return bad_request("cap {} is negative; ...", cap);`
template <class... Args>
tl::unexpected<Error> bad_request(fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected<Error>(
      Error{Error::Kind::bad_request, fmt::format(format, std::forward<Args>(args)...)});
}

/// An error whose cause is brink, a library or the machine.
template <class... Args>
tl::unexpected<Error> failure(fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected<Error>(
      Error{Error::Kind::failure, fmt::format(format, std::forward<Args>(args)...)});
}

/// The user stopped it. Whoever works piece by piece keeps each as it is done.
inline tl::unexpected<Error> interrupted() {
  return tl::unexpected<Error>(
      Error{Error::Kind::interrupted,
            "interrupted; what was finished is kept, the same command continues"});
}

}  // namespace brink
