#include "brink/ask/compare_batch.h"

#include "image_batch.h"

namespace brink {

Expected<void> ask_compare(const CompareBatch& batch, const std::vector<int>& images, Crew& crew,
                           const std::function<Expected<void>(const CompareRow&)>& keep,
                           const std::atomic<bool>* interrupt) {
  const auto ask = [&](int image, SpareThreads& /*spare*/) -> std::optional<std::string> {
    CompareQuestion question = batch.question;
    question.box = box_around(batch.set->image(image), batch.radius, batch.question.box);
    const auto answer = compare(*batch.first, *batch.second, question, batch.options, interrupt);
    const bool closed = answer && (answer->verdict == PropertyVerdict::sat ||
                                   answer->verdict == PropertyVerdict::unsat);
    if (answer && !closed && interrupt != nullptr && *interrupt) return std::nullopt;
    return to_bytes(answer);
  };
  const auto take = [&](int image, const std::string& bytes) -> Expected<void> {
    auto answer = compare_from_bytes(bytes);
    if (!answer) return tl::unexpected(answer.error());
    complete_witness(*batch.first, *batch.second, *answer);
    return keep({image, batch.set->label(image), std::move(*answer)});
  };
  return each_image(images, 1, batch.options.threads, crew, ask, take);
}

}  // namespace brink
