// A data set from NumPy's .npz: pictures or a table, whatever the type of numbers.
#include <cmath>

#include "brink/data/class_names.h"
#include "brink/data/layout.h"
#include "brink/data/npz.h"
#include "feature_range.h"

namespace brink {

namespace {

namespace fs = std::filesystem;

/// The first of these arrays that is there, with its name.
struct NamedArray {
  std::string name;
  const NpyArray* array = nullptr;
};
NamedArray first_of(const Npz& arrays, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto found = arrays.find(name);
    if (found != arrays.end()) return {name, &found->second};
  }
  return {};
}

NamedArray inputs_of(const Npz& arrays, Split split) {
  const std::string end = split == Split::train ? "train" : "test";
  return first_of(arrays, {"x_" + end, "X_" + end, "images", "x", "X"});
}

NamedArray labels_of(const Npz& arrays, Split split, const std::string& inputs) {
  const std::string end = split == Split::train ? "train" : "test";
  if (inputs.ends_with(end)) return first_of(arrays, {"y_" + end, "Y_" + end});
  return first_of(arrays, {"label", "labels", "y", "Y"});
}

std::string names_of(const Npz& arrays) {
  std::string names;
  for (const auto& [name, array] : arrays) names += (names.empty() ? "" : ", ") + name;
  return names;
}

/// rows, columns, channels, picture from the shape n x ...
Expected<void> set_shape(Dataset& set, const std::vector<std::size_t>& shape,
                         const std::string& where) {
  if (shape.size() < 2) {
    return bad_request("{} has {} dimension; n x features or n x rows x columns are needed", where,
                       shape.size());
  }
  std::vector<int> extents;
  std::size_t size = 1;
  for (std::size_t d = 1; d < shape.size(); ++d) {
    constexpr std::size_t kMost = std::size_t{1} << 28;
    size = shape[d] == 0 || size > kMost / shape[d] ? 0 : size * shape[d];
    extents.push_back(static_cast<int>(shape[d]));
  }
  if (size == 0 || shape[0] == 0) {
    return bad_request("{} has shape ({}): nothing that could be asked about", where,
                       fmt::join(shape, ", "));
  }
  set.rows = set.channels = 1;
  set.columns = static_cast<int>(size);
  set.picture = shape.size() == 3 || shape.size() == 4;
  if (shape.size() == 3) {
    set.rows = extents[0];
    set.columns = extents[1];
  } else if (shape.size() == 4) {
    set.channels_last = channels_are_last(extents[0], extents[2]);
    set.channels = extents[set.channels_last ? 2 : 0];
    set.rows = extents[set.channels_last ? 0 : 1];
    set.columns = extents[set.channels_last ? 1 : 2];
  }
  return {};
}

Expected<void> check_finite(const Dataset& set, const std::string& where) {
  const auto size = static_cast<std::size_t>(set.image_size());
  return std::visit(
      [&](const auto& numbers) -> Expected<void> {
        for (std::size_t i = 0; i < numbers.size(); ++i) {
          if (std::isfinite(static_cast<double>(numbers[i]))) continue;
          return bad_request("{}: row {}, {} is {}; leave the row out or fill it", where, i / size,
                             set.input_name(static_cast<int>(i % size)), numbers[i]);
        }
        return {};
      },
      set.pixels);
}

/// Bytes and floats as they are, all else as doubles.
SetNumbers numbers_of(const NpyArray& array) {
  if (const auto* bytes = std::get_if<std::vector<std::uint8_t>>(&array.numbers)) return *bytes;
  if (const auto* floats = std::get_if<std::vector<float>>(&array.numbers)) return *floats;
  return array.as_doubles();
}

Expected<Dataset> inputs_as_set(const NamedArray& found, const std::string& file) {
  const std::string where = fmt::format("'{}', {}", file, found.name);
  Dataset set;
  if (found.array->as_text()) return bad_request("{} is a text, not numbers", where);
  if (auto ok = set_shape(set, found.array->shape, where); !ok) return tl::unexpected(ok.error());
  set.pixels = numbers_of(*found.array);
  if (auto ok = check_finite(set, where); !ok) return tl::unexpected(ok.error());
  set.labels.assign(found.array->shape.front(), -1);
  return set;
}

/// Which entry of each row is 1, where all others are 0; else empty.
std::vector<int> from_one_hot(const NpyArray& array) {
  const std::vector<double> numbers = array.as_doubles();
  const std::size_t classes = array.shape[1];
  std::vector<int> labels;
  for (std::size_t i = 0; i < array.shape[0]; ++i) {
    int label = -1;
    for (std::size_t c = 0; c < classes; ++c) {
      const double number = numbers[i * classes + c];
      if (number == 0) continue;
      if (number != 1 || label >= 0) return {};
      label = static_cast<int>(c);
    }
    if (label < 0) return {};
    labels.push_back(label);
  }
  return labels;
}

Expected<void> read_labels(Dataset& set, const NamedArray& found, const std::string& file,
                           const DataOptions& options) {
  const std::string where = fmt::format("'{}', {}", file, found.name);
  const auto& shape = found.array->shape;
  const bool column = shape.size() == 2 && shape[1] == 1;
  const std::size_t count = shape.empty() ? 0 : shape.front();
  if (count != set.labels.size()) {
    return bad_request("{} has {} entries for {} rows; one each is needed", where, count,
                       set.labels.size());
  }
  if (shape.size() == 2 && !column) {
    set.labels = from_one_hot(*found.array);
    if (!set.labels.empty()) return {};
    return bad_request("{} has shape ({}): one label a row is needed, or a single 1 a row", where,
                       fmt::join(shape, ", "));
  }
  if (shape.size() > 2) {
    return bad_request("{} has {} dimensions; one label a row is needed", where, shape.size());
  }
  std::vector<std::string> labels;
  for (const double number : found.array->as_doubles()) labels.push_back(fmt::format("{}", number));
  return set_labels(set, labels, options,
                    [&where](std::size_t i) { return fmt::format("{}, entry {}", where, i); });
}

}  // namespace

Expected<Dataset> read_npz_set(const fs::path& file, Split split, const DataOptions& options) {
  const auto arrays = read_npz(file);
  if (!arrays) return tl::unexpected(arrays.error());
  const NamedArray inputs = inputs_of(*arrays, split);
  if (inputs.array == nullptr) {
    return bad_request("'{}' has the arrays {}; x_{}, images or x is needed", file.string(),
                       names_of(*arrays), split == Split::train ? "train" : "test");
  }
  auto set = inputs_as_set(inputs, file.string());
  if (!set) return set;
  const NamedArray labels = labels_of(*arrays, split, inputs.name);
  if (options.label == "none" || labels.array == nullptr) {
    set->label_problem = fmt::format("'{}' has no labels", file.string());
  } else if (auto ok = read_labels(*set, labels, file.string(), options); !ok) {
    return tl::unexpected(ok.error());
  }
  if (set->classes.empty()) set->classes = options.classes;
  if (set->bytes()) return set;
  const NamedArray training = inputs_of(*arrays, Split::train);
  if (training.array == nullptr || training.array == inputs.array) {
    set->range = range_of(*set);
    return set;
  }
  const auto trained_on = inputs_as_set(training, file.string());
  if (!trained_on) return trained_on;
  if (trained_on->image_size() != set->image_size()) {
    return bad_request("'{}': {} has {}, {} {}", file.string(), inputs.name, set->shape_text(),
                       training.name, trained_on->shape_text());
  }
  set->range = range_of(*trained_on);
  return set;
}

}  // namespace brink
