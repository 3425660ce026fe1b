#include "brink/ask/radius_batch.h"

#include "image_batch.h"

namespace brink {

Expected<void> ask_radius(const RadiusBatch& batch, const std::vector<int>& images, int at_once,
                          int threads_each, Crew& crew, const RadiusHooks& hooks,
                          const std::function<Expected<void>(const RadiusRow&)>& keep,
                          const std::atomic<bool>* interrupt) {
  const auto ask = [&](int image, SpareThreads& spare) -> std::optional<std::string> {
    SearchOptions options = batch.search;
    options.threads = threads_each;
    options.spare = &spare;
    if (hooks.before) hooks.before(image, options);
    const int label = batch.set->label(image);
    const auto answer = robust_within(*batch.network, batch.question, batch.set->image(image),
                                      label, batch.radius, options, interrupt);
    if (answer && answer->status == AnswerStatus::interrupted) return std::nullopt;
    if (answer && hooks.after) hooks.after({image, label, *answer});
    return to_bytes(answer);
  };
  const auto take = [&](int image, const std::string& bytes) -> Expected<void> {
    auto answer = radius_from_bytes(bytes);
    if (!answer) return tl::unexpected(answer.error());
    return keep({image, batch.set->label(image), std::move(*answer)});
  };
  return each_image(images, at_once, threads_each, crew, ask, take);
}

}  // namespace brink
