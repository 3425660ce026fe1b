// Two stores into one. Questions meet by their text; their ids differ from store to store.
#include "brink/store/schema.h"
#include "brink/store/store.h"
#include "columns.h"

namespace brink {

namespace {

/// Ids of `other` to ids of `db`.
constexpr const char* kIds =
    "CREATE TEMP TABLE ids AS SELECT o.id AS theirs, q.id AS ours "
    "FROM other.question o JOIN main.question q ON q.text = o.text";
constexpr const char* kRuns =
    "CREATE TEMP TABLE runs AS SELECT o.id AS theirs, r.id AS ours FROM other.run o "
    "LEFT JOIN main.run r ON r.command = o.command AND r.started = o.started AND "
    "r.machine = o.machine";

std::string taken_over(const std::string& table, const std::string& keys,
                       const std::string& fields) {
  return fmt::format(
      "INSERT OR IGNORE INTO main.{0}(question, run, found, {1}{2}) "
      "SELECT ids.ours, runs.ours, found, {1}{2} FROM other_{0} a "
      "JOIN ids ON ids.theirs = a.question LEFT JOIN runs ON runs.theirs = a.run",
      table, keys, fields);
}

/// An answer that was left open gives way to a final one.
std::string opened(const std::string& table, const std::string& same) {
  return fmt::format(
      R"(DELETE FROM main.{0} WHERE status IN {2} AND EXISTS
         (SELECT 1 FROM other_{0} a JOIN ids ON theirs = a.question
          WHERE ours = {0}.question AND {1} AND a.status NOT IN {2}))",
      table, same, "('time_limit', 'undecided', 'unknown', 'timeout', 'error')");
}

std::vector<std::string> steps() {
  return {
      "INSERT OR IGNORE INTO main.network SELECT * FROM other.network",
      R"(INSERT OR IGNORE INTO main.question(kind, network, text, options)
         SELECT kind, network, text, options FROM other.question ORDER BY id)",
      R"(INSERT INTO main.run(command, version, machine, threads, started)
         SELECT command, version, machine, threads, started FROM other.run o WHERE NOT EXISTS
         (SELECT 1 FROM main.run r WHERE r.command = o.command AND r.started = o.started AND
          r.machine = o.machine) ORDER BY id)",
      "DROP TABLE IF EXISTS temp.ids",
      "DROP TABLE IF EXISTS temp.runs",
      kIds,
      kRuns,
      opened("closest", "a.image = closest.image"),
      taken_over("closest", "image, label", column_names(kClosestFields)),
      opened("unit", "a.layer = unit.layer AND a.unit = unit.unit"),
      taken_over("unit", "layer, unit", column_names(kExcitationFields)),
      opened("radius", "a.image = radius.image"),
      taken_over("radius", "image, label", column_names(kRadiusFields)),
      opened("compare", "a.image = compare.image"),
      taken_over("compare", "image, label", column_names(kCompareFields)),
      R"(DELETE FROM main.bounds WHERE complete = 0 AND EXISTS
         (SELECT 1 FROM other.bounds b JOIN ids ON theirs = b.question
          WHERE ours = bounds.question AND b.complete = 1))",
      R"(INSERT OR IGNORE INTO main.bounds(question, complete, t_pre, document, run)
         SELECT ids.ours, complete, t_pre, document, runs.ours FROM other.bounds b
         JOIN ids ON ids.theirs = b.question LEFT JOIN runs ON runs.theirs = b.run)",
      "INSERT OR IGNORE INTO main.original SELECT * FROM other.original",
      "INSERT OR IGNORE INTO main.evaluation SELECT * FROM other.evaluation",
      "INSERT OR IGNORE INTO main.descent SELECT * FROM other.descent",
  };
}

}  // namespace

Expected<void> Store::checkpoint() {
  const auto busy = db_.number("PRAGMA wal_checkpoint(TRUNCATE)");
  if (!busy) return tl::unexpected(busy.error());
  if (*busy != 0) return failure("the store is in use: its log could not be put into it");
  return {};
}

Expected<void> Store::merge(const std::filesystem::path& other) {
  // Says what is wrong with the file if something is.
  if (auto readable = open_store(other, false); !readable) {
    return tl::unexpected(readable.error());
  }
  if (auto ok = db_.run("ATTACH DATABASE ? AS other", Sqlite::uri(other, in_frozen_folder(other)));
      !ok)
    return ok;
  // Not BEGIN IMMEDIATE: that would lock `other` against a run that is writing it.
  db_.end_on_interrupt();
  auto merged = db_.snapshot([this]() -> Expected<void> {
    if (auto ok = view_as_current(db_, "other", "other_"); !ok) return ok;
    for (const std::string& step : steps()) {
      if (auto ok = db_.run(step); !ok) return ok;
    }
    return {};
  });
  drop_views(db_, "other_");
  if (auto detached = db_.run("DETACH DATABASE other"); !detached && merged) return detached;
  if (!merged && merged.error().kind == Error::Kind::bad_request) {
    // What was found damaged is the part: this store was whole before.
    return bad_request("'{}' is damaged or cut short: leave it out, or restore a copy",
                       other.string());
  }
  return merged;
}

}  // namespace brink
