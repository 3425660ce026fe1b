// External data: tensors kept in a file beside the model.
//
// A tensor names its file (`location`, within the model's folder), where in it its bytes begin
// (`offset`) and how many there are (`length`). A model may come from anywhere: a location that
// leads out of its folder, links followed, is refused, and no more is read than the shape needs.
#include <charconv>
#include <fstream>
#include <optional>

#include "onnx_tensor.h"

namespace brink::onnx_reader {

namespace {

namespace fs = std::filesystem;

struct Extract {
  std::string location;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;
};

Expected<std::uint64_t> whole_number(const std::string& key, const std::string& text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) {
    return bad_request("has external data with the {} '{}', which is no whole number", key, text);
  }
  return value;
}

Expected<Extract> extract_of(const onnx::TensorProto& proto) {
  Extract extract;
  for (const onnx::StringStringEntryProto& entry : proto.external_data()) {
    if (entry.key() == "location") extract.location = entry.value();
    if (entry.key() != "offset" && entry.key() != "length") continue;
    const auto number = whole_number(entry.key(), entry.value());
    if (!number) return tl::unexpected(number.error());
    if (entry.key() == "offset") extract.offset = *number;
    if (entry.key() == "length") extract.length = *number;
  }
  if (extract.location.empty()) return bad_request("has external data without a location");
  return extract;
}

bool is_within(const fs::path& file, const fs::path& folder) {
  const fs::path way = file.lexically_relative(folder);
  return !way.empty() && *way.begin() != "..";
}

/// The file, links followed.
Expected<fs::path> data_file(const std::string& location, const fs::path& folder) {
  const auto leads_out = [&location] {
    return bad_request("keeps its data in '{}', outside the model's folder; that is not read",
                       location);
  };
  const fs::path relative(location);
  if (location.find('\0') != std::string::npos || relative.is_absolute()) return leads_out();
  for (const fs::path& part : relative) {
    if (part == "..") return leads_out();
  }
  std::error_code code;
  const fs::path home = fs::canonical(folder.empty() ? "." : folder, code);
  const fs::path file = code ? fs::path() : fs::canonical(home / relative, code);
  if (code || !fs::is_regular_file(file, code)) {
    return bad_request(
        "keeps its data in the file '{}', which is not there: it belongs beside the "
        "model",
        location);
  }
  if (!is_within(file, home)) return leads_out();
  return file;
}

}  // namespace

Expected<std::string> external_bytes(const onnx::TensorProto& proto, std::uint64_t size,
                                     const fs::path& folder) {
  const auto extract = extract_of(proto);
  if (!extract) return tl::unexpected(extract.error());
  if (extract->length && *extract->length != size) {
    return bad_request("has {} bytes of external data, its shape needs {}", *extract->length, size);
  }
  const auto file = data_file(extract->location, folder);
  if (!file) return tl::unexpected(file.error());
  std::error_code code;
  const std::uint64_t held = fs::file_size(*file, code);
  if (code || extract->offset > held || size > held - extract->offset) {
    return bad_request("needs {} bytes from byte {} on of '{}', which has {}; was it cut short?",
                       size, extract->offset, extract->location, code ? 0 : held);
  }
  std::string bytes(size, '\0');
  std::ifstream stream(*file, std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(extract->offset));
  if (!stream.read(bytes.data(), static_cast<std::streamsize>(size))) {
    return bad_request("keeps its data in '{}', which cannot be read", extract->location);
  }
  return bytes;
}

}  // namespace brink::onnx_reader
