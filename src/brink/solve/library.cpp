#include "brink/solve/library.h"

#include <dlfcn.h>
#include <glob.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <stdexcept>

namespace brink {

namespace {

std::mutex g_said_mutex;
std::map<std::string, std::filesystem::path, std::less<>> g_said;
std::string g_environment;

std::string variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

std::vector<std::string> matches(const std::string& pattern) {
  glob_t found{};
  std::vector<std::string> paths;
  if (::glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) paths.emplace_back(found.gl_pathv[i]);
  }
  ::globfree(&found);
  return paths;
}

/// libx9.so before libx10.so.
bool lower_version(const std::string& a, const std::string& b) {
  return ::strverscmp(a.c_str(), b.c_str()) < 0;
}

/// In folders of the pattern; the highest version.
std::optional<std::filesystem::path> in_folder(const std::string& folder,
                                               const LibraryPlaces& places) {
  for (const std::string& name : places.names) {
    const auto found = matches(fmt::format("{}/{}", folder, name));
    if (!found.empty()) return *std::max_element(found.begin(), found.end(), lower_version);
  }
  return std::nullopt;
}

std::vector<std::string> split_path(const std::string& list) {
  std::vector<std::string> folders;
  std::size_t begin = 0;
  while (begin <= list.size()) {
    const std::size_t end = std::min(list.find(':', begin), list.size());
    if (end > begin) folders.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return folders;
}

/// Folders, or patterns of them, that hold Python's packages: of the active environment, of the
/// interpreters on PATH, of the user.
std::vector<std::string> package_folders() {
  std::vector<std::string> roots;
  {
    const std::lock_guard lock(g_said_mutex);
    if (!g_environment.empty()) roots.push_back(g_environment);
  }
  for (const char* name : {"VIRTUAL_ENV", "CONDA_PREFIX"}) {
    if (const auto root = variable(name); !root.empty()) roots.push_back(root);
  }
  for (const std::string& folder : split_path(variable("PATH"))) {
    const std::filesystem::path root = std::filesystem::path(folder).parent_path();
    std::error_code none;
    if (std::filesystem::exists(std::filesystem::path(folder) / "python3", none)) {
      roots.push_back(root.string());
    }
  }
  if (const auto home = variable("HOME"); !home.empty()) roots.push_back(home + "/.local");
  roots.insert(roots.end(), {"/usr/local", "/usr"});
  std::vector<std::string> folders;
  for (const std::string& root : roots) {
    folders.push_back(root + "/lib/python3*/site-packages");
    folders.push_back(root + "/lib/python3*/dist-packages");
    folders.push_back(root + "/lib/python3/dist-packages");
  }
  return folders;
}

std::vector<std::string> folders_of(const LibraryPlaces& places) {
  std::vector<std::string> folders;
  for (const std::string& home : places.homes) {
    const std::size_t slash = std::min(home.find('/'), home.size());
    if (const auto root = variable(home.substr(0, slash)); !root.empty()) {
      folders.push_back(root + home.substr(slash));
    }
  }
  for (const std::string& folder : split_path(variable("LD_LIBRARY_PATH"))) {
    folders.push_back(folder);
  }
  for (const std::string& packages : package_folders()) {
    for (const std::string& wheel : places.wheels) {
      folders.push_back(fmt::format("{}{}{}", packages, wheel.empty() ? "" : "/", wheel));
    }
  }
  folders.insert(folders.end(), places.folders.begin(), places.folders.end());
  folders.insert(folders.end(),
                 {"/usr/local/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib"});
  return folders;
}

/// A file that was named, or the library in a folder that was.
Expected<std::optional<std::filesystem::path>> named_library(const std::string& path,
                                                             const std::string& by,
                                                             std::string_view solver,
                                                             const LibraryPlaces& places) {
  std::error_code none;
  if (std::filesystem::is_regular_file(path, none)) return std::filesystem::absolute(path, none);
  if (std::filesystem::is_directory(path, none)) {
    if (const auto found = in_folder(path, places)) return found;
    return bad_request("{} '{}' has no {} of {}", by, path, places.names.front(), solver);
  }
  return bad_request("{} '{}' is not there: it should be the library of {} or its folder", by, path,
                     solver);
}

}  // namespace

std::string upper_case(std::string_view word) {
  std::string text(word);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

void use_library(std::string_view solver, const std::filesystem::path& path) {
  const std::lock_guard lock(g_said_mutex);
  g_said[std::string(solver)] = path;
}

void look_in_environment(const std::filesystem::path& root) {
  const std::lock_guard lock(g_said_mutex);
  g_environment = root.string();
}

Expected<std::optional<std::filesystem::path>> find_library(std::string_view solver,
                                                            const LibraryPlaces& places) {
  {
    const std::lock_guard lock(g_said_mutex);
    const auto said = g_said.find(solver);
    if (said != g_said.end() && !said->second.empty()) {
      return named_library(said->second.string(), "--solver-library", solver, places);
    }
  }
  const std::string name = fmt::format("BRINK_{}_LIBRARY", upper_case(solver));
  if (const std::string path = variable(name); !path.empty()) {
    return named_library(path, name, solver, places);
  }
  for (const std::string& folder : folders_of(places)) {
    if (const auto found = in_folder(folder, places)) return found;
  }
  return std::nullopt;
}

Library::Library(const std::filesystem::path& path)
    : path_(path), handle_(::dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL)) {
  if (handle_ == nullptr) throw std::runtime_error(::dlerror());
}

bool Library::has(const char* name) const {
  return ::dlsym(handle_, name) != nullptr;
}

void* Library::symbol(const char* name) const {
  void* found = ::dlsym(handle_, name);
  if (found == nullptr) {
    throw std::runtime_error(
        fmt::format("'{}' has no function {}: another version or product", path_.string(), name));
  }
  return found;
}

}  // namespace brink
