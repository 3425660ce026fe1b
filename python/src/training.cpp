// brink.train, brink.harden, and data sets by name.
#include <fmt/ranges.h>

#include "aside.h"
#include "brink/data/feature_range.h"
#include "brink/data/fetch.h"
#include "brink/data/layout.h"
#include "brink/experiment/hardening.h"
#include "brink/io/onnx.h"
#include "net.h"
#include "training_options.h"

namespace brink::python {

namespace {

nb::bytes bytes_of(const std::string& text) {
  return nb::bytes(text.data(), text.size());
}

/// `adversarial`: NORM:RADIUS each, may be empty.
TrainOptions training_of(const TrainOptions& given, const AdversarialOptions& attack,
                         const std::vector<std::string>& adversarial, const Settings& settings) {
  TrainOptions options = given;
  check_or_raise(cli::apply({adversarial, attack}, options));
  options.seed = settings.seed;
  options.threads = settings.threads;
  return options;
}

/// A training set's numbers, and what they range over.
Dataset training_set(const Matrix& x, const std::vector<int>& labels,
                     const std::vector<int>& shape) {
  Dataset set = dataset_of(x, labels, shape.at(0), shape.at(1), shape.at(2));
  set.range = range_of(set);
  return set;
}

nb::dict train_network(const Matrix& x, const std::vector<int>& labels,
                       const std::vector<int>& shape, const TrainOptions& given,
                       const AdversarialOptions& attack,
                       const std::vector<std::string>& adversarial, const Settings& settings,
                       const nb::object& listener) {
  const Dataset set = training_set(x, labels, shape);
  TrainOptions options = training_of(given, attack, adversarial, settings);
  options.standardise = needs_standardising(set);
  check_or_raise(check(options));
  Call call;
  std::atomic<int> epochs = 0;
  options.on_epoch = [&] { call.tell({epochs++, true, {}}); };
  std::optional<TrainResult> trained;
  call.run(listener, [&] {
    const Examples examples = to_examples(set);
    auto result = train(examples, Examples(set.image_size()), options, call.interrupt());
    if (!result && result.error().kind == Error::Kind::interrupted) return;
    trained = value_or_raise(std::move(result));
  });
  nb::dict result;
  result["interrupted"] = !trained.has_value();
  if (!trained) return result;
  result["network"] = bytes_of(to_onnx(trained->network));
  result["restart"] = trained->chosen;
  result["held_out"] = nb::cast(trained->held_out);
  return result;
}

nb::list harden_network(const Net& net, const cli::TypedOptions& options, const Settings& settings,
                        const nb::bytes& file, int examples, int rounds, const TrainOptions& given,
                        const AdversarialOptions& attack,
                        const std::vector<std::string>& adversarial, const Matrix& x,
                        const std::vector<int>& labels, const Matrix& test_x,
                        const std::vector<int>& test_labels, const nb::object& listener) {
  Call call;
  ThreadCrew crew(call.interrupt());
  const cli::Common common = common_of(settings, crew);
  const Dataset training = dataset_of(net, x, labels);
  const Dataset test = dataset_of(net, test_x, test_labels);
  HardenOptions asked;
  asked.question = value_or_raise(cli::make_question(options, net.loaded, training));
  asked.question.box = box_of(net, settings);
  check_or_raise(asked.question.check(net.network()));
  const MipOptions mip = value_or_raise(cli::make_mip_options(options, asked.question));
  asked.engine = cli::engine_of(options, common, mip, asked.question.box);
  asked.examples = examples;
  asked.rounds = rounds;
  asked.training = training_of(given, attack, adversarial, settings);
  check_or_raise(check(asked.training));
  asked.file = std::string(file.c_str(), file.size());
  asked.output_name = options.output_name;
  asked.graph = net.loaded.graph;
  asked.in_front = net.loaded.in_front;
  std::vector<Hardened> hardened;
  std::atomic<int> steps = 0;
  call.run(listener, [&] {
    Session session = session_of(options, settings, crew, call.interrupt());
    if (settings.store.empty()) {
      check_or_raise(session.keep_in([] { return Store::temporary(); }, settings.command));
    }
    session.on_progress = [&](int, int) { call.tell({steps++, true, {}}); };
    auto result = harden(session, net.loaded, asked, NamedImages(training, "array", "train"),
                         NamedImages(test, "array", "test"), {});
    if (!result && result.error().kind == Error::Kind::interrupted) return;
    hardened = value_or_raise(std::move(result));
  });
  nb::list list;
  for (const Hardened& round : hardened) {
    nb::dict entry;
    entry["network"] =
        bytes_of(round.network.file.empty() ? to_onnx(round.network.network) : round.network.file);
    entry["from_file"] = !round.network.file.empty();
    entry["examples_added"] = round.added;
    entry["accuracy"] = round.accuracy;
    list.append(entry);
  }
  return list;
}

/// Rows of numbers with labels (-1: not known), and what is known of them.
nb::dict load_data(const std::string& name, const std::string& split, const std::string& folder,
                   const std::string& label, const std::vector<std::string>& classes) {
  const Split which = value_or_raise(parse_split(split));
  const Dataset set = value_or_raise(load_dataset(name, which, folder, {label, classes}));
  Eigen::MatrixXd x(set.count(), set.image_size());
  for (int i = 0; i < set.count(); ++i) x.row(i) = set.image(i);
  nb::dict result;
  result["x"] = array_of(x);
  result["y"] = nb::cast(set.labels);
  result["shape"] = nb::make_tuple(set.rows, set.columns, set.channels);
  result["channels_last"] = set.channels_last;
  result["picture"] = set.picture;
  result["classes"] = nb::cast(set.classes);
  result["features"] = nb::cast(set.features);
  result["bytes"] = set.bytes();
  result["lower"] = set.range ? array_of(set.range->lower) : nb::none();
  result["upper"] = set.range ? array_of(set.range->upper) : nb::none();
  return result;
}

/// (address, folder of the user's cache, [(name, size, MD5, SHA-256), ...]) of a published set.
nb::tuple remote_set(const std::string& name) {
  const RemoteSet set = value_or_raise(find_remote_set(name));
  nb::list files;
  for (const RemoteFile& file : set.files) {
    files.append(nb::make_tuple(file.name, file.size, file.md5, file.sha256));
  }
  const std::filesystem::path cache = cache_folder();
  return nb::make_tuple(set.base_url, cache.empty() ? "" : (cache / name).string(), files);
}

}  // namespace

void add_training(nb::module_& m) {
  nb::class_<TrainOptions>(m, "Training")
      .def(nb::init<>())
      .def_rw("hidden", &TrainOptions::hidden)
      .def_rw("epochs", &TrainOptions::epochs)
      .def_rw("restarts", &TrainOptions::restarts)
      .def_rw("rate", &TrainOptions::learning_rate)
      .def_rw("batch", &TrainOptions::batch_size)
      .def_rw("momentum", &TrainOptions::momentum)
      .def_rw("weight_decay", &TrainOptions::weight_decay);
  nb::class_<AdversarialOptions>(m, "Attack")
      .def(nb::init<>())
      .def_rw("attack_steps", &AdversarialOptions::steps)
      .def_rw("attack_reach", &AdversarialOptions::reach)
      .def_rw("clean_share", &AdversarialOptions::clean_share)
      .def_rw("attack_ramp", &AdversarialOptions::ramp);
  m.def("train", &train_network, nb::arg("x"), nb::arg("labels"), nb::arg("shape"),
        nb::arg("training"), nb::arg("attack"), nb::arg("adversarial"), nb::arg("settings"),
        nb::arg("listener").none());
  m.def("harden", &harden_network, nb::arg("net"), nb::arg("options"), nb::arg("settings"),
        nb::arg("file"), nb::arg("examples"), nb::arg("rounds"), nb::arg("training"),
        nb::arg("attack"), nb::arg("adversarial"), nb::arg("x"), nb::arg("labels"),
        nb::arg("test_x"), nb::arg("test_labels"), nb::arg("listener").none());
  m.def("load_data", &load_data);
  m.def("remote_set", &remote_set);
}

}  // namespace brink::python
