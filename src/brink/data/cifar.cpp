// Source: Krizhevsky, "Learning multiple layers of features from tiny images", 2009;
// https://www.cs.toronto.edu/~kriz/cifar.html, the binary version.
#include "brink/data/cifar.h"

#include <sstream>

#include "brink/base/files.h"

namespace brink {

namespace {

namespace fs = std::filesystem;
constexpr std::size_t kImageBytes = std::size_t{3} * 32 * 32;
constexpr std::size_t kRecord = kImageBytes + 1;
constexpr int kClasses = 10;

Expected<void> add_batch(Dataset& set, const fs::path& file) {
  const auto bytes = read_file(file);
  if (!bytes) return tl::unexpected(bytes.error());
  if (bytes->empty() || bytes->size() % kRecord != 0) {
    return bad_request(
        "'{}' has {} bytes, which is no number of CIFAR-10's records of {} (a label, 3x32x32 "
        "bytes)",
        file.string(), bytes->size(), kRecord);
  }
  auto& pixels = std::get<std::vector<std::uint8_t>>(set.pixels);
  for (std::size_t at = 0; at < bytes->size(); at += kRecord) {
    const auto label = static_cast<std::uint8_t>((*bytes)[at]);
    if (label >= kClasses) {
      return bad_request("'{}': image {} has label {}, CIFAR-10's are 0 to {}", file.string(),
                         at / kRecord, label, kClasses - 1);
    }
    set.labels.push_back(label);
    const auto first = bytes->begin() + static_cast<std::ptrdiff_t>(at + 1);
    pixels.insert(pixels.end(), first, first + static_cast<std::ptrdiff_t>(kImageBytes));
  }
  return {};
}

std::vector<std::string> class_names(const fs::path& folder) {
  const auto text = read_file(folder / "batches.meta.txt");
  std::vector<std::string> names;
  std::istringstream lines(text ? *text : std::string());
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) names.push_back(line);
  }
  return names.size() == kClasses ? names : std::vector<std::string>();
}

Expected<Dataset> read_batches(const std::vector<fs::path>& files) {
  Dataset set;
  set.rows = set.columns = 32;
  set.channels = 3;
  set.pixels = std::vector<std::uint8_t>();
  for (const fs::path& file : files) {
    if (auto ok = add_batch(set, file); !ok) return tl::unexpected(ok.error());
  }
  set.classes = class_names(files.front().parent_path());
  return set;
}

}  // namespace

Expected<Dataset> read_cifar(const fs::path& file) {
  return read_batches({file});
}

Expected<std::optional<Dataset>> find_cifar(const fs::path& folder, Split split) {
  std::vector<std::string> names = {"test_batch.bin"};
  if (split == Split::train) {
    names.clear();
    for (int i = 1; i <= 5; ++i) names.push_back(fmt::format("data_batch_{}.bin", i));
  }
  std::vector<fs::path> files;
  std::error_code ignored;
  for (const std::string& name : names) {
    if (fs::exists(folder / name, ignored)) files.push_back(folder / name);
  }
  if (files.empty()) return std::nullopt;
  auto set = read_batches(files);
  if (!set) return tl::unexpected(set.error());
  return *std::move(set);
}

}  // namespace brink
