#include "bounds_memory.h"

#include "brink/base/progress.h"
#include "brink/tighten/bounds_keeper.h"
#include "store_options.h"

namespace brink::cli {

namespace {

/// "" : nothing is known; else whether it is all that was asked, and the bounds.
std::string known_text(const BoundsMemory& memory) {
  return memory.known ? (memory.complete ? "1" : "0") + bounds_text(*memory.known) : "";
}

/// What the leader knows, in every process.
Expected<BoundsMemory> share_known(const Expected<BoundsMemory>& memory, Crew& crew) {
  const auto text = crew.share(memory.map(known_text));
  if (!text) return tl::unexpected(text.error());
  BoundsMemory shared;
  if (text->empty()) return shared;
  auto bounds = parse_bounds(text->substr(1), "bounds from the store");
  if (!bounds) return tl::unexpected(bounds.error());
  shared.known = std::move(*bounds);
  shared.complete = text->front() == '1';
  return shared;
}

int neurons_of(const Network& network, bool outputs_only) {
  int neurons = 0;
  for (int k = outputs_only ? std::max(2, network.depth()) : 2; k <= network.depth(); ++k)
    neurons += static_cast<int>(network.width(k));
  return neurons;
}

}  // namespace

Expected<BoundsMemory> stored_bounds(const std::filesystem::path& path, const BoundsAsked& asked,
                                     const ClosestOptions& options, const Common& common,
                                     bool begin) {
  const Question question = bounds_question(asked.network, asked.box, options.box, asked.request,
                                            asked.solver, asked.time_limit);
  auto opened = Store::open(path);
  if (!opened) return tl::unexpected(opened.error());
  const auto store = std::make_shared<Store>(std::move(*opened));
  if (begin) {
    if (auto ok = store->begin_run(common.command, common.threads); !ok) {
      return tl::unexpected(ok.error());
    }
  }
  const auto id = store->ask(asked.network, options.network.stem().string(), question);
  if (!id) return tl::unexpected(id.error());
  auto stored = store->bounds(*id);
  if (!stored) return tl::unexpected(stored.error());
  BoundsMemory memory;
  if (*stored) {
    memory.known = std::move((*stored)->bounds);
    memory.complete = (*stored)->complete;
  }
  memory.save = [store, id = *id](const Bounds& bounds, bool complete) {
    return store->put(id, bounds, complete);
  };
  return memory;
}

Expected<Bounds> prove_bounds(const BoundsAsked& asked, const Common& common,
                              Expected<BoundsMemory> memory) {
  Crew& crew = *common.crew;
  auto shared = share_known(memory, crew);
  if (!shared) return tl::unexpected(shared.error());
  if (shared->complete) return std::move(*shared->known);
  Progress progress("bounds of neurons", neurons_of(asked.network, asked.request.outputs_only),
                    common.quiet || !crew.leads());
  BoundsKeeper keeper(crew.leads() && memory->save
                          ? [&](const Bounds& so_far) { return memory->save(so_far, false); }
                          : BoundsKeeper::Save());
  TightenOptions tightening;
  tightening.request = asked.request;
  tightening.solver = asked.solver;
  tightening.threads = common.threads;
  tightening.crew = &crew;
  tightening.time_limit = asked.time_limit;
  tightening.known = shared->known ? &*shared->known : nullptr;
  tightening.on_progress = [&progress](int, int) { progress.step(); };
  tightening.on_bounds = [&keeper](const Bounds& so_far) { keeper.take(so_far); };
  auto bounds = tighten(asked.network, asked.box, tightening, &interrupt_flag());
  progress.finish();
  if (!crew.leads()) return bounds;
  if (!bounds) {
    if (auto saved = keeper.save(); !saved) return tl::unexpected(saved.error());
  } else if (memory->save) {
    if (auto saved = memory->save(*bounds, true); !saved) return tl::unexpected(saved.error());
  }
  return bounds;
}

}  // namespace brink::cli
