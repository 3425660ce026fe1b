#include "brink/certificate/cells_proof.h"

#include <algorithm>

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
  if (cells.empty()) return write_sections(header + "facts\n", 0, {}, file, options.threads);
  std::vector<Box> boxes;
  for (const CellClaim& cell : cells) boxes.push_back(cell.box);
  const bool divide_boxes = search::divides_boxes(network, boxes);
  const OwnUnits own(network, hull_of(cells));
  regions = own.rescaled(std::move(regions));
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
  return write_sections(header + "facts\n", cells.size(), prove, file, options.threads);
}

}  // namespace brink::certificate
