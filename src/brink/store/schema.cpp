#include "brink/store/schema.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>

#include "brink/base/destination.h"
#include "brink/base/files.h"
#include "columns.h"

namespace brink {

namespace {

constexpr std::int64_t kApplication = 0x6272696e;

/// A table of answers. `keys`: what tells those of a question apart, and what belongs to it.
template <class Fields>
std::string answers_table(const char* name, const std::string& keys, const char* besides,
                          const Fields& fields) {
  std::string columns;
  for_each_field(fields, [&](const auto& field) {
    columns += fmt::format("{} {}", field.name, column_type(field));
    columns += field.since > 1 ? fmt::format(" DEFAULT {}, ", field.before) : ", ";
  });
  std::string key_columns;
  for (std::size_t at = 0; at < keys.size();) {
    const std::size_t comma = std::min(keys.find(", ", at), keys.size());
    key_columns += fmt::format("{} INTEGER NOT NULL, ", keys.substr(at, comma - at));
    at = comma + 2;
  }
  return fmt::format(
      "CREATE TABLE {}(question INTEGER NOT NULL REFERENCES question(id), {}{}{}found BLOB, "
      "run INTEGER REFERENCES run(id), PRIMARY KEY(question, {}))",
      name, key_columns, besides, columns, keys);
}

struct Table {
  const char* name;
  std::string creation;
  int since = 1;  ///< the version that brings it
};

const std::vector<Table>& tables() {
  static const std::vector<Table> all = {
      {"network", R"(CREATE TABLE network(
         hash TEXT PRIMARY KEY, name TEXT NOT NULL, shape TEXT NOT NULL, output TEXT NOT NULL,
         onnx BLOB NOT NULL))"},
      {"question", R"(CREATE TABLE question(
         id INTEGER PRIMARY KEY, kind TEXT NOT NULL,
         network TEXT NOT NULL REFERENCES network(hash),
         text TEXT NOT NULL UNIQUE, options TEXT NOT NULL))"},
      {"run", R"(CREATE TABLE run(
         id INTEGER PRIMARY KEY, command TEXT NOT NULL, version TEXT NOT NULL,
         machine TEXT NOT NULL, threads INTEGER NOT NULL, started TEXT NOT NULL))"},
      {"closest", answers_table("closest", "image", "label INTEGER NOT NULL, ", kClosestFields)},
      {"unit", answers_table("unit", "layer, unit", "", kExcitationFields)},
      {"radius", answers_table("radius", "image", "label INTEGER NOT NULL, ", kRadiusFields), 3},
      {"compare", answers_table("compare", "image", "label INTEGER NOT NULL, ", kCompareFields), 3},
      {"bounds", R"(CREATE TABLE bounds(
         question INTEGER PRIMARY KEY REFERENCES question(id), complete INTEGER NOT NULL,
         t_pre REAL NOT NULL, document TEXT NOT NULL, run INTEGER REFERENCES run(id)))"},
      {"original", R"(CREATE TABLE original(
         data TEXT NOT NULL, split TEXT NOT NULL, image INTEGER NOT NULL, label INTEGER NOT NULL,
         rows INTEGER NOT NULL, columns INTEGER NOT NULL, pixels BLOB NOT NULL,
         PRIMARY KEY(data, split, image)))"},
      {"evaluation", R"(CREATE TABLE evaluation(
         network TEXT NOT NULL REFERENCES network(hash), data TEXT NOT NULL, split TEXT NOT NULL,
         right INTEGER NOT NULL, count INTEGER NOT NULL,
         PRIMARY KEY(network, data, split)))"},
      {"descent", R"(CREATE TABLE descent(
         network TEXT PRIMARY KEY REFERENCES network(hash),
         parent TEXT NOT NULL REFERENCES network(hash), recipe TEXT NOT NULL))"}};
  return all;
}

/// A column that came with a later version.
struct Addition {
  int version;
  const char* table;
  const char* column;
  std::string type;
  const char* before;  ///< its value in rows of earlier versions
};

const std::vector<Addition>& additions() {
  static const std::vector<Addition> all = [] {
    std::vector<Addition> list;
    const auto add = [&list](const char* table) {
      return [&list, table](const auto& field) {
        if (field.since == 1) return;
        list.push_back({field.since, table, field.name, column_type(field), field.before});
      };
    };
    for_each_field(kClosestFields, add("closest"));
    for_each_field(kExcitationFields, add("unit"));
    return list;
  }();
  return all;
}

Expected<void> set_version(Sqlite& db) {
  return db.run(fmt::format("PRAGMA user_version = {}", kSchemaVersion));
}

Expected<void> bring_up_to_date(Sqlite& db) {
  return db.transaction([&db]() -> Expected<void> {
    const auto version = db.number("PRAGMA user_version");  // another process may have been first
    if (!version) return tl::unexpected(version.error());
    for (const Table& table : tables()) {
      if (table.since <= *version) continue;
      if (auto ok = db.run(table.creation); !ok) return ok;
    }
    for (const Addition& a : additions()) {
      if (a.version <= *version) continue;
      auto ok = db.run(fmt::format("ALTER TABLE {} ADD COLUMN {} {} DEFAULT {}", a.table, a.column,
                                   a.type, a.before));
      if (!ok) return ok;
    }
    return set_version(db);
  });
}

Expected<void> create_tables(Sqlite& db) {
  return db.transaction([&db]() -> Expected<void> {
    const auto count = db.number("SELECT count(*) FROM sqlite_master");
    if (!count) return tl::unexpected(count.error());
    if (*count > 0) return {};  // another process was first
    for (const Table& table : tables()) {
      if (auto ok = db.run(table.creation); !ok) return ok;
    }
    if (auto ok = db.run(fmt::format("PRAGMA application_id = {}", kApplication)); !ok) return ok;
    return set_version(db);
  });
}

