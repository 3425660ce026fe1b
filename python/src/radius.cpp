// net.verify of inputs within a radius: is any change of at most so much harmless?
#include "aside.h"
#include "brink/ask/radius_batch.h"
#include "net.h"

namespace brink::python {

namespace {

nb::dict dict_of_row(const RadiusRow& row, const Certificates& certificates) {
  const ClosestAnswer& answer = row.result.answer;
  const bool found = row.result.robustness == Robustness::not_robust;
  nb::dict result;
  result["status"] = row.stopped ? "interrupted" : std::string(name(row.result.robustness));
  result["label"] = row.label;
  result["target"] = found ? nb::cast(answer.target) : nb::none();
  result["distance"] = found ? object_of(answer.distance) : nb::none();
  result["x"] = found ? array_of(answer.image) : nb::none();
  result["bound"] = answer.bound;
  result["nodes"] = answer.nodes;
  result["seconds"] = answer.seconds;
  result["note"] = answer.note;
  result["certificate"] =
      answer.certificate ? nb::cast(certificates.of_image(row.image).file.string()) : nb::none();
  return result;
}

nb::list within_radius(const Net& net, const cli::TypedOptions& options, const Settings& settings,
                       const Matrix& x, const std::vector<int>& labels, double radius,
                       const nb::object& listener) {
  check_time_limit(options.time_limit);
  const Dataset set = dataset_of(net, x, labels);
  RadiusBatch batch{&net.network(), &set, {}, radius, {}};
  batch.question = value_or_raise(cli::make_question(options, net.loaded, set));
  batch.question.box = box_of(net, settings);
  check_or_raise(batch.question.check(net.network()));
  batch.search.time_limit = options.time_limit;
  batch.search.seed = settings.seed;
  std::vector<int> images(labels.size());
  for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<int>(i);
  check_or_raise(cli::check_inside(batch.question, set, images));
  const Certificates certificates = certificates_of(net, settings);
  Call call;
  RadiusHooks hooks;
  hooks.before = [&](int image, SearchOptions& search) {
    if (certificates.wanted()) search.certificate = certificates.of_image(image);
    search.on_beat = [&call, image](const search::Beat& beat) { call.tell({image, false, beat}); };
  };
  hooks.after = [&](const RadiusRow& row) {
    const ClosestAnswer& answer = row.result.answer;
    call.tell(
        {row.image,
         true,
         {answer.distance.value_or(kInfinity), answer.bound, answer.nodes, 0, answer.seconds}});
  };
  std::vector<RadiusRow> rows;
  call.run(listener, [&] {
    rows = value_or_raise(robust_within(batch, images, settings.threads, hooks, call.interrupt()));
  });
  nb::list result;
  for (const RadiusRow& row : rows) result.append(dict_of_row(row, certificates));
  return result;
}

}  // namespace

void add_radius(nb::module_& m) {
  m.def("within_radius", &within_radius, nb::arg("net"), nb::arg("options"), nb::arg("settings"),
        nb::arg("x"), nb::arg("labels"), nb::arg("radius"), nb::arg("listener").none());
}

}  // namespace brink::python
