// Networks: from files, bytes and matrices; what they make of inputs.
#include <fmt/ranges.h>

#include "brink/base/parallel.h"
#include "brink/io/nnet.h"
#include "brink/io/onnx.h"
#include "info.h"
#include "net.h"

namespace brink::python {

namespace {

using cli::TypedOptions;

Net load_file(const std::string& path, const std::string& name, TypedOptions options) {
  ThreadCrew crew;
  const cli::Common common = common_of({}, crew);
  options.network = path;
  Net net{value_or_raise(cli::load_network(options, common))};
  net.loaded.name = name;
  return net;
}

Net load_bytes(const nb::bytes& data, const std::string& name, TypedOptions options) {
  const std::string bytes(data.c_str(), data.size());
  options.network = name;
  const ReadOptions reading{options.output_name, options.pooling == "direct"};
  auto file = options.network.extension() == ".nnet" ? parse_nnet(bytes, name)
                                                     : parse_onnx(bytes, name, reading);
  Net net{value_or_raise(cli::loaded_from(value_or_raise(std::move(file)), options))};
  if (!is_dense(net.network()) && net.loaded.facts.whole) net.loaded.file = bytes;
  net.loaded.name = name.ends_with(".nnet") ? options.network.stem().string() : name;
  return net;
}

/// W^k, b^k, ReLUs between them.
Net load_layers(const std::vector<std::pair<Matrix, Vector>>& layers, const std::string& name,
                const std::vector<std::string>& classes, TypedOptions options) {
  NetworkFile file;
  double parameters = 0;
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  for (const auto& [weights, bias] : layers) {
    Layer layer;
    layer.weights = LinearMap(Eigen::MatrixXd(
        Eigen::Map<const RowMajor>(weights.data(), static_cast<Eigen::Index>(weights.shape(0)),
                                   static_cast<Eigen::Index>(weights.shape(1)))));
    layer.bias = vector_of(bias);
    parameters += static_cast<double>(weights.size() + bias.size());
    file.network.layers.push_back(std::move(layer));
  }
  check_or_raise(check(file.network));
  file.facts.format = "weights";
  file.facts.input_shape = {1, file.network.input_size()};
  file.facts.output_shape = {1, file.network.output_size()};
  file.facts.parameters = parameters;
  file.facts.classes = classes;
  Net net{value_or_raise(cli::loaded_from(std::move(file), options))};
  net.loaded.name = name;
  return net;
}

Eigen::VectorXd row_of(const Matrix& x, std::size_t i) {
  return Eigen::Map<const Eigen::VectorXd>(x.data() + i * x.shape(1),
                                           static_cast<Eigen::Index>(x.shape(1)));
}

void check_width(const Net& net, const Matrix& x) {
  if (static_cast<Eigen::Index>(x.shape(1)) == net.network().input_size()) return;
  raise({Error::Kind::bad_request, fmt::format("x has rows of {} numbers, the network takes {}",
                                               x.shape(1), net.network().input_size())});
}

nb::object evaluate(const Net& net, const Matrix& x) {
  check_width(net, x);
  const auto rows = static_cast<Eigen::Index>(x.shape(0));
  Eigen::MatrixXd outputs(rows, net.network().output_size());
  {
    const nb::gil_scoped_release release;
    parallel_for(static_cast<int>(rows), hardware_threads(), [&](int i) {
      outputs.row(i) = outputs_in_file(net.network(), row_of(x, static_cast<std::size_t>(i)));
    });
  }
  return array_of(outputs);
}

std::vector<int> classes_of(const Net& net, const Matrix& x) {
  check_width(net, x);
  std::vector<int> classes(x.shape(0));
  const nb::gil_scoped_release release;
  parallel_for(static_cast<int>(classes.size()), hardware_threads(), [&](int i) {
    const auto at = static_cast<std::size_t>(i);
    classes[at] = classify(net.network(), row_of(x, at));
  });
  return classes;
}

constexpr double kMostEntries = 1 << 28;

nb::object weights_of(const Net& net, int k) {
  const LinearMap& map = net.network().layer(k).weights;
  if (static_cast<double>(map.rows()) * static_cast<double>(map.cols()) > kMostEntries) {
    raise({Error::Kind::bad_request,
           fmt::format("layer {} as a dense matrix has {} x {} entries; read triplets instead", k,
                       map.rows(), map.cols())});
  }
  return array_of(map.to_dense());
}

/// (rows, columns, values) of the entries stored.
nb::tuple triplets_of(const Net& net, int k) {
  const LinearMap& map = net.network().layer(k).weights;
  const Eigen::Index count = map.entries();
  Eigen::VectorXd rows(count), columns(count), values(count);
  Eigen::Index at = 0;
  for (Eigen::Index j = 0; j < map.rows(); ++j) {
    map.each_in_row(j, [&](Eigen::Index i, double value) {
      rows(at) = static_cast<double>(j);
      columns(at) = static_cast<double>(i);
      values(at++) = value;
    });
  }
  return nb::make_tuple(array_of(rows), array_of(columns), array_of(values));
}

std::vector<int> linear_units(const Net& net, int k) {
  const Layer& layer = net.network().layer(k);
  std::vector<int> units;
  for (Eigen::Index j = 0; j < layer.bias.size(); ++j) {
    if (layer.is_linear(j)) units.push_back(static_cast<int>(j));
  }
  return units;
}

nb::object box_of_file(const Net& net) {
  if (!net.loaded.box) return nb::none();
  return nb::make_tuple(array_of(net.loaded.box->lower), array_of(net.loaded.box->upper));
}

void add_options(nb::module_& m) {
  nb::class_<TypedOptions>(m, "Options")
      .def(nb::init<>())
      .def_rw("output", &TypedOptions::output)
      .def_rw("output_name", &TypedOptions::output_name)
      .def_rw("mean", &TypedOptions::mean)
      .def_rw("std", &TypedOptions::std)
      .def_rw("norm", &TypedOptions::norm)
      .def_rw("question", &TypedOptions::question)
      .def_rw("target", &TypedOptions::target)
      .def_rw("margin", &TypedOptions::margin)
      .def_rw("target_min", &TypedOptions::target_min)
      .def_rw("lead", &TypedOptions::lead)
      .def_rw("above", &TypedOptions::above)
      .def_rw("below", &TypedOptions::below)
      .def_rw("levels", &TypedOptions::levels)
      .def_rw("cap", &TypedOptions::cap)
      .def_rw("freeze", &TypedOptions::freeze)
      .def_rw("weights", &TypedOptions::weights)
      .def_rw("breakpoints", &TypedOptions::breakpoints)
      .def_rw("bounds", &TypedOptions::bounds)
      .def_rw("formulation", &TypedOptions::formulation)
      .def_rw("pooling", &TypedOptions::pooling)
      .def_rw("distance_form", &TypedOptions::distance_form)
      .def_rw("time_limit", &TypedOptions::time_limit)
      .def_rw("gap", &TypedOptions::gap)
      .def_rw("engine", &TypedOptions::engine)
      .def_rw("memory_limit", &TypedOptions::memory_limit)
      .def_rw("solver", &TypedOptions::solver)
      .def_prop_rw(
          "solver_library",
          [](const TypedOptions& options) { return options.solver_library.string(); },
          [](TypedOptions& options, const std::string& path) { options.solver_library = path; });
  nb::class_<Settings>(m, "Settings")
      .def(nb::init<>())
      .def_rw("threads", &Settings::threads)
      .def_rw("seed", &Settings::seed)
      .def_rw("store", &Settings::store)
      .def_rw("command", &Settings::command)
      .def_rw("certificate", &Settings::certificate)
      .def_rw("several", &Settings::several)
      .def_rw("network_file", &Settings::network_file)
      .def("set_onnx",
           [](Settings& settings, const nb::bytes& onnx) {
             settings.onnx = std::string(onnx.c_str(), onnx.size());
           })
      .def("set_box", [](Settings& settings, const Vector& lower, const Vector& upper) {
        settings.box = Box{vector_of(lower), vector_of(upper)};
      });
}

}  // namespace

void add_network(nb::module_& m) {
  add_options(m);
  nb::class_<Net>(m, "Net")
      .def_prop_ro("name", [](const Net& net) { return net.loaded.name; })
      .def_prop_ro("depth", [](const Net& net) { return net.network().depth(); })
      .def("width", [](const Net& net, int k) { return net.network().width(k); })
      .def_prop_ro("input_shape", [](const Net& net) { return net.loaded.facts.input_shape; })
      .def_prop_ro("classes", [](const Net& net) { return net.loaded.facts.classes; })
      .def_prop_ro("output", [](const Net& net) { return std::string(name(net.network().output)); })
      .def_prop_ro("warnings", [](const Net& net) { return net.loaded.warnings; })
      .def_prop_ro("whole", [](const Net& net) { return net.loaded.facts.whole; })
      .def_prop_ro("box", &box_of_file)
      .def("hash", [](const Net& net) { return content_hash(net.network()); })
      .def("info", [](const Net& net) { return parsed_json(cli::network_info(net.loaded).dump()); })
      .def("onnx",
           [](const Net& net) {
             const std::string text = to_onnx(net.network());
             return nb::bytes(text.data(), text.size());
           })
      .def("save",
           [](const Net& net, const std::string& path) {
             const Box box =
                 net.loaded.box ? *net.loaded.box : Box::uniform(net.network().input_size(), 0, 1);
             check_or_raise(write_network(net.network(), box, path));
           })
      .def("evaluate", &evaluate)
      .def("classify", &classes_of)
      .def("weights", &weights_of)
      .def("triplets", &triplets_of)
      .def("is_sparse",
           [](const Net& net, int k) { return net.network().layer(k).weights.is_sparse(); })
      .def("bias", [](const Net& net, int k) { return array_of(net.network().layer(k).bias); })
      .def("linear_units", &linear_units);
  m.def("load_file", &load_file);
  m.def("load_bytes", &load_bytes);
  m.def("load_layers", &load_layers);
}

}  // namespace brink::python
