"""Answers about closest adversarial examples."""

import html
from collections.abc import Sequence
from dataclasses import dataclass, field, fields

import numpy as np

from ._picture import as_picture, change_of, tag


@dataclass(frozen=True, eq=False)
class Closest:
    """The closest input that the network takes for something else, and what is proven of it.

    Statuses are the command line's: `optimal`, `gap`, `time_limit`, `undecided`, `infeasible`, `misclassified`,
    `error`; and `interrupted` after Ctrl-C or a callback that returned False: what is known by then.
    Whatever the status, `bound` is proven and `x`, if there is one, was checked (`verified`).
    """

    status: str
    distance: float | None  #: of `x` from `original`, in `norm`; None: none was found
    bound: float  #: proven: nothing nearer is taken for something else, ties included
    x: np.ndarray | None  #: the input found, in the shape of the one given
    target: int | None  #: the class that it is taken for
    verified: bool  #: the plain forward pass in double precision meets the question on `x`
    seconds: float
    nodes: int  #: of the search
    label: int | None  #: the class of `original`
    norm: str
    gap: float | None  #: (distance - bound) / distance
    lead: float  #: by which `x` meets every condition
    lead_bound: float  #: proven: no input with that lead is nearer
    float32: bool  #: the float32 pass takes `x` for the target too
    all_zero: bool
    proof: str  #: what vouches for the bound
    note: str  #: why there is an error, or no proof in time
    bound_seconds: float
    linearised: float | None
    linearised_bound: float | None
    certificate: str | None  #: the file that proves the bound without brink
    original: np.ndarray = field(repr=False)
    input_shape: tuple = field(repr=False)
    statistics: dict = field(repr=False)

    @property
    def change(self):
        """x - original, or None."""
        return None if self.x is None else self.x - self.original

    def __repr__(self):
        shown = ("status", "distance", "bound", "target", "label", "norm", "seconds")
        return "Closest(" + ", ".join(f"{name}={_short(getattr(self, name))}" for name in shown) + ")"

    def _caption(self):
        found = "nothing found" if self.distance is None else f"distance {self.distance:.6g}"
        return f"{html.escape(self.status)}: {found}, bound {self.bound:.6g} ({self.norm})"

    def _pictures(self):
        original = as_picture(self.original, self.input_shape)
        if original is None:
            return ""
        low, high = min(0.0, float(original.min())), max(1.0, float(original.max()))
        parts = [tag(original, f"class {self.label}", low, high)]
        if self.x is not None:
            parts.append(tag(as_picture(self.x, self.input_shape), f"taken for {self.target}", low, high))
            parts.append(tag(change_of(self.x, self.original, self.input_shape), "change"))
        return "".join(parts)

    def _repr_html_(self):
        return f"<div>{self._pictures()}<p>{self._caption()}</p></div>"

    def _repr_markdown_(self):
        return self._caption()

    def to_dict(self):
        """All that a table has: everything but arrays, statistics and the certificate."""
        left_out = ("x", "original", "statistics", "input_shape", "certificate")
        return {f.name: getattr(self, f.name) for f in fields(self) if f.name not in left_out}


def _short(value):
    return f"{value:.6g}" if isinstance(value, float) else repr(value)


class ClosestList(Sequence):
    """Answers in the order of the rows asked about; slices are lists of this kind too."""

    def __init__(self, answers):
        self._answers = tuple(answers)

    def __len__(self):
        return len(self._answers)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return ClosestList(self._answers[index])
        return self._answers[index]

    @property
    def status(self):
        """A list of texts."""
        return [a.status for a in self]

    @property
    def distance(self):
        """float64 of len(self); NaN where no input was found."""
        return np.array([np.nan if a.distance is None else a.distance for a in self])

    @property
    def bound(self):
        """float64 of len(self)."""
        return np.array([a.bound for a in self])

    @property
    def target(self):
        """Whole numbers; -1 where no input was found."""
        return np.array([-1 if a.target is None else a.target for a in self])

    @property
    def x(self):
        """The inputs found, n x the shape of one, NaN where there is none."""
        return np.stack([np.full_like(a.original, np.nan) if a.x is None else a.x for a in self])

    def to_pandas(self):
        """A DataFrame with a row an answer, columns as the command line's table (pandas is needed)."""
        import pandas

        return pandas.DataFrame([{"image": i, **a.to_dict()} for i, a in enumerate(self)])

    def __repr__(self):
        counts = {}
        for answer in self:
            counts[answer.status] = counts.get(answer.status, 0) + 1
        return f"ClosestList({len(self)} answers: " + ", ".join(f"{n} {s}" for s, n in counts.items()) + ")"

    def _repr_html_(self):
        shown = "".join(a._repr_html_() for a in self[:10])
        more = f"<p>... and {len(self) - 10} more</p>" if len(self) > 10 else ""
        return f"<p>{html.escape(repr(self))}</p>{shown}{more}"


def make_closest(row, original, norm, input_shape):
    """From what the library returns for a row."""
    row = dict(row)
    x, target = row.pop("x"), row.pop("target")
    label = row.pop("label")
    return Closest(
        x=None if x is None else x.reshape(original.shape),
        target=target if target >= 0 else None,
        label=label if label >= 0 else None,
        norm=norm,
        original=original,
        input_shape=tuple(input_shape),
        **row,
    )
