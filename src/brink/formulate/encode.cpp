// The whole model of one image: distance, network, output rows, in this order, so that the columns
// of the image come first.
//
// closest_model asks for one region, with the output rows on y^K = W^K x^{K-1} + b^K: no columns
// and no binaries for the output layer. literal_model is the papers' own, kept for comparison: it
// splits the output layer and so allows the all-zero outputs (question/question.h).
#include "brink/base/near_word.h"
#include "brink/formulate/formulate.h"

namespace brink {

Expected<Formulation> parse_formulation(std::string_view text) {
  if (text == "bigm") return Formulation::bigm;
  if (text == "indicator") return Formulation::indicator;
  return unknown_word("formulation", text, {"bigm", "indicator"});
}

Expected<DistanceForm> parse_distance_form(std::string_view text) {
  if (text == "papers" || text == "seed") return DistanceForm::papers;
  if (text == "tight") return DistanceForm::tight;
  return unknown_word("distance form", text, {"papers", "tight"});
}

ClosestModel closest_model(const Network& network, const Bounds& bounds,
                           const ClosestQuestion& question, const OutputRegion& region,
                           const Eigen::VectorXd& image, const EncodingOptions& encoding,
                           const DistanceOptions& distance) {
  ClosestModel model;
  model.program.name = fmt::format("closest_{}", name(question.norm));
  std::vector<LinearExpression> inputs = add_distance(model.program, question, image, distance);
  model.encoding = add_network(model.program, network, bounds, std::move(inputs), encoding);
  add_region(model.program, network, model.encoding, region);
  return model;
}

ClosestModel literal_model(const Network& network, const Bounds& bounds,
                           const ClosestQuestion& question, int target,
                           const Eigen::VectorXd& image, const EncodingOptions& encoding,
                           const DistanceOptions& distance) {
  ClosestModel model;
  model.program.name = fmt::format("literal_{}", name(question.norm));
  EncodingOptions whole = encoding;
  whole.last_layer = network.depth();
  whole.output_relu = true;
  std::vector<LinearExpression> inputs = add_distance(model.program, question, image, distance);
  model.encoding = add_network(model.program, network, bounds, std::move(inputs), whole);
  const std::vector<NeuronColumns>& outputs = model.encoding.neurons.back();
  for (std::size_t j = 0; j < outputs.size(); ++j) {
    if (static_cast<int>(j) == target) continue;
    const LinearExpression row{
        0, {{outputs[static_cast<std::size_t>(target)].x, 1}, {outputs[j].x, -question.margin}}};
    model.program.add_row(fmt::format("fooled_{}", j), row, 0, kInfinity);
  }
  return model;
}

}  // namespace brink
