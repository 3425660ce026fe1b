// --maps of `visualize`: what the convolutions and pooling of a file make of an input, as pictures.
#pragma once

#include "brink/report/pictures.h"
#include "closest_options.h"

namespace brink::cli {

/// An error where the network's file has no maps to draw.
Expected<void> maps_are_there(const LoadedNetwork& loaded, const Box& box);

/// The input, then a row of maps, a channel each, for each node that is drawn: what is not linear
/// or pools, or where there is no such node, the convolutions. Greys of a row span its values, from
/// 0 if none is below.
Expected<Drawing> feature_maps(const LoadedNetwork& loaded, const Eigen::VectorXd& x,
                               const ImageShape& shape);

}  // namespace brink::cli
