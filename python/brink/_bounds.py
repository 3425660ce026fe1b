"""Bounds on pre-activations."""

from dataclasses import dataclass

import numpy as np

from . import _core


@dataclass(frozen=True, eq=False)
class LayerBounds:
    """Of one layer: lower <= y <= upper for every input in the box."""

    lower: np.ndarray  #: float64, a number a unit
    upper: np.ndarray
    lower_source: list  #: what proved each: interval, symbolic, lp, stopped, exact
    upper_source: list
    linear: np.ndarray  #: bool: units without a ReLU

    @property
    def unstable(self):
        """bool, a value a unit: the ReLU may be active or not."""
        return (self.lower < 0) & (self.upper > 0) & ~self.linear

    def __len__(self):
        return len(self.lower)


class Bounds:
    """Bounds on every neuron of a network over a box; made by `Network.bounds`.

    `layers[k - 1]` is layer k, the outputs last. `complete`: not stopped by the user.
    `certificate`: the file that proves them without brink, or None.
    """

    def __init__(self, text, layers, facts):
        self._text, self.layers = text, layers
        self.__dict__.update(facts)

    def _of(self, net):
        """As the library takes them."""
        return _core.parse_bounds(self._text, net)

    def save(self, path):
        """Writes them as `brink bounds -o` does: for `--bounds FILE` of the command line."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(self._text)

    def to_pandas(self):
        """A DataFrame with a row a neuron (pandas is needed)."""
        import pandas

        rows = []
        for k, layer in enumerate(self.layers, 1):
            for j in range(len(layer)):
                rows.append((k, j, layer.lower[j], layer.upper[j], layer.lower_source[j], layer.upper_source[j]))
        return pandas.DataFrame(rows, columns=["layer", "unit", "lower", "upper", "lower_by", "upper_by"])

    def __repr__(self):
        stopped = "" if self.complete else ", stopped"
        return f"Bounds({self.method}: {len(self.layers)} layers, {self.unstable} unstable neurons{stopped})"


def make_bounds(found, complete, certificate):
    layers = []
    for k in range(1, found.depth + 1):
        lower, upper, lower_by, upper_by, linear = found.layer(k)
        layers.append(LayerBounds(lower, upper, lower_by, upper_by, np.array(linear, dtype=bool)))
    facts = dict(method=found.method, solver=found.solver, t_pre=found.t_pre, unstable=found.unstable, box=found.box,
                 network=found.network, complete=complete, certificate=certificate)
    return Bounds(found.text(), layers, facts)
