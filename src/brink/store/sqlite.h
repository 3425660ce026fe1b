// The little of SQLite that the store needs, with Expected for errors.
//
//     db.run("INSERT INTO t(a, b) VALUES(?, ?)", 1, "text");
//     db.query("SELECT a FROM t WHERE b = ?", [&](const SqlRow& row) { sum += row.integer(0); },
//     "text");
//
// Errors are failures (disk full, damaged file): nothing of the statement has happened then.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "brink/base/error.h"

struct sqlite3;
struct sqlite3_stmt;

namespace brink {

/// Bytes that are to be stored as a blob.
struct Blob {
  std::string bytes;
};

/// A bound value; std::monostate is NULL.
using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;

inline SqlValue sql(int value) {
  return std::int64_t{value};
}
inline SqlValue sql(std::int64_t value) {
  return value;
}
inline SqlValue sql(bool value) {
  return std::int64_t{value ? 1 : 0};
}
inline SqlValue sql(double value) {
  return value;
}
inline SqlValue sql(std::string value) {
  return value;
}
inline SqlValue sql(const char* value) {
  return std::string(value);
}
inline SqlValue sql(Blob value) {
  return value;
}
template <class T>
SqlValue sql(const std::optional<T>& value) {
  return value ? sql(*value) : SqlValue();
}

/// One row of an answer; columns count from 0.
class SqlRow {
 public:
  explicit SqlRow(sqlite3_stmt* statement) : statement_(statement) {}
  bool null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;
  std::string blob(int column) const;
  std::optional<double> real_or_null(int column) const;

 private:
  sqlite3_stmt* statement_;
};

class Sqlite {
 public:
  /// Opens or creates the file. Other processes may have it open too: writes wait for each other.
  static Expected<Sqlite> open(const std::filesystem::path& path, bool create);
  /// A file that nobody writes, in a folder that cannot be written: read without locks or log.
  static Expected<Sqlite> open_immutable(const std::filesystem::path& path);
  /// A file without a name, for what need not outlive the process.
  static Expected<Sqlite> open_temporary();
  /// The name by which ATTACH finds the file.
  static std::string uri(const std::filesystem::path& path, bool immutable);

  template <class... Values>
  Expected<void> run(const std::string& statement, Values&&... values) {
    return step_all(statement, {sql(std::forward<Values>(values))...}, nullptr);
  }
  /// The same with a list of values.
  Expected<void> run_list(const std::string& statement, const std::vector<SqlValue>& values) {
    return step_all(statement, values, nullptr);
  }
  using Each = std::function<void(const SqlRow&)>;
  template <class... Values>
  Expected<void> query(const std::string& statement, const Each& each, Values&&... values) const {
    return step_all(statement, {sql(std::forward<Values>(values))...}, each);
  }
  /// The same with a list of values.
  Expected<void> query_list(const std::string& statement, const std::vector<SqlValue>& values,
                            const Each& each) const {
    return step_all(statement, values, each);
  }
  /// The first column of the first row; 0 where there is none.
  template <class... Values>
  Expected<std::int64_t> number(const std::string& statement, Values&&... values) const {
    std::int64_t result = 0;
    bool first = true;
    const auto each = [&](const SqlRow& row) {
      if (first) result = row.integer(0);
      first = false;
    };
    auto ok = step_all(statement, {sql(std::forward<Values>(values))...}, each);
    if (!ok) return tl::unexpected(ok.error());
    return result;
  }
  /// All that `steps` does, or nothing.
  Expected<void> transaction(const std::function<Expected<void>()>& steps);
  /// All queries of `steps` see the same moment, whatever other processes write meanwhile; those
  /// do not wait for its end. What is written is kept if all went well.
  Expected<void> snapshot(const std::function<Expected<void>()>& steps) const;
  /// From now on the interrupt flag ends a statement, which then did nothing.
  void end_on_interrupt();
  std::int64_t last_id() const;
  /// The error for content that brink never wrote; `what`: where in the file.
  tl::unexpected<Error> damaged(const std::string& what) const;

 private:
  static Expected<Sqlite> open_uri(const std::string& uri, const std::string& name, int flags);
  struct Close {
    void operator()(sqlite3* db) const;
  };
  Expected<void> step_all(const std::string& statement, const std::vector<SqlValue>& values,
                          const Each& each) const;

  std::string path_;
  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace brink
