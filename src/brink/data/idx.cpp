// Reads IDX files, gzip or raw; nothing in a header is believed before the bytes are there.
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#include "brink/base/files.h"
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
    auto packed = read_file(path);
    if (!packed) return tl::unexpected(packed.error());
    IdxFile file(path, std::move(*packed));
    if (file.packed_->starts_with("\x1f\x8b")) {
      file.stream_.reset(new z_stream{});
      file.stream_->next_in = reinterpret_cast<Bytef*>(file.packed_->data());
      constexpr int kGzip = 16 + MAX_WBITS;
      if (inflateInit2(file.stream_.get(), kGzip) != Z_OK) {
        return failure("cannot read '{}': out of memory", path.string());
      }
    }
    return file;
  }

  /// The next bytes, at most `size` of them; fewer only at the end of the file.
  Expected<std::vector<std::uint8_t>> read(std::size_t size) {
    std::vector<std::uint8_t> bytes;
    while (bytes.size() < size) {
      const std::size_t old_size = bytes.size();
      bytes.resize(old_size + std::min(kChunk, size - old_size));
      const std::span<std::uint8_t> wanted = std::span(bytes).subspan(old_size);
      const std::size_t missing = stream_ ? unpack(wanted) : copy(wanted);
      bytes.resize(bytes.size() - missing);
      if (!problem_.empty()) {
        return bad_request("'{}': damaged or cut off after {} unpacked bytes ({}); get it anew",
                           name(), position_ + bytes.size(), problem_);
      }
      if (missing > 0) break;
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
  struct End {
    void operator()(z_stream* stream) const {
      inflateEnd(stream);
      delete stream;
    }
  };

  IdxFile(fs::path path, std::string packed)
      : path_(std::move(path)), packed_(std::make_unique<std::string>(std::move(packed))) {}

  /// Fills `wanted`; returns how many bytes are missing because the file ends.
  std::size_t copy(std::span<std::uint8_t> wanted) {
    const std::size_t count = std::min(wanted.size(), packed_->size() - used_);
    if (count > 0) std::memcpy(wanted.data(), packed_->data() + used_, count);
    used_ += count;
    return wanted.size() - count;
  }
  std::size_t unpack(std::span<std::uint8_t> wanted) {
    stream_->next_out = wanted.data();
    stream_->avail_out = static_cast<uInt>(wanted.size());
    while (stream_->avail_out > 0 && !ended_ && problem_.empty()) {
      const auto left = static_cast<std::size_t>(end() - stream_->next_in);
      stream_->avail_in = static_cast<uInt>(std::min(left, kChunk));
      const int code = inflate(stream_.get(), Z_NO_FLUSH);
      if (code == Z_STREAM_END) {  // another one may follow, what else follows is passed over
        const std::string_view rest(reinterpret_cast<const char*>(stream_->next_in),
                                    static_cast<std::size_t>(end() - stream_->next_in));
        ended_ = !rest.starts_with("\x1f\x8b");
        if (!ended_) inflateReset(stream_.get());
      } else if (code == Z_BUF_ERROR && left == 0) {
        problem_ = "unexpected end of file";
      } else if (code != Z_OK) {
        problem_ = stream_->msg != nullptr ? stream_->msg : zError(code);
      }
    }
    return stream_->avail_out;
  }
  const Bytef* end() const {
    return reinterpret_cast<const Bytef*>(packed_->data()) + packed_->size();
  }

  static std::uint32_t number(std::span<const std::uint8_t> bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | bytes[at + i];
    return value;
  }

  fs::path path_;
  std::unique_ptr<std::string> packed_;    // stays where it is: the stream points into it
  std::unique_ptr<z_stream, End> stream_;  // of gzip
  std::size_t used_ = 0;                   // of what is not packed
  bool ended_ = false;
  std::string problem_;
  std::size_t position_ = 0;  // unpacked bytes read so far
};

Expected<void> check_count(const IdxFile& file, std::uint32_t count, const char* kind) {
  if (count >= 1 && count <= kMaxCount) return {};
  return bad_request("'{}': its header (byte 4) promises {} {}; 1 to {} are possible", file.name(),
                     count, kind, kMaxCount);
}

Expected<Dataset> read_images(const fs::path& path, std::uint32_t& count) {
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
  Dataset set;
  set.rows = static_cast<int>(rows);
  set.columns = static_cast<int>(columns);
  set.pixels = *std::move(pixels);
  return set;
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

Expected<Dataset> read_idx(const fs::path& images, const fs::path& labels) {
  std::uint32_t count = 0;
  auto set = read_images(images, count);
  if (!set) return set;
  auto read = read_labels(labels);
  if (!read) return tl::unexpected(read.error());
  if (read->size() != count) {
    return bad_request("'{}' has {} labels but '{}' has {} images; the files must belong together",
                       labels.string(), read->size(), images.string(), count);
  }
  set->labels.assign(read->begin(), read->end());
  return set;
}

}  // namespace brink
