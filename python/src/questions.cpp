// net.closest and net.maximise: one call of Session each.
#include <map>

#include "aside.h"
#include "brink/ask/bounds_certificate.h"
#include "brink/base/digest.h"
#include "brink/experiment/robustness.h"
#include "net.h"

namespace brink::python {

namespace {

using cli::TypedOptions;

/// Those of another network or box are refused.
Bounds fitting(const Net& net, const Bounds& given, const Box& box) {
  Network as_read = net.network();
  as_read.output = net.loaded.in_file;
  const bool same =
      given.network == content_hash(net.network()) || given.network == content_hash(as_read);
  if (!same) {
    raise({Error::Kind::bad_request, "bounds are of another network than this one"});
  }
  check_or_raise(check_bounds(net.network(), net.network().depth(), box, given));
  Bounds bounds = given;
  bounds.network = content_hash(net.network());
  return bounds;
}

/// The question, the engine and its bounds.
struct Asked {
  ClosestQuestion question;
  Engine engine;
};

/// How `options` are to be answered; `given` are bounds in hand, named by their content.
Engine engine_for(const TypedOptions& options, const cli::Common& common,
                  const ClosestQuestion& question, const Box& box, const Bounds* given) {
  const MipOptions mip = value_or_raise(cli::make_mip_options(options, question));
  Engine engine = cli::engine_of(options, common, mip, box);
  engine.box_text = cli::box_text(box, "as given");
  if (given != nullptr) engine.bounds = "given@" + sha256(bounds_text(*given)).substr(0, 16);
  return engine;
}

Asked asked_of(const Net& net, const TypedOptions& options, const Settings& settings,
               const cli::Common& common, const Dataset& set, const std::vector<int>& frozen,
               const std::optional<Vector>& weights, const Bounds* given) {
  Asked asked;
  asked.question = value_or_raise(cli::make_question(options, net.loaded, set));
  asked.question.box = box_of(net, settings);
  asked.question.frozen = frozen;
  if (!options.weights.empty()) {  // again, of this box
    asked.question.weights =
        value_or_raise(cli::read_weights(options.weights, set, asked.question.box));
  }
  if (weights) asked.question.weights = vector_of(*weights);
  check_or_raise(asked.question.check(net.network()));
  asked.engine = engine_for(options, common, asked.question, asked.question.box, given);
  return asked;
}

Bounds bounds_for(const Net& net, const TypedOptions& options, const Box& box, const Bounds* given,
                  const cli::Common& common, const Session& session) {
  if (given != nullptr) return fitting(net, *given, box);
  if (auto unknown = value_or_raise(cli::given_bounds(options, common, net.loaded, box))) {
    return std::move(*unknown);
  }
  return value_or_raise(cli::make_bounds(options, common, net.loaded, box, std::nullopt, session));
}

/// `certificate`: empty: none.
nb::dict dict_of_row(const ClosestRow& row, const std::string& certificate) {
  nb::dict result = dict_of(kClosestFields, row.answer);
  result["label"] = row.label;
  result["gap"] = object_of(row.answer.gap());
  result["x"] = row.answer.image.size() == 0 ? nb::none() : array_of(row.answer.image);
  result["statistics"] = dict_of(kStatisticsFields, row.answer.statistics);
  result["certificate"] = certificate.empty() ? nb::none() : nb::cast(certificate);
  return result;
}

/// What is said of images that were not begun when the user stopped.
ClosestRow not_begun(int image, const Dataset& set, Norm norm) {
  ClosestRow row{image, set.label(image), norm, {}};
  row.answer.status = AnswerStatus::interrupted;
  return row;
}

nb::list closest(const Net& net, const TypedOptions& options, const Settings& settings,
                 const Matrix& x, const std::vector<int>& labels, const std::vector<int>& frozen,
                 const std::optional<Vector>& weights, const Bounds* given,
                 const nb::object& listener) {
  Call call;
  ThreadCrew crew(call.interrupt());
  const cli::Common common = common_of(settings, crew);
  Dataset set = dataset_of(net, x, labels);
  const Asked asked = asked_of(net, options, settings, common, set, frozen, weights, given);
  std::vector<int> images(labels.size());
  for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<int>(i);
  check_or_raise(cli::check_inside(asked.question, set, images));
  if (!settings.certificate.empty() && options.breakpoints) {
    raise({Error::Kind::bad_request, "certificate proves true L2 distances: leave out breakpoints"});
  }
  const Certificates certificates = certificates_of(net, settings);
  const NamedImages named(set, "array", "test");
  std::map<int, ClosestRow> rows;
  std::map<int, std::string> proofs;  // what is kept, in a store say, does not tell
  std::mutex mutex;
  call.run(listener, [&] {
    const Session session = session_of(options, settings, crew, call.interrupt());
    check_or_raise(session.fits(net.network(), asked.question));
    Bounds bounds;
    if (!asked.engine.search) {
      bounds = bounds_for(net, options, asked.question.box, given, common, session);
    }
    ClosestSink sink;
    sink.keep = [&](const ClosestRow& row) -> Expected<void> {
      const std::lock_guard lock(mutex);
      rows[row.image] = row;
      call.tell({row.image,
                 true,
                 {row.answer.distance.value_or(kInfinity), row.answer.bound, row.answer.nodes, 0,
                  row.answer.seconds}});
      return {};
    };
    sink.hooks.before = [&](int image, SearchOptions& search) {
      if (certificates.wanted()) search.certificate = certificates.of_image(image);
      search.on_beat = [&call, image](const search::Beat& beat) {
        call.tell({image, false, beat});
      };
      search.on_change = [&call, image](double distance, double bound, double seconds) {
        call.tell({image, false, {distance, bound, -1, 0, seconds}});
      };
    };
    sink.hooks.after = [&](const ClosestRow& row) {
      const std::lock_guard lock(mutex);
      if (row.answer.certificate)
        proofs[row.image] = certificates.of_image(row.image).file.string();
    };
    sink.hooks.stopped = [&](const ClosestRow& row) {
      const std::lock_guard lock(mutex);
      rows[row.image] = row;
    };
    const auto done =
        session.closest({net.loaded, asked.question, asked.engine, named, images, &bounds}, sink);
    if (!done && done.error().kind != Error::Kind::interrupted) raise(done.error());
  });
  nb::list result;
  for (const int image : images) {
    const auto found = rows.find(image);
    const ClosestRow row =
        found != rows.end() ? found->second : not_begun(image, set, asked.question.norm);
    result.append(dict_of_row(row, proofs[image]));
  }
  return result;
}

struct AnsweredUnit {
  Excitation found;
  std::string certificate;  ///< empty: none
};

/// The bound becomes what the certificate proves; without one it stays.
void certify(const Net& net, const Box& box, const Unit& unit, bool least,
             const Certificates& certificates, const certificate::ProofOptions& how,
             AnsweredUnit& answer) {
  const CertificateOptions wanted = certificates.of_unit(unit.layer, unit.index);
  const auto counts = certify_unit(net.network(), box, unit.layer, unit.index, least, wanted, how,
                                   answer.found.bound);
  if (counts) {
    answer.certificate = wanted.file.string();
  } else if (counts.error().kind != Error::Kind::interrupted) {
    raise(counts.error());
  } else if (answer.found.note.empty()) {
    answer.found.note = "no certificate: multipliers of the bound were not found in time";
  }
}

nb::dict dict_of_unit(const Unit& unit, const AnsweredUnit& answer) {
  const Excitation& found = answer.found;
  nb::dict result = dict_of(kExcitationFields, found);
  result["layer"] = unit.layer;
  result["unit"] = unit.index;
  result["x"] = found.image.size() == 0 ? nb::none() : array_of(found.image);
  result["certificate"] = answer.certificate.empty() ? nb::none() : nb::cast(answer.certificate);
  return result;
}

nb::list maximise(const Net& net, const TypedOptions& options, const Settings& settings,
                  const std::vector<std::pair<int, int>>& asked_units, bool least,
                  const Bounds* given, const nb::object& listener) {
  Call call;
  ThreadCrew crew(call.interrupt());
  const cli::Common common = common_of(settings, crew);
  const Box box = box_of(net, settings);
  const Engine engine = engine_for(options, common, ClosestQuestion(), box, given);
  std::vector<Unit> units;
  for (const auto& [layer, index] : asked_units) units.push_back({layer, index});
  const Certificates certificates = certificates_of(net, settings);
  std::map<Unit, AnsweredUnit> answers;
  std::mutex mutex;
  call.run(listener, [&] {
    const Session session = session_of(options, settings, crew, call.interrupt());
    check_or_raise(session.fits(net.network()));
    Bounds bounds = bounds_for(net, options, box, given, common, session);
    bounds.box = box;  // given ones may hold for a larger one
    UnitSink sink;
    sink.keep = [&](const Unit& unit, const Excitation& found) -> Expected<void> {
      const std::lock_guard lock(mutex);
      AnsweredUnit& answer = answers[unit] = {found, ""};
      if (certificates.wanted() && found.status != AnswerStatus::error) {
        certify(net, box, unit, least, certificates,
                {settings.threads, Deadline::after(options.time_limit, call.interrupt())}, answer);
      }
      call.tell({static_cast<int>(answers.size()) - 1,
                 true,
                 {found.activation, found.bound, found.nodes, 0, found.seconds}});
      return {};
    };
    sink.stopped = [&](const Unit& unit, const Excitation& found) {
      const std::lock_guard lock(mutex);
      answers[unit] = {found, ""};
    };
    const auto done = session.units({net.loaded, bounds, engine, units, least}, sink);
    if (!done && done.error().kind != Error::Kind::interrupted) raise(done.error());
    for (const Unit& unit : units) {
      if (answers.contains(unit)) continue;
      Excitation& unknown = answers[unit].found;
      const NeuronBounds known = bounds.at(unit.layer, unit.index);
      unknown.status = AnswerStatus::interrupted;
      unknown.bound = least ? known.lower : known.upper;
    }
  });
  nb::list result;
  for (const Unit& unit : units) result.append(dict_of_unit(unit, answers.at(unit)));
  return result;
}

/// (radius, surely, possibly) and the median radius, of (status, distance or None, bound) each.
nb::tuple curve(const std::vector<std::string>& statuses,
                const std::vector<std::optional<double>>& distances,
                const std::vector<double>& bounds) {
  std::vector<ClosestRow> rows(statuses.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].answer.status = row_status(statuses[i]).value_or(AnswerStatus::time_limit);
    rows[i].answer.distance = distances[i];
    rows[i].answer.bound = bounds[i];
  }
  const auto points = robustness_curve(rows);
  const auto count = static_cast<Eigen::Index>(points.size());
  Eigen::VectorXd radius(count), surely(count), possibly(count);
  for (Eigen::Index i = 0; i < count; ++i) {
    const CurvePoint& point = points[static_cast<std::size_t>(i)];
    radius(i) = point.radius;
    surely(i) = point.surely;
    possibly(i) = point.possibly;
  }
  return nb::make_tuple(array_of(radius), array_of(surely), array_of(possibly),
                        median_radius(rows));
}

}  // namespace

void add_questions(nb::module_& m) {
  m.def("closest", &closest, nb::arg("net"), nb::arg("options"), nb::arg("settings"), nb::arg("x"),
        nb::arg("labels"), nb::arg("frozen"), nb::arg("weights").none(), nb::arg("bounds").none(),
        nb::arg("listener").none());
  m.def("maximise", &maximise, nb::arg("net"), nb::arg("options"), nb::arg("settings"),
        nb::arg("units"), nb::arg("least"), nb::arg("bounds").none(), nb::arg("listener").none());
  m.def("curve", &curve);
}

}  // namespace brink::python
