// brink convert: a network as it was read, written as ONNX, NNet or exact text.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "brink/base/files.h"
#include "brink/io/layers_file.h"
#include "closest_options.h"
#include "streams.h"

namespace brink::cli {

namespace {

struct ConvertCommand {
  TypedOptions shared;  ///< network, output, normalisation, box, data
  std::filesystem::path out;
};

Expected<void> run_convert(const ConvertCommand& command, const Common& common) {
  const std::string ending = command.out.extension().string();
  if (ending != ".nnet" && ending != ".onnx" && ending != ".layers") {
    return bad_request("'{}' ends in none of .onnx, .nnet, .layers, which says the format to write",
                       command.out.string());
  }
  auto claimed = claim_outputs(common, {command.out}, {command.shared.network});
  if (!claimed) return claimed;
  const auto loaded = load_network(command.shared, common);
  if (!loaded) return tl::unexpected(loaded.error());
  Common silent = common;
  silent.quiet = true;  // of a box that most conversions have no use for
  const auto box = box_without_question(command.shared, silent, *loaded);
  if (!box) return tl::unexpected(box.error());
  const Network& network = loaded->network;
  auto ok = ending == ".layers" ? write_file(command.out, layers_text(network))
                                : write_network(network, *box, command.out);
  if (!ok) return ok;
  if (common.json) {
    print_json(nlohmann::json({{"file", command.out.string()},
                               {"layers", network.depth()},
                               {"inputs", network.input_size()},
                               {"outputs", network.output_size()}}),
               1);
  } else {
    fmt::print("{}: {} inputs, {} layers, {} outputs\n", command.out.string(), network.input_size(),
               network.depth(), network.output_size());
  }
  return {};
}

}  // namespace

void add_convert(CLI::App& app, Common& common, Action& chosen) {
  const auto command = std::make_shared<ConvertCommand>();
  CLI::App* sub = add_command(
      app, common, chosen, "convert",
      "write a network, as the chain of layers it is read as, as ONNX, NNet or exact text",
      "brink convert net.onnx net.nnet",
      [command, &common] { return run_convert(*command, common); });
  add_network_options(*sub, command->shared);
  sub->add_option("OUT", command->out,
                  "file to write: .onnx, .nnet or .layers (exact text, for certificates)")
      ->required();
  sub->add_option("--box", command->shared.box,
                  "minima and maxima of the inputs that NNet keeps: LO:HI, or an npz or CSV file "
                  "(default: the file's, the range of --data, or 0:1)");
  add_data_options(*sub, command->shared, false);
}

}  // namespace brink::cli
