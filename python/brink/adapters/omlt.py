"""A brink network, and proven bounds, for a model of OMLT (Pyomo)."""

import numpy as np

from .._core import RequestError

try:
    from omlt.neuralnet.layer import DenseLayer, InputLayer
    from omlt.neuralnet.network_definition import NetworkDefinition
except ImportError as error:
    raise ImportError(f"brink.adapters.omlt needs the package omlt: {error}") from error


def network_definition(net, box=(0, 1)):
    """The `NetworkDefinition` of a fully connected network, its inputs bounded by the box.

    Raises RequestError for a network with linear hidden units (convolutions, branches): OMLT reads those itself.
    """
    from .._arrays import to_box

    lower, upper = to_box(box, net.inputs)
    definition = NetworkDefinition(scaled_input_bounds={i: (lower[i], upper[i]) for i in range(net.inputs)})
    before = InputLayer([net.inputs])
    definition.add_layer(before)
    for layer in net.layers:
        relu = layer.relu
        if relu.any() and not relu.all():
            raise RequestError(f"layer {layer.number} has linear units besides ReLUs, which a dense layer has not")
        weights = layer.weights
        made = DenseLayer([weights.shape[1]], [weights.shape[0]], activation="relu" if relu.all() else "linear",
                          weights=weights.T, biases=layer.bias)
        definition.add_layer(made)
        definition.add_edge(before, made)
        before = made
    return definition


def hand_bounds(block, definition, bounds):
    """Sets the bounds of every neuron, and the big-M's that OMLT made of its own.

    block: the OmltBlock after `build_formulation`; definition: the network definition of that formulation; bounds:
    `Network.bounds` over a box in which the inputs lie. Returns how many neurons the bounds leave open. Raises
    RequestError where they are of other sizes, or the inputs may leave their box.
    """
    lower, upper = bounds.box
    layers = list(definition.layers)
    inputs = block.layer[id(layers[0])].z
    if len(inputs) != len(lower):
        raise RequestError(f"the model has {len(inputs)} inputs, the bounds are of {len(lower)}")
    for i, variable in enumerate(inputs.values()):
        low, high = variable.bounds
        if low is None or high is None or low < lower[i] or high > upper[i]:
            raise RequestError(f"input {i} may leave the box of the bounds: {variable.bounds} and "
                               f"[{lower[i]}, {upper[i]}]")
    dense = layers[1:]
    if [int(np.prod(d.output_size)) for d in dense] != [len(b) for b in bounds.layers]:
        raise RequestError("the bounds are of a network of other sizes")
    for layer, known in zip(dense, bounds.layers):
        part = block.layer[id(layer)]
        for j, index in enumerate(layer.output_indexes):
            _tighten(part.zhat[index], known.lower[j], known.upper[j])
            relu = layer.activation == "relu"
            _tighten(part.z[index], max(0.0, known.lower[j]) if relu else known.lower[j],
                     max(0.0, known.upper[j]) if relu else known.upper[j])
            if hasattr(part, "_big_m_lb_relu"):
                part._big_m_lb_relu[index] = min(0.0, known.lower[j])
                part._big_m_ub_relu[index] = max(0.0, known.upper[j])
    return sum(int(layer.unstable.sum()) for layer in bounds.layers[:-1])


def _tighten(variable, lower, upper):
    low, high = variable.bounds
    variable.setlb(lower if low is None else max(low, lower))
    variable.setub(upper if high is None else min(high, upper))
