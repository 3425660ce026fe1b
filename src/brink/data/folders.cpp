// Where data sets lie on the disk, and loading one by name.
#include <algorithm>
#include <cstdlib>
#include <optional>

#include "brink/base/near_word.h"
#include "brink/data/cifar.h"
#include "brink/data/dataset.h"

namespace brink {

namespace fs = std::filesystem;

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// `kind` is "images" or "labels". Both spellings of the published names, packed or not.
std::optional<fs::path> find_file(const fs::path& folder, Split split, const std::string& kind) {
  const std::string front = (split == Split::train ? "train-" : "t10k-") + kind;
  const std::string back = kind == "images" ? "idx3-ubyte" : "idx1-ubyte";
  for (const char* dash : {"-", "."}) {
    for (const char* packed : {".gz", ""}) {
      const fs::path path = folder / fmt::format("{}{}{}{}", front, dash, back, packed);
      std::error_code code;
      if (fs::exists(path, code)) return path;
    }
  }
  return std::nullopt;
}

/// The set in `folder`; nothing if neither of the two files is there.
Expected<std::optional<Dataset>> load_folder(const fs::path& folder, Split split) {
  const auto images = find_file(folder, split, "images");
  const auto labels = find_file(folder, split, "labels");
  if (!images && !labels) return find_cifar(folder, split);
  const std::string front = split == Split::train ? "train-" : "t10k-";
  if (!images || !labels) {
    return bad_request("folder '{}' has {} but not {}{}-ubyte.gz; both are needed", folder.string(),
                       (images ? images : labels)->filename().string(), front,
                       images ? "labels-idx1" : "images-idx3");
  }
  auto set = read_idx(*images, *labels);
  if (!set) return tl::unexpected(set.error());
  return *std::move(set);
}

tl::unexpected<Error> not_found(const std::string& name, Split split,
                                const std::vector<fs::path>& folders) {
  std::string places;
  for (const fs::path& folder : folders) {
    places += (places.empty() ? "'" : ", '") + folder.string() + "'";
  }
  std::string hint =
      name == "mnist" || name == "fashion-mnist"
          ? fmt::format("get it with `brink data fetch {}`", name)
          : "name mnist or fashion-mnist (`brink data fetch NAME` gets them), strokes (built in), "
            "a folder with the four IDX files or CIFAR-10's binary batches, FILE.npz or FILE.csv";
  const std::vector<std::string> known = {"mnist", "fashion-mnist", "strokes"};
  if (std::find(known.begin(), known.end(), name) == known.end()) hint += did_you_mean(name, known);
  return bad_request("data set '{}' not found: no {}-images-idx3-ubyte(.gz) in {}; {}", name,
                     split == Split::train ? "train" : "t10k", places, hint);
}

}  // namespace

fs::path cache_folder() {
  if (const std::string cache = environment("XDG_CACHE_HOME"); !cache.empty()) {
    return fs::path(cache) / "brink";
  }
  if (const std::string home = environment("HOME"); !home.empty()) {
    return fs::path(home) / ".cache" / "brink";
  }
  return {};
}

std::optional<fs::path> find_dataset(const std::string& name, const fs::path& data_dir) {
  for (const fs::path& root : data_folders(data_dir)) {
    for (const Split split : {Split::train, Split::test}) {
      for (const char* kind : {"images", "labels"}) {
        if (find_file(root / name, split, kind)) return root / name;
      }
    }
  }
  return std::nullopt;
}

std::vector<fs::path> data_folders(const fs::path& data_dir) {
  std::vector<fs::path> folders;
  for (const fs::path& folder : {data_dir, fs::path(environment("BRINK_DATA")),
                                 fs::path("../shared/data"), cache_folder()}) {
    if (!folder.empty()) folders.push_back(folder);
  }
  return folders;
}

Expected<Dataset> load_dataset(const std::string& name, Split split, const fs::path& data_dir,
                               const DataOptions& options) {
  if (name.empty()) return bad_request("the data set has no name; write e.g. mnist or strokes");
  if (name.ends_with(".npz")) return read_npz_set(name, split, options);
  if (name.ends_with(".csv") || name.ends_with(".tsv")) return read_csv_set(name, options);
  if (name.ends_with(".bin")) return read_cifar(name);
  if (name == "strokes") return strokes(split);
  std::vector<fs::path> folders;
  const bool is_path = name.find('/') != std::string::npos || name == "." || name == "..";
  if (!is_path) {
    for (const fs::path& root : data_folders(data_dir)) folders.push_back(root / name);
  }
  folders.emplace_back(name);  // after the named places: `mnist` means the same everywhere
  for (const fs::path& folder : folders) {
    auto set = load_folder(folder, split);
    if (!set) return tl::unexpected(set.error());
    if (*set) return **std::move(set);
  }
  return not_found(name, split, folders);
}

}  // namespace brink
