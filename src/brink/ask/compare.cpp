// Without a tolerance: attacks find a difference T; that none is larger than (1 + gap) T is asked
// as with a tolerance. Where one is, T is that, and the next question leaves twice the gap, so that
// a bound comes soon; once a question is answered by no, smaller gaps follow.
#include "brink/ask/compare.h"

#include <algorithm>
#include <cmath>

#include "brink/ask/joint_network.h"
#include "brink/base/deadline.h"
#include "brink/base/random.h"
#include "brink/search/box_attack.h"

namespace brink {

namespace {

constexpr double kUnbounded = std::numeric_limits<double>::infinity();
constexpr int kAttackStarts = 32, kAttackSteps = 30;
constexpr double kShareToAttack = 0.2;  ///< of the time
constexpr double kShareOfWide = 0.5;    ///< of the time left: a question with more than the gap
/// Differences below it, of the outputs' size, are rounding's.
constexpr double kLeastDifference = 1e-9;

/// One input and one output each; a first, b second.
struct Numbers {
  int inputs, outputs;
  int x(int network, int i) const { return network * (inputs + outputs) + i; }
  int y(int network, int j) const { return x(network, inputs) + j; }
};

int add_row(Query& query, std::vector<std::pair<int, Decimal>> terms, const Decimal& rhs,
            bool strict) {
  std::sort(terms.begin(), terms.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  query.rows.push_back({std::move(terms), rhs, strict});
  return static_cast<int>(query.rows.size()) - 1;
}

/// Both networks, the same inputs, in the box.
Query same_inputs(const Numbers& at, const Box& box) {
  Query query;
  query.version = 2;
  for (int n = 0; n < 2; ++n) {
    const bool first = n == 0;
    query.networks.push_back({first ? "f" : "g",
                              {},
                              {},
                              {{first ? "X" : "Z", "real", {at.inputs}, at.x(n, 0), at.inputs}},
                              {{first ? "Y" : "V", "real", {at.outputs}, at.y(n, 0), at.outputs}}});
  }
  const Decimal one(1), minus(-1);
  for (int i = 0; i < at.inputs; ++i) {
    const int x = at.x(0, i), z = at.x(1, i);
    for (const int row : {add_row(query, {{x, minus}}, -Decimal::of(box.lower(i)), false),
                          add_row(query, {{x, one}}, Decimal::of(box.upper(i)), false),
                          add_row(query, {{x, one}, {z, minus}}, Decimal(), false),
                          add_row(query, {{x, minus}, {z, one}}, Decimal(), false)}) {
      query.common.push_back(row);
    }
  }
  return query;
}

Query differ_by_more(const Numbers& at, const Box& box, double tolerance) {
  Query query = same_inputs(at, box);
  const Decimal one(1), minus(-1), rhs = -Decimal::of(tolerance);
  for (int j = 0; j < at.outputs; ++j) {
    for (const bool up : {true, false}) {  // -(y - v) < -T, y - v < -T
      query.disjuncts.push_back({add_row(
          query, {{at.y(0, j), up ? minus : one}, {at.y(1, j), up ? one : minus}}, rhs, true)});
    }
  }
  return query;
}

Query choose_differently(const Numbers& at, const Box& box) {
  Query query = same_inputs(at, box);
  const Decimal one(1), minus(-1);
  const auto less = [&](int a, int b) {
    return add_row(query, {{a, one}, {b, minus}}, Decimal(), true);
  };
  for (int i = 0; i < at.outputs; ++i) {
    for (int j = 0; j < at.outputs; ++j) {
      if (i == j) continue;
      Conjunction rows;
      for (int other = 0; other < at.outputs; ++other) {
        if (other != i) rows.push_back(less(at.y(0, other), at.y(0, i)));
        if (other != j) rows.push_back(less(at.y(1, other), at.y(1, j)));
      }
      query.disjuncts.push_back(std::move(rows));
    }
  }
  return query;
}

}  // namespace

Expected<void> check_compared(const Network& first, const Network& second,
                              const CompareQuestion& question) {
  const auto unlike = [](std::string_view what, Eigen::Index a, Eigen::Index b) {
    return bad_request("the first network has {} {}, the second {}", a, what, b);
  };
  if (first.input_size() != second.input_size()) {
    return unlike("inputs", first.input_size(), second.input_size());
  }
  if (first.output_size() != second.output_size()) {
    return unlike("outputs", first.output_size(), second.output_size());
  }
  const Box& box = question.box;
  if (box.size() != first.input_size()) {
    return bad_request("the box is of {} inputs, the networks have {}", box.size(),
                       first.input_size());
  }
  if (!box.lower.allFinite() || !box.upper.allFinite() ||
      (box.lower.array() > box.upper.array()).any()) {
    return bad_request("the box is not of finite bounds, each lower one at most the upper one");
  }
  const double tolerance = question.tolerance.value_or(0);
  if (!(tolerance >= 0) || std::isinf(tolerance)) {
    return bad_request("tolerance {} is not a finite number of 0 or more", tolerance);
  }
  if (!(question.gap > 0)) return bad_request("gap {} is not above 0", question.gap);
  if (question.classes && question.tolerance) {
    return bad_request("--choices asks about classes, --tolerance about outputs: give one");
  }
  if (question.classes && first.output_size() < 2) {
    return bad_request("networks of one output choose no class");
  }
  return {};
}

namespace {

class Comparison {
 public:
  Comparison(const Network& first, const Network& second, const Box& box,
             const VerifyOptions& options, const std::atomic<bool>* interrupt)
      : networks_{&first, &second},
        at_{static_cast<int>(first.input_size()), static_cast<int>(first.output_size())},
        box_(box),
        options_(options),
        interrupt_(interrupt) {}

