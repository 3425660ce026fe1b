// net.bounds: bounds on every pre-activation, with what proved each.
#include <cmath>

#include "aside.h"
#include "brink/ask/bounds_certificate.h"
#include "net.h"

namespace brink::python {

namespace {

/// (lower, upper, sources of each, which units are linear) of layer k.
nb::tuple layer_of(const Bounds& bounds, int k) {
  const std::vector<NeuronBounds> layer = bounds.layer(k);
  const auto count = static_cast<Eigen::Index>(layer.size());
  Eigen::VectorXd lower(count), upper(count);
  std::vector<std::string> lower_by, upper_by;
  std::vector<bool> linear;
  for (const NeuronBounds& b : layer) {
    const auto at = static_cast<Eigen::Index>(lower_by.size());
    lower(at) = b.lower;
    upper(at) = b.upper;
    lower_by.emplace_back(name(b.lower_source));
    upper_by.emplace_back(name(b.upper_source));
    linear.push_back(b.linear);
  }
  return nb::make_tuple(array_of(lower), array_of(upper), nb::cast(lower_by), nb::cast(upper_by),
                        nb::cast(linear));
}

Bounds parsed(const std::string& text, const Net& net) {
  Bounds bounds = value_or_raise(parse_bounds(text, "bounds"));
  check_or_raise(check_bounds(net.network(), net.network().depth(), bounds.box, bounds));
  bounds.set_linear(net.network());
  return bounds;
}

/// The bounds, whether they are all that was asked for, and the file that proves them or None.
nb::tuple prove(const Net& net, const Settings& settings, const std::string& method,
                const std::optional<double>& limit_per_bound, bool outputs,
                const cli::TypedOptions& options, const nb::object& listener) {
  const double time_limit = options.time_limit;
  BoundRequest request = value_or_raise(parse_bound_method(method));
  request.outputs_only = outputs;
  const auto refuse = [](const std::string& message) {
    raise({Error::Kind::bad_request, message});
  };
  if (limit_per_bound) {
    if (request.method != BoundMethod::exact) {
      refuse(fmt::format("limit_per_bound goes with method exact or weak, not {}", method));
    }
    if (!(*limit_per_bound > 0)) {
      refuse(fmt::format("limit_per_bound {} is not above 0", *limit_per_bound));
    }
    request.limit_per_bound = limit_per_bound;
  }
  check_time_limit(time_limit);
  check_or_raise(cli::choose_library(options));
  const Box box = box_of(net, settings);
  const Certificates certificates = certificates_of(net, settings);
  Call call;
  ThreadCrew crew(call.interrupt());
  std::optional<Bounds> bounds;
  bool complete = false, certified = false;
  std::atomic<int> done = 0;
  call.run(listener, [&] {
    const Session session = session_of({}, settings, crew, call.interrupt());
    BoundsMemory memory;
    memory.save = [&](const Bounds& so_far, bool) -> Expected<void> {
      bounds = so_far;
      return {};
    };
    auto proven = session.bounds(
        {net.loaded, box, cli::box_text(box, "as given"), request, options.solver, time_limit},
        std::move(memory), [&] {
          call.tell({done++, true, {}});
        });
    if (proven) {
      bounds = std::move(*proven);
      complete = true;
    } else if (proven.error().kind != Error::Kind::interrupted) {
      raise(proven.error());
    }
    if (!bounds) {  // stopped before the first
      const bool simple = request.method == BoundMethod::interval;
      bounds = simple ? interval_bounds(net.network(), box) : symbolic_bounds(net.network(), box);
    }
    if (!complete || !certificates.wanted()) return;
    const auto counts =
        certify_bounds(net.network(), outputs, certificates.of("bounds"),
                       {settings.threads, Deadline::after(time_limit, call.interrupt())}, *bounds);
    certified = counts.has_value();
    if (!counts && counts.error().kind != Error::Kind::interrupted) raise(counts.error());
  });
  return nb::make_tuple(std::move(*bounds), complete,
                        certified ? nb::cast(certificates.of("bounds").file.string()) : nb::none());
}

}  // namespace

void add_bounds(nb::module_& m) {
  nb::class_<Bounds>(m, "Bounds")
      .def_ro("network", &Bounds::network)
      .def_ro("method", &Bounds::method)
      .def_ro("solver", &Bounds::solver)
      .def_ro("t_pre", &Bounds::t_pre)
      .def_prop_ro("depth", &Bounds::depth)
      .def_prop_ro("unstable", &Bounds::unstable_count)
      .def_prop_ro("box",
                   [](const Bounds& bounds) {
                     return nb::make_tuple(array_of(bounds.box.lower), array_of(bounds.box.upper));
                   })
      .def("layer", &layer_of)
      .def("text", &bounds_text);
  m.def("parse_bounds", &parsed);
  m.def("bounds", &prove, nb::arg("net"), nb::arg("settings"), nb::arg("method"),
        nb::arg("limit_per_bound").none(), nb::arg("outputs"), nb::arg("options"),
        nb::arg("listener").none());
}

}  // namespace brink::python
