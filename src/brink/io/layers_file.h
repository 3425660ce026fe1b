// A network's layers as exact text, for certificates (docs/certificates.md): any graph, once
// lowered to a chain.
#pragma once

#include <string>

#include "brink/graph/evaluate.h"
#include "brink/network/network.h"

namespace brink {

/// Unit by unit; whole numbers in decimal, others in C's hexadecimal.
std::string layers_text(const Network& network);

/// Is the graph one chain of operators that checkers of certificates read themselves?
bool is_plain_chain(const graph::NodeGraph& graph);

}  // namespace brink
