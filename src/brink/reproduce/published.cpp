// Over length: the papers' published tables, as they stand there.
//
// Z: Zhu, "Incorporating nonlinear distance metrics ..."; K: Koot, "Retraining deep neural networks
// ...". Times are seconds; solved is % of 100 images; gap is the mean optimality gap in %.
#include "brink/reproduce/published.h"

namespace brink {

namespace {

struct Source {
  const char* name;
  const char* csv;
};

constexpr Source kSources[] = {
    {"z1_k1_networks", R"(dnn,hidden,accuracy_z
DNN1,8-8-8,93.19
DNN2,8-8-8-8-8-8,92.83
DNN3,20-10-8-8,95.54
DNN4,20-10-8-8-8,95.52
DNN5,20-20-10-10-10,96.10
)"},
    {"k2_basic_vs_exact", R"(dnn,model,solved,gap,nodes,time
DNN1,basic,100,0.0,228,0.3
DNN2,basic,100,0.0,30211,20.8
DNN3,basic,97,0.5,153144,94.8
DNN4,basic,69,11.2,413533,182.4
DNN5,basic,0,87.2,405668,294.1
DNN1,exact,100,0.0,6,0.3
DNN2,exact,100,0.0,1214,0.9
DNN3,exact,100,0.0,16961,10.2
DNN4,exact,100,0.0,72046,39.2
DNN5,exact,45,18.5,567199,75.0
)"},
    {"k3_exact_vs_weak", R"(dnn,model,t_pre,solved,gap,nodes,time
DNN1,exact,30,100,0.0,6,0.3
DNN2,exact,169,100,0.0,1214,0.9
DNN3,exact,765,100,0.0,16961,10.2
DNN4,exact,1845,100,0.0,72046,39.2
DNN5,exact,10096,45,18.5,567199,75.0
DNN1,weak,30,100,0.0,3,0.3
DNN2,weak,106,100,0.0,1274,0.9
DNN3,weak,91,100,0.0,22755,13.7
DNN4,weak,92,100,0.0,85107,35.8
DNN5,weak,154,29,26.3,561593,257.4
)"},
    {"k4_gap1pct", R"(dnn,model,timlim,time,nodes,gap
DNN1,basic,0,0.3,228,0.1
DNN2,basic,0,20.0,30311,0.9
DNN3,basic,0,55.5,155108,1.3
DNN4,basic,30,173.2,426505,10.7
DNN5,basic,100,296.3,268495,90.8
DNN1,exact,0,0.3,6,0.0
DNN2,exact,0,0.9,1208,0.6
DNN3,exact,0,10.6,17326,0.8
DNN4,weak,0,35.2,83481,0.9
DNN5,weak,22,269.8,411978,31.0
)"},
    {"k5_retraining_l1_distance", R"(added_percent,added_examples,mean_distance,sd_distance
0,0,6.11513645,3.758042328
5,3000,5.067735,3.365881
10,6000,4.706737,1.771677
15,9000,5.667457,3.097223
20,12000,4.477385,2.055303
)"},
    {"z2_adversarial_l1", R"(dnn,model,t_pre,solved,gap,nodes,time
DNN1,basic,,100,0.00,1994,0.99
DNN2,basic,,99,0.08,108412,38.09
DNN3,basic,,63,17.32,468387,165.16
DNN4,basic,,48,21.65,613642,214.48
DNN5,basic,,8,66.48,580653,290.04
DNN1,exact,6.48,100,0.00,313,0.50
DNN2,exact,20.93,100,0.00,7133,4.51
DNN3,exact,329.54,99,0.27,10564,19.49
DNN4,exact,343.36,99,0.32,63686,41.93
DNN5,exact,6947.64,80,8.97,74135,142.65
DNN1,weak,6.48,100,0.00,313,0.50
DNN2,weak,20.93,100,0.00,7133,4.51
DNN3,weak,56.27,99,0.29,46742,20.81
DNN4,weak,73.43,98,0.36,63123,48.80
DNN5,weak,69.67,70,10.68,188455,165.58
)"},
    {"z3_gap1pct_3600s", R"(dnn,model,timlim,gap,nodes,time
DNN1,basic,0,0.44,1352,0.78
DNN2,basic,0,0.86,149986,49.07
DNN3,basic,4,2.16,1859162,528.27
DNN4,basic,7,2.86,2819661,809.09
DNN5,basic,68,35.49,6169553,2802.87
DNN1,weak,0,0.30,158,0.37
DNN2,weak,0,0.77,7113,4.74
DNN3,weak,0,0.85,46959,21.73
DNN4,weak,0,0.94,84694,50.23
DNN5,weak,0,0.99,367044,261.68
)"},
    {"z4_z5_norms_exact_bounds", R"(dnn,norm,breakpoints,obj,bound_gap,solved,gap,nodes,time
DNN1,l0,,8.50,,100,0.00,1349,3.17
DNN2,l0,,7.53,,97,1.07,30908,53.38
DNN3,l0,,8.23,,74,11.79,34827,138.16
DNN4,l0,,7.41,,44,35.02,61866,223.19
DNN1,l1,,7.70,,100,0.00,313,0.50
DNN2,l1,,6.71,,100,0.00,7133,4.51
DNN3,l1,,7.35,,99,0.27,10564,19.49
DNN4,l1,,6.53,,99,0.32,63686,41.93
DNN1,l2,5,11.12,6.73,100,0.00,514,1.66
DNN2,l2,5,9.54,3.13,100,0.00,9089,14.58
DNN3,l2,5,10.29,3.33,95,1.91,34920,58.15
DNN4,l2,5,8.97,4.49,92,2.97,60391,100.62
DNN1,linf,,0.07,,100,0.00,348,2.37
DNN2,linf,,0.06,,100,0.00,6034,16.82
DNN3,linf,,0.06,,96,1.78,24068,62.72
DNN4,linf,,0.05,,93,2.34,37881,122.41
)"},
    {"z6_l2_breakpoints", R"(dnn,breakpoints,obj,bound_gap,solved,gap,nodes,time
DNN1,9,13.76,4.22,100,0.00,488,2.17
DNN1,11,14.57,3.62,100,0.00,476,2.61
DNN1,17,15.96,2.66,100,0.00,453,4.32
DNN1,21,17.07,4.50,100,0.00,460,4.73
DNN1,33,16.94,1.51,100,0.00,437,7.76
DNN1,41,17.46,2.34,100,0.00,485,11.25
DNN2,9,11.73,2.02,100,0.00,7395,17.20
DNN2,11,12.48,1.74,100,0.00,7352,17.37
DNN2,17,13.96,1.38,100,0.00,7446,28.41
DNN2,21,14.78,2.08,100,0.00,7180,34.89
DNN2,33,15.10,0.89,98,1.50,6630,61.39
DNN2,41,15.47,1.22,94,3.76,7356,97.47
DNN3,9,12.73,2.20,94,3.11,32135,62.47
DNN3,11,13.49,1.89,95,2.33,31260,75.81
DNN3,17,15.09,1.39,91,5.18,22291,99.01
DNN3,21,15.85,1.84,84,8.78,22583,128.49
DNN3,33,16.19,0.83,62,20.40,18083,191.66
DNN3,41,16.42,0.97,68,20.68,17175,189.44
)"},
    {"z7_adversarial_training_accuracy", R"(training_data,l0,l1,l2,linf,mnist
l0,0.123,0.107,0.091,0.086,0.923
l1,0.105,0.125,0.092,0.094,0.918
l2,0.108,0.104,0.109,0.104,0.916
linf,0.094,0.102,0.104,0.105,0.928
mnist,0.081,0.081,0.083,0.084,0.932
)"},
    {"z8_adversarial_training_distance",
     R"(training_data,obj_l0,obj_l1,obj_l2,obj_linf,diff_l0,diff_l1,diff_l2,diff_linf
l0,6.85,6.43,13.16,0.06,-19.41,-16.49,-17.54,-14.29
l1,7.67,6.93,14.53,0.06,-9.76,-10.00,-8.96,-14.29
l2,8.28,7.53,15.04,0.07,-2.59,-2.21,-5.76,0.00
linf,8.91,8.13,16.44,0.07,4.82,5.58,3.01,0.00
)"},
};

}  // namespace

CsvTable published(const std::string& name) {
  for (const Source& source : kSources) {
    if (name != source.name) continue;
    auto table = CsvTable::parse(source.csv, name, {});
    if (table) return *table;
  }
  return {};
}

}  // namespace brink
