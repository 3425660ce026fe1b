#include "brink/reproduce/tables.h"

namespace brink {

const std::vector<Exhibit>& exhibits() {
  static const std::vector<Exhibit> all = {
      {"z1", "the networks and their accuracy (K1 too)", table_z1},
      {"z2", "L1, basic, exact and weak models, 300 s", table_z2},
      {"z3", "L1, basic and weak models, gap 1 %, 3600 s", table_z3},
      {"z4", "L0 and L1, exact model", table_z4},
      {"z5", "L2 and Linf, exact model", table_z5},
      {"z6", "L2 by the number of breakpoints", table_z6},
      {"z7", "accuracy after retraining on examples of each norm", table_z7},
      {"z8", "distances after retraining on examples of each norm", table_z8},
      {"k2", "L1, basic and exact models", table_k2},
      {"k3", "L1, exact and weak models", table_k3},
      {"k4", "L1, gap 1 %", table_k4},
      {"k5", "L1 distance after retraining with 3000 to 12,000 examples", table_k5},
      {"figures", "figures Z2-Z5 and K3-K6 as PNG", draw_figures},
  };
  return all;
}

std::vector<std::string> networks_of(const std::string& exhibit, const Lab& lab) {
  if (exhibit == "figures") return {"DNN1", "DNN3"};
  if (exhibit == "z7" || exhibit == "z8" || exhibit == "k5") return {};  // they train their own
  std::vector<std::string> read;
  for (const std::string& net : lab.options().nets) {
    const bool published = exhibit != "z6" || (net != "DNN4" && net != "DNN5");
    if (published) read.push_back(net);
  }
  return read;
}

}  // namespace brink
