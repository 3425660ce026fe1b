// --maps of `visualize`: what the convolutions and pooling of a file make of an input, as pictures.
#pragma once

#include "brink/graph/evaluate.h"
#include "brink/report/pictures.h"

namespace brink::cli {

/// An error where the graph (null: the network is not a file's own) has no maps to draw.
Expected<void> maps_are_there(const graph::NodeGraph* graph, const Box& box);

/// The input, then a row of maps, a channel each, for each node that is drawn: what is not linear
/// or pools, or where there is no such node, the convolutions. Greys of a row span its values, from
/// 0 if none is below.
Expected<Drawing> feature_maps(const graph::NodeGraph& graph, const Eigen::VectorXd& x,
                               const ImageShape& shape);

}  // namespace brink::cli
