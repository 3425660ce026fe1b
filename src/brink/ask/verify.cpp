// Several networks become one (joint_network.h, property/joint_query.h). Rows become conditions on
// the outputs of a network that hands inputs on (property_network.h); whatever rounding of their
// coefficients could do is taken from their right sides.
#include "brink/ask/verify.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "brink/ask/joint_network.h"
#include "brink/ask/property_network.h"
#include "brink/ask/spare_time.h"
#include "brink/base/deadline.h"
#include "brink/base/exact_text.h"
#include "brink/bounds/bounds.h"
#include "brink/bounds/rounding.h"
#include "brink/certificate/cells_proof.h"
#include "brink/network/float32.h"
#include "brink/property/cells.h"
#include "brink/property/joint_query.h"
#include "brink/search/unsafe.h"

namespace brink {

namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
/// A witness meets conditions by so many times what float32 made of its outputs, if it can.
constexpr double kFloatDoubts = 8;
constexpr double kLeastFloatDoubt = 1e-6;  ///< of the outputs' size, where that was less

/// The last outputs over a box, by size.
Eigen::VectorXd output_sizes(const Network& network, const Box& box) {
  const std::vector<NeuronBounds> last = interval_bounds(network, box).layer(network.depth());
  Eigen::VectorXd sizes(static_cast<Eigen::Index>(last.size()));
  for (std::size_t j = 0; j < last.size(); ++j) {
    sizes(static_cast<Eigen::Index>(j)) =
        std::max(std::abs(last[j].lower), std::abs(last[j].upper));
  }
  return sizes;
}

class Verification {
 public:
  Verification(const std::vector<const Network*>& networks, const JointQuery& joint, Cells cells,
               const Deadline& deadline)
      : networks_(networks),
        joint_(joint),
        query_(joint.query),
        cells_(std::move(cells)),
        inputs_(joint.inputs),
        outputs_(joint.query.numbers() - joint.inputs) {
    std::map<int, int> carried;
    for (const Cell& cell : cells_.cells) {
      for (const int row : cell.rows) {
        for (const auto& [number, coefficient] : query_.rows[static_cast<std::size_t>(row)].terms) {
          if (number < inputs_) carried.emplace(number, 0);
        }
      }
    }
    std::vector<int> order;
    for (auto& [input, place] : carried) {
      place = outputs_ + static_cast<int>(order.size());
      order.push_back(input);
    }
    places_ = std::move(carried);
    Eigen::VectorXd sizes = Eigen::VectorXd::Zero(inputs_);
    for (const InputBox& box : cells_.boxes) {
      question_.boxes.push_back(box.around());
      const Box& around = question_.boxes.back();
      sizes = sizes.cwiseMax(around.lower.cwiseAbs()).cwiseMax(around.upper.cwiseAbs());
    }
    JointNetwork side_by_side = joint_network(networks_, joint_.reads, sizes);
    searched_ = property_network(side_by_side.network, order);
    question_.twins = std::move(side_by_side.twins);
    complete_ = add_sets(deadline);
  }

  VerifyAnswer run(const VerifyOptions& options, const Deadline& deadline) {
    if (!complete_) {
      VerifyAnswer none;
      none.verdict = PropertyVerdict::timeout;
      return none;
    }
    search::UnsafeOptions inner;
    inner.seed = options.seed;
    inner.threads = options.threads;
    inner.accept = [this](int set, const Eigen::VectorXd& x) { return accept(set, x); };
    const search::UnsafeResult result =
        search::search_unsafe(searched_, question_, deadline, inner);
    VerifyAnswer answer;
    answer.statistics = result.statistics;
    answer.excess = result.excess;
    for (const int number : joint_.numbers) {
      if (!witness_.empty()) answer.values.push_back(witness_[static_cast<std::size_t>(number)]);
    }
    answer.verdict = !answer.values.empty()                             ? PropertyVerdict::sat
                     : result.outcome == search::UnsafeOutcome::none    ? PropertyVerdict::unsat
                     : result.outcome == search::UnsafeOutcome::stopped ? PropertyVerdict::timeout
                                                                        : PropertyVerdict::unknown;
    return answer;
  }

