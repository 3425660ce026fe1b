"""Robustness curves."""

from dataclasses import dataclass, field

import numpy as np

from . import _core
from ._closest import ClosestList


@dataclass(frozen=True, eq=False)
class Curve:
    """For every radius the share of inputs that no smaller change turns wrong.

    At radii in (radius[i - 1], radius[i]] the share is at least surely[i] and at most possibly[i].
    """

    radius: np.ndarray = field(repr=False)  #: float64, ascending from 0
    surely: np.ndarray = field(repr=False)  #: float64 in [0, 1]
    possibly: np.ndarray = field(repr=False)
    median_radius: float  #: the largest at which at least half are surely still right
    norm: str
    name: str  #: of the network
    answers: ClosestList

    def at(self, radius):
        """(surely, possibly) at this radius; past the last, what is left there."""
        i = min(int(np.searchsorted(self.radius, radius, side="left")), len(self.radius) - 1)
        return float(self.surely[i]), float(self.possibly[i])

    def to_pandas(self):
        """A DataFrame with the columns of `brink curve` (pandas is needed)."""
        import pandas

        return pandas.DataFrame({"network": self.name, "norm": self.norm, "radius": self.radius,
                                 "surely_right": self.surely, "possibly_right": self.possibly})

    def plot(self, ax=None, **options):
        """See `brink.plot.curve`."""
        from . import plot

        return plot.curve(self, ax=ax, **options)


def make_curve(answers, norm, name):
    radius, surely, possibly, median = _core.curve(
        answers.status, [a.distance for a in answers], [a.bound for a in answers])
    return Curve(radius, surely, possibly, median, norm, name, answers)
