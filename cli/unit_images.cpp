#include "unit_images.h"

#include "brink/base/destination.h"
#include "brink/base/files.h"
#include "brink/data/npz.h"
#include "brink/report/csv.h"
#include "brink/report/earlier.h"
#include "brink/report/text_table.h"

namespace brink::cli {

namespace {

constexpr const char* kUnitColumns = "layer,unit,activation,bound,";

bool is_table(const std::filesystem::path& file) {
  return file.extension() == ".csv";
}

std::string table_text(const std::vector<StoredUnit>& units, const std::vector<std::string>& inputs,
                       const std::string& question) {
  std::string text = "layer,unit,activation,bound";
  for (const std::string& name : inputs) text += "," + csv_field(name);
  text += ",question\n";
  for (const StoredUnit& unit : units) {
    if (unit.answer.image.size() == 0) continue;
    text += fmt::format("{},{},{},{}", unit.layer, unit.unit, unit.answer.activation,
                        unit.answer.bound);
    for (const double value : unit.answer.image) text += fmt::format(",{}", value);
    text += fmt::format(",{}\n", question);
  }
  return text;
}

}  // namespace

Expected<void> check_unit_images(const std::filesystem::path& file, const std::string& question,
                                 bool force) {
  if (file.empty()) return {};
  if (is_stream(file) || (file.extension() != ".npz" && !is_table(file))) {
    return bad_request("--images-out '{}' ends in neither .npz nor .csv", file.string());
  }
  if (auto ok = check_writable(file); !ok || force) return ok;
  const Earlier earlier = is_table(file) ? earlier_table(file, kUnitColumns) : earlier_images(file);
  return check_replaces(file, earlier, {question});
}

Expected<void> write_unit_images(const std::filesystem::path& file,
                                 const std::vector<StoredUnit>& units,
                                 const std::vector<std::string>& inputs,
                                 const std::string& question) {
  if (is_table(file)) return write_file(file, table_text(units, inputs, question));
  std::size_t size = 0;
  std::vector<double> images, activation, bound;
  std::vector<std::int64_t> layer, index;
  for (const StoredUnit& unit : units) {
    const Excitation& found = unit.answer;
    if (found.image.size() == 0) continue;
    size = static_cast<std::size_t>(found.image.size());
    images.insert(images.end(), found.image.data(), found.image.data() + found.image.size());
    layer.push_back(unit.layer);
    index.push_back(unit.unit);
    activation.push_back(found.activation);
    bound.push_back(found.bound);
  }
  const std::size_t n = layer.size();
  return write_npz(file, {{"images", {{n, size}, std::move(images)}},
                          {"layer", {{n}, std::move(layer)}},
                          {"unit", {{n}, std::move(index)}},
                          {"activation", {{n}, std::move(activation)}},
                          {"bound", {{n}, std::move(bound)}},
                          {"question", {{}, question}}});
}

}  // namespace brink::cli
