#include "brink/ask/question_units.h"

#include "brink/bounds/rescale_bounds.h"

namespace brink {

QuestionInUnits in_units(const Network& network, const Bounds& given,
                         const ClosestQuestion& question, const Eigen::VectorXd& image,
                         bool basic) {
  Bounds bounds = given;
  const Box box = reach(question, image);
  const bool empty = (box.lower.array() > box.upper.array()).any();  // cap and box do not meet
  if (!basic && !empty) {
    const Bounds symbolic = symbolic_bounds(network, box);
    for (int id = 0; id < bounds.neurons().count(); ++id) {
      bounds.set(id, intersect(bounds.at(id), symbolic.at(id)));
    }
  }
  InOwnUnits own = in_own_units(network, bounds, true);
  QuestionInUnits result{std::move(own.network), std::move(own.bounds), question,
                         own.exponents.back().front()};
  result.question = with_outputs_scaled(question, result.outputs);
  return result;
}

}  // namespace brink
