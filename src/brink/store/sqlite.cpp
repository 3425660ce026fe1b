#include "brink/store/sqlite.h"

#include <sqlite3.h>

#include <algorithm>

#include "brink/base/interrupt.h"

namespace brink {

namespace {

/// Waits for another process's write, which is short; not for long after an interrupt.
int wait_for_others(void*, int tries) {
  constexpr int kLongest = 50;  // milliseconds; some 60 s in all
  constexpr int kMost = 1200;
  constexpr int kMostAfterInterrupt = 60;
  if (tries > (interrupt_flag() ? kMostAfterInterrupt : kMost)) return 0;
  return sqlite3_sleep(std::min(tries + 1, kLongest)) > 0 ? 1 : 0;
}

int to_be_ended(void*) {
  return interrupt_flag() ? 1 : 0;
}

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

int bind(sqlite3_stmt* statement, int place, const SqlValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    return sqlite3_bind_int64(statement, place, *integer);
  }
  if (const auto* real = std::get_if<double>(&value)) {
    return sqlite3_bind_double(statement, place, *real);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, place, text->data(), text->size(), SQLITE_TRANSIENT,
                               SQLITE_UTF8);
  }
  if (const auto* blob = std::get_if<Blob>(&value)) {
    return sqlite3_bind_blob64(statement, place, blob->bytes.data(), blob->bytes.size(),
                               SQLITE_TRANSIENT);
  }
  return sqlite3_bind_null(statement, place);
}

}  // namespace

bool SqlRow::null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t SqlRow::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

double SqlRow::real(int column) const {
  return sqlite3_column_double(statement_, column);
}

std::string SqlRow::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  return bytes == nullptr
             ? std::string()
             : std::string(bytes,
                           static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

std::string SqlRow::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return bytes == nullptr
             ? std::string()
             : std::string(bytes,
                           static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

std::optional<double> SqlRow::real_or_null(int column) const {
  return null(column) ? std::nullopt : std::optional<double>(real(column));
}

void Sqlite::Close::operator()(sqlite3* db) const {
  sqlite3_close_v2(db);
}

std::string Sqlite::uri(const std::filesystem::path& path, bool immutable) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(path).string()) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02x}", c);
    } else {
      uri += c;
    }
  }
  return immutable ? uri + "?immutable=1" : uri;
}

Expected<Sqlite> Sqlite::open(const std::filesystem::path& path, bool create) {
  return open_uri(uri(path, false), path.string(),
                  SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0));
}

Expected<Sqlite> Sqlite::open_immutable(const std::filesystem::path& path) {
  return open_uri(uri(path, true), path.string(), SQLITE_OPEN_READONLY);
}

Expected<Sqlite> Sqlite::open_temporary() {
  return open_uri("", "a temporary store", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
}

Expected<Sqlite> Sqlite::open_uri(const std::string& uri, const std::string& name, int flags) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(uri.c_str(), &handle, flags | SQLITE_OPEN_URI, nullptr);
  Sqlite result;
  result.path_ = name;
  result.db_.reset(handle);
  if (code != SQLITE_OK) {
    return bad_request("cannot open '{}': {}", name,
                       handle != nullptr ? sqlite3_errmsg(handle) : "out of memory");
  }
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_handler(handle, wait_for_others, nullptr);
  return result;
}

Expected<void> Sqlite::step_all(const std::string& statement, const std::vector<SqlValue>& values,
                                const Each& each) const {
  const auto broken = [&]() -> tl::unexpected<Error> {
    switch (sqlite3_errcode(db_.get()) & 0xff) {  // extended codes say more in the upper bits
      case SQLITE_CORRUPT:
      case SQLITE_ERROR:  // the statements are right: a table is missing, or a document broken
        return damaged(sqlite3_errmsg(db_.get()));
      case SQLITE_INTERRUPT:
        return interrupted();
      case SQLITE_READONLY:
        return bad_request("'{}' cannot be written: copy it to where it can, and name the copy",
                           path_);
      default:
        return failure("'{}': {}", path_, sqlite3_errmsg(db_.get()));
    }
  };
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(db_.get(), statement.c_str(), -1, &raw, nullptr) != SQLITE_OK) {
    return broken();
  }
  const std::unique_ptr<sqlite3_stmt, Finalize> prepared(raw);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (bind(raw, static_cast<int>(i) + 1, values[i]) != SQLITE_OK) return broken();
  }
  for (int code = sqlite3_step(raw); code != SQLITE_DONE; code = sqlite3_step(raw)) {
    if (code != SQLITE_ROW) return broken();
    if (each) each(SqlRow(raw));
  }
  return {};
}

Expected<void> Sqlite::transaction(const std::function<Expected<void>()>& steps) {
  if (auto ok = run("BEGIN IMMEDIATE"); !ok) return ok;
  auto done = steps();
  if (done) done = run("COMMIT");
  if (!done) (void)run("ROLLBACK");
  return done;
}

Expected<void> Sqlite::snapshot(const std::function<Expected<void>()>& steps) const {
  if (auto ok = step_all("BEGIN", {}, nullptr); !ok) return ok;  // begins with its first query
  auto done = steps();
  if (done) done = step_all("COMMIT", {}, nullptr);
  if (!done) (void)step_all("ROLLBACK", {}, nullptr);
  return done;
}

void Sqlite::end_on_interrupt() {
  constexpr int kSteps = 10'000;
  sqlite3_progress_handler(db_.get(), kSteps, to_be_ended, nullptr);
}

tl::unexpected<Error> Sqlite::damaged(const std::string& what) const {
  return bad_request("'{}' is damaged or cut short ({}): name another file, or restore a copy",
                     path_, what);
}

std::int64_t Sqlite::last_id() const {
  return sqlite3_last_insert_rowid(db_.get());
}

}  // namespace brink
