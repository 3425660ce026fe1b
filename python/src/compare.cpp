// brink.compare: how far apart are two networks, in a box or around inputs?
#include <cmath>

#include "aside.h"
#include "brink/ask/compare_batch.h"
#include "net.h"

namespace brink::python {

namespace {

nb::dict dict_of_answer(const CompareQuestion& question, const CompareAnswer& answer,
                        bool stopped) {
  nb::dict result;
  const bool early = stopped && answer.verdict == PropertyVerdict::timeout;
  result["status"] =
      early ? "interrupted" : std::string(compared(answer.verdict, asks_largest(question)));
  const bool found = answer.input.size() > 0;
  const auto array = [found](const Eigen::VectorXd& values) {
    return found ? array_of(values) : nb::none();
  };
  result["x"] = array(answer.input);
  result["first"] = array(answer.first);
  result["second"] = array(answer.second);
  result["output"] = found ? nb::cast(answer.output) : nb::none();
  result["difference"] = found ? nb::cast(answer.difference) : nb::none();
  result["bound"] = std::isfinite(answer.bound) ? nb::cast(answer.bound) : nb::none();
  result["nodes"] = answer.nodes;
  result["seconds"] = answer.seconds;
  return result;
}

/// What is said of an input that was not begun when the user stopped.
CompareAnswer not_begun() {
  CompareAnswer answer;
  answer.verdict = PropertyVerdict::timeout;
  return answer;
}

Expected<void> check_around(const Network& first, const Network& second,
                            const CompareQuestion& question, const Dataset& set, double radius) {
  if (!(radius >= 0) || std::isinf(radius)) {
    return bad_request("radius {} is not a finite number of 0 or more", radius);
  }
  if (auto ok = check_compared(first, second, question); !ok) return ok;
  for (int i = 0; i < set.count(); ++i) {
    if (!question.box.contains(set.image(i))) return bad_request("image {} is not in the box", i);
  }
  return {};
}

/// Over the box, or around each row of `x`.
nb::list compare_networks(const Net& first, const Net& second, const Settings& settings,
                          const std::optional<double>& tolerance, bool choices, double gap,
                          const std::optional<Matrix>& x, double radius, double time_limit,
                          const nb::object& listener) {
  check_time_limit(time_limit);
  const CompareQuestion question{box_of(first, settings), tolerance, choices, gap};
  VerifyOptions options;
  options.time_limit = time_limit;
  options.threads = settings.threads;
  options.seed = settings.seed;
  Call call;
  std::vector<CompareAnswer> answers;
  if (!x) {
    call.run(listener, [&] {
      answers.push_back(value_or_raise(
          compare(first.network(), second.network(), question, options, call.interrupt())));
    });
  } else {
    const auto count = static_cast<int>(x->shape(0));
    const Dataset set = dataset_of(first, *x, std::vector<int>(x->shape(0)));
    std::vector<int> images;
    for (int i = 0; i < count; ++i) images.push_back(i);
    check_or_raise(check_around(first.network(), second.network(), question, set, radius));
    answers.resize(images.size(), not_begun());
    ThreadCrew crew(call.interrupt());
    call.run(listener, [&] {
      const CompareBatch batch{&first.network(), &second.network(), &set, question, radius,
                               options};
      const auto keep = [&](const CompareRow& row) -> Expected<void> {
        const CompareAnswer& answer = row.answer;
        answers[static_cast<std::size_t>(row.image)] = answer;
        call.tell({row.image,
                   true,
                   {answer.input.size() > 0 ? answer.difference : kInfinity, answer.bound,
                    answer.nodes, 0, answer.seconds}});
        return {};
      };
      const auto done = ask_compare(batch, images, crew, keep, call.interrupt());
      if (!done && done.error().kind != Error::Kind::interrupted) raise(done.error());
    });
  }
  nb::list result;
  for (const CompareAnswer& answer : answers) {
    result.append(dict_of_answer(question, answer, call.interrupted()));
  }
  return result;
}

}  // namespace

void add_compare(nb::module_& m) {
  m.def("compare", &compare_networks, nb::arg("first"), nb::arg("second"), nb::arg("settings"),
        nb::arg("tolerance").none(), nb::arg("choices"), nb::arg("gap"), nb::arg("x").none(),
        nb::arg("radius"), nb::arg("time_limit"), nb::arg("listener").none());
}

}  // namespace brink::python
