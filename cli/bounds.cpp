// brink bounds: an interval for every neuron, proven over a box of inputs.
//
// While it runs, and when it is interrupted, what is proven so far stands in OUT.partial, or in the
// store; the same command goes on from there.
#include <nlohmann/json.hpp>

#include "brink/ask/bounds_certificate.h"
#include "brink/base/destination.h"
#include "brink/base/file_lock.h"
#include "brink/base/files.h"
#include "brink/base/near_word.h"
#include "brink/data/npz.h"
#include "brink/report/decimal.h"
#include "certificates.h"
#include "print_rows.h"
#include "store_options.h"
#include "streams.h"

namespace brink::cli {

namespace {

struct BoundsOptions {
  TypedOptions shared;  ///< network, output, box, solver
  std::string method = "symbolic";
  std::optional<double> limit_per_bound;
  double time_limit = kInfinity;
  bool outputs = false;
  std::filesystem::path out;
  std::filesystem::path store;
  std::filesystem::path arrays;
  std::filesystem::path certificate;
};

std::filesystem::path partial_path(const BoundsOptions& options) {
  return followed(options.out).string() + ".partial";
}

struct LayerSummary {
  int neurons = 0;
  int unstable = 0;
  double mean_width = 0;
};

LayerSummary summarise(const std::vector<NeuronBounds>& layer) {
  LayerSummary summary;
  summary.neurons = static_cast<int>(layer.size());
  for (const NeuronBounds& b : layer) {
    summary.unstable += b.unstable() ? 1 : 0;
    summary.mean_width += (b.upper - b.lower) / summary.neurons;
  }
  return summary;
}

/// `first`: from this layer on.
TextTable table_of(const Bounds& bounds, int first) {
  TextTable table;
  table.columns = {"layer", "unit", "lower", "upper", "lower by", "upper by"};
  for (int k = first; k <= bounds.depth(); ++k) {
    for (int j = 0; j < bounds.width(k); ++j) {
      const NeuronBounds b = bounds.at(k, j);
      table.rows.push_back({fmt::format("{}", k), fmt::format("{}", j), decimal_down(b.lower),
                            decimal_up(b.upper), std::string(name(b.lower_source)),
                            std::string(name(b.upper_source))});
    }
  }
  return table;
}

void print(const Bounds& bounds, const BoundsOptions& options, const Common& common) {
  const bool json = common.json;
  std::string summary;
  const nlohmann::json in_file =
      json ? nlohmann::json::parse(bounds_text(bounds)).at("layers") : nlohmann::json();
  nlohmann::json layers = nlohmann::json::array();
  for (int k = 1; k <= bounds.depth(); ++k) {
    const LayerSummary s = summarise(bounds.layer(k));
    layers.push_back({{"layer", k},
                      {"neurons", s.neurons},
                      {"unstable", s.unstable},
                      {"mean_width", s.mean_width}});
    if (json) {
      layers.back()["bounds"] = in_file.at(static_cast<std::size_t>(k - 1));
    } else {
      summary += fmt::format("layer {}: {} neurons, {} of either sign, mean width {:.6g}\n", k,
                             s.neurons, s.unstable, s.mean_width);
    }
  }
  if (json) {
    const nlohmann::json document = {{"method", bounds.method},
                                     {"t_pre", bounds.t_pre},
                                     {"unstable_hidden", bounds.unstable_count()},
                                     {"layers", layers}};
    print_json(document, 1);
    return;
  }
  summary += fmt::format("{} bounds, {} unstable hidden neurons, t_pre {:.3g} s", bounds.method,
                         bounds.unstable_count(), bounds.t_pre);
  const TextTable table = table_of(bounds, options.outputs ? bounds.depth() : 1);
  // The few rows of outputs are what was asked for, wherever all bounds are kept.
  std::filesystem::path kept = options.out.empty() ? options.store : options.out;
  if (options.outputs) kept.clear();
  print_rows(
      table, [&] { return table.csv(); }, kept, summary, common);
}

/// Arrays lower_1, upper_1, ..., one pair a layer: of pre-activations.
Expected<void> write_arrays(const Bounds& bounds, const std::filesystem::path& file) {
  Npz arrays;
  for (int k = 1; k <= bounds.depth(); ++k) {
    std::vector<double> lower, upper;
    for (const NeuronBounds& b : bounds.layer(k)) {
      lower.push_back(b.lower);
      upper.push_back(b.upper);
    }
    const std::vector<std::size_t> shape = {lower.size()};
    arrays[fmt::format("lower_{}", k)] = {shape, std::move(lower)};
    arrays[fmt::format("upper_{}", k)] = {shape, std::move(upper)};
  }
  return write_npz(file, arrays);
}

Expected<BoundRequest> request_of(const BoundsOptions& options) {
  auto request = parse_bound_method(options.method);
  if (!request) return request;
  if (auto ok = choose_library(options.shared); !ok) return tl::unexpected(ok.error());
  if (const auto solver = make_bound_solver(options.shared.solver); !solver) {
    return tl::unexpected(solver.error());
  }
  request->outputs_only = options.outputs;
  if (!(options.time_limit > 0)) {
    return bad_request("--time-limit {} is not a number of seconds above 0", options.time_limit);
  }
  if (!options.limit_per_bound) return request;
  if (request->method != BoundMethod::exact) {
    return bad_request("--limit-per-bound goes with --method exact or weak, not {}",
                       options.method);
  }
  if (!(*options.limit_per_bound > 0)) {
    return bad_request("--limit-per-bound {} is not above 0", *options.limit_per_bound);
  }
  request->limit_per_bound = options.limit_per_bound;
  return request;
}

/// What an interrupted run of the same request left in OUT.partial, if there is any.
Expected<std::optional<Bounds>> left_over(const BoundsOptions& options, const BoundsAsked& asked) {
  const std::filesystem::path path = partial_path(options);
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return std::nullopt;
  const bool by_mip = asked.request.method == BoundMethod::exact && asked.solver != "search";
  auto bounds = load_bounds_for(asked.network.network, asked.box, path);
  if (!bounds || !(bounds->box == asked.box) || bounds->method != method_text(asked.request) ||
      bounds->solver != (by_mip ? asked.solver : "")) {
    return bad_request("'{}' is of another request; remove it or give another --out",
                       path.string());
  }
  return std::move(*bounds);
}

Expected<BoundsMemory> partial_file(const BoundsOptions& options, const BoundsAsked& asked) {
  if (is_stream(options.out)) {
    BoundsMemory memory;
    memory.save = [out = options.out](const Bounds& bounds, bool complete) {
      return complete ? save_bounds(bounds, out) : Expected<void>();
    };
    return memory;
  }
  auto known = left_over(options, asked);
  if (!known) return tl::unexpected(known.error());
  BoundsMemory memory;
  memory.known = std::move(*known);
  memory.save = [partial = partial_path(options), out = options.out](const Bounds& bounds,
                                                                     bool complete) {
    if (!complete) return save_bounds(bounds, partial);
    auto saved = save_bounds(bounds, out);
    std::error_code ignored;
    if (saved) std::filesystem::remove(partial, ignored);
    return saved;
  };
  return memory;
}

/// A lock on the output, and what is known already.
Expected<void> open_memory(const BoundsOptions& options, const BoundsAsked& asked,
                           const Common& common, std::unique_ptr<FileLock>& held,
                           BoundsMemory& memory) {
  auto ok =
      claim_outputs(common, {options.out, options.arrays}, {options.store, options.shared.network});
  if (!ok || options.out.empty()) return ok;
  auto lock = FileLock::take(options.out);
  if (!lock) return tl::unexpected(lock.error());
  held = std::make_unique<FileLock>(std::move(*lock));
  if (!options.store.empty()) return {};
  auto left = partial_file(options, asked);
  if (!left) return tl::unexpected(left.error());
  memory = std::move(*left);
  return {};
}

Expected<void> write_and_print(const Bounds& bounds, const BoundsOptions& options,
                               const Common& common) {
  if (!options.out.empty() && !options.store.empty()) {
    if (auto saved = save_bounds(bounds, options.out); !saved) return saved;
  }
  if (!options.arrays.empty()) {
    if (auto written = write_arrays(bounds, options.arrays); !written) return written;
  }
  print(bounds, options, common);
  return {};
}

/// The bounds become what their certificate proves; so does the file that has them already.
Expected<void> certify(const Network& network, const BoundsOptions& options, const Common& common,
                       const Certificates& certificates, Bounds& bounds) {
  const Stopwatch watch;
  const certificate::ProofOptions how{common.threads,
                                      Deadline::after(options.time_limit, &interrupt_flag())};
  const auto counts =
      certify_bounds(network, options.outputs, certificates.of("bounds"), how, bounds);
  if (!counts) return tl::unexpected(counts.error());
  if (!common.quiet) {
    note(
        "brink: certificate in {}: {:.2f} s besides {:.2f} s for the bounds, {} nodes, {} facts, "
        "{} "
        "bytes of proof",
        certificates.path().string(), watch.seconds(), bounds.t_pre, counts->nodes, counts->facts,
        counts->bytes);
  }
  return options.out.empty() ? Expected<void>() : save_bounds(bounds, options.out);
}

Expected<void> run_bounds(const BoundsOptions& options, const Common& common) {
  const auto request = request_of(options);
  if (!request) return tl::unexpected(request.error());
  const auto loaded = load_network(options.shared, common);
  if (!loaded) return tl::unexpected(loaded.error());
  const auto box = box_without_question(options.shared, common, *loaded);
  if (!box) return tl::unexpected(box.error());
  const BoundsAsked asked{
      *loaded, *box, options.shared.box, *request, options.shared.solver, options.time_limit};
  auto certificates =
      certificates_into(options.certificate, 1, options.shared, *loaded,
                        {options.shared.network, options.out, options.arrays, options.store});
  if (!certificates) return tl::unexpected(certificates.error());
  note_nothing_kept(common.quiet, {options.out, options.store});
  std::unique_ptr<FileLock> lock;
  BoundsMemory memory;
  auto opened =
      common.crew->lead([&] { return open_memory(options, asked, common, lock, memory); });
  if (!opened) return opened;
  Session session = session_of(options.shared, common);
  if (auto ok = keep_in_store(session, options.store, common); !ok) return ok;
  auto bounds = prove_bounds(session, asked, common, std::move(memory));
  if (!bounds) return tl::unexpected(bounds.error());
  return common.crew->lead([&]() -> Expected<void> {
    if (certificates->wanted()) {
      if (auto ok = certify(loaded->network, options, common, *certificates, *bounds); !ok) {
        return ok;
      }
    }
    return write_and_print(*bounds, options, common);
  });
}

}  // namespace

void add_bounds(CLI::App& app, Common& common, Action& chosen) {
  const auto options = std::make_shared<BoundsOptions>();
  CLI::App* command =
      add_command(app, common, chosen, "bounds", "bounds on every neuron over a box of inputs",
                  "brink bounds net.onnx --method exact --time-limit 20 -o bounds.json",
                  [options, &common] { return run_bounds(*options, common); });
  add_network_options(*command, options->shared);
  add_search_constants(*command, common);
  command->add_option("--method", options->method, "interval, symbolic, lp, weak or exact")
      ->capture_default_str();
  command->add_flag("--outputs", options->outputs,
                    "only the ranges of the outputs: --method is for the last layer, the others "
                    "get symbolic bounds");
  command->add_option("--certificate", options->certificate,
                      "a file that proves the bounds without brink");
  command->add_option("--limit-per-bound", options->limit_per_bound,
                      "seconds per bound; a stopped bound is the solver's dual bound (weak: 1)");
  command->add_option(
      "--box", options->shared.box,
      "LO:HI for every input, or an npz or CSV file (default: the range of --data, or 0:1)");
  add_data_options(*command, options->shared, false);
  options->shared.solver = "search";
  add_solver_options(*command, options->shared, "of exact and weak: search (brink's own) or ");
  command->add_option("--time-limit", options->time_limit,
                      "seconds in all; what is not reached keeps a cheaper bound (default: none)");
  command->add_option("-o,--out", options->out, "the bounds file (JSON) to write");
  command->add_option("--arrays", options->arrays,
                      "npz to write: arrays lower_1, upper_1, ... of every layer, for numpy.load");
  add_store_option(*command, options->store);
}

}  // namespace brink::cli
