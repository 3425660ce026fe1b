// The shared libraries of solvers that the user has: found, opened, their functions looked up.
//
// Nothing of a vendor's is in brink. Its library is opened in the process of a solve (process.h)
// and nowhere else, so that two of them, or one and the interpreter brink runs in, never meet.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "brink/base/error.h"

namespace brink {

/// Where a solver's library is looked for. Names and folders are glob patterns.
struct LibraryPlaces {
  std::vector<std::string> names;    ///< of the file: "libgurobi[0-9]*.so"
  std::vector<std::string> wheels;   ///< folders in an environment's site-packages
  std::vector<std::string> homes;    ///< "GUROBI_HOME/lib": a variable, and a folder below it
  std::vector<std::string> folders;  ///< of usual installations
};

/// From now on that solver's library is this file, or in this folder; empty: looked for.
void use_library(std::string_view solver, const std::filesystem::path& path);

/// From now on that Python environment is looked at before all others.
void look_in_environment(const std::filesystem::path& root);

/// The first of: what use_library() said, the variable BRINK_<SOLVER>_LIBRARY, the homes, the
/// folders of LD_LIBRARY_PATH, the Python environments active or on PATH and the user's own, the
/// usual folders. In one folder the highest version. Nothing: it is nowhere. An error: a path was
/// said and no such library is there.
Expected<std::optional<std::filesystem::path>> find_library(std::string_view solver,
                                                            const LibraryPlaces& places);

/// "GUROBI".
std::string upper_case(std::string_view word);

/// An open library; it stays open until the process ends.
class Library {
 public:
  /// Throws std::runtime_error with the loader's words.
  explicit Library(const std::filesystem::path& path);
  /// Throws std::runtime_error: not there.
  void* symbol(const char* name) const;
  bool has(const char* name) const;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  void* handle_;
};

/// A function of a library: Call<int(double)> cosine{library, "cosine"}.
template <class Signature>
class Call;
template <class Result, class... Arguments>
class Call<Result(Arguments...)> {
 public:
  Call(const Library& library, const char* name)
      : function_(reinterpret_cast<Result (*)(Arguments...)>(library.symbol(name))) {}
  Result operator()(Arguments... arguments) const { return function_(arguments...); }

 private:
  Result (*function_)(Arguments...);
};

}  // namespace brink
