// Pixels of one image as doubles; names of splits.
#include "brink/data/dataset.h"

#include "brink/base/digest.h"

namespace brink {

Eigen::VectorXd ImageSet::image(int i) const {
  const std::size_t size = static_cast<std::size_t>(image_size());
  const std::uint8_t* first = pixels.data() + static_cast<std::size_t>(i) * size;
  Eigen::VectorXd values(image_size());
  for (int p = 0; p < image_size(); ++p) values[p] = first[p] / 255.0;
  return values;
}

Expected<Split> parse_split(std::string_view text) {
  if (text == "train") return Split::train;
  if (text == "test") return Split::test;
  return bad_request("'{}' is not a split; write train or test", text);
}

std::string ImageSet::digest() const {
  std::string bytes = fmt::format("{} x {};", rows, columns);
  bytes.append(pixels.begin(), pixels.end());
  bytes.append(labels.begin(), labels.end());
  return sha256(bytes).substr(0, 16);
}

}  // namespace brink
