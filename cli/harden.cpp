// brink harden: attack a network, train it again on what was found, measure what that did.
#include <nlohmann/json.hpp>

#include "brink/base/files.h"
#include "brink/base/progress.h"
#include "brink/experiment/hardening.h"
#include "brink/io/network_file.h"
#include "brink/report/text_table.h"
#include "store_options.h"
#include "streams.h"
#include "training_options.h"

namespace brink::cli {

namespace {

struct HardenCommand {
  TypedOptions shared;  ///< network, data, question, engine, limits
  int examples = 0;
  int rounds = 1;
  int measure = 0;
  std::vector<std::string> measure_norms = {"l1", "linf"};
  TrainOptions training;
  TrainingFlags flags;
  std::filesystem::path out;
  std::filesystem::path store;
};

/// The distances of the fixed images, before and after, in one norm.
struct Measured {
  Norm norm = Norm::l1;
  std::vector<DistanceChange> changes;  ///< a round each
};

Expected<void> check_request(const HardenCommand& command, const Common& common) {
  if (command.examples < 0) return bad_request("--examples {} is negative", command.examples);
  if (command.rounds < 1) return bad_request("--rounds {} is below 1", command.rounds);
  if (command.shared.engine != "search") {
    return bad_request("harden attacks by the search engine: leave out --engine");
  }
  const bool changes_training = command.training.adversarial || command.training.weight_decay > 0;
  if (command.examples == 0 && !changes_training) {
    return bad_request(
        "nothing would be hardened: give --examples N, --adversarial NORM:RADIUS or both");
  }
  if (command.examples == 0 && command.rounds > 1) {
    return bad_request("--rounds {} without --examples would train the same network again",
                       command.rounds);
  }
  return common.crew->lead([&] {
    return claim_outputs(common, {command.out}, {command.store, command.shared.network});
  });
}

/// Everything read; nothing written yet.
struct HardenRun {
  NamedNetwork network;
  Dataset training, test;
  HardenOptions options;
  std::vector<int> measured;  ///< images
  std::vector<Norm> norms;
};

Expected<std::vector<Measured>> measure(const Session& session, const HardenRun& run,
                                        const std::vector<Hardened>& rounds,
                                        const NamedImages& test) {
  std::vector<Measured> all;
  if (run.measured.empty()) return all;
  const NamedNetwork& original = rounds.front().network;
  for (const Norm norm : run.norms) {
    ClosestQuestion question = run.options.question;
    question.norm = norm;
    question.cap.reset();
    question.breakpoints.reset();
    const auto before =
        session.closest({original, question, run.options.engine, test, run.measured});
    if (!before) return tl::unexpected(before.error());
    Measured measured{norm, {}};
    for (const Hardened& round : rounds) {
      const auto after =
          session.closest({round.network, question, run.options.engine, test, run.measured});
      if (!after) return tl::unexpected(after.error());
      measured.changes.push_back(compare(*before, *after));
    }
    all.push_back(std::move(measured));
  }
  return all;
}

TextTable table_of(const std::vector<Hardened>& rounds, const std::vector<Measured>& measured) {
  TextTable table;
  table.columns = {"round", "examples added", "test accuracy %"};
  for (const Measured& m : measured) {
    for (const char* what :
         {"mean {}", "both right {}", "wrong {}", "unproven {}", "left out {}"}) {
      table.columns.push_back(fmt::format(fmt::runtime(what), name(m.norm)));
    }
  }
  for (std::size_t r = 0; r < rounds.size(); ++r) {
    std::vector<std::string> row = {fmt::format("{}", r), fmt::format("{}", rounds[r].added),
                                    fmt::format("{:.2f}", 100 * rounds[r].accuracy)};
    for (const Measured& m : measured) {
      const DistanceChange& change = m.changes[r];
      row.push_back(fmt::format("{:.5g}", change.after));
      row.push_back(fmt::format("{:.5g}", change.after_both));
      row.push_back(fmt::format("{}", change.wrong_after));
      row.push_back(fmt::format("{}", change.unproven_after));
      row.push_back(fmt::format("{}", change.left_out));
    }
    table.rows.push_back(std::move(row));
  }
  if (!measured.empty()) {
    table.notes.emplace_back(
        "mean: over the fixed images, those that the network now gets wrong at 0; both right: over "
        "those that the first network and this one get right; left out: no image exists or was "
        "found.");
  }
  return table;
}

nlohmann::json to_json(const TextTable& table, const std::vector<Hardened>& rounds) {
  nlohmann::json list = nlohmann::json::array();
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    nlohmann::json entry;
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
      entry[table.columns[c]] = std::stod(table.rows[r][c]);
    }
    entry["network"] = content_hash(rounds[r].network.network);
    list.push_back(std::move(entry));
  }
  return {{"rounds", list}};
}

