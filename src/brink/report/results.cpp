// A table and its images are joined by image index: the .npz holds only the images found.
#include "brink/report/results.h"

#include <cmath>
#include <map>

#include "brink/data/npz.h"
#include "brink/question/identity.h"
#include "brink/report/csv.h"

namespace brink {

namespace {

namespace fs = std::filesystem;

Expected<Result> read_row(const CsvTable& table, int row) {
  Result result;
  const auto image = table.integer(row, "image");
  if (!image) return tl::unexpected<Error>(image.error());
  const auto label = table.number(row, "label");
  const auto distance = table.number(row, "distance");
  const auto bound = table.number(row, "bound");
  const auto gap = table.number(row, "gap");
  const auto seconds = table.number(row, "seconds");
  const auto target = table.number(row, "target");
  for (const auto* field : {&label, &distance, &bound, &gap, &seconds, &target}) {
    if (!*field) return tl::unexpected<Error>(field->error());
  }
  const auto norm = parse_norm(table.text(row, "norm"));
  if (!norm) return tl::unexpected<Error>(norm.error());
  result.image = *image;
  result.label = static_cast<int>(label->value_or(-1));
  if (*target && **target >= 0) result.target = static_cast<int>(**target);
  result.norm = *norm;
  result.status = table.text(row, "status");
  result.distance = *distance;
  result.bound = *bound;
  result.gap = *gap;
  result.seconds = seconds->value_or(0);
  result.verified = table.text(row, "verified") == "1";
  if (table.has("question")) result.question = table.text(row, "question");
  return result;
}

struct Images {
  std::map<int, Eigen::VectorXd> pixels;  // by index
  std::string question;
};

Expected<Images> read_images(const fs::path& path) {
  const auto arrays = read_npz(path);
  if (!arrays) return tl::unexpected<Error>(arrays.error());
  const auto images = find_array(*arrays, "images", path);
  if (!images) return tl::unexpected<Error>(images.error());
  const auto index = find_array(*arrays, "index", path);
  if (!index) return tl::unexpected<Error>(index.error());
  const auto indices = (*index)->as_integers();
  if (!indices) return tl::unexpected<Error>(indices.error());
  const auto& shape = (*images)->shape;
  if (shape.size() != 2 || shape[0] != indices->size()) {
    return bad_request("'{}': images must be a matrix with one row for each index", path.string());
  }
  const std::vector<double> pixels = (*images)->as_doubles();
  const auto width = static_cast<Eigen::Index>(shape[1]);
  Images found;
  if (const auto question = arrays->find("question"); question != arrays->end()) {
    found.question = question->second.as_text().value_or("");
  }
  for (std::size_t i = 0; i < indices->size(); ++i) {
    const double* row = pixels.data() + i * shape[1];
    found.pixels[static_cast<int>((*indices)[i])] = Eigen::Map<const Eigen::VectorXd>(row, width);
  }
  return found;
}

}  // namespace

Expected<std::vector<Result>> read_results(const fs::path& csv) {
  const auto table = CsvTable::read(csv, {"image", "label", "target", "norm", "status", "distance",
                                          "bound", "gap", "seconds", "verified"});
  if (!table) return tl::unexpected<Error>(table.error());
  Images images;
  const fs::path npz = fs::path(csv).replace_extension(".npz");
  std::error_code ignored;
  if (fs::exists(npz, ignored)) {
    auto read = read_images(npz);
    if (!read) return tl::unexpected<Error>(read.error());
    images = std::move(*read);
  }
  std::vector<Result> results;
  for (int row = 0; row < table->rows(); ++row) {
    auto result = read_row(*table, row);
    if (!result) return tl::unexpected<Error>(result.error());
    const auto place = images.pixels.find(result->image);
    if (place != images.pixels.end() && result->distance) {
      if (result->question != images.question) {
        return bad_request(
            "'{}' holds the images of another question than '{}': ask again with --images-out, or "
            "move the images away",
            npz.string(), csv.string());
      }
      result->found = place->second;
    }
    results.push_back(std::move(*result));
  }
  return results;
}

bool as_far_as_said(const Result& result, const Eigen::VectorXd& original) {
  constexpr double kDigits = 1e-6;  // more than printing rounds, less than runs differ by
  const double reached = distance(result.norm, result.found, original);
  return std::abs(reached - result.distance.value_or(0)) <= kDigits * (1 + reached);
}

Expected<void> check_about(const std::string& question, const fs::path& from,
                           const std::string& network, const std::string& images) {
  if (question.empty()) return {};
  if (!network.empty() && !about_network(question, network)) {
    return bad_request("'{}' is about another network (or --output)", from.string());
  }
  if (!about_images(question, images)) {
    return bad_request("'{}' is about other images: name its --data and --split", from.string());
  }
  return {};
}

std::string undeclared(const fs::path& from) {
  return fmt::format(
      "'{}' is of an earlier brink and does not say which question it answers: nothing checks that "
      "what is shown belongs together",
      from.string());
}

}  // namespace brink
