// brink eval: accuracy and confusion matrix of a network, or its outputs on any inputs.
#include <nlohmann/json.hpp>

#include "brink/base/files.h"
#include "brink/base/printable.h"
#include "brink/data/layout.h"
#include "brink/data/npz.h"
#include "brink/network/evaluate.h"
#include "brink/report/page_rows.h"
#include "closest_options.h"
#include "streams.h"

namespace brink::cli {

namespace {

struct EvalCommand {
  TypedOptions shared;  ///< network, output, data, split
  std::filesystem::path inputs;
  std::filesystem::path outputs;
};

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// --inputs: the array `images`, n x n_0.
Expected<Dataset> read_inputs(const std::filesystem::path& file, const LoadedNetwork& loaded) {
  auto set = read_npz_set(file, Split::test, {"none", {}});
  if (!set) return set;
  set = laid_out(std::move(*set), loaded.facts.input_shape);
  if (!set) return bad_request("'{}' has {}", file.string(), set.error().message);
  return set;
}

RowMajor all_images(const Dataset& set) {
  RowMajor images(set.count(), set.image_size());
  for (int i = 0; i < set.count(); ++i) images.row(i) = set.image(i).transpose();
  return images;
}

Expected<void> write_outputs(const std::filesystem::path& file, const Network& network,
                             const RowMajor& inputs) {
  std::vector<double> numbers;
  for (Eigen::Index i = 0; i < inputs.rows(); ++i) {
    const Eigen::VectorXd y = outputs(network, inputs.row(i).transpose());
    numbers.insert(numbers.end(), y.begin(), y.end());
  }
  const std::vector<std::size_t> shape = {static_cast<std::size_t>(inputs.rows()),
                                          static_cast<std::size_t>(network.output_size())};
  return write_npz(file, {{"outputs", NpyArray{shape, std::move(numbers)}}});
}

void print_table(const Evaluation& result, const std::vector<std::string>& classes) {
  fmt::print("accuracy {:.2f} % ({} of {})\n\n", 100 * result.accuracy(), result.right(),
             result.count());
  const auto name = [&classes](Eigen::Index c) {
    return printable(class_name(classes, static_cast<int>(c)));
  };
  std::size_t head = 5, width = 7;
  for (Eigen::Index c = 0; c < result.confusion.rows(); ++c) {
    head = std::max(head, name(c).size());
    width = std::max(width, name(c).size() + 2);
  }
  fmt::print("{:<{}}", "label", head);
  for (Eigen::Index c = 0; c < result.confusion.rows(); ++c) fmt::print("{:>{}}", name(c), width);
  fmt::print("{:>{}}   right\n", "tie", width);
  for (Eigen::Index r = 0; r < result.confusion.rows(); ++r) {
    fmt::print("{:>{}}", name(r), head);
    for (const int count : result.confusion.row(r)) fmt::print("{:>{}}", count, width);
    const int images = result.confusion.row(r).sum();
    fmt::print("{}\n", images == 0
                           ? "       -"
                           : fmt::format("{:>6.1f} %", 100.0 * result.confusion(r, r) / images));
  }
}

void print_confusion(const Evaluation& result) {
  nlohmann::json rows = nlohmann::json::array();
  for (const auto& row : result.confusion.rowwise()) {
    rows.push_back(std::vector<int>(row.begin(), row.end()));
  }
  const nlohmann::json document = {{"accuracy", result.accuracy()},
                                   {"right", result.right()},
                                   {"count", result.count()},
                                   {"confusion", rows}};
  print_json(document, 2);
}

Expected<void> say_outputs(const EvalCommand& command, const Common& common, int count) {
  if (common.json) {
    print_json(nlohmann::json({{"count", count}}), 2);
  } else {
    fmt::print("outputs of {} inputs in {}\n", count, command.outputs.string());
  }
  return {};
}

Expected<void> eval_on_data(const EvalCommand& command, const Common& common,
                            const LoadedNetwork& loaded) {
  const Network& network = loaded.network;
  const auto set = load_images(command.shared, common, loaded);
  if (!set) return tl::unexpected(set.error());
  if (!command.outputs.empty()) {
    auto ok = write_outputs(command.outputs, network, all_images(*set));
    if (!ok || !set->label_problem.empty()) {
      return ok ? say_outputs(command, common, set->count()) : ok;
    }
  }
  if (!set->label_problem.empty()) {
    return bad_request("accuracy needs labels: {}; --outputs FILE.npz writes what the network says",
                       set->label_problem);
  }
  hint_at_normalisation(command.shared, common, network, *set);
  const Evaluation result = evaluate(
      network, set->count(), [&set](int i) { return set->image(i); },
      [&set](int i) { return set->label(i); }, common.threads);
  if (common.json) {
    print_confusion(result);
  } else {
    print_table(result, set->classes);
  }
  return {};
}

Expected<void> run_eval(const EvalCommand& command, const Common& common) {
  if (command.shared.data.empty() && command.inputs.empty()) {
    return bad_request("--data is required (or --inputs with --outputs)");
  }
  const auto apart =
      claim_outputs(common, {command.outputs}, {command.inputs, command.shared.network});
  if (!apart) return apart;
  const auto loaded = load_network(command.shared, common);
  if (!loaded) return tl::unexpected(loaded.error());
  if (command.inputs.empty()) return eval_on_data(command, common, *loaded);
  const auto inputs = read_inputs(command.inputs, *loaded);
  if (!inputs) return tl::unexpected(inputs.error());
  if (auto ok = write_outputs(command.outputs, loaded->network, all_images(*inputs)); !ok) {
    return ok;
  }
  return say_outputs(command, common, inputs->count());
}

}  // namespace

void add_eval(CLI::App& app, Common& common, Action& chosen) {
  const auto command = std::make_shared<EvalCommand>();
  CLI::App* sub = add_command(app, common, chosen, "eval", "accuracy and confusion matrix",
                              "brink eval net.onnx --data strokes",
                              [command, &common] { return run_eval(*command, common); });
  add_network_options(*sub, command->shared);
  add_data_options(*sub, command->shared, false);
  CLI::Option* outputs = sub->add_option("--outputs", command->outputs,
                                         "npz to write: array outputs, a row x^K for each image");
  CLI::Option* inputs = sub->add_option("--inputs", command->inputs,
                                        "instead of --data: npz with array images, n x n_0");
  inputs->needs(outputs)->excludes(sub->get_option("--data"));
}

}  // namespace brink::cli
