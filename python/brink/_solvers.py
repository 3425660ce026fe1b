"""The MIP solvers for engine="mip"."""

import html
from dataclasses import dataclass

from . import _core


@dataclass(frozen=True)
class Solver:
    """A MIP solver: give its name as `solver=`, with engine="mip", or to `bounds`."""

    name: str
    title: str
    found: bool  #: and it solves
    version: str
    solves: str  #: what its licence solves here, as tried
    trouble: str  #: why it is not used, or how to get it; empty where it is found
    library: str  #: the file; empty: none, or none needed


class SolverList(list):
    """Of `Solver`; `[s.name for s in brink.solvers() if s.found]`."""

    def to_pandas(self):
        """A DataFrame with a row a solver (pandas is needed)."""
        import dataclasses

        import pandas

        return pandas.DataFrame([dataclasses.asdict(s) for s in self])

    def __repr__(self):
        return "\n".join(f"{s.name:<8} {s.version or '-':<9} {s.solves or s.trouble}" for s in self)

    def _repr_html_(self):
        rows = "".join(f"<tr><td>{html.escape(s.name)}</td><td>{html.escape(s.version)}</td>"
                       f"<td>{html.escape(s.solves or s.trouble)}</td></tr>" for s in self)
        return f"<table><tr><th>solver</th><th>version</th><th>solves</th></tr>{rows}</table>"


def solvers() -> SolverList:
    """The MIP solvers there are: which are found, versions, and what their licences solve; `brink solvers`.

    The packages of this interpreter are looked at first (gurobipy, pyscipopt, highsbox, cplex, xpress), then where
    docs/solvers.md says. Each one found is tried on small programs, which takes some seconds.

    >>> import brink
    >>> brink.solvers()[0].name
    'cbc'
    """
    return SolverList(Solver(*facts) for facts in _core.solvers())
