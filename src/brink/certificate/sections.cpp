#include "brink/certificate/sections.h"

#include <atomic>
#include <cmath>
#include <mutex>

#include "brink/base/destination.h"
#include "brink/base/parallel.h"
#include "brink/certificate/parts.h"

namespace brink::certificate {

namespace {

/// The search's problems have a hidden layer. Linear units of which records name none are as good
/// as not there.
Network with_hidden_layer(Network network) {
  if (network.depth() > 1) return network;
  const Eigen::Index outputs = network.output_size();
  network.layers.front().linear.assign(static_cast<std::size_t>(outputs), 1);
  network.layers.push_back({Eigen::MatrixXd(Eigen::MatrixXd::Identity(outputs, outputs)),
                            Eigen::VectorXd(Eigen::VectorXd::Zero(outputs))});
  return network;
}

}  // namespace

OwnUnits::OwnUnits(const Network& whole, const Box& box) {
  const Network in_file = with_hidden_layer(whole);
  units = search::own_units(in_file, box);
  auto own = brink::rescaled(in_file, units.neurons, units.inputs);
  if (own) {
    network = std::move(*own);
    return;
  }
  units = {};
  for (const Layer& layer : in_file.layers) {
    units.neurons.emplace_back(static_cast<std::size_t>(layer.bias.size()), 0);
  }
  network = in_file;
}

std::vector<OutputRegion> OwnUnits::rescaled(std::vector<OutputRegion> regions) const {
  for (OutputRegion& region : regions) {
    for (OutputRow& row : region.rows) row.rhs = std::ldexp(row.rhs, units.outputs());
  }
  return regions;
}

Expected<Outcome> write_sections(const std::string& header,
                                 const std::function<void(Records&)>& facts, std::size_t count,
                                 const std::function<Gap(std::size_t, Records&)>& prove,
                                 const std::filesystem::path& file, int threads) {
  const std::string name = file.string();
  auto whole = TemporaryFile::beside(file);
  if (!whole) return tl::unexpected(whole.error());
  if (auto ok = write_all(whole->descriptor(), header, name); !ok) {
    return tl::unexpected(ok.error());
  }
  Outcome outcome;
  if (facts) {
    Records records([&](std::string_view text) {
      return write_all(whole->descriptor(), std::string(text), name);
    });
    facts(records);
    if (auto ok = records.finish(); !ok) return tl::unexpected(ok.error());
    outcome.counts = records.counts();
  }
  std::vector<std::optional<TemporaryFile>> parts(count);
  std::vector<Counts> counts(count);
  std::atomic<Gap> gap = Gap::none;
  std::mutex mutex;
  Expected<void> written;
  const auto fail = [&](Expected<void> error) {
    const std::lock_guard lock(mutex);
    if (written) written = std::move(error);
    gap = Gap::time;
  };
  const bool together = threads > 1;
  parallel_for(static_cast<int>(count), threads, [&](int r) {
    if (gap != Gap::none) return;
    const auto i = static_cast<std::size_t>(r);
    int descriptor = whole->descriptor();
    if (together) {
      auto part = TemporaryFile::beside(file);
      if (!part) return fail(tl::unexpected(part.error()));
      descriptor = parts[i].emplace(std::move(*part)).descriptor();
    }
    Records records(
        [&](std::string_view text) { return write_all(descriptor, std::string(text), name); });
    records.line(fmt::format("region {}", r));
    const Gap left = prove(i, records);
    if (auto ok = records.finish(); !ok) return fail(ok);
    if (left != Gap::none) gap = left;
    counts[i] = records.counts();
  });
  if (!written) return tl::unexpected(written.error());
  outcome.gap = gap;
  if (gap != Gap::none) return outcome;
  for (std::size_t r = 0; r < count; ++r) {
    outcome.counts.add(counts[r]);
    if (!together) continue;
    if (auto ok = append(*parts[r], *whole, name); !ok) return tl::unexpected(ok.error());
    parts[r].reset();
  }
  if (auto ok = write_all(whole->descriptor(), "end\n", name); !ok) {
    return tl::unexpected(ok.error());
  }
  if (auto ok = whole->rename_to(file); !ok) return tl::unexpected(ok.error());
  return outcome;
}

}  // namespace brink::certificate
