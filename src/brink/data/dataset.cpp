// One image as doubles; names of splits and inputs.
#include "brink/data/dataset.h"

#include "brink/base/digest.h"
#include "brink/base/near_word.h"

namespace brink {

Eigen::VectorXd Dataset::image(int i) const {
  const auto size = static_cast<std::size_t>(image_size());
  Eigen::VectorXd values(image_size());
  std::visit(
      [&](const auto& numbers) {
        const auto* first = numbers.data() + static_cast<std::size_t>(i) * size;
        for (Eigen::Index p = 0; p < values.size(); ++p) values(p) = static_cast<double>(first[p]);
      },
      pixels);
  return bytes() ? Eigen::VectorXd(values / 255.0) : values;
}

std::string Dataset::bytes_of(int i) const {
  const auto size = static_cast<std::size_t>(image_size());
  if (const auto* all = std::get_if<std::vector<std::uint8_t>>(&pixels)) {
    const auto* first =
        reinterpret_cast<const char*>(all->data()) + static_cast<std::size_t>(i) * size;
    return {first, size};
  }
  const Eigen::VectorXd values = image(i);
  return {reinterpret_cast<const char*>(values.data()), size * sizeof(double)};
}

Expected<Split> parse_split(std::string_view text) {
  if (text == "train") return Split::train;
  if (text == "test") return Split::test;
  return unknown_word("split", text, {"train", "test"});
}

int Dataset::channel(int j) const {
  return channels_last ? j % channels : j / (rows * columns);
}

std::string Dataset::input_name(int j) const {
  if (static_cast<std::size_t>(j) < features.size()) return features[static_cast<std::size_t>(j)];
  if (!picture) return fmt::format("feature {}", j);
  const int place = channels_last ? j / channels : j % (rows * columns);
  const std::string pixel = fmt::format("pixel {},{}", place / columns, place % columns);
  return channels == 1 ? pixel : fmt::format("{} of channel {}", pixel, channel(j));
}

std::string Dataset::shape_text() const {
  if (!picture) return fmt::format("{} features", columns);
  if (channels == 1) return fmt::format("{}x{} = {} pixels", rows, columns, image_size());
  if (channels_last)
    return fmt::format("{}x{}x{} = {} numbers", rows, columns, channels, image_size());
  return fmt::format("{}x{}x{} = {} numbers", channels, rows, columns, image_size());
}

std::string Dataset::digest() const {
  const std::string sizes = channels == 1 ? "" : fmt::format("{} x ", channels);
  std::string text = fmt::format("{}{} x {};", sizes, rows, columns);
  std::visit(
      [&](const auto& numbers) {
        const auto* first = reinterpret_cast<const char*>(numbers.data());
        text.append(first, numbers.size() * sizeof(numbers[0]));
      },
      pixels);
  for (const int label : labels) {  // a byte each, as IDX files have them
    const bool small = label >= 0 && label < 255;
    text += small ? std::string(1, static_cast<char>(label)) : fmt::format("({})", label);
  }
  return sha256(text).substr(0, 16);
}

}  // namespace brink
