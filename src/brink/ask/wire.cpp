#include "brink/ask/wire.h"

#include <cstring>
#include <nlohmann/json.hpp>

#include "brink/ask/fields.h"

namespace brink {

namespace {

using nlohmann::json;

json to_json(const Eigen::VectorXd& pixels) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(pixels.size()) * sizeof(double));
  if (!bytes.empty()) std::memcpy(bytes.data(), pixels.data(), bytes.size());
  return json::binary(std::move(bytes));
}

json to_json(const std::optional<double>& value) {
  return value ? json(*value) : json();
}

template <class T>
requires std::is_enum_v<T> json to_json(T value) {
  return static_cast<int>(value);
}

json to_json(const Error& error) {
  return {{"error", error.message}, {"kind", static_cast<int>(error.kind)}};
}

template <class T>
requires(!std::is_enum_v<T>) json to_json(const T& value) {
  return value;
}

template <class T>
void read(const json& value, T& to) {
  if constexpr (std::is_enum_v<T>) {
    to = static_cast<T>(value.get<int>());
  } else {
    value.get_to(to);
  }
}

void read(const json& value, std::optional<double>& to) {
  if (!value.is_null()) to = value.get<double>();
}

void read(const json& value, Eigen::VectorXd& to) {
  const auto& bytes = value.get_binary();
  to.resize(static_cast<Eigen::Index>(bytes.size() / sizeof(double)));
  if (!bytes.empty()) std::memcpy(to.data(), bytes.data(), bytes.size());
}

template <class Fields, class Record>
json to_json(const Fields& fields, const Record& record) {
  json document = json::object();
  for_each_field(fields,
                 [&](const auto& field) { document[field.name] = to_json(record.*field.member); });
  return document;
}

template <class Fields, class Record>
void read(const json& document, const Fields& fields, Record& record) {
  for_each_field(fields,
                 [&](const auto& field) { read(document.at(field.name), record.*field.member); });
}

std::string dump(const json& document) {
  const std::vector<std::uint8_t> bytes = json::to_cbor(document);
  return {bytes.begin(), bytes.end()};
}

/// What `of` makes of the document; whatever it throws means foreign bytes.
template <class Record, class Of>
Expected<Record> load(const std::string& bytes, const Of& of) {
  try {
    const json document = json::from_cbor(bytes);
    if (document.contains("error")) {
      return tl::unexpected(Error{static_cast<Error::Kind>(document.at("kind").get<int>()),
                                  document.at("error").get<std::string>()});
    }
    Record record;
    of(document, record);
    return record;
  } catch (const json::exception& problem) {
    return failure("an answer arrived damaged: {}", problem.what());
  }
}

}  // namespace

std::string to_bytes(const Expected<ClosestAnswer>& answer) {
  if (!answer) return dump(to_json(answer.error()));
  json document = to_json(kClosestFields, *answer);
  document["image"] = to_json(answer->image);
  document["statistics"] = to_json(kStatisticsFields, answer->statistics);
  return dump(document);
}

std::string to_bytes(const Expected<Excitation>& excitation) {
  if (!excitation) return dump(to_json(excitation.error()));
  json document = to_json(kExcitationFields, *excitation);
  document["image"] = to_json(excitation->image);
  return dump(document);
}

std::string to_bytes(const Expected<RadiusAnswer>& answer) {
  if (!answer) return dump(to_json(answer.error()));
  json document = to_json(kRadiusFields, *answer);
  document["image"] = to_json(answer->image);
  return dump(document);
}

std::string to_bytes(const Expected<CompareAnswer>& answer) {
  if (!answer) return dump(to_json(answer.error()));
  json document = to_json(kCompareFields, *answer);
  document["input"] = to_json(answer->input);
  return dump(document);
}

Expected<ClosestAnswer> closest_from_bytes(const std::string& bytes) {
  return load<ClosestAnswer>(bytes, [](const json& document, ClosestAnswer& answer) {
    read(document, kClosestFields, answer);
    read(document.at("image"), answer.image);
    read(document.at("statistics"), kStatisticsFields, answer.statistics);
  });
}

Expected<Excitation> excitation_from_bytes(const std::string& bytes) {
  return load<Excitation>(bytes, [](const json& document, Excitation& excitation) {
    read(document, kExcitationFields, excitation);
    read(document.at("image"), excitation.image);
  });
}

Expected<RadiusAnswer> radius_from_bytes(const std::string& bytes) {
  return load<RadiusAnswer>(bytes, [](const json& document, RadiusAnswer& answer) {
    read(document, kRadiusFields, answer);
    read(document.at("image"), answer.image);
  });
}

Expected<CompareAnswer> compare_from_bytes(const std::string& bytes) {
  return load<CompareAnswer>(bytes, [](const json& document, CompareAnswer& answer) {
    read(document, kCompareFields, answer);
    read(document.at("input"), answer.input);
  });
}

}  // namespace brink
