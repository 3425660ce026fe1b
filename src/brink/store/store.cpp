// Opening, runs, networks and questions. Answers: answers.cpp; two stores into one: merge.cpp.
#include "brink/store/store.h"

#include <fmt/chrono.h>
#include <sys/utsname.h>

#include <ctime>
#include <fstream>

#include "brink/base/parallel.h"
#include "brink/io/onnx.h"
#include "brink/store/schema.h"

namespace brink {

namespace {

/// The processor's name, where Linux tells it: ", AMD EPYC 7763".
std::string processor() {
  std::ifstream facts("/proc/cpuinfo");
  for (std::string line; std::getline(facts, line);) {
    const auto colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) {
      return ", " + line.substr(colon + 2);
    }
  }
  return "";
}

std::string machine() {
  utsname names{};
  if (uname(&names) != 0) return "unknown";
  return fmt::format("{} {} {}{}, {} threads", names.sysname, names.release, names.machine,
                     processor(), hardware_threads());
}

std::string now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

/// What `read` makes of each row; an exception of the JSON library means a damaged store.
template <class T, class Read>
Expected<std::vector<T>> collect(const Sqlite& db, const std::string& statement, const Read& read) {
  std::vector<T> result;
  try {
    auto ok = db.query(statement, [&](const SqlRow& row) { result.push_back(read(row)); });
    if (!ok) return tl::unexpected(ok.error());
  } catch (const nlohmann::json::exception& problem) {
    return db.damaged(problem.what());
  }
  return result;
}

}  // namespace

std::string dump(const nlohmann::json& document) {
  return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string shape_text(const Network& network) {
  std::string text = fmt::format("{}", network.input_size());
  for (int k = 1; k <= network.depth(); ++k) text += fmt::format("-{}", network.width(k));
  return text;
}

Expected<Store> Store::open(const std::filesystem::path& path) {
  auto db = open_store(path, true);
  if (!db) return tl::unexpected(db.error());
  return Store(std::move(*db));
}

Expected<Store> Store::temporary() {
  auto db = temporary_store();
  if (!db) return tl::unexpected(db.error());
  return Store(std::move(*db));
}

Expected<Store> Store::open_existing(const std::filesystem::path& path) {
  auto db = open_store(path, false);
  if (!db) return tl::unexpected(db.error());
  return Store(std::move(*db));
}

Expected<void> Store::begin_run(const std::string& command, int threads) {
  auto ok =
      db_.run("INSERT INTO run(command, version, machine, threads, started) VALUES(?,?,?,?,?)",
              command, BRINK_VERSION, machine(), threads, now());
  if (ok) run_ = db_.last_id();
  return ok;
}

Expected<void> Store::add_network(const Network& network, const std::string& network_name,
                                  const std::string& file) {
  return db_.run("INSERT OR IGNORE INTO network(hash, name, shape, output, onnx) VALUES(?,?,?,?,?)",
                 content_hash(network), network_name, shape_text(network),
                 std::string(name(network.output)), Blob{file.empty() ? to_onnx(network) : file});
}

Expected<QuestionId> Store::ask(const Network& network, const std::string& network_name,
                                const Question& question, const std::string& file) {
  auto ok = db_.transaction([&]() -> Expected<void> {
    if (auto added = add_network(network, network_name, file); !added) return added;
    return db_.run("INSERT OR IGNORE INTO question(kind, network, text, options) VALUES(?,?,?,?)",
                   question.kind, content_hash(network), question.text, dump(question.options));
  });
  if (!ok) return tl::unexpected(ok.error());
  return db_.number("SELECT id FROM question WHERE text = ?", question.text);
}

Expected<std::vector<StoredNetwork>> Store::networks() const {
  return collect<StoredNetwork>(
      db_, "SELECT hash, name, shape, output FROM network ORDER BY rowid", [](const SqlRow& row) {
        return StoredNetwork{row.text(0), row.text(1), row.text(2), row.text(3)};
      });
}

Expected<std::string> Store::network_file(const std::string& hash) const {
  std::string bytes;
  auto ok = db_.query(
      "SELECT onnx FROM network WHERE hash = ?", [&](const SqlRow& row) { bytes = row.blob(0); },
      hash);
  if (!ok) return tl::unexpected(ok.error());
  return bytes;
}

Expected<Network> Store::network(const std::string& hash) const {
  const auto bytes = network_file(hash);
  if (!bytes) return tl::unexpected(bytes.error());
  auto model = parse_onnx(*bytes, "network " + hash);
  if (!model) return db_.damaged(model.error().message);
  return std::move(model->network);
}

Expected<std::vector<StoredQuestion>> Store::questions() const {
  return collect<StoredQuestion>(
      db_, "SELECT id, kind, network, text, options FROM question ORDER BY id",
      [](const SqlRow& row) {
        return StoredQuestion{row.integer(0), row.text(1), row.text(2), row.text(3),
                              nlohmann::json::parse(row.text(4))};
      });
}

Expected<void> Store::put(const Evaluated& e) {
  return db_.run(
      "INSERT OR REPLACE INTO evaluation(network, data, split, right, count) VALUES(?,?,?,?,?)",
      e.network, e.data, e.split, e.right, e.count);
}

Expected<std::vector<Evaluated>> Store::evaluations() const {
  return collect<Evaluated>(
      db_, "SELECT network, data, split, right, count FROM evaluation ORDER BY rowid",
      [](const SqlRow& row) {
        return Evaluated{row.text(0), row.text(1), row.text(2), row.integer(3), row.integer(4)};
      });
}

Expected<void> Store::put(const Descent& d) {
  return db_.run("INSERT OR REPLACE INTO descent(network, parent, recipe) VALUES(?,?,?)", d.network,
                 d.parent, dump(d.recipe));
}

Expected<std::vector<Descent>> Store::descents() const {
  return collect<Descent>(
      db_, "SELECT network, parent, recipe FROM descent ORDER BY rowid", [](const SqlRow& row) {
        return Descent{row.text(0), row.text(1), nlohmann::json::parse(row.text(2))};
      });
}

}  // namespace brink
