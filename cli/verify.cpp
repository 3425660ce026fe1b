// brink verify: has a network an input that a property asks for?
#include <algorithm>
#include <cmath>
#include <map>

#include "brink/ask/verify.h"
#include "brink/base/digest.h"
#include "brink/base/files.h"
#include "brink/io/tensor_file.h"
#include "brink/property/given.h"
#include "brink/property/witness.h"
#include "certificates.h"
#include "streams.h"
#include "verify_images.h"

namespace brink::cli {

namespace {

namespace fs = std::filesystem;

struct VerifyCommand {
  std::vector<fs::path> files;        ///< NET SPEC, or SPEC
  std::vector<std::string> networks;  ///< NAME=NET
  std::string format;                 ///< v1, v2; empty: the file's version
  fs::path counterexample, assignments;
  RadiusCommand images;  ///< --data, and options of both
};

struct NamedFile {
  std::string name;  ///< as --network has it; empty: by its place
  fs::path file;
};

struct Files {
  std::vector<NamedFile> networks;
  fs::path property;
};

Expected<Files> files_of(const VerifyCommand& command) {
  if (command.files.size() == 2 && command.networks.empty()) {
    return Files{{{{}, command.files[0]}}, command.files[1]};
  }
  if (command.files.size() != 1 || command.networks.empty()) {
    return bad_request("which network? Say NET PROPERTY, or PROPERTY --network NAME=NET");
  }
  Files files{{}, command.files.front()};
  for (const std::string& typed : command.networks) {
    const std::size_t equals = typed.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == typed.size()) {
      return bad_request("--network '{}' is not NAME=FILE", typed);
    }
    for (const NamedFile& other : files.networks) {
      if (other.name == typed.substr(0, equals)) {
        return bad_request("--network {} is given twice", other.name);
      }
    }
    files.networks.push_back({typed.substr(0, equals), typed.substr(equals + 1)});
  }
  return files;
}

/// The file of each network that the property declares, in its order.
Expected<std::vector<fs::path>> networks_of(const Files& files, const Query& query) {
  std::vector<std::string> names;
  const bool by_place = files.networks.front().name.empty();
  for (const NamedFile& each : files.networks) {
    names.push_back(by_place ? query.networks.front().name : each.name);
  }
  const auto given = networks_given(query, names);
  if (!given) {
    return bad_request("'{}': {}", files.property.string(), given.error().message);
  }
  std::vector<fs::path> result;
  for (const std::size_t i : *given) result.push_back(files.networks[i].file);
  return result;
}

Expected<Query> read_property(const fs::path& file) {
  const auto text = read_file(file);
  if (!text) return tl::unexpected(text.error());
  auto query = parse_query(*text);
  if (!query) return bad_request("cannot read '{}': {}", file.string(), query.error().message);
  return query;
}

/// The file's outputs as they are, nothing dropped.
Expected<NetworkFile> read_whole(const fs::path& path, const VerifyCommand& command) {
  auto file = read_network(path, {command.images.shared.output_name, false});
  if (!file) return file;
  const auto ok = check_nothing_dropped(path.string(), file->facts, file->warnings);
  return ok ? std::move(file) : tl::unexpected(ok.error());
}

Expected<void> serialise(const Query& query, const std::vector<double>& values,
                         const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return bad_request("cannot make '{}': {}", folder.string(), failed.message());
  for (const DeclaredNetwork& network : query.networks) {
    for (const auto* variables : {&network.inputs, &network.outputs}) {
      for (const Variable& variable : *variables) {
        const auto begin = values.begin() + variable.first;
        const std::vector<float> numbers(begin, begin + variable.count);
        const fs::path path = folder / (variable.name + ".pb");
        if (auto ok = write_file(path, tensor_bytes(variable.name, variable.shape, numbers)); !ok) {
          return ok;
        }
      }
    }
  }
  return {};
}

Expected<void> show(const VerifyCommand& command, const Common& common, const Query& query,
                    const VerifyAnswer& answer) {
  const bool v1 = command.format == "v1" || (command.format.empty() && query.version == 1);
  const bool found = answer.verdict == PropertyVerdict::sat;
  const std::string witness = found ? witness_text(query, answer.values, v1 ? 1 : 2) : "";
  if (found && !command.counterexample.empty()) {
    if (auto ok = write_file(command.counterexample, witness); !ok) return ok;
  }
  if (found && !command.assignments.empty()) {
    if (auto ok = serialise(query, answer.values, command.assignments); !ok) return ok;
  }
  if (common.json) {
    nlohmann::ordered_json document = {{"verdict", name(answer.verdict)},
                                       {"seconds", answer.seconds},
                                       {"nodes", answer.statistics.nodes}};
    for (std::size_t i = 0; i < answer.values.size(); ++i) {
      document["witness"][query.name_of(static_cast<int>(i))] = answer.values[i];
    }
    print_json(document, 1);
    return {};
  }
  const bool timed_out = answer.verdict == PropertyVerdict::timeout;
  fmt::print("{}\n", timed_out && !v1 ? "timed-out" : name(answer.verdict));
  if (command.assignments.empty() || v1) fmt::print("{}", witness);
  return {};
}

/// Options of the other kind of question are errors, never ignored.
Expected<void> check_options(const CLI::App& typed, bool images) {
  const auto refuse = [&](std::initializer_list<const char*> names,
                          std::string_view why) -> Expected<void> {
    for (const char* name : names) {
      if (typed.count(name) > 0) return bad_request("{} is of {}", name, why);
    }
    return {};
  };
  if (images) {
    return refuse({"--format", "--counterexample", "--serialise-assignments"},
                  "properties in VNN-LIB: leave it out with --data");
  }
  return refuse({"--images", "--norm", "--radius", "--target", "--box", "--csv", "--store",
                 "--force", "--shard", "--memory-limit"},
                "images: name them by --data");
}

Expected<void> run_images(const VerifyCommand& command, const Common& common) {
  if (command.files.size() != 1 || !command.networks.empty()) {
    return bad_request("with --data name the network alone: NET --data D --images LIST --radius R");
  }
  RadiusCommand images = command.images;
  images.shared.network = command.files.front();
  keep_on_signals();
  return run_radius(images, common);
}

Expected<void> run_verify(const VerifyCommand& command, const Common& common,
                          const CLI::App& typed) {
  const bool images = !command.images.shared.data.empty();
  if (auto ok = check_options(typed, images); !ok) return ok;
  if (images) return run_images(command, common);
  if (!common.crew->leads()) return {};  // one property is one process's
  if (command.counterexample == "-") {
    return bad_request("the witness is printed anyway: leave out --counterexample -");
  }
  const Stopwatch watch;
  const auto files = files_of(command);
  if (!files) return tl::unexpected(files.error());
  std::vector<fs::path> read{files->property};
  for (const NamedFile& each : files->networks) read.push_back(each.file);
  if (auto ok = claim_outputs(common, {command.counterexample}, read); !ok) return ok;
  const auto query = read_property(files->property);
  if (!query) return tl::unexpected(query.error());
  if (auto ok = check_types(*query); !ok) return ok;
  const auto paths = networks_of(*files, *query);
  if (!paths) return tl::unexpected(paths.error());
  std::map<fs::path, NetworkFile> networks;
  std::vector<const Network*> in_order;
  for (const fs::path& path : *paths) {
    if (networks.count(path) == 0) {
      auto file = read_whole(path, command);
      if (!file) return tl::unexpected(file.error());
      networks.emplace(path, std::move(*file));
    }
    in_order.push_back(&networks.at(path).network);
  }
  VerifyOptions options;
  options.threads = common.threads;
  options.seed = common.seed;
  options.time_limit = std::max(0.0, command.images.shared.time_limit - watch.seconds());
  const bool whole = networks.at(paths->front()).facts.whole;
  auto certificates = certificates_into(
      command.images.certificate, 1, paths->front(), *in_order.front(),
      {paths->front(), files->property, command.counterexample, command.assignments}, whole);
  if (!certificates) return tl::unexpected(certificates.error());
  if (certificates->wanted()) {
    const auto bytes = read_file(files->property);
    if (!bytes) return tl::unexpected(bytes.error());
    options.certificate = certificates->of("property");
    options.property = sha256(*bytes);
  }
  const auto answer = verify(in_order, *query, options, &interrupt_flag());
  if (!answer) {
    return bad_request("cannot verify '{}': {}", files->property.string(), answer.error().message);
  }
  if (!answer->note.empty() && !common.quiet) note("brink: {}", answer->note);
  return show(command, common, *query, *answer);
}

}  // namespace

