// A network as a file says it: the network, what of the file is no part of it, and what the file
// looks like. Formats: ONNX (onnx.h) and NNet (nnet.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "brink/base/box.h"
#include "brink/base/error.h"
#include "brink/network/network.h"

namespace brink {

/// What stood after the outputs and is no part of the network. A float32 runtime may round two
/// outputs of it to the same number whose logits differ.
enum class DroppedEnding { none, softmax, sigmoid };

/// What `brink info` says of a file.
struct FileFacts {
  std::string format;                     ///< "ONNX of opset 17 by pytorch 2.5", "NNet"
  std::string input, output;              ///< names; empty where the format has none
  std::vector<std::int64_t> input_shape;  ///< a batch in front counts as 1
  std::vector<std::int64_t> output_shape;
  std::vector<std::string> other_outputs;                ///< that were not read
  std::vector<std::pair<std::string, int>> operators{};  ///< on the way to the output, most first
  std::int64_t folded = 0;                               ///< nodes of constants alone
  double parameters = 0;             ///< numbers that these operators are given as weights
  std::vector<std::string> classes;  ///< what the file calls them; may be empty
  bool whole = false;                ///< an ONNX file with all of its weights in it
};

struct NetworkFile {
  Network network;                    ///< with its as_in_file
  std::vector<std::string> warnings;  ///< what the file says and the network does not, a line each
  DroppedEnding dropped = DroppedEnding::none;
  FileFacts facts;
  std::optional<Box> box;  ///< the inputs that the file says the network is made for
};

struct ReadOptions {
  /// Of an ONNX graph with several outputs; empty: the only one that is a matrix of real numbers.
  std::string output_name = {};
  bool maxima = false;  ///< note those of max pooling (Network::maxima), of an ONNX graph
};

/// By the name's ending: .nnet, else ONNX. Errors (bad_request) name the file and what is wrong.
Expected<NetworkFile> read_network(const std::filesystem::path& path,
                                   const ReadOptions& options = {});

/// For properties, which speak of a file's own outputs. Error (bad_request): something was dropped.
Expected<void> check_nothing_dropped(const std::string& name, const FileFacts& facts,
                                     const std::vector<std::string>& warnings);

/// By the name's ending, too. Atomic; errors: an unwritable path, a network that `check` refuses.
/// `box`: the inputs that the network is made for, of which only NNet keeps a note.
Expected<void> write_network(const Network& network, const Box& box,
                             const std::filesystem::path& path);

}  // namespace brink
