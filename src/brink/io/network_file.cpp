// Which format a network's file has.
#include "brink/io/network_file.h"

#include "brink/base/files.h"
#include "brink/io/nnet.h"
#include "brink/io/onnx.h"

namespace brink {

namespace {

bool is_nnet(const std::filesystem::path& path) {
  return path.extension() == ".nnet";
}

/// NNet is dense: pictures through large convolutions make large matrices.
constexpr double kMostNnetNumbers = 1 << 27;

Expected<void> check_nnet_size(const Network& network) {
  double numbers = 0;
  for (const Layer& layer : network.layers) {
    numbers +=
        static_cast<double>(layer.weights.rows()) * static_cast<double>(layer.weights.cols());
  }
  if (numbers <= kMostNnetNumbers) return {};
  return bad_request("NNet would need {:.0f} million weights, most of them 0; write ONNX",
                     numbers / 1e6);
}

}  // namespace

Expected<NetworkFile> read_network(const std::filesystem::path& path, const ReadOptions& options) {
  if (!is_nnet(path)) return read_onnx(path, options);
  if (!options.output_name.empty()) {
    return bad_request("'{}' is an NNet file, whose outputs have no names: leave --output-name out",
                       path.string());
  }
  return read_nnet(path);
}

Expected<void> check_nothing_dropped(const std::string& name, const FileFacts& facts,
                                     const std::vector<std::string>& warnings) {
  if (facts.format == "NNet" || warnings.empty()) return {};
  return bad_request("'{}' cannot be verified as it is: {}", name, warnings.front());
}

Expected<void> write_network(const Network& network, const Box& box,
                             const std::filesystem::path& path) {
  if (!is_nnet(path)) return write_onnx(network, path);
  if (auto ok = check(network); !ok) return ok;
  if (auto ok = check_nnet_size(network); !ok) return ok;
  return write_file(path, to_nnet(network, box));
}

}  // namespace brink