Expected<void> check_version(const Sqlite& db, const std::string& path) {
  const auto application = db.number("PRAGMA application_id");
  if (!application || *application != kApplication) {
    return bad_request("'{}' is not a results store of brink: name another file", path);
  }
  const auto version = db.number("PRAGMA user_version");
  if (!version) return tl::unexpected(version.error());
  if (*version < 1 || *version > kSchemaVersion) {
    return bad_request("'{}' has schema {}, this brink reads {}: use the brink that wrote it", path,
                       *version, kSchemaVersion);
  }
  return {};
}

/// Of the right version, but is all there?
Expected<void> check_tables(const Sqlite& db) {
  const auto version = db.number("PRAGMA user_version");
  if (!version) return tl::unexpected(version.error());
  for (const Table& table : tables()) {
    if (table.since > *version) continue;
    const auto count = db.number(
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?", table.name);
    if (!count) return tl::unexpected(count.error());
    if (*count == 0) return db.damaged("a table is missing");
  }
  return {};
}

Expected<void> check_readable(const std::filesystem::path& path) {
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) {
    return bad_request("cannot open '{}': it is a folder, name a file", path.string());
  }
  if (std::filesystem::exists(path, code) && !std::filesystem::is_regular_file(path, code)) {
    return bad_request("cannot open '{}': it is no file, name one", path.string());
  }
  if (access(path.c_str(), R_OK) == 0 || errno == ENOENT) return {};
  return bad_request("cannot open '{}': {}", path.string(), std::strerror(errno));
}

}  // namespace

Expected<void> view_as_current(Sqlite& db, const std::string& schema, const std::string& prefix) {
  const auto version = db.number(fmt::format("PRAGMA {}.user_version", schema));
  if (!version) return tl::unexpected(version.error());
  std::map<std::string, std::string> lacking;  // by table
  for (const Addition& a : additions()) {
    std::string& columns = lacking[a.table];
    if (a.version > *version) columns += fmt::format(", {} AS {}", a.before, a.column);
  }
  for (const Table& table : tables()) {
    if (table.since == 1) continue;
    if (table.since <= *version) {
      lacking[table.name];
      continue;
    }
    // An empty one of this process's.
    std::string creation = table.creation;
    creation.replace(0, std::strlen("CREATE TABLE "), "CREATE TEMP TABLE " + prefix);
    if (auto ok = db.run(creation); !ok) return ok;
  }
  for (const auto& [table, columns] : lacking) {
    auto ok = db.run(fmt::format("CREATE TEMP VIEW {0}{1} AS SELECT *{2} FROM {3}.{1}", prefix,
                                 table, columns, schema));
    if (!ok) return ok;
  }
  return {};
}

void drop_views(Sqlite& db, const std::string& prefix) {
  for (const Addition& a : additions()) {
    (void)db.run(fmt::format("DROP VIEW IF EXISTS temp.{}{}", prefix, a.table));
  }
  for (const Table& table : tables()) {
    if (table.since == 1) continue;
    for (const char* kind : {"VIEW", "TABLE"}) {  // only one of them is there
      (void)db.run(fmt::format("DROP {} IF EXISTS temp.{}{}", kind, prefix, table.name));
    }
  }
}

bool in_frozen_folder(const std::filesystem::path& path) {
  std::error_code code;
  const auto folder = std::filesystem::absolute(path, code).parent_path();
  return access(folder.c_str(), W_OK) != 0 &&
         !std::filesystem::exists(path.string() + "-wal", code);
}

Expected<Sqlite> temporary_store() {
  auto db = Sqlite::open_temporary();
  if (!db) return db;
  if (auto ok = create_tables(*db); !ok) return tl::unexpected(ok.error());
  return db;
}

Expected<Sqlite> open_store(const std::filesystem::path& path, bool create) {
  std::error_code code;
  if (!create && !std::filesystem::exists(path, code)) {
    return bad_request("there is no store '{}': closest --store {} makes one", path.string(),
                       path.string());
  }
  const bool fresh = !std::filesystem::exists(path, code);
  if (create && is_stream(path)) {
    return bad_request("'{}' is no place for a store: name a file", path.string());
  }
  if (create && fresh) {
    if (auto ok = check_writable(path); !ok) return tl::unexpected(ok.error());
  }
  if (auto ok = check_readable(path); !ok) return tl::unexpected(ok.error());
  auto db =
      !create && in_frozen_folder(path) ? Sqlite::open_immutable(path) : Sqlite::open(path, create);
  if (!db) return db;
  const auto tables = db->number("SELECT count(*) FROM sqlite_master");
  if (!tables) {
    const std::string& why = tables.error().message;
    if (why.find("not a database") == std::string::npos) return tl::unexpected(tables.error());
    return bad_request("'{}' is not a results store of brink: name another file", path.string());
  }
  if (create && *tables == 0) {
    if (auto ok = create_tables(*db); !ok) return tl::unexpected(ok.error());
  }
  if (auto ok = check_version(*db, path.string()); !ok) return tl::unexpected(ok.error());
  if (auto ok = check_tables(*db); !ok) return tl::unexpected(ok.error());
  const auto version = db->number("PRAGMA user_version");
  if (!version) return tl::unexpected(version.error());
  if (*version < kSchemaVersion) {
    auto ok = create ? bring_up_to_date(*db) : view_as_current(*db, "main", "");
    if (!ok) return tl::unexpected(ok.error());
  }
  if (!create) return db;
  for (const char* pragma : {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL"}) {
    if (auto ok = db->run(pragma); !ok) return tl::unexpected(ok.error());
  }
  return db;
}

}  // namespace brink
