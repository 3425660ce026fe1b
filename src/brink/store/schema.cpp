#include "brink/store/schema.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <map>

#include "brink/base/destination.h"
#include "brink/base/files.h"

namespace brink {

namespace {

constexpr std::int64_t kApplication = 0x6272696e;

constexpr const char* kTables[] = {
    R"(CREATE TABLE network(
         hash TEXT PRIMARY KEY, name TEXT NOT NULL, shape TEXT NOT NULL, output TEXT NOT NULL,
         onnx BLOB NOT NULL))",
    R"(CREATE TABLE question(
         id INTEGER PRIMARY KEY, kind TEXT NOT NULL,
         network TEXT NOT NULL REFERENCES network(hash),
         text TEXT NOT NULL UNIQUE, options TEXT NOT NULL))",
    R"(CREATE TABLE run(
         id INTEGER PRIMARY KEY, command TEXT NOT NULL, version TEXT NOT NULL,
         machine TEXT NOT NULL, threads INTEGER NOT NULL, started TEXT NOT NULL))",
    R"(CREATE TABLE closest(
         question INTEGER NOT NULL REFERENCES question(id), image INTEGER NOT NULL,
         label INTEGER NOT NULL, target INTEGER, status TEXT NOT NULL, distance REAL,
         bound REAL NOT NULL, nodes INTEGER NOT NULL, seconds REAL NOT NULL,
         bound_seconds REAL NOT NULL, verified INTEGER NOT NULL, all_zero INTEGER NOT NULL,
         linearised REAL, linearised_bound REAL, proof TEXT NOT NULL, note TEXT NOT NULL,
         found BLOB, run INTEGER REFERENCES run(id), lead REAL NOT NULL DEFAULT 0,
         lead_bound REAL, float32 INTEGER NOT NULL DEFAULT 0,
         PRIMARY KEY(question, image)))",
    R"(CREATE TABLE unit(
         question INTEGER NOT NULL REFERENCES question(id), layer INTEGER NOT NULL,
         unit INTEGER NOT NULL, activation REAL, bound REAL, status TEXT NOT NULL,
         nodes INTEGER NOT NULL, seconds REAL NOT NULL, note TEXT NOT NULL, found BLOB,
         run INTEGER REFERENCES run(id), proof TEXT NOT NULL DEFAULT '',
         PRIMARY KEY(question, layer, unit)))",
    R"(CREATE TABLE bounds(
         question INTEGER PRIMARY KEY REFERENCES question(id), complete INTEGER NOT NULL,
         t_pre REAL NOT NULL, document TEXT NOT NULL, run INTEGER REFERENCES run(id)))",
    R"(CREATE TABLE original(
         data TEXT NOT NULL, split TEXT NOT NULL, image INTEGER NOT NULL, label INTEGER NOT NULL,
         rows INTEGER NOT NULL, columns INTEGER NOT NULL, pixels BLOB NOT NULL,
         PRIMARY KEY(data, split, image)))",
    R"(CREATE TABLE evaluation(
         network TEXT NOT NULL REFERENCES network(hash), data TEXT NOT NULL, split TEXT NOT NULL,
         right INTEGER NOT NULL, count INTEGER NOT NULL,
         PRIMARY KEY(network, data, split)))",
    R"(CREATE TABLE descent(
         network TEXT PRIMARY KEY REFERENCES network(hash),
         parent TEXT NOT NULL REFERENCES network(hash), recipe TEXT NOT NULL))"};

/// A column that came with a later version.
struct Addition {
  int version;
  const char* table;
  const char* column;
  const char* type;
  const char* before;  ///< its value in rows of earlier versions
};
constexpr Addition kAdditions[] = {
    {2, "unit", "proof", "TEXT NOT NULL", "''"},
    {2, "closest", "lead", "REAL NOT NULL", "0"},
    {2, "closest", "lead_bound", "REAL", "NULL"},
    {2, "closest", "float32", "INTEGER NOT NULL", "0"},
};

Expected<void> set_version(Sqlite& db) {
  return db.run(fmt::format("PRAGMA user_version = {}", kSchemaVersion));
}

Expected<void> bring_up_to_date(Sqlite& db) {
  return db.transaction([&db]() -> Expected<void> {
    const auto version = db.number("PRAGMA user_version");  // another process may have been first
    if (!version) return tl::unexpected(version.error());
    for (const Addition& a : kAdditions) {
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
    const auto tables = db.number("SELECT count(*) FROM sqlite_master");
    if (!tables) return tl::unexpected(tables.error());
    if (*tables > 0) return {};  // another process was first
    for (const char* table : kTables) {
      if (auto ok = db.run(table); !ok) return ok;
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
  const auto tables = db.number("SELECT count(*) FROM sqlite_master WHERE type = 'table'");
  if (!tables) return tl::unexpected(tables.error());
  if (*tables < std::ssize(kTables)) return db.damaged("a table is missing");
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
  for (const Addition& a : kAdditions) {
    std::string& columns = lacking[a.table];
    if (a.version > *version) columns += fmt::format(", {} AS {}", a.before, a.column);
  }
  for (const auto& [table, columns] : lacking) {
    auto ok = db.run(fmt::format("CREATE TEMP VIEW {0}{1} AS SELECT *{2} FROM {3}.{1}", prefix,
                                 table, columns, schema));
    if (!ok) return ok;
  }
  return {};
}

void drop_views(Sqlite& db, const std::string& prefix) {
  for (const Addition& a : kAdditions) {
    (void)db.run(fmt::format("DROP VIEW IF EXISTS temp.{}{}", prefix, a.table));
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
