// net.verify of a property: has the network, or have several, an input that it asks for?
#include "brink/ask/verify.h"
#include "aside.h"
#include "brink/base/digest.h"
#include "brink/property/given.h"
#include "brink/property/linear.h"
#include "brink/property/witness.h"
#include "net.h"

namespace brink::python {

namespace {

Query parsed(const nb::bytes& text, const std::string& name) {
  auto query = parse_query(std::string(text.c_str(), text.size()));
  if (!query) {
    raise(
        {Error::Kind::bad_request, fmt::format("cannot read {}: {}", name, query.error().message)});
  }
  return std::move(*query);
}

nb::list variables_of(const std::vector<Variable>& variables) {
  nb::list list;
  for (const Variable& each : variables) {
    list.append(nb::make_tuple(each.name, each.type, nb::cast(each.shape), each.first, each.count));
  }
  return list;
}

/// (version, [(name, equal to, isomorphic to, inputs, outputs), ...], how many cases).
nb::tuple property_facts(const nb::bytes& text, const std::string& name) {
  const Query query = parsed(text, name);
  nb::list networks;
  for (const DeclaredNetwork& network : query.networks) {
    networks.append(nb::make_tuple(network.name, network.equal_to, network.isomorphic_to,
                                   variables_of(network.inputs), variables_of(network.outputs)));
  }
  return nb::make_tuple(query.version, networks, query.disjuncts.size());
}

Eigen::MatrixXd matrix_of(const Matrix& x) {
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return Eigen::Map<const RowMajor>(x.data(), static_cast<Eigen::Index>(x.shape(0)),
                                    static_cast<Eigen::Index>(x.shape(1)));
}

/// The text of a property from arrays.
std::string linear_property(const Vector& lower, const Vector& upper, int outputs,
                            const std::vector<std::pair<Matrix, Vector>>& cases) {
  std::vector<LinearCase> made;
  for (const auto& [a, b] : cases) made.push_back({matrix_of(a), vector_of(b)});
  return vnnlib_text(
      value_or_raise(linear_query({vector_of(lower), vector_of(upper)}, outputs, made)));
}

/// `nets` are called `names` (none: the one is given by its place), the property `name` in errors.
nb::dict verify_property(const std::vector<const Net*>& nets, const std::vector<std::string>& names,
                         const nb::bytes& text, const std::string& name, const Settings& settings,
                         double time_limit) {
  check_time_limit(time_limit);
  const Query query = parsed(text, name);
  const auto checked = [&](auto&& result) {
    if (result) return;
    raise({result.error().kind, fmt::format("cannot verify {}: {}", name, result.error().message)});
  };
  checked(check_types(query));
  const std::vector<std::string> first{query.networks.front().name};
  const auto given = networks_given(query, names.empty() ? first : names);
  checked(given);
  std::vector<const Network*> networks;
  for (const std::size_t i : *given) {
    const cli::LoadedNetwork& loaded = nets[i]->loaded;
    check_or_raise(check_nothing_dropped(loaded.name, loaded.facts, loaded.warnings));
    networks.push_back(&loaded.network);
  }
  const Certificates certificates = certificates_of(*nets[given->front()], settings);
  VerifyOptions options;
  options.threads = settings.threads;
  options.seed = settings.seed;
  options.time_limit = time_limit;
  if (certificates.wanted()) {
    options.certificate = certificates.of("property");
    options.property = sha256(std::string(text.c_str(), text.size()));
  }
  Call call;
  std::optional<Expected<VerifyAnswer>> found;
  call.run(nb::none(), [&] { found = verify(networks, query, options, call.interrupt()); });
  checked(*found);
  const VerifyAnswer& answer = **found;
  nb::dict result;
  const bool stopped = call.interrupted() && answer.verdict == PropertyVerdict::timeout;
  result["status"] = stopped ? "interrupted" : std::string(brink::name(answer.verdict));
  result["values"] = nb::none();
  if (!answer.values.empty()) {
    result["values"] = array_of(Eigen::VectorXd(Eigen::Map<const Eigen::VectorXd>(
        answer.values.data(), static_cast<Eigen::Index>(answer.values.size()))));
    result["text"] = witness_text(query, answer.values, query.version);
  }
  result["seconds"] = answer.seconds;
  result["nodes"] = answer.statistics.nodes;
  result["note"] = answer.note;
  const bool certified =
      options.certificate && answer.verdict == PropertyVerdict::unsat && answer.note.empty();
  result["certificate"] = certified ? nb::cast(options.certificate->file.string()) : nb::none();
  return result;
}

}  // namespace

void add_verify(nb::module_& m) {
  m.def("property_facts", &property_facts, nb::arg("text"), nb::arg("name"));
  m.def("linear_property", &linear_property, nb::arg("lower"), nb::arg("upper"), nb::arg("outputs"),
        nb::arg("cases"));
  m.def("verify_property", &verify_property, nb::arg("nets"), nb::arg("names"), nb::arg("text"),
        nb::arg("name"), nb::arg("settings"), nb::arg("time_limit"));
}

}  // namespace brink::python
