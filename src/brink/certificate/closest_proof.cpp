// The question in the search's own units, as search/closest_search.cpp has it.
#include "brink/certificate/closest_proof.h"

#include <cmath>

#include "brink/base/exact_text.h"
#include "brink/certificate/ball_facts.h"
#include "brink/certificate/parts.h"
#include "brink/certificate/region_proof.h"
#include "brink/certificate/sections.h"

namespace brink::certificate {

namespace {

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

std::string header(const ClosestClaim& claim, const std::optional<double>& radius) {
  const ClosestQuestion& question = claim.question;
  std::string frozen;
  for (const int input : question.frozen) frozen += fmt::format(" {}", input);
  const std::string weights =
      question.weights.size() > 0 ? numbers_text(question.weights) : " none";
  const std::string witness = claim.witness.size() > 0 ? numbers_text(claim.witness) : " none";
  return fmt::format(
             "brink-certificate 1\nnetwork {}\nquestion closest\ninputs {}\nimage{}\nindex {}\n"
             "label {}\nnorm {}\nradius {}\ntarget {}\nmargin {}\nfloor {}\n",
             claim.network, claim.image.size(), numbers_text(claim.image),
             claim.index ? fmt::format("{}", *claim.index) : "none", claim.label,
             name(question.norm), number_or_none(radius), target_text(question.target),
             exact_text(question.margin), number_or_none(question.target_min)) +
         box_lines(question.box) +
         fmt::format("cap {}\nfrozen{}\nweights{}\nwitness{}\nfacts\n",
                     number_or_none(question.cap), frozen.empty() ? " none" : frozen, weights,
                     witness);
}

}  // namespace

Expected<Outcome> write_closest(const ClosestClaim& claim, const ClosestProof& proof,
                                std::optional<double> radius, std::optional<double> claimed,
                                const std::filesystem::path& file, const ProofOptions& options) {
  const OwnUnits own(proof.network, proof.question.box);
  const ClosestQuestion question = rescaled(proof.question, own.units);
  const Eigen::VectorXd image = search::scaled(proof.image, own.units.inputs);
  const Box box = reach(question, image);
  search::Ball ball(question.norm, image, box, 0, 0, question.weights);
  const bool l0 = question.norm == Norm::l0;
  ball.set_radius(radius ? (l0 ? *radius : std::ldexp(*radius, own.units.inputs))
                         : ball.largest_radius());
  const std::vector<OutputRegion> regions = own.rescaled(proof.regions);
  const search::Problem first(own.network, image, box, regions.front());
  if (first.is_large()) {
    return write_sharing_facts(header(claim, claimed), first, regions, ball, own.units, file,
                               options);
  }
  const auto prove = [&](std::size_t r, Records& records) {
    const search::Problem problem(first, regions[r]);
    RegionProof tree(problem, regions[r], ball, own.units, records, options.deadline);
    if (proof.heard != nullptr) tree.follow(proof.heard->of(problem));
    return tree.run();
  };
  return write_sections(header(claim, claimed), {}, regions.size(), prove, file, options.threads);
}

}  // namespace brink::certificate
