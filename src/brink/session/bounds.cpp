// Bounds proven by the crew, remembered while they are proven and for later.
#include "brink/bounds/bounds_file.h"
#include "brink/session/session.h"
#include "brink/tighten/bounds_keeper.h"

namespace brink {

namespace {

/// "" : nothing is known; else whether it is all that was asked, and the bounds.
std::string known_text(const BoundsMemory& memory) {
  return memory.known ? (memory.complete ? "1" : "0") + bounds_text(*memory.known) : "";
}

Expected<BoundsMemory> memory_of(Store& store, const BoundsAsked& asked) {
  const Network& network = asked.network.network;
  const auto id = store.ask(network, asked.network.name,
                            bounds_question(network, asked.box, asked.box_text, asked.request,
                                            asked.solver, asked.time_limit),
                            asked.network.file);
  if (!id) return tl::unexpected(id.error());
  auto stored = store.bounds(*id);
  if (!stored) return tl::unexpected(stored.error());
  BoundsMemory memory;
  if (*stored) {
    memory.known = std::move((*stored)->bounds);
    memory.complete = (*stored)->complete;
  }
  memory.save = [&store, id = *id](const Bounds& bounds, bool complete) {
    return store.put(id, bounds, complete);
  };
  return memory;
}

}  // namespace

Expected<Bounds> Session::bounds(const BoundsAsked& asked, BoundsMemory memory,
                                 const std::function<void()>& on_neuron) const {
  auto opened = crew_->lead([&]() -> Expected<void> {
    if (!store_) return {};
    auto stored = memory_of(*store_, asked);
    if (!stored) return tl::unexpected(stored.error());
    memory = std::move(*stored);
    return {};
  });
  if (!opened) return tl::unexpected(opened.error());
  const auto shared = crew_->share(known_text(memory));
  if (!shared) return tl::unexpected(shared.error());
  std::optional<Bounds> known;
  if (!shared->empty()) {
    auto parsed = parse_bounds(shared->substr(1), "bounds from the store");
    if (!parsed || shared->front() == '1') return parsed;
    known = std::move(*parsed);
  }
  const bool saves = crew_->leads() && memory.save;
  BoundsKeeper keeper(saves ? [&](const Bounds& so_far) { return memory.save(so_far, false); }
                            : BoundsKeeper::Save());
  TightenOptions tightening;
  tightening.request = asked.request;
  tightening.solver = asked.solver;
  tightening.threads = threads_;
  tightening.crew = crew_;
  tightening.time_limit = asked.time_limit;
  tightening.known = known ? &*known : nullptr;
  if (on_neuron) tightening.on_progress = [&](int, int) { on_neuron(); };
  tightening.on_bounds = [&keeper](const Bounds& so_far) { keeper.take(so_far); };
  auto bounds = tighten(asked.network.network, asked.box, tightening, interrupt_);
  if (!saves) return bounds;
  const auto saved = bounds ? memory.save(*bounds, true) : keeper.save();
  if (!saved) return tl::unexpected(saved.error());
  return bounds;
}

}  // namespace brink
