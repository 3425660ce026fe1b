// brink runs: what a results store holds, as tables; stores of several machines into one.
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "brink/base/destination.h"
#include "brink/base/files.h"
#include "brink/base/near_word.h"
#include "brink/report/store_tables.h"
#include "commands.h"
#include "store_options.h"
#include "streams.h"

namespace brink::cli {

namespace {

struct RunsOptions {
  std::filesystem::path store;
  std::string list = "questions";
  StoreFilter filter;
  std::filesystem::path csv;
};

struct MergeOptions {
  std::vector<std::filesystem::path> parts;
  std::filesystem::path out;
};

/// A filter that a list does not have is an error, never ignored.
Expected<void> check_filters(const RunsOptions& options) {
  const StoreFilter& f = options.filter;
  const bool of_answers = !f.status.empty() || f.label;
  const bool of_questions =
      !f.network.empty() || !f.norm.empty() || !f.engine.empty() || f.question;
  const bool images =
      options.list == "answers" || options.list == "radius" || options.list == "compare";
  if (of_answers && !images && (options.list != "units" || f.label)) {
    return bad_request("--status and --label filter answers: add --list answers");
  }
  if (of_questions && (options.list == "networks" || options.list == "runs")) {
    return bad_request("--list {} takes no filter", options.list);
  }
  return {};
}

Expected<void> check_one_of(const char* option, const std::string& value,
                            const std::vector<std::string>& valid) {
  if (value.empty() || std::find(valid.begin(), valid.end(), value) != valid.end()) return {};
  return unknown_word(option, value, valid);
}

/// A value that no answer of the store can have is a slip: an empty table would hide it.
Expected<void> check_values(const Store& store, const std::string& list, const StoreFilter& f) {
  if (!f.norm.empty()) {
    if (auto norm = parse_norm(f.norm); !norm) return tl::unexpected(norm.error());
  }
  std::vector<std::string> statuses;
  if (list == "compare") {
    for (const PropertyVerdict verdict : kVerdicts) statuses.emplace_back(name(verdict));
  } else if (list == "radius") {
    for (const Robustness status : kRobustness) statuses.emplace_back(name(status));
  } else {
    for (const AnswerStatus status : kRowStatuses) statuses.emplace_back(name(status));
  }
  if (auto ok = check_one_of("--status", f.status, statuses); !ok) return ok;
  if (auto ok = check_one_of("--engine", f.engine, {"search", "mip"}); !ok) return ok;
  const auto networks = store.networks();
  if (!networks) return tl::unexpected(networks.error());
  std::vector<std::string> names;
  for (const StoredNetwork& network : *networks) {
    // The beginning of its hash will do.
    names.push_back(network.hash.rfind(f.network, 0) == 0 ? f.network : network.name);
  }
  if (auto ok = check_one_of("--network", f.network, names); !ok) return ok;
  if (!f.question) return {};
  const auto questions = store.questions();
  if (!questions) return tl::unexpected(questions.error());
  std::vector<QuestionId> ids;
  for (const StoredQuestion& question : *questions) ids.push_back(question.id);
  if (std::find(ids.begin(), ids.end(), *f.question) != ids.end()) return {};
  return bad_request("--question {} is none of {}", *f.question, fmt::join(ids, ", "));
}

Expected<TextTable> read_table(const Store& store, const RunsOptions& options) {
  if (auto ok = check_values(store, options.list, options.filter); !ok)
    return tl::unexpected(ok.error());
  if (options.list == "questions") return question_table(store, options.filter);
  if (options.list == "answers") return answer_table(store, options.filter);
  if (options.list == "radius") return radius_answer_table(store, options.filter);
  if (options.list == "compare") return compare_answer_table(store, options.filter);
  if (options.list == "units") return unit_answer_table(store, options.filter);
  if (options.list == "networks") return network_table(store);
  if (options.list == "runs") return run_table(store);
  return unknown_word("--list", options.list,
                      {"questions", "answers", "radius", "compare", "units", "networks", "runs"});
}

Expected<TextTable> table_of(const Store& store, const RunsOptions& options) {
  if (auto ok = check_filters(options); !ok) return tl::unexpected(ok.error());
  Expected<TextTable> table;
  auto read = store.database().snapshot([&]() -> Expected<void> {
    table = read_table(store, options);
    return {};
  });
  if (!read) return tl::unexpected(read.error());
  return table;
}

nlohmann::json to_json(const TextTable& table) {
  return rows_json(table, {"network", "what", "data", "split", "engine", "norm", "status", "shape",
                           "output", "hash", "accuracy", "hardened from", "started", "version",
                           "machine", "command", "proof", "note", "second"});
}

Expected<void> run_runs(const RunsOptions& options, const Common& common) {
  if (options.store.empty()) {
    return bad_request("name the store: brink runs RUN.db, or brink runs merge A.db B.db -o C.db");
  }
  if (auto ok = claim_outputs(common, {options.csv}, {options.store}); !ok) return ok;
  const auto store = Store::open_existing(options.store);
  if (!store) return tl::unexpected(store.error());
  const auto table = table_of(*store, options);
  if (!table) return tl::unexpected(table.error());
  if (!options.csv.empty()) {
    if (auto ok = write_file(options.csv, table->csv()); !ok) return ok;
  }
  if (common.json) {
    print_json(to_json(*table), 1);
  } else if (options.csv.empty()) {
    fmt::print("{}", table->as(common.format));
  } else {
    fmt::print("{} rows in {}\n", table->rows.size(), options.csv.string());
  }
  return {};
}

/// Closes the store at its end, so its write-ahead log is in the file.
Expected<void> merge_into(const std::filesystem::path& path,
                          const std::vector<std::filesystem::path>& parts) {
  auto store = Store::open(path);
  if (!store) return tl::unexpected(store.error());
  for (const auto& part : parts) {
    if (auto merged = store->merge(part); !merged) return merged;
  }
  return store->checkpoint();
}

/// Merges into a new file beside `out`, which appears only when it is complete.
Expected<void> run_merge(const MergeOptions& options, const Common& common) {
  std::error_code code;
  if (is_stream(options.out)) {
    return bad_request("'{}' is no place for a store: name a file", options.out.string());
  }
  for (const auto& part : options.parts) {
    const auto readable = Store::open_existing(part);
    if (!readable) return tl::unexpected(readable.error());
    // A part that cannot be listed is to be blamed before there is a merged store.
    Expected<TextTable> listed;
    auto read = readable->database().snapshot([&]() -> Expected<void> {
      listed = question_table(*readable, {});
      return {};
    });
    if (!read) return read;
    if (!listed) return tl::unexpected(listed.error());
    if (interrupt_flag()) return interrupted();
  }
  if (std::filesystem::exists(options.out, code)) {
    return bad_request("'{}' is there already: name a new store", options.out.string());
  }
  if (auto ok = check_writable(options.out); !ok) return ok;
  const auto out = followed(options.out);
  const std::filesystem::path unfinished = out.string() + ".merging";
  remove_store(unfinished);
  if (auto merged = merge_into(unfinished, options.parts); !merged) {
    remove_store(unfinished);
    return merged;
  }
  std::filesystem::rename(unfinished, out, code);
  if (code) return failure("cannot rename '{}': {}", unfinished.string(), code.message());
  const auto store = Store::open_existing(options.out);
  if (!store) return tl::unexpected(store.error());
  const auto table = question_table(*store, {});
  if (!table) return tl::unexpected(table.error());
  if (common.json) {
    print_json(to_json(*table), 1);
  } else if (!common.quiet) {
    fmt::print("{}", table->aligned());
  }
  return {};
}

}  // namespace

void add_runs(CLI::App& app, Common& common, Action& chosen) {
  const auto options = std::make_shared<RunsOptions>();
  const auto merging = std::make_shared<MergeOptions>();
  CLI::App* command = add_command(app, common, chosen, "runs", "what a results store holds",
                                  "brink runs run.db --list answers", [options, merging, &common] {
                                    return merging->parts.empty() ? run_runs(*options, common)
                                                                  : run_merge(*merging, common);
                                  });
  command->add_option("RUN.db", options->store, "the results store");
  command
      ->add_option("--list", options->list,
                   "questions, answers, radius, compare, units, networks or runs")
      ->capture_default_str();
  command->add_option("--network", options->filter.network, "only of this network: name or hash");
  command->add_option("--norm", options->filter.norm, "only this norm");
  command->add_option("--status", options->filter.status, "only answers of this status");
  command->add_option("--engine", options->filter.engine, "only of this engine: search or mip");
  command->add_option("--label", options->filter.label, "only images of this class");
  command->add_option("--question", options->filter.question, "only this question, by its number");
  const auto csv = command->add_option("--csv", options->csv, "write the table to this file");
  add_format_option(*command, common)->excludes(csv);
  CLI::App* merge = command->add_subcommand("merge", "stores of several runs into one new store");
  add_example(*merge, "brink runs merge run.db more.db -o all.db");
  merge->add_option("PARTS", merging->parts, "stores to merge")->required();
  merge->add_option("-o,--out", merging->out, "the store to make")->required();
  merge->add_flag("--json", common.json, "stdout is one JSON document");
  merge->add_flag("--quiet", common.quiet, "print nothing");
}

}  // namespace brink::cli
