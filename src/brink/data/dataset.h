// Data sets: pictures or tables of real features, with labels. From IDX files, CIFAR-10's batches,
// NumPy's .npz, CSV, and the built-in strokes.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "brink/base/box.h"
#include "brink/base/error.h"

namespace brink {

/// Bytes stand for byte / 255; other numbers for themselves.
using SetNumbers = std::variant<std::vector<std::uint8_t>, std::vector<float>, std::vector<double>>;

/// One split: `count()` images, or rows of a table, each of image_size() numbers.
struct Dataset {
  int rows = 0;
  int columns = 0;
  SetNumbers pixels;        ///< count x image_size(), each in row order of its shape
  std::vector<int> labels;  ///< class >= 0; -1: not known
  int channels = 1;
  bool channels_last = false;  ///< rows x columns x channels, else channels x rows x columns
  bool picture = true;  ///< rows x columns is how it looks; else a table: 1 row, a column a feature
  std::vector<std::string> features;  ///< names of the columns of a table; may be empty
  std::vector<std::string> classes;   ///< names by class; may be empty
  /// Of numbers that are no bytes: what they range over in the training split, if the file has one,
  /// else in this one. Of a table feature by feature, of pictures altogether, [0, 1] if they lie
  /// within. Empty: bytes.
  std::optional<Box> range;
  std::string label_problem;  ///< why the labels are not known

  int count() const { return static_cast<int>(labels.size()); }
  int image_size() const { return rows * columns * channels; }
  bool bytes() const { return std::holds_alternative<std::vector<std::uint8_t>>(pixels); }
  /// Image i in [0, count) as doubles, in row order.
  Eigen::VectorXd image(int i) const;
  /// As the file has them: a byte a pixel, or a double a number.
  std::string bytes_of(int i) const;
  int label(int i) const { return labels[static_cast<std::size_t>(i)]; }
  int channel(int j) const;  ///< of input j
  /// Where input j is: "age", "pixel 3,17", "feature 4".
  std::string input_name(int j) const;
  /// "1 x 28 x 28", "13 features".
  std::string shape_text() const;
  /// 16 hexadecimal digits of a hash over sizes, numbers and labels.
  std::string digest() const;
};

enum class Split { train, test };
Expected<Split> parse_split(std::string_view text);

/// The idx3/idx1 pair, gzip or raw. Errors name the file, the byte and what was expected.
Expected<Dataset> read_idx(const std::filesystem::path& images,
                           const std::filesystem::path& labels);

/// `strokes`: 28x28 digits drawn from pen strokes; 60,000 train and 10,000 test images, the same
/// for the same seed on every machine.
Dataset strokes(Split split, std::uint64_t seed = 0);

/// Where named sets are looked for, in order: `data_dir` if given, $BRINK_DATA, ../shared/data
/// relative to the current folder, the user's cache folder.
std::vector<std::filesystem::path> data_folders(const std::filesystem::path& data_dir);

/// $XDG_CACHE_HOME/brink, else $HOME/.cache/brink; empty when neither variable is set.
std::filesystem::path cache_folder();

/// The first folder data_folders(data_dir)/name that holds at least one of the four IDX files.
std::optional<std::filesystem::path> find_dataset(const std::string& name,
                                                  const std::filesystem::path& data_dir = {});

/// How a file is to be understood.
struct DataOptions {
  std::string label;                 ///< of CSV: the label's column, "none", or empty: the last
  std::vector<std::string> classes;  ///< what the labels are called in the file, by class
  std::vector<std::string> of_network = {};  ///< the same by the network's file, if it says so
};

/// Arrays `x_train`, `y_train`, `x_test`, `y_test`; or `images` or `x` with `label`, `labels` or
/// `y`, which are both splits. Any type of number; n x features is a table, n x rows x columns and
/// more are pictures. Without labels every label is -1.
Expected<Dataset> read_npz_set(const std::filesystem::path& file, Split split,
                               const DataOptions& options = {});

/// A header of names, then a row of numbers a line; the label's column holds whole numbers from 0
/// or the names of classes (in the order of the alphabet, unless `classes` says otherwise).
/// Separated by commas, semicolons or tabs. Errors name line and column.
Expected<Dataset> read_csv_set(const std::filesystem::path& file, const DataOptions& options = {});

/// `name`: mnist, fashion-mnist, strokes, a folder with the four IDX files or CIFAR-10's binary
/// batches (cifar.h), one of those (FILE.bin), FILE.npz or FILE.csv.
Expected<Dataset> load_dataset(const std::string& name, Split split,
                               const std::filesystem::path& data_dir = {},
                               const DataOptions& options = {});

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