void add_verify(CLI::App& app, Common& common, Action& chosen) {
  const auto command = std::make_shared<VerifyCommand>();
  const auto typed = std::make_shared<CLI::App*>();
  CLI::App* sub = add_command(
      app, common, chosen, "verify",
      "has a network an input that a VNN-LIB property asks for? Are images right within a radius?",
      "brink verify net.onnx --data strokes --images 0-4 --norm linf --radius 0.01 --timeout 20",
      [command, &common, typed] { return run_verify(*command, common, **typed); });
  *typed = sub;
  sub->add_option("FILES", command->files,
                  "the network (ONNX or NNet) and the property (VNN-LIB 1.0 or 2.0); the property "
                  "alone, with --network; or the network alone, with --data")
      ->required()
      ->expected(1, 2);
  sub->add_option("--network", command->networks,
                  "NAME=FILE: the network that the property calls NAME; once for each");
  sub->add_option("--output-name", command->images.shared.output_name,
                  "of a file with several outputs, the one that the property speaks of");
  sub->add_option("--timeout,--time-limit", command->images.shared.time_limit,
                  "seconds (default: 300)")
      ->check(above_zero());
  sub->add_option("--format", command->format,
                  "of the answer: v1 or v2 of VNN-LIB (default: the property's)")
      ->check(one_of({"v1", "v2"}));
  sub->add_option("--counterexample", command->counterexample,
                  "file for the witness, if there is one");
  sub->add_option("--serialise-assignments", command->assignments,
                  "folder for the witness as ONNX tensors, NAME.pb, in place of its text");
  sub->add_option("--certificate", command->images.certificate,
                  "a file (of several images a folder) that proves 'unsat' or 'robust' without "
                  "brink");
  add_radius_options(*sub, command->images);
  add_search_constants(*sub, common);
}

}  // namespace brink::cli
