#include "brink/experiment/asking.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "brink/ask/wire.h"
#include "brink/base/digest.h"
#include "brink/question/identity.h"

namespace brink {

namespace {

template <class T>
nlohmann::json or_null(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

}  // namespace

Question bounds_question(const Network& network, const Box& box, const std::string& box_text,
                         const BoundRequest& request, const std::string& solver,
                         double time_limit) {
  Question result;
  result.kind = "bounds";
  const bool by_solver = request.method == BoundMethod::exact;
  result.text =
      fmt::format("bounds network={} box={} method={} solver={} limit={}", content_hash(network),
                  short_digest(box), method_text(request), by_solver ? solver : "none", time_limit);
  const bool limited = request.limit_per_bound.has_value();
  const std::string weak = request.outputs_only ? "weak:outputs" : "weak";
  result.options = {{"method", limited ? weak : method_text(request)},
                    {"box", box_text},
                    {"limit_per_bound", or_null(request.limit_per_bound)}};
  if (by_solver) result.options["solver"] = solver;
  if (std::isfinite(time_limit)) result.options["time_limit"] = time_limit;
  return result;
}

Question closest_question(const Network& network, const ClosestQuestion& question,
                          const Engine& engine, const NamedImages& named) {
  const std::string formulation(name(engine.mip.formulation));
  const std::string form(name(engine.mip.distance_form));
  std::string text = "search";
  if (!engine.search) {
    text = fmt::format("mip solver={} formulation={} form={} bounds={}", engine.mip.solver,
                       formulation, form, engine.bounds);
  }
  Question result;
  result.kind = "closest";
  result.text = fmt::format(
      "closest network={} output={} data={} split={} images={} {} engine={} limit={} gap={} "
      "seed={}",
      content_hash(network), name(network.output), named.data, named.split, named.digest,
      question.text(), text, engine.time_limit, engine.gap, engine.seed);
  result.options = {{"data", named.data},
                    {"split", named.split},
                    {"images", named.digest},
                    {"norm", name(question.norm)},
                    {"target", question.target.text()},
                    {"margin", question.margin},
                    {"target_min", or_null(question.target_min)},
                    {"cap", or_null(question.cap)},
                    {"box", engine.box_text},
                    {"breakpoints", or_null(question.breakpoints)},
                    {"engine", engine.search ? "search" : "mip"},
                    {"time_limit", engine.time_limit},
                    {"gap", engine.gap},
                    {"seed", engine.seed}};
  result.hash = question_hash(content_hash(network), named.digest, question.text());
  if (!named.set->picture) {
    for (int j = 0; j < named.set->image_size(); ++j) {
      result.options["features"].push_back(named.set->input_name(j));
    }
  }
  if (!named.set->classes.empty()) result.options["classes"] = named.set->classes;
  if (!engine.search) {
    result.options["solver"] = engine.mip.solver;
    result.options["formulation"] = formulation;
    result.options["distance_form"] = form;
    result.options["bounds"] = engine.bounds;
  }
  return result;
}

ClosestBatch closest_batch(const Network& network, const ClosestQuestion& question,
                           const Engine& engine, const Dataset& set, const Bounds* bounds) {
  ClosestBatch batch;
  batch.network = &network;
  batch.set = &set;
  batch.question = question;
  batch.bounds = bounds;
  batch.search.time_limit = engine.time_limit;
  batch.search.gap = engine.gap;
  batch.search.seed = engine.seed;
  if (!engine.search) {
    batch.mip = engine.mip;
    batch.mip->time_limit = engine.time_limit;
    batch.mip->gap = engine.gap;
  }
  return batch;
}

namespace {

/// The rows that the leader has, in every process of the crew.
Expected<Answers> share_rows(Crew& crew, const Dataset& set, Norm norm, const Answers& rows) {
  if (crew.processes() == 1) return rows;
  nlohmann::json list = nlohmann::json::array();
  if (crew.leads()) {
    for (const auto& [image, row] : rows) {
      const std::string bytes = to_bytes(row.answer);
      list.push_back({image, nlohmann::json::binary({bytes.begin(), bytes.end()})});
    }
  }
  const auto packed = nlohmann::json::to_cbor(list);
  const auto shared = crew.share(std::string(packed.begin(), packed.end()));
  if (!shared) return tl::unexpected(shared.error());
  Answers all;
  for (const auto& entry : nlohmann::json::from_cbor(*shared)) {
    const auto& bytes = entry.at(1).get_binary();
    auto answer = closest_from_bytes({bytes.begin(), bytes.end()});
    if (!answer) return tl::unexpected(answer.error());
    const int image = entry.at(0).get<int>();
    all[image] = {image, set.label(image), norm, std::move(*answer)};
  }
  return all;
}

}  // namespace

Expected<std::optional<QuestionId>> Asker::known(const NamedNetwork& network, const Question& asked,
                                                 const NamedImages& named,
                                                 const std::vector<int>& images,
                                                 Answers& rows) const {
  if (store_ == nullptr || !crew_->leads()) return std::nullopt;
  const auto id = store_->ask(network.network, network.name, asked);
  if (!id) return tl::unexpected(id.error());
  auto kept = store_->put_originals(named.digest, named.split, *named.set, images);
  if (!kept) return tl::unexpected(kept.error());
  if (images.empty()) return *id;
  const auto [first, last] = std::minmax_element(images.begin(), images.end());
  auto answered = store_->closest(*id, *first, *last);
  if (!answered) return tl::unexpected(answered.error());
  for (const int image : images) {
    const auto found = answered->find(image);
    // What failed (a solver's process that was killed, say) is asked again.
    if (found == answered->end() || !is_final(found->second.answer.status)) continue;
    rows.insert(*found);
  }
  return *id;
}

Expected<std::vector<ClosestRow>> Asker::closest(const NamedNetwork& network,
                                                 const ClosestQuestion& question,
                                                 const Engine& engine, const NamedImages& named,
                                                 const std::vector<int>& images,
                                                 const Bounds* bounds) const {
  Answers rows;
  const auto id = known(network, closest_question(network.network, question, engine, named), named,
                        images, rows);
  Expected<std::vector<int>> todo;
  if (id) {
    for (const int image : images) {
      if (!rows.contains(image)) todo->push_back(image);
    }
  } else {
    todo = tl::unexpected(id.error());
  }
  const int total = static_cast<int>(images.size());
  const auto keep = [&](const ClosestRow& row) -> Expected<void> {
    if (*id) {
      if (auto ok = store_->put(**id, row); !ok) return ok;
    }
    rows[row.image] = row;
    if (on_progress) on_progress(static_cast<int>(rows.size()), total);
    return {};
  };
  // Fewer images than threads: the spare threads help with each image.
  const int count = todo ? static_cast<int>(todo->size()) : 0;
  const int inner = count > 0 && crew_->processes() == 1 ? std::max(1, threads_ / count) : 1;
  const ClosestBatch batch = closest_batch(network.network, question, engine, *named.set, bounds);
  auto asked =
      ask_images(batch, todo, std::max(1, threads_ / inner), inner, *crew_, {}, keep, interrupt_);
  if (!asked) return tl::unexpected(asked.error());
  const auto all = share_rows(*crew_, *named.set, question.norm, rows);
  if (!all) return tl::unexpected(all.error());
  std::vector<ClosestRow> result;
  for (const int image : images) result.push_back(all->at(image));
  return result;
}

}  // namespace brink
