#include "brink/base/files.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>

namespace brink {

namespace fs = std::filesystem;

namespace {

/// In the same folder, so that the rename is atomic; the process id keeps two runs apart.
fs::path neighbour(const fs::path& path) {
  fs::path temporary = path;
  temporary += fmt::format(".tmp{}", ::getpid());
  return temporary;
}

}  // namespace

Expected<std::string> read_file(const fs::path& path) {
  std::error_code code;
  if (fs::is_directory(path, code)) {
    return bad_request("cannot read '{}': it is a folder, a file is needed", path.string());
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) return bad_request("cannot read '{}': {}", path.string(), std::strerror(errno));
  std::ostringstream bytes;
  bytes << in.rdbuf();
  if (in.bad()) return bad_request("cannot read '{}': {}", path.string(), std::strerror(errno));
  return std::move(bytes).str();
}

Expected<void> write_file(const fs::path& path, const std::string& bytes) {
  const fs::path temporary = neighbour(path);
  errno = 0;
  {
    std::ofstream out(temporary, std::ios::binary);
    if (!out) return bad_request("cannot write '{}': {}", path.string(), std::strerror(errno));
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.flush();
    if (!out) {
      const std::string reason = std::strerror(errno);
      out.close();
      std::error_code ignored;
      fs::remove(temporary, ignored);
      return failure("cannot write '{}': {}", path.string(), reason);
    }
  }
  std::error_code code;
  fs::rename(temporary, path, code);
  if (code) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    return bad_request("cannot write '{}': {}", path.string(), code.message());
  }
  return {};
}

Expected<void> check_writable(const fs::path& path) {
  std::error_code code;
  if (fs::is_directory(path, code)) {
    return bad_request("cannot write '{}': it is a folder, name a file", path.string());
  }
  const fs::path temporary = neighbour(path);
  errno = 0;
  const bool writable = static_cast<bool>(std::ofstream(temporary, std::ios::binary));
  if (!writable) return bad_request("cannot write '{}': {}", path.string(), std::strerror(errno));
  fs::remove(temporary, code);
  return {};
}

namespace {

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code code;
  return fs::equivalent(a, b, code) ||
         fs::absolute(a).lexically_normal() == fs::absolute(b).lexically_normal();
}

/// The file, or what SQLite keeps beside it.
bool touches(const fs::path& output, const fs::path& kept) {
  return same_file(output, kept) || same_file(output, kept.string() + "-wal") ||
         same_file(output, kept.string() + "-shm");
}

bool is_database(const fs::path& path) {
  constexpr std::string_view kMark = "SQLite format 3";
  std::string start(kMark.size(), '\0');
  std::ifstream file(path, std::ios::binary);
  return file.read(start.data(), static_cast<std::streamsize>(start.size())) && start == kMark;
}

}  // namespace

Expected<void> check_outputs(const std::vector<fs::path>& outputs,
                             const std::vector<fs::path>& kept) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].empty()) continue;
    for (const fs::path& other : kept) {
      if (other.empty() || !touches(outputs[i], other)) continue;
      return bad_request("'{}' would be written over '{}': name another output",
                         outputs[i].string(), other.string());
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (outputs[j].empty() || !same_file(outputs[i], outputs[j])) continue;
      return bad_request("'{}' is named for two outputs: name two files", outputs[i].string());
    }
    if (auto ok = check_writable(outputs[i]); !ok) return ok;
    if (is_database(outputs[i])) {
      return bad_request("'{}' is a results store and would be lost: name another output",
                         outputs[i].string());
    }
  }
  return {};
}

}  // namespace brink
