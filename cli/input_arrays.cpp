// Numbers for each input, from files: --box and --weights.
#include <cmath>
#include <map>

#include "brink/data/npz.h"
#include "closest_options.h"

namespace brink::cli {

namespace {

/// The array `name` with a number for each input, whatever its shape.
Expected<Eigen::VectorXd> box_side(const Npz& arrays, const std::string& name,
                                   const std::filesystem::path& file, Eigen::Index inputs) {
  const auto array = find_array(arrays, name, file);
  if (!array) return tl::unexpected(array.error());
  const std::vector<double> values = (*array)->as_doubles();
  if (static_cast<Eigen::Index>(values.size()) != inputs) {
    return bad_request("--box {}: array '{}' has {} numbers, the network {} inputs", file.string(),
                       name, values.size(), inputs);
  }
  return Eigen::VectorXd(Eigen::Map<const Eigen::VectorXd>(values.data(), inputs));
}

/// Rows of numbers for the inputs that the header names; the others keep their number. Without data
/// there are no names: a column for each input, in their order.
Expected<void> rows_from_csv(const std::string& option, const std::string& file, const Dataset* set,
                             const std::vector<Eigen::VectorXd*>& rows) {
  DataOptions all;
  all.label = "none";
  const auto table = read_csv_set(file, all);
  if (!table) return tl::unexpected(table.error());
  if (table->count() != static_cast<int>(rows.size())) {
    return bad_request("{} {}: the file has {} row{} of numbers, it needs {}", option, file,
                       table->count(), table->count() == 1 ? "" : "s", rows.size());
  }
  const Eigen::Index inputs = rows.front()->size();
  if (set == nullptr && table->image_size() != inputs) {
    return bad_request("{} {}: {} columns, the network has {} inputs", option, file,
                       table->image_size(), inputs);
  }
  std::map<std::string, int> input;
  for (int j = 0; set != nullptr && j < set->image_size(); ++j) {
    input.emplace(set->input_name(j), j);
  }
  for (int c = 0; c < table->image_size(); ++c) {
    const std::string& name = table->features[static_cast<std::size_t>(c)];
    const auto found = input.find(name);
    if (set != nullptr && found == input.end()) {
      return bad_request("{} {}: there is no input '{}'", option, file, name);
    }
    const int j = set != nullptr ? found->second : c;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      (*rows[r])(j) = table->image(static_cast<int>(r))(c);
    }
  }
  return {};
}

Expected<Box> checked(Box box, const std::filesystem::path& file) {
  for (Eigen::Index j = 0; j < box.size(); ++j) {
    const double low = box.lower(j), high = box.upper(j);
    if (!std::isfinite(low) || !std::isfinite(high) || low > high) {
      return bad_request("--box {}: input {} has lower {} and upper {}; they must not cross",
                         file.string(), j, low, high);
    }
  }
  return box;
}

}  // namespace

Expected<Box> read_box(const std::filesystem::path& file, Box otherwise, const Dataset* set) {
  const Eigen::Index inputs = otherwise.size();
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) {
    return bad_request("--box '{}' is neither LO:HI with numbers LO <= HI nor a file",
                       file.string());
  }
  if (file.extension() == ".csv") {
    const auto read =
        rows_from_csv("--box", file.string(), set, {&otherwise.lower, &otherwise.upper});
    if (!read) return tl::unexpected(read.error());
    return checked(std::move(otherwise), file);
  }
  const auto arrays = read_npz(file);
  if (!arrays) return tl::unexpected(arrays.error());
  auto lower = box_side(*arrays, "lower", file, inputs);
  if (!lower) return tl::unexpected(lower.error());
  auto upper = box_side(*arrays, "upper", file, inputs);
  if (!upper) return tl::unexpected(upper.error());
  return checked({std::move(*lower), std::move(*upper)}, file);
}

Expected<Eigen::VectorXd> read_weights(const std::string& text, const Dataset& set,
                                       const Box& box) {
  if (text == "range") {
    const Eigen::ArrayXd width = (box.upper - box.lower).array();
    return Eigen::VectorXd((width > 0).select(width.inverse(), 1.0));
  }
  if (text.ends_with(".csv")) {
    Eigen::VectorXd weights = Eigen::VectorXd::Ones(set.image_size());
    const auto read = rows_from_csv("--weights", text, &set, {&weights});
    if (!read) return tl::unexpected(read.error());
    return weights;
  }
  const auto arrays = read_npz(text);
  if (!arrays) return tl::unexpected(arrays.error());
  const auto array = find_array(*arrays, "weights", text);
  if (!array) return tl::unexpected(array.error());
  const std::vector<double> values = (*array)->as_doubles();
  return Eigen::VectorXd(
      Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size())));
}

}  // namespace brink::cli
