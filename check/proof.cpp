#include "proof.h"

#include <algorithm>

#include "section.h"

namespace check {

namespace {

void check_claims(const Question& question, const Network& network, Bounds bounds,
                  const Section::Stated& stated) {
  bounds.bring_up(network.depth() - 1);
  for (const Claim& claim : question.claims) {
    Rational held = claim.upper ? bounds.upper(claim.neuron) : bounds.lower(claim.neuron);
    const auto lemma = stated.find({claim.neuron, claim.upper});
    if (lemma != stated.end()) {
      held = claim.upper ? std::min(held, lemma->second) : std::max(held, lemma->second);
    }
    if (claim.upper ? held > claim.value : held < claim.value) {
      throw Refused("not proven: " + network.name_of(claim.neuron) +
                    (claim.upper ? " <= " : " >= ") + shown(claim.value) + "; proven is " +
                    shown(held, !claim.upper));
    }
  }
}

/// The lines of the regions, each with its first, and behind them the last of the file.
std::vector<Lines> parts_of(const Lines& lines, const char* end, std::size_t regions) {
  std::vector<Lines> parts;
  long number = lines.number();
  const char* begin = lines.place();
  long first = number;
  for (const char* at = begin; at != end;) {
    const std::string_view rest(at, static_cast<std::size_t>(end - at));
    const bool starts = rest.starts_with("region ") && parts.size() < regions;
    if (at != begin && (starts || rest == "end\n")) {
      parts.emplace_back(begin, at, first);
      begin = at;
      first = number;
    }
    const std::size_t stop = rest.find('\n');
    at = stop == std::string_view::npos ? end : at + stop + 1;
    ++number;
  }
  parts.emplace_back(begin, end, first);
  return parts;
}

/// Of fewer bytes, or more than this part of all for each thread, a node is not read apart.
constexpr std::size_t kLeast = 1 << 14;
constexpr std::size_t kShares = 4;

Subtrees worth_sharing(const Lines& lines, const char* end, int threads) {
  const auto bytes = static_cast<std::size_t>(end - lines.place());
  if (threads == 1) return {};
  return subtrees(lines, kLeast, bytes / (kShares * static_cast<std::size_t>(threads)));
}

struct Proof {
  const Network& network;
  const Question& question;
  const InputSet& set;
  const Bounds& bounds;  ///< what the facts leave
  Crew& crew;
  const Subtrees& subtrees;
};

Tally check_region(const Proof& proof, std::size_t i, Lines lines) {
  const Region& region = proof.question.regions[i];
  Bounds bounds = proof.bounds;
  InputSet own = proof.set;
  if (!region.lower.empty()) {
    own = InputSet(Norm::none, region.lower, region.upper, {}, Rational(0), {});
    bounds.narrow_first(own, -1);
  }
  Section section(lines, proof.network, region, std::move(own), std::move(bounds), proof.crew,
                  proof.subtrees);
  section.named([&](Section& at) {
    if (at.lines().next() != "region " + std::to_string(i)) {
      throw Refused("expected 'region " + std::to_string(i) + "'");
    }
    at.read_node();
  });
  return section.tally();
}

}  // namespace

Tally check_proof(Lines lines, const char* end, const Network& network, const Question& question,
                  int threads) {
  const bool any = !question.lower.empty();  // a property without cells has no set
  const std::vector<Rational> none(static_cast<std::size_t>(network.inputs()));
  const InputSet set = any ? question.set() : InputSet(Norm::none, none, none, {}, Rational(0), {});
  const Subtrees shared = worth_sharing(lines, end, threads);
  Crew crew(threads);
  Section facts(lines, network, Region{}, set, Bounds(network, set), crew, shared);
  facts.named([&](Section& at) {
    if (at.lines().next() != "facts") throw Refused("expected 'facts'");
    at.read_facts();
    check_claims(question, network, at.bounds(), at.stated());
  });
  const std::size_t regions = question.regions.size();
  std::vector<Lines> parts = parts_of(facts.lines(), end, regions);
  if (parts.size() <= regions) {
    facts.named([&](Section&) {
      throw Refused("the file has not " + std::to_string(regions) + " regions and an 'end'");
    });
  }
  const Proof proof{network, question, set, facts.bounds(), crew, shared};
  for (std::size_t i = 0; i < regions; ++i) {
    crew.add(parts[i].number(),
             [&proof, i, part = parts[i]] { return check_region(proof, i, part); });
  }
  Section last(parts[regions], network, Region{}, set, facts.bounds(), crew, shared);
  crew.add(parts[regions].number(), [&last] {
    last.named([](Section& at) {
      if (at.lines().next() != "end") throw Refused("expected 'end'");
      if (!at.lines().ended()) throw Refused("there is more after 'end'");
    });
    return Tally();
  });
  Tally tally = crew.finish();
  tally.add(facts.tally());
  return tally;
}

}  // namespace check
