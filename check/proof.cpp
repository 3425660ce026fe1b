#include "proof.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <optional>
#include <thread>

#include "section.h"

namespace check {

namespace {

void add(Tally& all, const Tally& some) {
  all.leaves += some.leaves;
  all.empty += some.empty;
  all.splits += some.splits;
  all.lemmas += some.lemmas;
}

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

struct Problem {
  const Network& network;
  const Question& question;
  const InputSet& set;
  const Bounds& bounds;  ///< what the facts leave
};

void check_region(const Problem& problem, std::size_t i, Lines& lines, Tally& tally) {
  if (lines.next() != "region " + std::to_string(i)) {
    throw Refused("expected 'region " + std::to_string(i) + "'");
  }
  const Region& region = problem.question.regions[i];
  Bounds bounds = problem.bounds;
  InputSet own = problem.set;
  if (!region.lower.empty()) {
    own = InputSet(Norm::none, region.lower, region.upper, {}, Rational(0), {});
    bounds.narrow_first(own, -1);
  }
  Section section(lines, problem.network, region, std::move(own), std::move(bounds));
  section.read_node();
  if (!lines.ended()) {
    lines.next();
    throw Refused("the region's tree has ended before");
  }
  tally = section.tally();
}

/// Regions side by side; the first failure in the file's order is thrown.
void check_regions(const Problem& problem, std::vector<Lines>& parts, int threads, Tally& tally) {
  const std::size_t count = problem.question.regions.size();
  std::vector<Tally> tallies(count);
  std::vector<std::exception_ptr> failures(count);
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        try {
          check_region(problem, i, parts[i], tallies[i]);
        } catch (const Refused& error) {
          throw Refused("line " + std::to_string(parts[i].number()) + ": " + error.what());
        }
      } catch (...) {
        failures[i] = std::current_exception();
        next = count;
      }
    }
  };
  std::vector<std::thread> crew;
  for (int t = 1; t < threads && static_cast<std::size_t>(t) < count; ++t) crew.emplace_back(work);
  work();
  for (std::thread& thread : crew) thread.join();
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
  for (const Tally& some : tallies) add(tally, some);
}

}  // namespace

Tally check_proof(Lines lines, const char* end, const Network& network, const Question& question,
                  int threads) {
  Tally tally;
  const bool any = !question.lower.empty();  // a property without cells has no set
  const std::vector<Rational> none(static_cast<std::size_t>(network.inputs()));
  std::optional<Section> facts;
  std::optional<InputSet> set;
  const auto named = [](const Lines& at, auto step) {
    try {
      step();
    } catch (const Refused& error) {
      throw Refused("line " + std::to_string(at.number()) + ": " + error.what());
    }
  };
  named(lines, [&] {
    if (lines.next() != "facts") throw Refused("expected 'facts'");
    set = any ? question.set() : InputSet(Norm::none, none, none, {}, Rational(0), {});
    facts.emplace(lines, network, Region{}, *set, Bounds(network, *set));
    facts->read_facts();
    add(tally, facts->tally());
    check_claims(question, network, facts->bounds(), facts->stated());
  });
  std::vector<Lines> parts = parts_of(lines, end, question.regions.size());
  const std::size_t regions = question.regions.size();
  if (parts.size() <= regions) {
    named(lines, [&] {
      throw Refused("the file has not " + std::to_string(regions) + " regions and an 'end'");
    });
  }
  check_regions({network, question, *set, facts->bounds()}, parts, threads, tally);
  Lines& last = parts[regions];
  named(last, [&] {
    if (last.next() != "end") throw Refused("expected 'end'");
    if (!last.ended()) throw Refused("there is more after 'end'");
  });
  return tally;
}

}  // namespace check
