#include "feature_maps.h"

#include <algorithm>

namespace brink::cli {

namespace {

using Made = graph::NodeGraph::Made;
constexpr int kPerRow = 16;
constexpr int kMostMaps = 64;  // of a node
constexpr int kPicture = 72;   // pixels of a map, about

/// Channels of pictures, or of sequences.
bool is_map(const Made& made) {
  if (made.shape.size() == 3) return made.shape[2] > 1;
  return made.shape.size() == 4 && made.shape[2] > 1 && made.shape[3] > 1;
}

template <class Names>
bool is_one_of(const Names& names, const std::string& type) {
  return std::find(std::begin(names), std::end(names), type) != std::end(names);
}

std::vector<Made> drawn(std::vector<Made> all) {
  constexpr std::string_view kPieces[] = {"Relu", "LeakyRelu", "PRelu", "Clip",    "HardSigmoid",
                                          "Abs",  "Max",       "Min",   "MaxPool", "AveragePool"};
  constexpr std::string_view kConvolutions[] = {"Conv", "ConvTranspose"};
  std::erase_if(all, [](const Made& made) { return !is_map(made); });
  std::vector<Made> result = all;
  std::erase_if(result, [&](const Made& made) { return !is_one_of(kPieces, made.node->type); });
  if (!result.empty()) return result;
  std::erase_if(all, [&](const Made& made) { return !is_one_of(kConvolutions, made.node->type); });
  return all;
}

/// So that maps of all sizes can be seen; a sequence is a strip, as high as the text beside it.
Raster enlarged(const Eigen::VectorXd& map, ImageShape shape, double low, double high) {
  constexpr int kTextLines = 48;  // pixels
  const int factor = std::max(1, kPicture / std::max(shape.rows, shape.columns));
  Eigen::VectorXd shown = map;
  if (shape.rows == 1) {
    shape.rows = (kTextLines + factor - 1) / factor;
    shown = map.replicate(shape.rows, 1);
  }
  return scaled(image_picture(shown, shape, low, high, 1), factor);
}

void add_rows(Sheet& sheet, const Made& made) {
  const int rows = made.shape.size() == 3 ? 1 : static_cast<int>(made.shape[2]);
  const ImageShape shape{rows, static_cast<int>(made.shape.back())};
  const double low = std::min(0.0, made.elements.minCoeff());
  const double high = made.elements.maxCoeff();
  const int channels = static_cast<int>(made.shape[1]);
  const int shown = std::min(channels, kMostMaps);
  for (int c = 0; c < shown; ++c) {
    if (c % kPerRow == 0) {
      sheet.rows.emplace_back();
      sheet.row_heads.push_back(
          c > 0 ? ""
                : fmt::format("{}\n{} of {} x {}{}\n{:.3g} to {:.3g}", made.node->type, channels,
                              shape.rows, shape.columns,
                              shown < channels ? fmt::format(", {} shown", shown) : "", low, high));
    }
    const Eigen::VectorXd map = made.elements.segment(c * shape.size(), shape.size());
    sheet.rows.back().push_back({enlarged(map, shape, low, high), ""});
  }
}

/// What the nodes make of x: the file's, behind a normalisation outside of it.
Expected<std::vector<Made>> values_at(const LoadedNetwork& loaded, const Eigen::VectorXd& x) {
  if (!loaded.in_front) return loaded.graph->values(x);
  return loaded.graph->values(
      (x - loaded.in_front->mean).cwiseQuotient(loaded.in_front->deviation));
}

}  // namespace

Expected<void> maps_are_there(const LoadedNetwork& loaded, const Box& box) {
  constexpr const char* kNone = "--maps: the network has no convolution or pooling";
  if (loaded.graph == nullptr) return bad_request("{}", kNone);  // NNet is fully connected
  const auto values = values_at(loaded, box.lower);
  if (!values) return tl::unexpected(values.error());
  if (drawn(*values).empty()) return bad_request("{}", kNone);
  return {};
}

Expected<Drawing> feature_maps(const LoadedNetwork& loaded, const Eigen::VectorXd& x,
                               const ImageShape& shape) {
  const auto values = values_at(loaded, x);
  if (!values) return tl::unexpected(values.error());
  Sheet sheet;
  sheet.rows.push_back({{enlarged(x, shape, x.minCoeff(), x.maxCoeff()), ""}});
  sheet.row_heads.emplace_back("input");
  for (const Made& made : drawn(*values)) add_rows(sheet, made);
  return contact_sheet(sheet);
}

}  // namespace brink::cli
