// The question in units of the search's own (units.h), and its answer in the asker's.
#include "brink/search/closest_search.h"

#include <cmath>

#include "brink/search/closest_regions.h"
#include "brink/search/units.h"

namespace brink::search {

ClosestResult search_closest(const Network& network, const ClosestQuestion& question,
                             const std::vector<OutputRegion>& regions, const Eigen::VectorXd& image,
                             const Deadline& deadline, const ClosestOptions& options) {
  const Units units = own_units(network, question.box);
  const auto own_network = rescaled(network, units.neurons, units.inputs);
  if (!own_network) {
    return search_regions(network, question, regions, image, deadline, options);
  }
  const ClosestQuestion own_question = rescaled(question, units);
  std::vector<OutputRegion> own_regions = regions;
  for (OutputRegion& region : own_regions) {
    for (OutputRow& row : region.rows) row.rhs = std::ldexp(row.rhs, units.outputs());
  }
  const Eigen::VectorXd own_image = scaled(image, units.inputs);
  const auto back = [&](double distance) { return units.distance_back(question.norm, distance); };
  ClosestOptions own_options = options;
  own_options.least_lead = std::ldexp(options.least_lead, units.outputs());
  own_options.within = units.distance(question.norm, options.within);
  if (options.on_change) {
    own_options.on_change = [&](double distance, double bound, double seconds) {
      options.on_change(back(distance), back(bound), seconds);
    };
  }
  if (options.on_beat) {
    own_options.on_beat = [&](Beat beat) {
      beat.distance = back(beat.distance);
      beat.bound = back(beat.bound);
      options.on_beat(beat);
    };
  }
  ClosestResult result =
      search_regions(*own_network, own_question, own_regions, own_image, deadline, own_options);
  result.distance = back(result.distance);
  result.bound = back(result.bound);
  result.lead_bound = back(result.lead_bound);
  result.lead.value = std::ldexp(result.lead.value, -units.outputs());
  result.image = scaled(result.image, -units.inputs);
  if (result.region != nullptr)
    result.region = &regions[static_cast<std::size_t>(result.region - own_regions.data())];
  return result;
}

}  // namespace brink::search
