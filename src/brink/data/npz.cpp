// The archive is read and built in memory by libzip: files are read whole and appear whole (base/
// files.h), so that errors and half-written files are handled in one place.
#include "brink/data/npz.h"

#include <zip.h>

#include <algorithm>
#include <memory>

#include "brink/base/files.h"

namespace brink {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kSuffix = ".npy";
constexpr zip_uint32_t kLevel = 1;  // images of doubles hardly shrink more at higher levels
constexpr zip_uint16_t kDate = 1U << 5 | 1U;  // 1 January 1980: equal arrays, equal bytes

/// A zip archive that is dropped, not written, unless closed.
struct Discard {
  void operator()(zip_t* archive) const { zip_discard(archive); }
};
using Archive = std::unique_ptr<zip_t, Discard>;

struct FreeSource {
  void operator()(zip_source_t* source) const { zip_source_free(source); }
};
using Source = std::unique_ptr<zip_source_t, FreeSource>;

struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

/// An archive over `source`, which stays the caller's too (zip_source_keep).
Archive open_archive(zip_source_t* source, int flags, std::string& reason) {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_keep(source);
  Archive archive(zip_open_from_source(source, flags, &error));
  if (archive == nullptr) {
    reason = zip_error_strerror(&error);
    zip_source_free(source);
  }
  zip_error_fini(&error);
  return archive;
}

Expected<std::string> read_member(zip_t* archive, zip_uint64_t index, const std::string& where) {
  const std::unique_ptr<zip_file_t, CloseFile> file(zip_fopen_index(archive, index, 0));
  if (file == nullptr) {
    return bad_request("{} cannot be read: {}", where, zip_error_strerror(zip_get_error(archive)));
  }
  // In pieces: a damaged archive may claim any size.
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  std::string bytes;
  for (;;) {
    const std::size_t have = bytes.size();
    bytes.resize(have + kPiece);
    const zip_int64_t got = zip_fread(file.get(), bytes.data() + have, kPiece);
    if (got < 0) {
      return bad_request("{} is damaged: {}", where,
                         zip_error_strerror(zip_file_get_error(file.get())));
    }
    bytes.resize(have + static_cast<std::size_t>(got));
    if (got == 0) return bytes;
  }
}

Expected<Npz> read_archive(zip_t* archive, const std::string& file) {
  Npz arrays;
  const zip_int64_t count = zip_get_num_entries(archive, 0);
  for (zip_int64_t i = 0; i < count; ++i) {
    const auto index = static_cast<zip_uint64_t>(i);
    const char* raw = zip_get_name(archive, index, 0);
    std::string name = raw == nullptr ? "" : raw;
    if (!name.ends_with(kSuffix)) {
      return bad_request("'{}': member '{}' is no .npy array; is it written by numpy.savez?", file,
                         name);
    }
    name.resize(name.size() - kSuffix.size());
    const std::string where = fmt::format("'{}': array '{}'", file, name);
    const auto bytes = read_member(archive, index, where);
    if (!bytes) return tl::unexpected<Error>(bytes.error());
    auto array = decode_npy(*bytes, where);
    if (!array) return tl::unexpected<Error>(array.error());
    arrays[name] = std::move(*array);
  }
  return arrays;
}

/// Adds one array. `bytes` must live until the archive is closed.
bool add_member(zip_t* archive, const std::string& name, const std::string& bytes) {
  zip_source_t* content = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
  if (content == nullptr) return false;
  const zip_int64_t index =
      zip_file_add(archive, fmt::format("{}{}", name, kSuffix).c_str(), content, ZIP_FL_ENC_UTF_8);
  if (index < 0) {
    zip_source_free(content);
    return false;
  }
  const auto at = static_cast<zip_uint64_t>(index);
  return zip_set_file_compression(archive, at, ZIP_CM_DEFLATE, kLevel) == 0 &&
         zip_file_set_dostime(archive, at, 0, kDate, 0) == 0;
}

/// What was written into `source`.
Expected<std::string> written(zip_source_t* source, const std::string& file) {
  zip_stat_t stat;
  zip_stat_init(&stat);
  if (zip_source_stat(source, &stat) < 0 || zip_source_open(source) < 0) {
    return failure("cannot build '{}': {}", file, zip_error_strerror(zip_source_error(source)));
  }
  std::string bytes(stat.size, '\0');
  const zip_int64_t got = zip_source_read(source, bytes.data(), stat.size);
  zip_source_close(source);
  if (got < 0 || static_cast<zip_uint64_t>(got) != stat.size) {
    return failure("cannot build '{}': libzip returned {} of {} bytes", file, got, stat.size);
  }
  return bytes;
}

}  // namespace

Expected<Npz> read_npz(const fs::path& path) {
  const auto bytes = read_file(path);
  if (!bytes) return tl::unexpected<Error>(bytes.error());
  // libzip takes an empty buffer for a new archive.
  if (bytes->empty()) return bad_request("'{}' is empty, an .npz file is needed", path.string());
  zip_error_t error;
  zip_error_init(&error);
  const Source source(zip_source_buffer_create(bytes->data(), bytes->size(), 0, &error));
  zip_error_fini(&error);
  if (source == nullptr) return failure("cannot read '{}': out of memory", path.string());
  std::string reason;
  const Archive archive = open_archive(source.get(), ZIP_RDONLY, reason);
  if (archive == nullptr) {
    return bad_request("'{}' is not an .npz file (a zip archive of arrays): {}", path.string(),
                       reason);
  }
  return read_archive(archive.get(), path.string());
}

Expected<void> write_npz(const fs::path& path, const Npz& arrays) {
  std::vector<std::string> members;  // outlives the archive that points into it
  members.reserve(arrays.size());
  zip_error_t error;
  zip_error_init(&error);
  const Source source(zip_source_buffer_create(nullptr, 0, 0, &error));
  zip_error_fini(&error);
  std::string reason;
  Archive archive;
  if (source != nullptr) archive = open_archive(source.get(), ZIP_TRUNCATE, reason);
  if (archive == nullptr) return failure("cannot build '{}': {}", path.string(), reason);
  for (const auto& [name, array] : arrays) {
    members.push_back(encode_npy(array));
    if (!add_member(archive.get(), name, members.back())) {
      return failure("cannot build '{}': array '{}': {}", path.string(), name,
                     zip_error_strerror(zip_get_error(archive.get())));
    }
  }
  if (zip_close(archive.get()) < 0) {
    return failure("cannot build '{}': {}", path.string(),
                   zip_error_strerror(zip_get_error(archive.get())));
  }
  static_cast<void>(archive.release());  // closed is freed
  const auto bytes = written(source.get(), path.string());
  if (!bytes) return tl::unexpected<Error>(bytes.error());
  return write_file(path, *bytes);
}

Expected<const NpyArray*> find_array(const Npz& arrays, const std::string& name,
                                     const fs::path& path) {
  const auto found = arrays.find(name);
  if (found != arrays.end()) return &found->second;
  std::vector<std::string> there;
  for (const auto& entry : arrays) there.push_back(entry.first);
  return bad_request("'{}' has no array '{}'; it has: {}", path.string(), name,
                     there.empty() ? "none" : fmt::format("{}", fmt::join(there, ", ")));
}

}  // namespace brink
