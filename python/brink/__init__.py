"""Exact answers about trained ReLU networks, with a proof.

>>> import brink
>>> net = brink.load([([[1.0, -1.0], [1.0, 1.0]], [0.0, -0.5]), ([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0])])
>>> answer = net.closest([0.9, 0.2], norm="linf")
>>> answer.status, round(answer.distance, 3), answer.target
('optimal', 0.05, 1)

`load` makes a `Network` of nearly anything; its methods ask. `compare` asks about two, `train` and `harden` make
networks, `Store` keeps answers, `certificate` checks proofs, `load_data` reads the data sets that the command line knows. What a status claims, and what
every option means, is the same as on the command line: docs/questions.md, docs/cli.md.
"""

import sys as _sys
from pathlib import Path as _Path

from . import _core, certificate, plot
from ._bounds import Bounds, LayerBounds
from ._closest import Closest, ClosestList
from ._compare import Comparison, ComparisonList, compare
from ._core import RequestError, SolverError
from ._core import version as __version__
from ._curve import Curve
from ._data import Data, fetch_data, load_data
from ._load import load
from ._network import Layer, Network
from ._progress import Progress
from ._property import Property
from ._solvers import Solver, solvers
from ._store import Store
from ._training import Hardened, harden, train
from ._units import Excitation, ExcitationList
from ._verify import Robustness, RobustnessList, Verdict

# Solvers run in a program of their own: a fork of an interpreter with threads is not safe.
_core.solve_by(str(_Path(_core.__file__).with_name("brink-solve")))
_core.look_in_environment(_sys.prefix)  # gurobipy, pyscipopt, ... of this interpreter
for _error in (RequestError, SolverError):
    _error.__module__ = "brink"
RequestError.__doc__ = """The request cannot be asked: one line says what is wrong, where, and how to mend it.

The command line's exit code 2. A ValueError."""
SolverError.__doc__ = """Something failed: brink, a solver or the machine. The command line's exit code 3. A RuntimeError."""

__all__ = [
    "Bounds", "Closest", "ClosestList", "Comparison", "ComparisonList", "Curve", "Data", "Excitation", "ExcitationList",
    "Hardened", "Layer", "LayerBounds", "Network", "Progress", "Property", "RequestError", "Robustness", "RobustnessList",
    "Solver", "SolverError", "Store", "Verdict", "certificate", "compare", "fetch_data", "harden", "load", "load_data",
    "plot", "solvers", "train", "__version__",
]
