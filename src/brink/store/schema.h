// The tables of a results store, and which versions of them this program reads.
//
// What each column means is said in docs/store.md. The file is a plain SQLite database: its
// application id (0x6272696e, "brin") says that it is brink's, its user version which schema.
#pragma once

#include <filesystem>

#include "brink/store/sqlite.h"

namespace brink {

inline constexpr int kSchemaVersion = 3;

/// Opens a store. `create`: makes it if the file is missing or empty; otherwise that is an error.
/// Errors (bad_request): no such file, a file that is no store of brink, one of a later schema.
///
/// A store of an earlier version is brought up to date when it is opened for writing; otherwise
/// views show it as if it were.
///
/// Writes go through a write-ahead log, one transaction an answer: a killed run, or a machine that
/// lost power, leaves a sound store that lacks at most the newest answers.
Expected<Sqlite> open_store(const std::filesystem::path& path, bool create);

/// Views `prefix` + table of the tables of `schema` (main, or an attached store), with the columns
/// that its version lacks; only of tables that got columns since the first version, or are newer.
Expected<void> view_as_current(Sqlite& db, const std::string& schema, const std::string& prefix);
void drop_views(Sqlite& db, const std::string& prefix);
/// A new one that only this process sees.
Expected<Sqlite> temporary_store();

/// Nothing can be written beside the file, and no log of unfinished writes is there: a reader then
/// needs no locks, and could make none.
bool in_frozen_folder(const std::filesystem::path& path);

}  // namespace brink
