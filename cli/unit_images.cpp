#include "unit_images.h"

#include "brink/base/destination.h"
#include "brink/base/files.h"
#include "brink/data/npz.h"
#include "brink/report/earlier.h"

namespace brink::cli {

Expected<void> check_unit_images(const std::filesystem::path& file, const std::string& question,
                                 bool force) {
  if (file.empty()) return {};
  if (is_stream(file) || file.extension() != ".npz") {
    return bad_request("--images-out '{}' does not end in .npz", file.string());
  }
  if (auto ok = check_writable(file); !ok || force) return ok;
  return check_replaces(file, earlier_images(file), {question});
}

Expected<void> write_unit_images(const std::filesystem::path& file,
                                 const std::vector<StoredUnit>& units,
                                 const std::string& question) {
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
