#include "brink/session/session.h"

#include <cmath>

#include "brink/base/memory.h"
#include "brink/search/footprint.h"

namespace brink {

namespace {

constexpr double kMega = 1e6;

/// Of any label but the target's own.
int regions_of(const Network& network, const ClosestQuestion& question) {
  std::size_t regions = 0;
  for (const int label : {0, 1}) {
    regions = std::max(regions, output_regions(question, network, label).size());
  }
  return static_cast<int>(regions);
}

}  // namespace

Expected<void> Session::keep_in(const std::function<Expected<Store>()>& open,
                                const std::string& command) {
  return crew_->lead([&]() -> Expected<void> {
    auto store = open();
    if (!store) return tl::unexpected(store.error());
    store_ = std::make_shared<Store>(std::move(*store));
    return store_->begin_run(command, threads_);
  });
}

Expected<void> Session::keep_originals(const NamedImages& named,
                                       const std::vector<int>& images) const {
  return store_->put_originals(named.digest, named.split, *named.set, images);
}

Expected<int> Session::at_once(std::size_t bytes, int most) const {
  if (memory_ == 0) return most;
  const double held = static_cast<double>(resident_bytes());
  const double each = static_cast<double>(bytes);
  const double fit = (memory_ - held) / each;
  if (!(fit >= 1)) {
    return bad_request("--memory-limit {} is too small: a search of this network needs {:.0f} MB",
                       memory_ / kMega, std::ceil((held + each) / kMega));
  }
  return fit < most ? static_cast<int>(fit) : most;
}

Expected<void> Session::fits(const Network& network, const ClosestQuestion& question) const {
  const auto bytes = search::search_bytes(network, 1, regions_of(network, question));
  return at_once(bytes, 1).map([](int) {});
}

Expected<void> Session::fits(const Network& network) const {
  return at_once(search::extreme_bytes(network), 1).map([](int) {});
}

/// Fewer images than threads: the spare ones help with each, as far as the memory allows. Of
/// several processes each gives an image one thread.
Expected<Session::Division> Session::divide(const Network& network, const ClosestQuestion& question,
                                            int count) const {
  const int regions = regions_of(network, question);
  Division division;
  if (crew_->processes() == 1) division.inner = std::max(1, threads_ / std::max(1, count));
  const int most = std::max(1, threads_ / division.inner);
  for (;; --division.inner) {
    const auto fit = at_once(search::search_bytes(network, division.inner, regions), most);
    if (!fit && division.inner > 1) continue;
    if (!fit) return tl::unexpected(fit.error());
    division.at_once = *fit;
    return division;
  }
}

}  // namespace brink