  /// A file that proves `unsat`; a note if there is none.
  Expected<std::string> certify(const VerifyOptions& options, const search::Statistics& search,
                                const std::atomic<bool>* stop) const {
    const Network& network = *networks_.front();
    if (networks_.size() > 1 || inputs_ != network.input_size()) {
      return "no certificate: the property speaks of several networks, or of equal inputs";
    }
    if (!places_.empty()) return "no certificate: conditions are on inputs beyond their bounds";
    if (network.output == OutputKind::relu) return "no certificate: the network ends in a ReLU";
    if (network.depth() == 1) return "no certificate: the network has no hidden layer";
    std::vector<certificate::CellClaim> claims(cells_.cells.size());
    for (std::size_t s = 0; s < question_.sets.size(); ++s) {
      const auto c = static_cast<std::size_t>(cell_of_set_[s]);
      const InputBox& box = cells_.boxes[static_cast<std::size_t>(cells_.cells[c].box)];
      certificate::CellClaim& claim = claims[c];
      claim.region = question_.sets[s].region;
      claim.box = question_.boxes[static_cast<std::size_t>(question_.sets[s].box)];
      for (Eigen::Index i = 0; i < claim.box.size(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        claim.lower += " " + side_text(box.lower[at], claim.box.lower(i));
        claim.upper += " " + side_text(box.upper[at], claim.box.upper(i));
      }
      for (const int id : cells_.cells[c].rows) claim.rows.push_back(row_text(row(id)));
    }
    const CertificateOptions& wanted = *options.certificate;
    const certificate::ProofOptions how{options.threads, Deadline::after(options.time_limit, stop),
                                        static_cast<int>(search.side_expansions)};
    const auto outcome = certificate::write_cells(wanted.network, network, options.property, claims,
                                                  wanted.file, how);
    if (!outcome) return tl::unexpected(outcome.error());
    return outcome->gap == certificate::Gap::none
               ? ""
               : "no certificate: dividing phases does not prove it in the time limit";
  }

 private:
  /// The property's own number where it is a decimal one.
  static std::string side_text(const BoundSide& side, double around) {
    return side.divisor == Decimal(1) ? side.number.text() : exact_text(around);
  }

  /// sum c v <= rhs as -c v >= -rhs.
  std::string row_text(const LinearRow& linear) const {
    std::string text = (-linear.rhs).text();
    for (const auto& [number, coefficient] : linear.terms) {
      text += fmt::format(" y{}:{}", number - inputs_, (-coefficient).text());
    }
    return text;
  }

  const LinearRow& row(int id) const { return query_.rows[static_cast<std::size_t>(id)]; }

  bool exact_coefficients() const {
    return std::all_of(query_.rows.begin(), query_.rows.end(), [](const LinearRow& each) {
      return std::all_of(each.terms.begin(), each.terms.end(), [](const auto& term) {
        return Decimal::of(term.second.nearest()) == term.second;
      });
    });
  }

  /// False: the deadline has come first. The cells of a box are together.
  bool add_sets(const Deadline& deadline) {
    const bool exact = exact_coefficients();
    const Eigen::VectorXd nothing = Eigen::VectorXd::Zero(searched_.output_size());
    Eigen::VectorXd sizes = nothing, distance = nothing;
    int box = -1;
    for (std::size_t c = 0; c < cells_.cells.size(); ++c) {
      if (cells_.cells[c].box != box) {
        if (deadline.expired()) return false;
        box = cells_.cells[c].box;
        const Box& around = question_.boxes[static_cast<std::size_t>(box)];
        const auto distances = distance_from_file(searched_, around);
        distance = distances.empty() ? nothing : distances.back();
        sizes = exact ? nothing : output_sizes(searched_, around);
      }
      search::UnsafeSet set;
      set.box = box;
      for (const int id : cells_.cells[c].rows) {
        set.region.rows.push_back(condition(row(id), sizes, distance));
      }
      // Without a row every input is meant: 0 >= 0.
      if (set.region.rows.empty()) {
        set.region.rows.push_back({Eigen::VectorXd::Zero(sizes.size()), 0});
      }
      question_.sets.push_back(std::move(set));
      cell_of_set_.push_back(static_cast<int>(c));
    }
    return true;
  }

  /// sum c v <= rhs as -c v >= -rhs, with spare for rounding of c and of the network's numbers.
  OutputRow condition(const LinearRow& linear, const Eigen::VectorXd& sizes,
                      const Eigen::VectorXd& distance) const {
    OutputRow result{Eigen::VectorXd::Zero(sizes.size()), rounded_down(-linear.rhs, Decimal(1))};
    double spare = 0;
    for (const auto& [number, coefficient] : linear.terms) {
      const int place = number < inputs_ ? places_.at(number) : number - inputs_;
      const double c = -coefficient.nearest();
      result.coefficients(place) = c;
      spare += std::abs(c) * distance(place);
      if (Decimal::of(-c) == coefficient) continue;
      spare += std::numeric_limits<double>::epsilon() * std::abs(c) * sizes(place);
    }
    if (spare > 0) result.rhs = std::nextafter(result.rhs - 1.0001 * spare, -kInfinite);
    return result;
  }

  /// Is the float32 point next to x a witness? One that is so by a hair is kept, but another is
  /// looked for.
  bool accept(int set, const Eigen::VectorXd& x) {
    const Cell& cell =
        cells_.cells[static_cast<std::size_t>(cell_of_set_[static_cast<std::size_t>(set)])];
    Eigen::VectorXd point(inputs_);
    for (int i = 0; i < inputs_; ++i) {
      point(i) = cells_.boxes[static_cast<std::size_t>(cell.box)].inside(i, x(i));
    }
    Eigen::VectorXd exact(outputs_), single(outputs_);
    Eigen::Index at = 0;
    for (std::size_t n = 0; n < networks_.size(); ++n) {
      const Network& network = *networks_[n];
      const Eigen::VectorXd read = point(joint_.reads[n]);
      exact.segment(at, network.output_size()) = outputs_in_file(network, read);
      single.segment(at, network.output_size()) = outputs_float32(network, read).cast<double>();
      at += network.output_size();
    }
    if (!exact.allFinite() || !single.allFinite()) return false;
    std::vector<double> values(point.begin(), point.end());
    values.insert(values.end(), exact.begin(), exact.end());
    std::vector<double> in_single(point.begin(), point.end());
    in_single.insert(in_single.end(), single.begin(), single.end());
    const double doubt = std::max((exact - single).cwiseAbs().maxCoeff(),
                                  kLeastFloatDoubt * exact.cwiseAbs().maxCoeff());
    bool surely = true;
    for (const int id : cell.rows) {
      if (!row(id).holds(values) || !row(id).holds(in_single)) return false;
      surely = surely && slack(row(id), values) >= doubt_of(row(id), doubt);
    }
    witness_ = std::move(values);
    return surely;
  }

  static double slack(const LinearRow& linear, const std::vector<double>& values) {
    double sum = linear.rhs.nearest();
    for (const auto& [number, coefficient] : linear.terms) {
      sum -= coefficient.nearest() * values[static_cast<std::size_t>(number)];
    }
    return sum;
  }

  double doubt_of(const LinearRow& linear, double doubt) const {
    double sum = 0;
    for (const auto& [number, coefficient] : linear.terms) {
      if (number >= inputs_) sum += std::abs(coefficient.nearest());
    }
    return kFloatDoubts * sum * doubt;
  }

  const std::vector<const Network*>& networks_;
  const JointQuery& joint_;
  const Query& query_;
  Cells cells_;
  int inputs_, outputs_;
  std::map<int, int> places_;  ///< of carried inputs among the outputs
  Network searched_;
  search::UnsafeQuestion question_;
  std::vector<int> cell_of_set_;
  bool complete_ = false;  ///< all cells are sets
  std::vector<double> witness_;
};

/// Of one declared network and what is given for it.
Expected<void> check_fits(const Network& network, const DeclaredNetwork& declared) {
  const std::string which = declared.name.empty() ? "" : " " + declared.name;
  if (declared.inputs.size() != 1 || declared.outputs.size() != 1) {
    return bad_request(
        "network{} is declared with {} inputs and {} outputs; networks with one of each are read",
        which, declared.inputs.size(), declared.outputs.size());
  }
  const int inputs = declared.inputs.front().count, outputs = declared.outputs.front().count;
  if (inputs != network.input_size() || outputs != network.output_size()) {
    return bad_request("the property is of {} inputs and {} outputs, the network{} has {} and {}",
                       inputs, outputs, which, network.input_size(), network.output_size());
  }
  return {};
}

Expected<void> check_fits(const std::vector<const Network*>& networks, const Query& query) {
  if (networks.size() != query.networks.size()) {
    return bad_request("the property is of {} networks, and {} are given", query.networks.size(),
                       networks.size());
  }
  for (std::size_t n = 0; n < networks.size(); ++n) {
    const DeclaredNetwork& declared = query.networks[n];
    if (auto ok = check_fits(*networks[n], declared); !ok) return ok;
    for (std::size_t m = 0; m < n; ++m) {
      const std::string& other = query.networks[m].name;
      if (!other.empty() && declared.isomorphic_to == other &&
          !same_shape(*networks[m], *networks[n])) {
        return bad_request("network {} is declared isomorphic to {}, but has other layers",
                           declared.name, other);
      }
      if (!other.empty() && declared.equal_to == other &&
          content_hash(*networks[m]) != content_hash(*networks[n])) {
        return bad_request("network {} is declared equal to {}, but is another", declared.name,
                           other);
      }
    }
  }
  return {};
}

}  // namespace

std::string_view name(PropertyVerdict verdict) {
  constexpr std::string_view kNames[] = {"sat", "unsat", "unknown", "timeout"};
  return kNames[static_cast<int>(verdict)];
}

Expected<VerifyAnswer> verify(const std::vector<const Network*>& networks, const Query& query,
                              const VerifyOptions& options, const std::atomic<bool>* interrupt) {
  const Stopwatch watch;
  const Deadline deadline = Deadline::after(without_spare(options.time_limit), interrupt);
  if (auto ok = check_fits(networks, query); !ok) return tl::unexpected(ok.error());
  const JointQuery joint = joined(query);
  auto cells = cells_of(joint.query, joint.inputs);
  if (!cells) return tl::unexpected(cells.error());
  Verification verification(networks, joint, std::move(*cells), deadline);
  VerifyAnswer answer = verification.run(options, deadline);
  answer.seconds = watch.seconds();
  if (!options.certificate || answer.verdict != PropertyVerdict::unsat) return answer;
  auto note = verification.certify(options, answer.statistics, interrupt);
  if (!note) return tl::unexpected(note.error());
  answer.note = std::move(*note);
  return answer;
}

Expected<VerifyAnswer> verify(const Network& network, const Query& query,
                              const VerifyOptions& options, const std::atomic<bool>* interrupt) {
  return verify(std::vector{&network}, query, options, interrupt);
}

}  // namespace brink
