// The whole model of one image and one region: distance, network, output rows, in this order, so
// that the columns of the image come first.
#include "brink/formulate/formulate.h"

namespace brink {

Expected<Formulation> parse_formulation(std::string_view text) {
  if (text == "bigm") return Formulation::bigm;
  if (text == "indicator") return Formulation::indicator;
  return bad_request("unknown formulation '{}': use bigm or indicator", text);
}

Expected<DistanceForm> parse_distance_form(std::string_view text) {
  if (text == "seed") return DistanceForm::seed;
  if (text == "tight") return DistanceForm::tight;
  return bad_request("unknown distance form '{}': use seed or tight", text);
}

ClosestModel closest_model(const Network& network, const Bounds& bounds,
                           const ClosestQuestion& question, const OutputRegion& region,
                           const Eigen::VectorXd& image, const EncodingOptions& encoding,
                           const DistanceOptions& distance) {
  ClosestModel model;
  model.program.name = fmt::format("closest_{}", name(question.norm));
  std::vector<Affine> inputs = add_distance(model.program, question, image, distance);
  model.encoding = add_network(model.program, network, bounds, std::move(inputs), encoding);
  add_region(model.program, network, model.encoding, region);
  return model;
}

}  // namespace brink
