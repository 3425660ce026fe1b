#include "brink/property/given.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace brink {

Expected<std::vector<std::size_t>> networks_given(const Query& query,
                                                  const std::vector<std::string>& given) {
  std::string declared;
  for (const DeclaredNetwork& network : query.networks) {
    declared += (declared.empty() ? "" : ", ") + network.name;
  }
  std::map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto is = [&](const DeclaredNetwork& each) {
      return query.version == 1 || each.name == given[i];
    };
    const auto found = std::find_if(query.networks.begin(), query.networks.end(), is);
    if (found == query.networks.end()) {
      return bad_request("no network {} is declared, but {}", given[i], declared);
    }
    known[found->name] = i;
  }
  std::vector<std::size_t> result;
  for (const DeclaredNetwork& network : query.networks) {
    auto found = known.find(network.name);
    if (found == known.end()) found = known.find(network.equal_to);
    if (found == known.end()) {
      return bad_request("network {} is declared: give its file by --network {}=FILE", network.name,
                         network.name);
    }
    result.push_back(found->second);
    known.emplace(network.name, result.back());
  }
  return result;
}

Expected<void> check_types(const Query& query) {
  for (const DeclaredNetwork& network : query.networks) {
    for (const auto* variables : {&network.inputs, &network.outputs}) {
      for (const Variable& variable : *variables) {
        const std::string& type = variable.type;
        if (type == "Real" || type == "real" || type == "float32" || type == "float") continue;
        return bad_request("{} is of type {}; real and float32 are read", variable.name, type);
      }
    }
  }
  return {};
}

}  // namespace brink
