// Image sets: MNIST and its relatives from IDX files, and the built-in strokes.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "brink/base/error.h"

namespace brink {

/// One split: `count()` images of rows x columns pixels, each a byte; pixel value = byte / 255.
struct ImageSet {
  int rows = 0;
  int columns = 0;
  std::vector<std::uint8_t> pixels;  ///< count x (rows * columns), row by row
  std::vector<std::uint8_t> labels;

  int count() const { return static_cast<int>(labels.size()); }
  int image_size() const { return rows * columns; }
  /// Image i in [0, count) as doubles in [0, 1], row by row.
  Eigen::VectorXd image(int i) const;
  int label(int i) const { return labels[static_cast<std::size_t>(i)]; }
  /// 16 hexadecimal digits of a hash over sizes, pixels and labels.
  std::string digest() const;
};

enum class Split { train, test };
Expected<Split> parse_split(std::string_view text);

/// The idx3/idx1 pair, gzip or raw. Errors name the file, the byte and what was expected.
Expected<ImageSet> read_idx(const std::filesystem::path& images,
                            const std::filesystem::path& labels);

/// `strokes`: 28x28 digits drawn from pen strokes; 60,000 train and 10,000 test images, the same
/// for the same seed on every machine.
ImageSet strokes(Split split, std::uint64_t seed = 0);

/// Where named sets are looked for, in order: `data_dir` if given, $BRINK_DATA, ../shared/data
/// relative to the current folder, the user's cache folder.
std::vector<std::filesystem::path> data_folders(const std::filesystem::path& data_dir);

/// $XDG_CACHE_HOME/brink, else $HOME/.cache/brink; empty when neither variable is set.
std::filesystem::path cache_folder();

/// The first folder data_folders(data_dir)/name that holds at least one of the four IDX files.
std::optional<std::filesystem::path> find_dataset(const std::string& name,
                                                  const std::filesystem::path& data_dir = {});

/// `name`: mnist, fashion-mnist, strokes or a folder with the four IDX files.
Expected<ImageSet> load_dataset(const std::string& name, Split split,
                                const std::filesystem::path& data_dir = {});

/// "0-99", "3,7,20-29" (in the order given) as indices below `count`; "correct:N" (the first
/// N that a network gets right) and "each:N" (the first N of every class) are for the caller, who
/// has the network.
struct ImageList {
  std::vector<int> indices;  ///< empty when correct or each > 0
  int correct = 0;           ///< N of "correct:N"
  int each = 0;              ///< N of "each:N"
};
Expected<ImageList> parse_image_list(std::string_view text);

}  // namespace brink
