// From what Python was asked with to what the library is.
#include "brink/data/layout.h"
#include "brink/report/pictures.h"
#include "net.h"

namespace brink::python {

namespace {

std::vector<double> numbers_of(const Matrix& x) {
  return std::vector<double>(x.data(), x.data() + x.size());
}

}  // namespace

Dataset dataset_of(const Net& net, const Matrix& x, const std::vector<int>& labels) {
  const Network& network = net.network();
  if (static_cast<Eigen::Index>(x.shape(1)) != network.input_size()) {
    raise({Error::Kind::bad_request, fmt::format("x has rows of {} numbers, the network takes {}",
                                                 x.shape(1), network.input_size())});
  }
  const ImageShape shape = shape_of(net.loaded.facts.input_shape);
  Dataset set;
  set.rows = shape.rows;
  set.columns = shape.columns;
  set.channels = shape.channels;
  set.channels_last = shape.channels_last;
  set.picture = shape.rows > 1;
  set.pixels = numbers_of(x);
  set.labels = labels;
  if (std::ssize(net.loaded.facts.classes) == network.output_size()) {
    set.classes = net.loaded.facts.classes;
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (network.output_size() == 1) {
      set.labels[i] = -1;
    } else if (labels[i] < 0 || labels[i] >= network.output_size()) {
      raise({Error::Kind::bad_request,
             fmt::format("label {} of row {} is no class: the network has classes 0 to {}",
                         labels[i], i, network.output_size() - 1)});
    }
  }
  if (network.output_size() == 1) {
    set.label_problem = "the network has one output and so no classes";
  }
  return set;
}

Dataset dataset_of(const Matrix& x, const std::vector<int>& labels, int rows, int columns,
                   int channels) {
  Dataset set;
  set.rows = rows;
  set.columns = columns;
  set.channels = channels;
  set.picture = rows > 1;
  set.pixels = numbers_of(x);
  set.labels = labels;
  return set;
}

cli::Common common_of(const Settings& settings, Crew& crew) {
  cli::Common common;
  common.threads = settings.threads;
  common.seed = settings.seed;
  common.quiet = true;
  common.command = settings.command;
  common.crew = &crew;
  return common;
}

Box box_of(const Net& net, const Settings& settings) {
  const Eigen::Index inputs = net.network().input_size();
  if (!settings.box) return net.loaded.box ? *net.loaded.box : Box::uniform(inputs, 0, 1);
  const Box& box = *settings.box;
  if (box.lower.size() != inputs || box.upper.size() != inputs) {
    raise({Error::Kind::bad_request,
           fmt::format("box has {} lower and {} upper ends, the network {} inputs",
                       box.lower.size(), box.upper.size(), inputs)});
  }
  for (Eigen::Index j = 0; j < inputs; ++j) {
    if (std::isfinite(box.lower(j)) && std::isfinite(box.upper(j)) &&
        box.lower(j) <= box.upper(j)) {
      continue;
    }
    raise({Error::Kind::bad_request,
           fmt::format("box: input {} would lie in [{}, {}]", j, box.lower(j), box.upper(j))});
  }
  return box;
}

Certificates certificates_of(const Net& net, const Settings& settings) {
  if (settings.certificate.empty()) return {};
  const cli::LoadedNetwork& loaded = net.loaded;
  const bool as_in_file =
      loaded.facts.whole && !loaded.in_front && loaded.in_file == loaded.network.output;
  const CertifiedNetwork network = certified_network(
      loaded.network, as_in_file ? settings.onnx : "", !settings.network_file.empty());
  return value_or_raise(Certificates::into(settings.certificate, settings.several ? 2 : 1, network,
                                           {settings.network_file, settings.store}));
}

void check_time_limit(double seconds) {
  if (seconds > 0) return;
  raise({Error::Kind::bad_request,
         fmt::format("time_limit {} is not a number of seconds above 0", seconds)});
}

Session session_of(const cli::TypedOptions& options, const Settings& settings, Crew& crew,
                   const std::atomic<bool>* interrupt) {
  Session session(crew, settings.threads, interrupt);
  constexpr double kMega = 1e6;
  session.limit_memory(kMega * options.memory_limit);
  if (!settings.store.empty()) {
    check_or_raise(session.keep_in([&] { return Store::open(settings.store); }, settings.command));
  }
  return session;
}

}  // namespace brink::python
