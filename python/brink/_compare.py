"""Two networks on the same inputs."""

import html
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from . import _core
from ._core import RequestError
from ._load import load
from ._network import BoxLike, Callback, Network, _number, make_settings
from ._picture import as_picture, tag
from ._progress import Listener


@dataclass(frozen=True, eq=False)
class Comparison:
    """How far apart two networks are on the same inputs.

    `never`: proven, no output differs by more than the tolerance, or they never choose different classes. `differs`:
    they do, at `x`. `bounded`: without a tolerance, `bound` is above `difference` by no more than the gap. `timeout`,
    `unknown`, `interrupted`: the limit, rounding or Ctrl-C came first; `bound` is proven, if there is one.
    """

    status: str
    difference: float | None  #: the largest found, at `x`
    output: int | None  #: in which output
    bound: float | None  #: proven: no output differs by more; None: nothing is, or it was asked about choices
    x: np.ndarray | None  #: the input found, in the shape of the networks' input, or of the one given
    first: np.ndarray | None  #: the first network's outputs there
    second: np.ndarray | None
    seconds: float
    nodes: int
    radius: float | None  #: around `original`; None: over the box
    original: np.ndarray | None = field(repr=False)
    input_shape: tuple = field(repr=False)

    def __repr__(self):
        found = "" if self.difference is None else f", difference {self.difference:.6g} in output {self.output}"
        bound = "" if self.bound is None else f", bound {self.bound:.6g}"
        return f"Comparison({self.status}{found}{bound}, {self.seconds:.3g} s)"

    def _repr_html_(self):
        picture = None if self.x is None else as_picture(self.x, self.input_shape)
        line = f"<p>{html.escape(repr(self))}</p>"
        if picture is None:
            return line
        return tag(picture, "x", min(0.0, float(picture.min())), max(1.0, float(picture.max()))) + line


class ComparisonList(Sequence):
    """Answers in the order of the rows asked about; slices are lists of this kind too."""

    def __init__(self, answers):
        self._answers = tuple(answers)

    def __len__(self):
        return len(self._answers)

    def __getitem__(self, index):
        return ComparisonList(self._answers[index]) if isinstance(index, slice) else self._answers[index]

    @property
    def status(self):
        """A list of texts."""
        return [a.status for a in self]

    @property
    def difference(self):
        """The largest that was found around each; NaN where none was looked for. float64 of len(self)."""
        return np.array([np.nan if a.difference is None else a.difference for a in self])

    @property
    def bound(self):
        """float64 of len(self); infinite where nothing is proven."""
        return np.array([np.inf if a.bound is None else a.bound for a in self])

    def to_pandas(self):
        """A DataFrame with a row an answer (pandas is needed)."""
        import pandas

        names = ("radius", "status", "output", "difference", "bound", "nodes", "seconds")
        return pandas.DataFrame([{"image": i, **{n: getattr(a, n) for n in names}} for i, a in enumerate(self)])

    def __repr__(self):
        counts = {}
        for answer in self:
            counts[answer.status] = counts.get(answer.status, 0) + 1
        return f"ComparisonList({len(self)} answers: " + ", ".join(f"{n} {s}" for s, n in counts.items()) + ")"

    def _repr_html_(self):
        return f"<p>{html.escape(repr(self))}</p>" + "".join(a._repr_html_() for a in self[:10])


def compare(a, b, x: ArrayLike | None = None, *, radius: float | None = None, tolerance: float | None = None,
            choices: bool = False, gap: float | None = None, box: BoxLike | None = None,
            time_limit: float | None = None, threads: int | None = None, seed: int = 0,
            callback: Callback | None = None, progress: bool | None = None) -> Comparison | ComparisonList:
    """How far apart are two networks on the same inputs, before and after pruning, say? `brink compare`.

    a, b: a `Network`, or what `load` takes; as many inputs and outputs each.
    x, radius: one input or a batch (returns a `ComparisonList` then), of which each number may change by at most
    `radius` >= 0; without x all inputs of the box.
    tolerance: >= 0, does an output differ by more? None: by how much at most?
    choices: instead, does each have a strictly largest output somewhere, but another?
    gap: without a tolerance, how close the proven bound comes, a share of the difference (0.01).
    box: (lower, upper), numbers or arrays: where inputs may lie. None: the first network's file's, or (0, 1).
    time_limit: seconds, of each input (300). threads: all cores if None. callback: called with a `Progress` after
    each row of x; False stops. progress: a bar (tqdm).

    Returns `Comparison`. Raises RequestError for what cannot be asked. Ctrl-C ends it, and what is known is
    returned with status "interrupted".

    >>> import brink
    >>> a = brink.load([([[1.0, -1.0], [1.0, 1.0]], [0.0, -0.5]), ([[1.0, 1.0]], [0.0])])
    >>> b = brink.load([([[1.0, -1.0], [1.0, 1.0]], [0.0, -0.25]), ([[1.0, 1.0]], [0.0])])
    >>> brink.compare(a, b, tolerance=0.3).status
    'never'
    >>> round(brink.compare(a, b).difference, 6)
    0.25
    """
    first, second = load(a), load(b)
    if radius is not None and x is None:
        raise RequestError("radius is around inputs: give x, or leave it out")
    if x is not None and radius is None:
        raise RequestError("radius is missing: how far around the inputs?")
    settings = make_settings(threads, seed, None, "python: compare")
    first._set_box(settings, box)
    rows, single, shape = (None, True, None) if x is None else first._rows(x)
    if rows is not None and len(rows) == 0:
        return ComparisonList([])
    limit = 300.0 if time_limit is None else _number("time_limit", time_limit)
    share = 0.01 if gap is None else _number("gap", gap)
    distance = 0.0 if radius is None else _number("radius", radius)
    with Listener("inputs", 1 if rows is None else len(rows), callback, progress) as listener:
        found = _core.compare(first._net, second._net, settings, _number("tolerance", tolerance), bool(choices), share,
                              rows, distance, limit, listener)
    if shape is None:
        one = tuple(first.input_shape)
        shape = one[1:] if len(one) > 1 and one[0] == 1 else one
    answers = []
    for i, row in enumerate(found):
        row = dict(row)
        at = row.pop("x")
        answers.append(Comparison(x=None if at is None else at.reshape(shape), radius=None if rows is None else distance,
                                  original=None if rows is None else rows[i].reshape(shape),
                                  input_shape=tuple(first.input_shape), **row))
    return answers[0] if single else ComparisonList(answers)
