// Regions are proven side by side, each into a file of its own until those before it are done.
#include "brink/certificate/closest_proof.h"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cmath>
#include <mutex>

#include "brink/base/destination.h"
#include "brink/base/exact_text.h"
#include "brink/base/files.h"
#include "brink/base/parallel.h"
#include "brink/base/temporary_file.h"
#include "brink/certificate/region_proof.h"
#include "brink/search/units.h"

namespace brink::certificate {

namespace {

std::string numbers(const Eigen::VectorXd& values) {
  std::string text;
  for (const double value : values) text += " " + exact_text(value);
  return text;
}

std::string number_or_none(const std::optional<double>& value) {
  return value ? exact_text(*value) : "none";
}

std::string target_text(const TargetRule& rule) {
  switch (rule.kind) {
    case TargetRule::Kind::any:
      return "any";
    case TargetRule::Kind::fixed:
      return fmt::format("class {}", rule.value);
    case TargetRule::Kind::shift:
      return fmt::format("shift {}", rule.value);
    case TargetRule::Kind::above:
      return "above " + exact_text(rule.threshold);
    case TargetRule::Kind::below:
      return "below " + exact_text(rule.threshold);
  }
  return "?";
}

std::string box_lines(const Box& box) {
  const double low = box.lower(0), high = box.upper(0);
  if ((box.lower.array() == low).all() && (box.upper.array() == high).all()) {
    return fmt::format("box {} {}\n", exact_text(low), exact_text(high));
  }
  return "lower" + numbers(box.lower) + "\nupper" + numbers(box.upper) + "\n";
}

std::string header(const ClosestClaim& claim, const std::optional<double>& radius) {
  const ClosestQuestion& question = claim.question;
  std::string frozen;
  for (const int input : question.frozen) frozen += fmt::format(" {}", input);
  const std::string weights = question.weights.size() > 0 ? numbers(question.weights) : " none";
  const std::string witness = claim.witness.size() > 0 ? numbers(claim.witness) : " none";
  return fmt::format(
             "brink-certificate 1\nnetwork {}\nquestion closest\ninputs {}\nimage{}\nindex {}\n"
             "label {}\nnorm {}\nradius {}\ntarget {}\nmargin {}\nfloor {}\n",
             claim.network, claim.image.size(), numbers(claim.image),
             claim.index ? fmt::format("{}", *claim.index) : "none", claim.label,
             name(question.norm), number_or_none(radius), target_text(question.target),
             exact_text(question.margin), number_or_none(question.target_min)) +
         box_lines(question.box) +
         fmt::format("cap {}\nfrozen{}\nweights{}\nwitness{}\nfacts\n",
                     number_or_none(question.cap), frozen.empty() ? " none" : frozen, weights,
                     witness);
}

/// The proof's question in the search's own units.
struct OwnUnits {
  search::Units units;
  Network network;
  ClosestQuestion question;
  std::vector<OutputRegion> regions;
  Eigen::VectorXd image;
};

OwnUnits in_own_units(const ClosestProof& proof) {
  OwnUnits own{search::own_units(proof.network, proof.question.box), {}, {}, proof.regions, {}};
  auto network = rescaled(proof.network, own.units.neurons, own.units.inputs);
  if (!network) {
    own.units = {};
    for (const Layer& layer : proof.network.layers) {
      own.units.neurons.emplace_back(static_cast<std::size_t>(layer.bias.size()), 0);
    }
    network = proof.network;
  }
  own.network = std::move(*network);
  own.question = rescaled(proof.question, own.units);
  for (OutputRegion& region : own.regions) {
    for (OutputRow& row : region.rows) row.rhs = std::ldexp(row.rhs, own.units.outputs());
  }
  own.image = search::scaled(proof.image, own.units.inputs);
  return own;
}

/// The bytes of one file at the end of another.
Expected<void> append(int from, int to, const std::string& name) {
  std::string buffer(1 << 16, '\0');
  off_t at = 0;
  for (;;) {
    const ssize_t got = pread(from, buffer.data(), buffer.size(), at);
    if (got < 0) return failure("cannot read what was written for {}", name);
    if (got == 0) return {};
    at += got;
    if (auto ok = write_all(to, buffer.substr(0, static_cast<std::size_t>(got)), name); !ok) {
      return ok;
    }
  }
}

}  // namespace

Expected<Outcome> write_closest(const ClosestClaim& claim, const ClosestProof& proof,
                                std::optional<double> radius, std::optional<double> claimed,
                                const std::filesystem::path& file, const ProofOptions& options) {
  const OwnUnits own = in_own_units(proof);
  const Box box = reach(own.question, own.image);
  search::Ball ball(own.question.norm, own.image, box, 0, 0, own.question.weights);
  const bool l0 = own.question.norm == Norm::l0;
  ball.set_radius(radius ? (l0 ? *radius : std::ldexp(*radius, own.units.inputs))
                         : ball.largest_radius());
  const std::string name = file.string();
  auto whole = TemporaryFile::beside(file);
  if (!whole) return tl::unexpected(whole.error());
  if (auto ok = write_all(whole->descriptor(), header(claim, claimed), name); !ok) {
    return tl::unexpected(ok.error());
  }

  const search::Problem first(own.network, own.image, box, own.regions.front());
  const std::size_t count = own.regions.size();
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
  const bool together = options.threads > 1;
  parallel_for(static_cast<int>(count), options.threads, [&](int r) {
    if (gap != Gap::none) return;
    const auto i = static_cast<std::size_t>(r);
    int descriptor = whole->descriptor();
    if (together) {
      auto part = TemporaryFile::beside(file);
      if (!part) return fail(tl::unexpected(part.error()));
      descriptor = parts[i].emplace(std::move(*part)).descriptor();
    }
    const search::Problem problem(first, own.regions[i]);
    Records records([&](std::string_view text) {
      return write_all(descriptor, std::string(text), name);
    });
    records.line(fmt::format("region {}", r));
    const Gap left =
        RegionProof(problem, own.regions[i], ball, own.units, records, options.deadline).run();
    if (auto ok = records.finish(); !ok) return fail(ok);
    if (left != Gap::none) gap = left;
    counts[i] = records.counts();
  });
  if (!written) return tl::unexpected(written.error());
  Outcome outcome{gap, {}};
  if (gap != Gap::none) return outcome;
  for (std::size_t r = 0; r < count; ++r) {
    outcome.counts.add(counts[r]);
    if (!together) continue;
    if (auto ok = append(parts[r]->descriptor(), whole->descriptor(), name); !ok) {
      return tl::unexpected(ok.error());
    }
    parts[r].reset();
  }
  if (auto ok = write_all(whole->descriptor(), "end\n", name); !ok) {
    return tl::unexpected(ok.error());
  }
  if (auto ok = whole->rename_to(file); !ok) return tl::unexpected(ok.error());
  return outcome;
}

}  // namespace brink::certificate
