"""Proven bounds for the variables of a gurobi-machinelearning model.

gurobi-machinelearning leaves the values between layers to Gurobi's presolve, which reasons one constraint at a time.
Bounds that see the whole network, exact ones most of all, make the same model's big-M's small.
"""

import numpy as np

from .._core import RequestError


def hand_bounds(predictor, bounds):
    """Sets lower and upper bounds of every neuron's variables.

    predictor: what `gurobi_ml.add_predictor_constr` returned for a PyTorch Sequential or a scikit-learn MLP.
    bounds: `Network.bounds` of the same network, over a box in which the model's inputs lie.
    Returns how many neurons have a ReLU whose phase the bounds leave open. Raises RequestError where the bounds are of
    another network's sizes, or the inputs may leave their box: the model would lose solutions.
    """
    model = predictor.gp_model
    model.update()
    lower, upper = (end.reshape(1, -1) for end in bounds.box)
    inputs = predictor.input
    if inputs.shape[1] != lower.size:
        raise RequestError(f"the model has {inputs.shape[1]} inputs, the bounds are of {lower.size}")
    if (inputs.LB < lower).any() or (inputs.UB > upper).any():
        raise RequestError("the model's inputs may leave the box of the bounds: bound the input variables, or prove "
                           "bounds over a larger box")
    layers = [layer for layer in predictor if hasattr(layer, "coefs") or hasattr(layer, "activation")]
    k = 0
    for layer in layers:
        if hasattr(layer, "coefs"):
            k += 1
        _check(layer.output, bounds, k)
        known = bounds.layers[k - 1]
        if hasattr(layer, "mixing"):
            _set(layer.mixing, known.lower, known.upper)
        relu = hasattr(layer, "mixing") or not hasattr(layer, "coefs")
        _set(layer.output, *([np.maximum(known.lower, 0), np.maximum(known.upper, 0)] if relu
                             else [known.lower, known.upper]))
    if k != len(bounds.layers):
        raise RequestError(f"the model has {k} layers, the bounds are of {len(bounds.layers)}")
    model.update()
    return sum(int(layer.unstable.sum()) for layer in bounds.layers[:-1])


def _check(variables, bounds, k):
    if k > len(bounds.layers) or k == 0 or variables.shape[1] != len(bounds.layers[k - 1]):
        raise RequestError(f"layer {k} of the model has {variables.shape[1]} units, which the bounds' does not")


def _set(variables, lower, upper):
    """Never looser than they are."""
    variables.LB = np.maximum(variables.LB, lower.reshape(1, -1))
    variables.UB = np.minimum(variables.UB, upper.reshape(1, -1))
