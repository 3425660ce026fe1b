// Private to this folder: one question asked of many images, shared out by a crew.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "brink/ask/wire.h"
#include "brink/base/crew.h"
#include "brink/base/spare_threads.h"

namespace brink {

/// `ask(image, spare)` for each of the leader's `images`, at most `at_once` at a time in each
/// process with `threads_each` threads of their own: bytes, or nothing where it was interrupted.
/// `keep(image, bytes)` in the leader, as soon as they are there.
template <class Ask, class Keep>
Expected<void> each_image(const std::vector<int>& images_asked, int at_once, int threads_each,
                          Crew& crew, const Ask& ask, const Keep& keep) {
  const auto shared = crew.share(nlohmann::json(images_asked).dump());
  if (!shared) return tl::unexpected(shared.error());
  const auto images = nlohmann::json::parse(*shared).get<std::vector<int>>();
  // How many of a cluster's images are left for this process nobody here knows.
  const int waiting = crew.processes() == 1 ? static_cast<int>(images.size()) : 0;
  SpareThreads spare(at_once * threads_each, waiting);
  const auto work = [&](int i) -> std::optional<std::string> {
    const SpareThreads::Piece piece(spare, threads_each);
    return ask(images[static_cast<std::size_t>(i)], spare);
  };
  const auto take = [&](int i, const std::string& bytes) -> Expected<void> {
    return keep(images[static_cast<std::size_t>(i)], bytes);
  };
  return crew.run(static_cast<int>(images.size()), at_once, work, take);
}

}  // namespace brink