  Expected<CompareAnswer> classes() {
    if (auto ok = ask(choose_differently(at_, box_)); !ok) return tl::unexpected(ok.error());
    return finish();
  }

  Expected<CompareAnswer> within(double tolerance) {
    auto excess = ask(differ_by_more(at_, box_, tolerance));
    if (!excess) return tl::unexpected(excess.error());
    lower_bound_by(tolerance, *excess);
    return finish();
  }

  Expected<CompareAnswer> largest(double gap) {
    const double least = kLeastDifference * attack();
    for (double gaps = 1;;) {
      const double tolerance = std::max(answer_.difference * (1 + gaps * gap), least);
      auto excess = ask(differ_by_more(at_, box_, tolerance), gaps == 1 ? 1 : kShareOfWide);
      if (!excess) return tl::unexpected(excess.error());
      lower_bound_by(tolerance, *excess);
      const bool larger = answer_.verdict == PropertyVerdict::sat;
      if (left() <= 0 && (larger || gaps > 1)) answer_.verdict = PropertyVerdict::timeout;
      if (left() <= 0 || (!larger && (gaps == 1 || tolerance == least))) return finish();
      const bool none = answer_.verdict == PropertyVerdict::unsat;
      gaps = larger ? 2 * gaps : none ? std::max(1.0, gaps / 4) : 1;
    }
  }

  /// The same network twice.
  CompareAnswer same() {
    take(0.5 * (box_.lower + box_.upper));
    answer_.verdict = PropertyVerdict::unsat;
    answer_.bound = 0;
    return finish();
  }

 private:
  double left() const { return options_.time_limit - watch_.seconds(); }

  CompareAnswer finish() {
    answer_.seconds = watch_.seconds();
    return std::move(answer_);
  }

  /// With the witness, if there is one; how much all rows can be exceeded by.
  Expected<double> ask(const Query& query, double share = 1) {
    VerifyOptions options = options_;
    options.time_limit = std::max(0.0, share * left());
    auto found = verify(networks_, query, options, interrupt_);
    if (!found) return tl::unexpected(found.error());
    answer_.verdict = found->verdict;
    answer_.statistics.add(found->statistics);
    if (!found->values.empty()) {
      const Eigen::VectorXd values =
          Eigen::Map<const Eigen::VectorXd>(found->values.data(), query.numbers());
      take(values.head(at_.inputs));
    }
    return found->verdict == PropertyVerdict::unsat ? 0 : found->excess;
  }

  void lower_bound_by(double tolerance, double excess) {
    if (answer_.verdict == PropertyVerdict::sat) return;  // the search ended early
    const double bound = std::nextafter(tolerance + std::max(0.0, excess), kUnbounded);
    answer_.bound = std::min(answer_.bound, excess == 0 ? tolerance : bound);
  }

