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

/// A weight for each input named in the header; 1 for the others.
Expected<Eigen::VectorXd> weights_from_csv(const std::string& file, const Dataset& set) {
  DataOptions all;
  all.label = "none";
  const auto table = read_csv_set(file, all);
  if (!table) return tl::unexpected(table.error());
  if (table->count() != 1) {
    return bad_request("--weights {}: {} rows where one is needed", file, table->count());
  }
  std::map<std::string, int> input;
  for (int j = 0; j < set.image_size(); ++j) input.emplace(set.input_name(j), j);
  const Eigen::VectorXd row = table->image(0);
  Eigen::VectorXd weights = Eigen::VectorXd::Ones(set.image_size());
  for (int c = 0; c < row.size(); ++c) {
    const auto found = input.find(table->features[static_cast<std::size_t>(c)]);
    if (found == input.end()) {
      return bad_request("--weights {}: there is no input '{}'", file,
                         table->features[static_cast<std::size_t>(c)]);
    }
    weights(found->second) = row(c);
  }
  return weights;
}

}  // namespace

Expected<Box> read_box(const std::filesystem::path& file, Eigen::Index inputs) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) {
    return bad_request("--box '{}' is neither LO:HI with numbers LO <= HI nor a file",
                       file.string());
  }
  const auto arrays = read_npz(file);
  if (!arrays) return tl::unexpected(arrays.error());
  auto lower = box_side(*arrays, "lower", file, inputs);
  if (!lower) return tl::unexpected(lower.error());
  auto upper = box_side(*arrays, "upper", file, inputs);
  if (!upper) return tl::unexpected(upper.error());
  for (Eigen::Index j = 0; j < inputs; ++j) {
    const double low = (*lower)(j), high = (*upper)(j);
    if (!std::isfinite(low) || !std::isfinite(high) || low > high) {
      return bad_request("--box {}: input {} has lower {} and upper {}; they must not cross",
                         file.string(), j, low, high);
    }
  }
  return Box{std::move(*lower), std::move(*upper)};
}

Expected<Eigen::VectorXd> read_weights(const std::string& text, const Dataset& set,
                                       const Box& box) {
  if (text == "range") {
    const Eigen::ArrayXd width = (box.upper - box.lower).array();
    return Eigen::VectorXd((width > 0).select(width.inverse(), 1.0));
  }
  if (text.ends_with(".csv")) return weights_from_csv(text, set);
  const auto arrays = read_npz(text);
  if (!arrays) return tl::unexpected(arrays.error());
  const auto array = find_array(*arrays, "weights", text);
  if (!array) return tl::unexpected(array.error());
  const std::vector<double> values = (*array)->as_doubles();
  return Eigen::VectorXd(
      Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size())));
}

}  // namespace brink::cli
