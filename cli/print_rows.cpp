#include "print_rows.h"

#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "streams.h"

namespace brink::cli {

void print_rows(const TextTable& brief, const std::function<std::string()>& csv,
                const std::filesystem::path& kept, const std::string& summary,
                const Common& common) {
  constexpr std::size_t kShown = 20;
  // mpirun gives its ranks a terminal of their own, wherever their output goes.
  const bool terminal = isatty(STDOUT_FILENO) == 1 && common.crew->processes() == 1;
  if (!terminal) {
    if (kept.empty()) {
      fmt::print("{}", csv());
      std::istringstream lines(summary);
      for (std::string line; std::getline(lines, line);) note("{}", line);
    } else {
      fmt::print("{}\n", summary);
    }
    return;
  }
  TextTable shown = brief;
  const std::size_t all = shown.rows.size();
  shown.rows.resize(std::min(all, kShown));
  fmt::print("{}", shown.aligned());
  if (all > kShown) {
    const std::string where =
        kept.empty() ? "give -o, or pipe this into a file, for all" : kept.string() + " has all";
    fmt::print("... and {} more rows: {}\n", all - kShown, printable(where));
  }
  fmt::print("{}\n", summary);
}

void note_nothing_kept(bool quiet, std::initializer_list<std::filesystem::path> paths) {
  const bool kept =
      std::any_of(paths.begin(), paths.end(), [](const auto& p) { return !p.empty(); });
  if (quiet || kept) return;
  note("brink: without -o or --store a run that is stopped begins anew");
}

}  // namespace brink::cli
