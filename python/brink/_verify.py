"""Answers about properties, and about inputs within a radius."""

import html
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ._picture import as_picture, change_of, tag


@dataclass(frozen=True, eq=False)
class Verdict:
    """Has a network, or have several together, an input that a property asks for?

    `sat`: there is one, `x`, which was looked at in double precision and in float32. `unsat`: proven, there is none.
    `unknown`: the search ended, but rounding left something open. `timeout`: the limit came first; `interrupted`:
    Ctrl-C did.
    """

    status: str
    x: np.ndarray | None  #: the input found, in the shape of the network's input; of several networks the first's
    y: np.ndarray | None  #: the outputs there, a number each
    seconds: float
    nodes: int  #: of the search
    variables: dict = field(repr=False)  #: the inputs and outputs of all networks there, by their names in the property
    text: str = field(repr=False)  #: the same as VNN-LIB writes it; empty: nothing was found
    note: str  #: why there is no certificate
    certificate: str | None  #: the file that proves "unsat"
    input_shape: tuple = field(repr=False)

    def __repr__(self):
        found = "" if self.y is None else f", y={np.array2string(self.y, precision=4, threshold=8)}"
        return f"Verdict({self.status}{found}, {self.nodes} nodes, {self.seconds:.3g} s)"

    def _repr_html_(self):
        line = f"<p>{html.escape(repr(self))}</p>"
        if self.x is None:
            return line
        picture = as_picture(self.x, self.input_shape)
        if picture is not None:
            return tag(picture, "x", min(0.0, float(picture.min())), max(1.0, float(picture.max()))) + line
        return line + _table({name: values.reshape(-1) for name, values in self.variables.items()})


def _table(arrays, most=12):
    rows = []
    for name, values in arrays.items():
        shown = "".join(f"<td>{v:.6g}</td>" for v in values[:most]) + ("<td>...</td>" if len(values) > most else "")
        rows.append(f"<tr><th>{html.escape(name)}</th>{shown}</tr>")
    return "<table>" + "".join(rows) + "</table>"


def make_verdict(found, asked, shape):
    """From what the library returns; `shape`: of the first network's input, a batch in front."""
    values = found.pop("values")
    text = found.pop("text", "")
    variables, firsts = {}, []
    if values is not None:
        for _, _, inputs, outputs in asked.networks:
            for name, _, extents, first, count in inputs + outputs:
                variables[name] = values[first : first + count].reshape(extents or (count,))
            firsts.append((inputs[0], outputs[0]))
    x = y = None
    if values is not None:
        one = tuple(shape[1:]) if len(shape) > 1 and shape[0] == 1 else tuple(shape)
        (_, _, _, first, count), (_, _, _, first_y, count_y) = firsts[0]
        x, y = values[first : first + count].reshape(one), values[first_y : first_y + count_y]
    return Verdict(x=x, y=y, variables=variables, text=text, input_shape=tuple(shape), **found)


@dataclass(frozen=True, eq=False)
class Robustness:
    """Is an input taken for no other class by any change of at most `radius`?

    `robust`: proven, ties included. `not_robust`: `x`, which was checked, is taken for `target`. `unknown`: the limit
    or rounding came first. `misclassified`: the network gets the input wrong to begin with. `interrupted`: by Ctrl-C
    or a callback.
    """

    status: str
    radius: float
    norm: str
    label: int | None  #: the class of `original`
    target: int | None  #: the class that `x` is taken for
    x: np.ndarray | None  #: the input found, in the shape of the one given
    distance: float | None  #: of `x` from `original`
    bound: float  #: proven: nothing nearer is taken for something else; as far as it was needed
    seconds: float
    nodes: int
    note: str  #: why there is no certificate
    certificate: str | None  #: the file that proves "robust"
    original: np.ndarray = field(repr=False)
    input_shape: tuple = field(repr=False)

    def __repr__(self):
        found = "" if self.distance is None else f", taken for {self.target} at {self.distance:.6g}"
        return f"Robustness({self.status} within {self.norm} {self.radius:g}{found}, {self.seconds:.3g} s)"

    def _repr_html_(self):
        original, parts = as_picture(self.original, self.input_shape), ""
        if original is not None:
            low, high = min(0.0, float(original.min())), max(1.0, float(original.max()))
            parts = tag(original, f"class {self.label}", low, high)
            if self.x is not None:
                parts += tag(as_picture(self.x, self.input_shape), f"taken for {self.target}", low, high)
                parts += tag(change_of(self.x, self.original, self.input_shape), "change")
        return f"<div>{parts}<p>{html.escape(repr(self))}</p></div>"


class RobustnessList(Sequence):
    """Answers in the order of the rows asked about; slices are lists of this kind too."""

    def __init__(self, answers):
        self._answers = tuple(answers)

    def __len__(self):
        return len(self._answers)

    def __getitem__(self, index):
        return RobustnessList(self._answers[index]) if isinstance(index, slice) else self._answers[index]

    @property
    def status(self):
        """A list of texts."""
        return [a.status for a in self]

    @property
    def share(self):
        """Of the rows, those that are proven robust, in [0, 1]: the proven (certified) accuracy. NaN of none."""
        return self.status.count("robust") / len(self) if len(self) else float("nan")

    def to_pandas(self):
        """A DataFrame with the columns of `brink verify --data` (pandas is needed)."""
        import pandas

        names = ("label", "norm", "radius", "status", "target", "distance", "bound", "nodes", "seconds")
        return pandas.DataFrame([{"image": i, **{n: getattr(a, n) for n in names}} for i, a in enumerate(self)])

    def __repr__(self):
        counts = {}
        for answer in self:
            counts[answer.status] = counts.get(answer.status, 0) + 1
        shown = ", ".join(f"{n} {s}" for s, n in counts.items())
        return f"RobustnessList({len(self)} answers: {shown}; {100 * self.share:.1f} % proven)" if len(self) else (
            "RobustnessList(0 answers)")

    def _repr_html_(self):
        shown = "".join(a._repr_html_() for a in self[:10])
        more = f"<p>... and {len(self) - 10} more</p>" if len(self) > 10 else ""
        return f"<p>{html.escape(repr(self))}</p>{shown}{more}"


def make_robustness(row, original, radius, norm, input_shape):
    row = dict(row)
    x, label = row.pop("x"), row.pop("label")
    return Robustness(x=None if x is None else x.reshape(original.shape), label=label if label >= 0 else None,
                      radius=radius, norm=norm, original=original, input_shape=tuple(input_shape), **row)