Expected<HardenRun> prepare(HardenCommand& command, const Common& common) {
  auto flags = apply(command.flags, command.training);
  if (!flags) return tl::unexpected(flags.error());
  if (auto ok = check_request(command, common); !ok) return tl::unexpected(ok.error());
  auto loaded = load_network(command.shared, common);
  if (!loaded) return tl::unexpected(loaded.error());
  command.shared.split = "train";
  auto training = load_images(command.shared, common, *loaded);
  if (!training) return tl::unexpected(training.error());
  if (auto ok = check_labelled(*training, "harden"); !ok) return tl::unexpected(ok.error());
  auto question = make_question(command.shared, *loaded, *training);
  if (!question) return tl::unexpected(question.error());
  auto mip = make_mip_options(command.shared, *question);
  if (!mip) return tl::unexpected(mip.error());
  const auto wanted = std::int64_t{command.examples} * command.rounds;
  if (wanted > training->count()) {  // hours of attacks would end in the same words
    return bad_request("--examples {} in {} rounds: there are only {} training images; use fewer",
                       command.examples, command.rounds, training->count());
  }
  command.shared.split = "test";
  auto test = load_images(command.shared, common, *loaded);
  if (!test) return tl::unexpected(test.error());
  if (auto ok = check_labelled(*test, "harden"); !ok) return tl::unexpected(ok.error());
  HardenOptions of_file;
  of_file.graph = loaded->graph;
  of_file.in_front = loaded->in_front;
  HardenRun run{
      std::move(*loaded), std::move(*training), std::move(*test), std::move(of_file), {}, {}};
  run.options.examples = command.examples;
  run.options.rounds = command.rounds;
  run.options.engine = engine_of(command.shared, common, *mip, question->box);
  run.options.question = std::move(*question);
  run.options.training = command.training;
  if (command.shared.network.extension() != ".nnet" && command.out.extension() != ".nnet") {
    auto file = read_file(command.shared.network);
    if (!file) return tl::unexpected(file.error());
    run.options.file = std::move(*file);
  }
  run.options.output_name = command.shared.output_name;
  run.options.training.seed = common.seed;
  run.options.training.threads = common.threads;
  if (auto ok = check(run.options.training); !ok) return tl::unexpected(ok.error());
  for (const std::string& text : command.measure_norms) {
    const auto norm = parse_norm(text);
    if (!norm) return bad_request("--measure-norms: {}", norm.error().message);
    run.norms.push_back(*norm);
  }
  if (command.measure > 0) {
    auto images = first_correct(run.network.network, run.test, command.measure);
    if (!images) return bad_request("--measure {}: {}", command.measure, images.error().message);
    run.measured = std::move(*images);
  }
  return run;
}

Expected<void> run_harden(HardenCommand command, const Common& common) {
  auto run = prepare(command, common);
  if (!run) return tl::unexpected(run.error());
  Session session = session_of(command.shared, common);
  if (auto ok = keep_beside(session, command.store, command.out, common); !ok) return ok;
  Progress progress("steps", command.rounds, common.quiet);
  session.on_progress = [&progress](int done, int total) {
    progress.news(fmt::format("{} of {} images", done, total));
  };
  const NamedImages training(run->training, command.shared.data, "train");
  const NamedImages test(run->test, command.shared.data, "test");
  const auto rounds = harden(session, run->network, run->options, training, test,
                             [&progress](const std::string& what) { progress.news(what); });
  if (!rounds) {
    const bool refused = rounds.error().kind == Error::Kind::bad_request;
    if (refused && common.crew->leads()) remove_keeping_store(command.store, command.out);
    return tl::unexpected(rounds.error());
  }
  const auto measured = measure(session, *run, *rounds, test);
  if (!measured) return tl::unexpected(measured.error());
  progress.finish();
  return common.crew->lead([&]() -> Expected<void> {
    const Box& box = run->options.question.box;
    const Hardened& last = rounds->back();
    auto ok = last.network.file.empty() ? write_network(last.network.network, box, command.out)
                                        : write_file(command.out, last.network.file);
    if (!ok) return ok;
    remove_keeping_store(command.store, command.out);
    const TextTable table = table_of(*rounds, *measured);
    if (common.json) {
      print_json(to_json(table, *rounds), 1);
    } else {
      fmt::print("{}", table.as(common.format));
    }
    return {};
  });
}

}  // namespace

void add_harden(CLI::App& app, Common& common, Action& chosen) {
  const auto command = std::make_shared<HardenCommand>();
  command->shared.bounds = "symbolic";
  CLI::App* sub = add_command(app, common, chosen, "harden",
                              "train a network again so that it is harder to fool",
                              "brink harden net.onnx --data strokes --examples 5 --rounds 1 "
                              "--epochs 10 --time-limit 20 -o hard.onnx",
                              [command, &common] { return run_harden(*command, common); });
  add_search_constants(*sub, common);
  TypedOptions& shared = command->shared;
  add_network_options(*sub, shared);
  add_data_options(*sub, shared, true, false);
  sub->add_option("--examples", command->examples,
                  "closest adversarial examples of training images to add in each round")
      ->capture_default_str();
  sub->add_option("--rounds", command->rounds, "times to attack the network of the round before")
      ->capture_default_str();
  sub->add_option("--norm", shared.norm, "of the examples: l0, l1, l2 or linf")
      ->capture_default_str();
  add_class_options(*sub, shared);
  sub->add_option("--box", shared.box, "where inputs may lie (default: 0:1, or the data's range)");
  sub->add_option("--freeze", shared.freeze, "inputs that examples keep: numbers, ranges, names");
  sub->add_option("--cap", shared.cap, "largest change of a pixel of the examples");
  sub->add_option("--breakpoints", shared.breakpoints, "l2 examples linearised, as in Zhu 2021");
  sub->add_option("--time-limit", shared.time_limit, "seconds per image")->capture_default_str();
  sub->add_option(
         "--measure", command->measure,
         "closest distances of the first N test images that the network gets right, before and "
         "after (0: none)")
      ->capture_default_str()
      ->check(zero_or_more());
  sub->add_option("--measure-norms", command->measure_norms, "norms to measure in")
      ->delimiter(',')
      ->capture_default_str();
  add_training_options(*sub, command->training, command->flags);
  sub->add_option("-o,--out", command->out, "the hardened network to write: ONNX or NNet")
      ->required();
  add_store_option(*sub, command->store);
  add_format_option(*sub, common);
}

}  // namespace brink::cli
