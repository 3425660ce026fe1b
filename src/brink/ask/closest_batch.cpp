#include "brink/ask/closest_batch.h"

#include <map>

#include "image_batch.h"

namespace brink {

namespace {

Expected<ClosestAnswer> ask_image(const ClosestBatch& batch, int image, int threads,
                                  SpareThreads& spare, const BatchHooks& hooks,
                                  const std::atomic<bool>* interrupt) {
  const Eigen::VectorXd pixels = batch.set->image(image);
  const int label = batch.set->label(image);
  SearchOptions options = batch.search;
  options.threads = threads;
  options.spare = &spare;
  if (hooks.before) hooks.before(image, options);
  if (batch.mip) {
    MipOptions mip = *batch.mip;
    mip.threads = threads;
    mip.certificate = options.certificate;
    return closest_by_mip(*batch.network, *batch.bounds, batch.question, pixels, label, mip,
                          interrupt);
  }
  return closest_by_search(*batch.network, batch.question, pixels, label, options, interrupt);
}

}  // namespace

Expected<void> ask_images(const ClosestBatch& batch, const std::vector<int>& images, int at_once,
                          int threads_each, Crew& crew, const BatchHooks& hooks,
                          const std::function<Expected<void>(const ClosestRow&)>& keep,
                          const std::atomic<bool>* interrupt) {
  const auto ask = [&](int image, SpareThreads& spare) -> std::optional<std::string> {
    const auto answer = ask_image(batch, image, threads_each, spare, hooks, interrupt);
    const bool stopped = answer && answer->status == AnswerStatus::interrupted;
    const auto& tell = stopped ? hooks.stopped : hooks.after;
    if (answer && tell) tell({image, batch.set->label(image), batch.question.norm, *answer});
    if (stopped) return std::nullopt;
    return to_bytes(answer);
  };
  const auto take = [&](int image, const std::string& bytes) -> Expected<void> {
    auto answer = closest_from_bytes(bytes);
    if (!answer) return tl::unexpected(answer.error());
    return keep({image, batch.set->label(image), batch.question.norm, std::move(*answer)});
  };
  return each_image(images, at_once, threads_each, crew, ask, take);
}

Expected<std::vector<ClosestRow>> ask_images(const ClosestBatch& batch,
                                             const std::vector<int>& images, int threads,
                                             const std::atomic<bool>* interrupt) {
  std::vector<ClosestRow> rows(images.size());
  std::map<int, std::size_t> place;
  for (std::size_t i = 0; i < images.size(); ++i) place[images[i]] = i;
  ThreadCrew crew(interrupt);
  const auto kept = ask_images(
      batch, images, threads, 1, crew, {},
      [&](const ClosestRow& row) -> Expected<void> {
        rows[place.at(row.image)] = row;
        return {};
      },
      interrupt);
  if (!kept) return tl::unexpected(kept.error());
  return rows;
}

Expected<std::vector<int>> first_correct(const Network& network, const Dataset& set, int count) {
  std::vector<int> found;
  for (int i = 0; i < set.count() && static_cast<int>(found.size()) < count; ++i) {
    if (classify(network, set.image(i)) == set.label(i)) found.push_back(i);
  }
  if (static_cast<int>(found.size()) < count) {
    return bad_request("{} images were asked for, but the network gets only {} of {} right", count,
                       found.size(), set.count());
  }
  return found;
}

}  // namespace brink