  /// x, if the networks differ more there than where they did so far.
  void take(const Eigen::VectorXd& x) {
    const Eigen::VectorXd a = outputs_in_file(*networks_[0], x);
    const Eigen::VectorXd b = outputs_in_file(*networks_[1], x);
    int output = 0;
    const double difference = (a - b).cwiseAbs().maxCoeff(&output);
    if (!a.allFinite() || !b.allFinite()) return;
    if (answer_.input.size() > 0 && difference <= answer_.difference) return;
    answer_.input = x;
    answer_.first = a;
    answer_.second = b;
    answer_.output = output;
    answer_.difference = difference;
  }

  /// A large difference, without proof; in return the largest output at the middle of the box.
  double attack() {
    const Eigen::VectorXd sizes = box_.lower.cwiseAbs().cwiseMax(box_.upper.cwiseAbs());
    std::vector<int> all(static_cast<std::size_t>(at_.inputs));
    for (int i = 0; i < at_.inputs; ++i) all[static_cast<std::size_t>(i)] = i;
    const JointNetwork joint = joint_network(networks_, {all, all}, sizes);
    const Eigen::VectorXd middle = 0.5 * (box_.lower + box_.upper);
    const Deadline deadline = Deadline::after(kShareToAttack * options_.time_limit, interrupt_);
    Random random(options_.seed);
    for (int j = 0; j < at_.outputs; ++j) {
      for (const double sign : {1.0, -1.0}) {
        OutputRow row{Eigen::VectorXd::Zero(Eigen::Index{2} * at_.outputs), 0};
        row.coefficients(j) = sign;
        row.coefficients(at_.outputs + j) = -sign;
        OutputRegion region;
        region.rows.push_back(std::move(row));
        const search::Problem problem(joint.network, middle, box_, region);
        take(in_float32(search::attack_box(problem, box_,
                                           search::random_starts(box_, kAttackStarts, random),
                                           kAttackSteps, deadline)
                            .x));
      }
    }
    return std::max(outputs_in_file(*networks_[0], middle).cwiseAbs().maxCoeff(),
                    outputs_in_file(*networks_[1], middle).cwiseAbs().maxCoeff());
  }

  /// The float32 numbers next to x, where these are in the box.
  Eigen::VectorXd in_float32(const Eigen::VectorXd& x) const {
    const Eigen::VectorXd single = x.cast<float>().cast<double>();
    return (single.array() >= box_.lower.array() && single.array() <= box_.upper.array())
        .select(single, x);
  }

  std::vector<const Network*> networks_;
  Numbers at_;
  const Box& box_;
  const VerifyOptions& options_;
  const std::atomic<bool>* interrupt_;
  Stopwatch watch_;
  CompareAnswer answer_;
};

/// Its layers are the file's function, nothing rounded.
bool is_exact(const Network& network) {
  return std::all_of(network.layers.begin(), network.layers.end(),
                     [](const Layer& layer) { return layer.rounding.size() == 0; });
}

}  // namespace

Expected<CompareAnswer> compare(const Network& first, const Network& second,
                                const CompareQuestion& question, const VerifyOptions& options,
                                const std::atomic<bool>* interrupt) {
  if (auto ok = check_compared(first, second, question); !ok) return tl::unexpected(ok.error());
  Comparison comparison(first, second, question.box, options, interrupt);
  if (is_exact(first) && is_exact(second) && content_hash(first) == content_hash(second)) {
    return comparison.same();
  }
  Expected<CompareAnswer> answer = question.classes     ? comparison.classes()
                                   : question.tolerance ? comparison.within(*question.tolerance)
                                                        : comparison.largest(question.gap);
  if (answer) answer->nodes = answer->statistics.nodes;
  return answer;
}

std::string_view compared(PropertyVerdict verdict, bool largest) {
  if (verdict == PropertyVerdict::sat) return "differs";
  if (verdict == PropertyVerdict::unsat) return largest ? "bounded" : "never";
  return name(verdict);
}

Box box_around(const Eigen::VectorXd& image, double radius, const Box& whole) {
  Box box{(image.array() - radius).max(whole.lower.array()),
          (image.array() + radius).min(whole.upper.array())};
  box.lower = box.lower.cwiseMin(box.upper);  // of images outside
  return box;
}

void complete_witness(const Network& first, const Network& second, CompareAnswer& answer) {
  if (answer.input.size() == 0) return;
  answer.first = outputs_in_file(first, answer.input);
  answer.second = outputs_in_file(second, answer.input);
}

}  // namespace brink
