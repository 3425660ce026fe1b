"""Answers about what excites a unit."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ._picture import as_picture, tag


@dataclass(frozen=True, eq=False)
class Excitation:
    """The input that excites a unit most (or least) and what is proven of it."""

    status: str  #: optimal, gap, time_limit, interrupted, error
    activation: float | None  #: of `x` by the plain forward pass; None: no input was found
    bound: float  #: proven: none in the box gets beyond it
    x: np.ndarray | None  #: the input found, in the shape of the network's input
    layer: int
    unit: int
    extreme: str  #: "max": of the activation; "min": of the pre-activation
    seconds: float
    nodes: int
    proof: str
    note: str
    certificate: str | None  #: the file that proves the bound without brink
    input_shape: tuple = field(repr=False)

    def __repr__(self):
        return (f"Excitation(layer={self.layer}, unit={self.unit}, status={self.status!r}, "
                f"activation={self.activation}, bound={self.bound})")

    def _repr_html_(self):
        picture = None if self.x is None else as_picture(self.x, self.input_shape)
        caption = f"unit {self.layer}:{self.unit}, {self.status}: {self.activation}, bound {self.bound:.6g}"
        if picture is None:
            return f"<p>{caption}</p>"
        return tag(picture, caption, float(picture.min()), float(picture.max()))


class ExcitationList(Sequence):
    """Answers in the order of the units asked about."""

    def __init__(self, answers):
        self._answers = tuple(answers)

    def __len__(self):
        return len(self._answers)

    def __getitem__(self, index):
        return ExcitationList(self._answers[index]) if isinstance(index, slice) else self._answers[index]

    def to_pandas(self):
        """A DataFrame with a row a unit (pandas is needed)."""
        import pandas

        names = ("layer", "unit", "activation", "bound", "status", "nodes", "seconds", "proof", "extreme")
        return pandas.DataFrame([{n: getattr(a, n) for n in names} for a in self])

    def __repr__(self):
        return f"ExcitationList({len(self)} units)"

    def _repr_html_(self):
        return "".join(a._repr_html_() for a in self)


def make_excitation(row, input_shape, least):
    row = dict(row)
    x = row.pop("x")
    shape = tuple(input_shape)
    shape = shape[1:] if len(shape) > 1 and shape[0] == 1 else shape
    if x is None:
        row["activation"] = None
    return Excitation(x=None if x is None else x.reshape(shape), extreme="min" if least else "max",
                      input_shape=tuple(input_shape), **row)
