// The network as a property's search wants it: linear outputs, and inputs handed on to the outputs
// where conditions speak of them.
#pragma once

#include <vector>

#include "brink/network/network.h"

namespace brink {

/// Outputs y^K, of a ReLU output max(0, y^K), then the values of the `carried` inputs. It has a
/// hidden layer. Its own forward pass is not the file's.
Network property_network(const Network& network, const std::vector<int>& carried);

}  // namespace brink
