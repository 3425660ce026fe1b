// net.verify of inputs within a radius: is any change of at most so much harmless?
#include <map>
#include <set>

#include "aside.h"
#include "net.h"

namespace brink::python {

namespace {

/// `certificate`: empty: none.
nb::dict dict_of_row(const RadiusRow& row, const std::string& certificate) {
  const RadiusAnswer& answer = row.answer;
  const bool found = answer.robustness == Robustness::not_robust;
  nb::dict result;
  result["status"] = answer.status == AnswerStatus::interrupted
                         ? "interrupted"
                         : std::string(name(answer.robustness));
  result["label"] = row.label;
  result["target"] = found ? nb::cast(answer.target) : nb::none();
  result["distance"] = found ? object_of(answer.distance) : nb::none();
  result["x"] = found ? array_of(answer.image) : nb::none();
  result["bound"] = answer.bound;
  result["nodes"] = answer.nodes;
  result["seconds"] = answer.seconds;
  result["note"] = answer.note;
  result["certificate"] = certificate.empty() ? nb::none() : nb::cast(certificate);
  return result;
}

/// What is said of images that were not done when the user stopped.
RadiusRow not_done(int image, const Dataset& set) {
  RadiusRow row{image, set.label(image), {}};
  row.answer.status = AnswerStatus::interrupted;
  return row;
}

nb::list within_radius(const Net& net, const cli::TypedOptions& options, const Settings& settings,
                       const Matrix& x, const std::vector<int>& labels, double radius,
                       const nb::object& listener) {
  check_time_limit(options.time_limit);
  Call call;
  ThreadCrew crew(call.interrupt());
  const Dataset set = dataset_of(net, x, labels);
  ClosestQuestion question = value_or_raise(cli::make_question(options, net.loaded, set));
  question.box = box_of(net, settings);
  check_or_raise(question.check(net.network()));
  const Engine engine = cli::engine_of(options, common_of(settings, crew), {}, question.box);
  std::vector<int> images(labels.size());
  for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<int>(i);
  check_or_raise(cli::check_inside(question, set, images));
  const Certificates certificates = certificates_of(net, settings);
  const NamedImages named(set, "array", "test");
  std::map<int, RadiusRow> rows;
  std::set<int> proven;  // what travels as bytes does not tell
  std::mutex mutex;
  RadiusSink sink;
  sink.hooks.before = [&](int image, SearchOptions& search) {
    if (certificates.wanted()) {
      search.certificate = certificates.of_image(image);
      search.certificate->radius = radius;
    }
    search.on_beat = [&call, image](const search::Beat& beat) { call.tell({image, false, beat}); };
  };
  sink.hooks.after = [&](const RadiusRow& row) {
    const std::lock_guard lock(mutex);
    if (row.answer.certificate) proven.insert(row.image);
  };
  sink.keep = [&](const RadiusRow& row) -> Expected<void> {
    const std::lock_guard lock(mutex);
    rows[row.image] = row;
    const RadiusAnswer& answer = row.answer;
    call.tell(
        {row.image,
         true,
         {answer.distance.value_or(kInfinity), answer.bound, answer.nodes, 0, answer.seconds}});
    return {};
  };
  call.run(listener, [&] {
    const Session session = session_of(options, settings, crew, call.interrupt());
    check_or_raise(session.fits(net.network(), question));
    const auto done = session.radius({net.loaded, question, radius, engine, named, images}, sink);
    if (!done && done.error().kind != Error::Kind::interrupted) raise(done.error());
  });
  nb::list result;
  for (const int image : images) {
    const auto found = rows.find(image);
    const RadiusRow row = found != rows.end() ? found->second : not_done(image, set);
    result.append(dict_of_row(
        row, proven.count(image) > 0 ? certificates.of_image(image).file.string() : ""));
  }
  return result;
}

}  // namespace

void add_radius(nb::module_& m) {
  m.def("within_radius", &within_radius, nb::arg("net"), nb::arg("options"), nb::arg("settings"),
        nb::arg("x"), nb::arg("labels"), nb::arg("radius"), nb::arg("listener").none());
}

}  // namespace brink::python
