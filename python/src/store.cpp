// brink.Store: what a results store holds, as tables of texts.
#include "brink/report/store_tables.h"
#include "net.h"

namespace brink::python {

namespace {

nb::tuple tuple_of(const TextTable& table) {
  return nb::make_tuple(nb::cast(table.columns), nb::cast(table.rows));
}

/// `what`: questions, answers, units, networks or runs.
nb::tuple table(const std::string& path, const std::string& what, const StoreFilter& filter) {
  const Store store = value_or_raise(Store::open_existing(path));
  if (what == "questions") return tuple_of(value_or_raise(question_table(store, filter)));
  if (what == "answers") return tuple_of(value_or_raise(answer_table(store, filter)));
  if (what == "units") return tuple_of(value_or_raise(unit_answer_table(store, filter)));
  if (what == "networks") return tuple_of(value_or_raise(network_table(store)));
  return tuple_of(value_or_raise(run_table(store)));
}

nb::bytes network_file(const std::string& path, const std::string& hash) {
  const Store store = value_or_raise(Store::open_existing(path));
  std::vector<std::string> found;
  for (const StoredNetwork& network : value_or_raise(store.networks())) {
    if (network.hash.starts_with(hash)) found.push_back(network.hash);
  }
  if (found.size() != 1) {
    raise({Error::Kind::bad_request,
           fmt::format("{} networks of '{}' have a hash that begins with '{}'",
                       found.empty() ? "no" : "several", path, hash)});
  }
  const std::string file = value_or_raise(store.network_file(found.front()));
  return nb::bytes(file.data(), file.size());
}

}  // namespace

void add_store(nb::module_& m) {
  nb::class_<StoreFilter>(m, "StoreFilter")
      .def(nb::init<>())
      .def_rw("network", &StoreFilter::network)
      .def_rw("norm", &StoreFilter::norm)
      .def_rw("status", &StoreFilter::status)
      .def_rw("engine", &StoreFilter::engine)
      .def_rw("label", &StoreFilter::label)
      .def_rw("question", &StoreFilter::question);
  m.def("store_table", &table);
  m.def("store_network", &network_file);
  m.def("open_store", [](const std::string& path) { value_or_raise(Store::open(path)); });
}

}  // namespace brink::python
