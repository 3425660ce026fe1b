// Reads IDX files, gzip or raw; nothing in a header is believed before the bytes are there.
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <span>

#include "brink/data/dataset.h"

namespace brink {

namespace fs = std::filesystem;

namespace {

constexpr std::uint32_t kImagesMagic = 2051;
constexpr std::uint32_t kLabelsMagic = 2049;
constexpr std::uint32_t kMaxSide = 4096;
constexpr std::uint32_t kMaxCount = 10'000'000;
constexpr std::size_t kChunk = std::size_t{1} << 20;

/// One IDX file, read from front to back; gzip is unpacked on the way.
class IdxFile {
 public:
  static Expected<IdxFile> open(const fs::path& path) {
    std::error_code code;
    if (fs::is_directory(path, code)) {
      return bad_request("cannot read '{}': it is a folder, an IDX file is needed", path.string());
    }
    errno = 0;
    gzFile handle = gzopen(path.c_str(), "rb");
    if (handle == nullptr) {
      return bad_request("cannot read '{}': {}", path.string(),
                         errno != 0 ? std::strerror(errno) : "out of memory");
    }
    return IdxFile(path, handle);
  }

  /// The next bytes, at most `size` of them; fewer only at the end of the file.
  Expected<std::vector<std::uint8_t>> read(std::size_t size) {
    std::vector<std::uint8_t> bytes;
    while (bytes.size() < size) {
      const std::size_t old_size = bytes.size();
      const std::size_t left = size - old_size;
      const std::size_t step = left == kChunk + 1 ? left : std::min(kChunk, left);  // no 1 alone
      bytes.resize(old_size + step);
      const int count = gzread(handle_.get(), bytes.data() + old_size, static_cast<unsigned>(step));
      bytes.resize(old_size + static_cast<std::size_t>(std::max(count, 0)));
      int code = Z_OK;
      const char* reason = gzerror(handle_.get(), &code);
      if (code != Z_OK && code != Z_STREAM_END) {
        return bad_request("'{}': damaged or cut off after {} unpacked bytes ({}); get it anew",
                           name(), position_ + bytes.size(),
                           code == Z_ERRNO ? std::strerror(errno) : reason);
      }
      if (count == 0) break;
    }
    position_ += bytes.size();
    return bytes;
  }

  /// `size` bytes and then the end of the file. Asking for one more makes zlib look at the end of
  /// a gzip file (checksum, length) even where the numbers are complete.
  Expected<std::vector<std::uint8_t>> read_rest(std::size_t size, const std::string& content) {
    const std::size_t begin = position_;
    auto bytes = read(size + 1);
    if (!bytes) return bytes;
    if (bytes->size() < size) {
      return bad_request("'{}': cut off after {} bytes; its header promises {} ({} bytes)", name(),
                         position_, content, begin + size);
    }
    if (bytes->size() > size) {
      return bad_request("'{}': bytes follow the {} its header promises (from byte {})", name(),
                         content, begin + size);
    }
    return bytes;
  }

  /// The big-endian numbers of the header after the magic number.
  template <std::size_t N>
  Expected<std::array<std::uint32_t, N>> read_header(std::uint32_t magic, const char* kind) {
    const std::size_t size = 4 * (N + 1);
    const auto bytes = read(size);
    if (!bytes) return tl::unexpected(bytes.error());
    const std::uint32_t found = bytes->size() >= 4 ? number(*bytes, 0) : 0;
    if (bytes->size() >= 4 && found != magic) {
      return bad_request("'{}': starts with the number {}, an IDX file of {} starts with {}{}",
                         name(), found, kind, magic,
                         found == kImagesMagic   ? " (these are images)"
                         : found == kLabelsMagic ? " (these are labels)"
                                                 : "");
    }
    if (bytes->size() < size) {
      return bad_request("'{}': cut off after {} bytes; the header of an IDX file of {} takes {}",
                         name(), bytes->size(), kind, size);
    }
    std::array<std::uint32_t, N> numbers{};
    for (std::size_t i = 0; i < N; ++i) numbers[i] = number(*bytes, 4 * (i + 1));
    return numbers;
  }

  std::string name() const { return path_.string(); }

 private:
  struct Close {
    void operator()(gzFile_s* handle) const { gzclose(handle); }
  };

  IdxFile(fs::path path, gzFile handle) : path_(std::move(path)), handle_(handle) {}

  static std::uint32_t number(std::span<const std::uint8_t> bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | bytes[at + i];
    return value;
  }

  fs::path path_;
  std::unique_ptr<gzFile_s, Close> handle_;
  std::size_t position_ = 0;  // unpacked bytes read so far
};

Expected<void> check_count(const IdxFile& file, std::uint32_t count, const char* kind) {
  if (count >= 1 && count <= kMaxCount) return {};
  return bad_request("'{}': its header (byte 4) promises {} {}; 1 to {} are possible", file.name(),
                     count, kind, kMaxCount);
}

Expected<ImageSet> read_images(const fs::path& path, std::uint32_t& count) {
  auto file = IdxFile::open(path);
  if (!file) return tl::unexpected(file.error());
  const auto header = file->read_header<3>(kImagesMagic, "images");
  if (!header) return tl::unexpected(header.error());
  const auto [images, rows, columns] = *header;
  if (const auto fine = check_count(*file, images, "images"); !fine) {
    return tl::unexpected(fine.error());
  }
  if (rows < 1 || rows > kMaxSide || columns < 1 || columns > kMaxSide) {
    return bad_request(
        "'{}': its header (byte 8) promises images of {} x {} pixels; sides from 1 "
        "to {} are possible",
        file->name(), rows, columns, kMaxSide);
  }
  auto pixels = file->read_rest(std::size_t{images} * rows * columns,
                                fmt::format("{} images of {} x {}", images, rows, columns));
  if (!pixels) return tl::unexpected(pixels.error());
  count = images;
  return ImageSet{static_cast<int>(rows), static_cast<int>(columns), *std::move(pixels), {}};
}

Expected<std::vector<std::uint8_t>> read_labels(const fs::path& path) {
  auto file = IdxFile::open(path);
  if (!file) return tl::unexpected(file.error());
  const auto header = file->read_header<1>(kLabelsMagic, "labels");
  if (!header) return tl::unexpected(header.error());
  const std::uint32_t count = header->front();
  if (const auto fine = check_count(*file, count, "labels"); !fine) {
    return tl::unexpected(fine.error());
  }
  return file->read_rest(count, fmt::format("{} labels", count));
}

}  // namespace

Expected<ImageSet> read_idx(const fs::path& images, const fs::path& labels) {
  std::uint32_t count = 0;
  auto set = read_images(images, count);
  if (!set) return set;
  auto read = read_labels(labels);
  if (!read) return tl::unexpected(read.error());
  if (read->size() != count) {
    return bad_request("'{}' has {} labels but '{}' has {} images; the files must belong together",
                       labels.string(), read->size(), images.string(), count);
  }
  set->labels = *std::move(read);
  return set;
}

}  // namespace brink
