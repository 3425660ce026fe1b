// brink runs: what a results store holds, as tables; stores of several machines into one.
#include <nlohmann/json.hpp>

#include "brink/base/files.h"
#include "brink/store/store.h"
#include "commands.h"

namespace brink::cli {

void add_runs(CLI::App& app, Common& common, Action& chosen) {
  (void)app;
  (void)common;
  (void)chosen;
}

}  // namespace brink::cli
