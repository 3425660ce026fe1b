#include "brink/certificate/cells_proof.h"

#include <algorithm>

#include "brink/certificate/ball_facts.h"
#include "brink/certificate/box_proof.h"
#include "brink/certificate/region_proof.h"
#include "brink/search/unsafe.h"

namespace brink::certificate {

namespace {

Box hull_of(const std::vector<CellClaim>& cells) {
  Box hull = cells.front().box;
  for (const CellClaim& cell : cells) {
    hull.lower = hull.lower.cwiseMin(cell.box.lower);
    hull.upper = hull.upper.cwiseMax(cell.box.upper);
  }
  return hull;
}

bool share_box(const std::vector<CellClaim>& cells) {
  return std::all_of(cells.begin(), cells.end(), [&](const CellClaim& cell) {
    return cell.lower == cells.front().lower && cell.upper == cells.front().upper;
  });
}

}  // namespace

Expected<Outcome> write_cells(const std::string& network_line, const Network& network,
                              const std::string& property, const std::vector<CellClaim>& cells,
                              const std::filesystem::path& file, const ProofOptions& options) {
  std::string header = fmt::format(
      "brink-certificate 1\nnetwork {}\nquestion verify\ninputs {}\nproperty {}\ncells {}\n",
      network_line, network.input_size(), property, cells.size());
  std::vector<OutputRegion> regions;
  for (const CellClaim& cell : cells) {
    header += fmt::format("cell {}\nlower{}\nupper{}\n", cell.rows.size(), cell.lower, cell.upper);
    for (const std::string& row : cell.rows) header += "row " + row + "\n";
    regions.push_back(cell.region);
  }
  header += "facts\n";
  if (cells.empty()) return write_sections(header, {}, 0, {}, file, options.threads);
  std::vector<Box> boxes;
  for (const CellClaim& cell : cells) boxes.push_back(cell.box);
  const bool divide_boxes = search::divides_boxes(network, boxes);
  const Box hull = hull_of(cells);
  const OwnUnits own(network, hull);
  regions = own.rescaled(std::move(regions));
  const Box own_hull{search::scaled(hull.lower, own.units.inputs),
                     search::scaled(hull.upper, own.units.inputs)};
  const Eigen::VectorXd center = 0.5 * (own_hull.lower + own_hull.upper);
  const search::Problem first(own.network, center, own_hull, regions.front());
  if (!divide_boxes && first.is_large() && share_box(cells)) {
    const search::Ball ball(Norm::linf, center, own_hull, 1e300);
    return write_sharing_facts(header, first, regions, ball, own.units, file, options);
  }
  const auto prove = [&](std::size_t c, Records& records) {
    const Box box{search::scaled(cells[c].box.lower, own.units.inputs),
                  search::scaled(cells[c].box.upper, own.units.inputs)};
    const Eigen::VectorXd middle = 0.5 * (box.lower + box.upper);
    const search::Problem problem(own.network, middle, box, regions[c]);
    if (divide_boxes) {
      return BoxProof(problem, regions[c], own.units, records, options.deadline).run();
    }
    const search::Ball ball(Norm::linf, middle, box, 1e300);
    return RegionProof(problem, regions[c], ball, own.units, records, options.deadline).run();
  };
  return write_sections(header, {}, cells.size(), prove, file, options.threads);
}

}  // namespace brink::certificate
