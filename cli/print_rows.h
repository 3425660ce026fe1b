// The rows of an answer where they are seen: as a table on a terminal, as CSV in a pipe.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "brink/report/text_table.h"
#include "commands.h"

namespace brink::cli {

/// On a terminal the first rows of `brief`, and where the rest is. In a pipe the whole of `csv`
/// (called then only), unless `kept`, the file or folder that has it, is not empty. Then the
/// summary: on stdout, but on stderr below CSV.
void print_rows(const TextTable& brief, const std::function<std::string()>& csv,
                const std::filesystem::path& kept, const std::string& summary,
                const Common& common);

/// Where nothing keeps what is finished (all paths empty): a word about that on stderr.
void note_nothing_kept(bool quiet, std::initializer_list<std::filesystem::path> paths);

}  // namespace brink::cli
