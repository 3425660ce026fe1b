"""Properties: what `Network.verify` is asked, as a file or from arrays."""

import os
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from . import _core
from ._arrays import to_numpy
from ._core import RequestError


@dataclass(frozen=True)
class Property:
    """A property in VNN-LIB 1.0 or 2.0: a set of inputs, and conditions on the outputs. Does not change; can be pickled.

    Asked is whether there is an input for which all its assertions hold, which makes it a *counterexample*.
    `Property(text)`, `Property.read(path)`, or `Property.linear(lower, upper, outputs)` for those who have no file.
    Raises RequestError for a text that is none, with line and column.

    >>> import brink
    >>> unsafe = brink.Property.linear([0, 0], [1, 1], ([[1, -1]], [0]))  # is y_0 <= y_1 somewhere in the box?
    >>> unsafe
    Property(VNN-LIB 1, 1 case: 2 inputs, 2 outputs)
    >>> brink.load([([[1.0, 0.0], [0.0, 1.0]], [1.5, 0.0])]).verify(unsafe).status
    'unsat'
    """

    text: str = field(repr=False)  #: what the file says
    name: str = field(default="the property", compare=False)  #: of it in errors
    version: int = field(init=False, compare=False)  #: of VNN-LIB: 1 or 2
    cases: int = field(init=False, compare=False)  #: of conditions, one of which has to hold
    #: a tuple for each network that it speaks of: (name, name of the network it is equal to or "", inputs, outputs);
    #: the last two are tuples of variables (name, type, shape, first number, how many numbers)
    networks: tuple = field(init=False, compare=False)

    def __post_init__(self):
        if not isinstance(self.text, str):
            raise RequestError(f"a property's text is a str, not a {type(self.text).__name__}; Property.read takes a path")
        version, networks, cases = _core.property_facts(self._bytes(), self.name)

        def variables(found):
            return tuple((name, kind, tuple(shape), first, count) for name, kind, shape, first, count in found)

        declared = tuple((name, equal, variables(inputs), variables(outputs))
                         for name, equal, _, inputs, outputs in networks)
        for key, value in dict(version=version, cases=cases, networks=declared).items():
            object.__setattr__(self, key, value)

    def _bytes(self):
        return self.text.encode("utf-8", "surrogateescape")

    @classmethod
    def read(cls, path: str | os.PathLike) -> "Property":
        """Of a VNN-LIB file. Raises RequestError for one that is not there or broken."""
        path = os.fspath(path)
        try:
            with open(path, "rb") as file:
                text = file.read()
        except OSError as error:
            raise RequestError(f"cannot read {path!r}: {error.strerror}") from None
        return cls(text.decode("utf-8", "surrogateescape"), repr(path))

    @classmethod
    def linear(cls, lower: ArrayLike, upper: ArrayLike, outputs) -> "Property":
        """Is there an input in a box whose outputs y meet A y <= b?

        lower, upper: numbers of the inputs, flattened, each lower one at most the upper one.
        outputs: (A, b) with A of conditions x outputs and b a number a condition, all of which have to hold; or a
        list of such pairs, one of which has to hold. Numbers mean themselves: a float64 is an exact decimal number.
        Raises RequestError for what does not fit together, NaN, infinite numbers.

        >>> import brink
        >>> either = [([[1, -1]], [-0.5]), ([[-1, 1]], [-0.5])]  # y_0 + 0.5 <= y_1, or the other way round
        >>> brink.Property.linear([0], [1], either).cases
        2
        """
        ends = [_numbers(what, end, 1) for what, end in (("lower", lower), ("upper", upper))]
        pairs = list(outputs) if isinstance(outputs, list) else [outputs]
        cases = []
        for c, pair in enumerate(pairs):
            try:
                a, b = pair
            except (TypeError, ValueError):
                raise RequestError(f"case {c} is not a pair (A, b): A of conditions x outputs, b a number a condition") from None
            a = _numbers(f"case {c}: A", a, 2)
            cases.append((a, _numbers(f"case {c}: b", b, 1)))
        count = cases[0][0].shape[1] if cases else 0
        return cls(_core.linear_property(*ends, count, cases))

    def save(self, path: str | os.PathLike) -> None:
        """Writes the text as a file: for `brink verify`, other verifiers, or `brink-check --property`."""
        with open(path, "wb") as file:
            file.write(self._bytes())

    def __repr__(self):
        cases = "1 case" if self.cases == 1 else f"{self.cases} cases"
        shown = []
        for name, _, inputs, outputs in self.networks:
            sizes = [sum(variable[4] for variable in variables) for variables in (inputs, outputs)]
            shown.append(f"{name + ' of ' if name else ''}{sizes[0]} inputs, {sizes[1]} outputs")
        return f"Property(VNN-LIB {self.version}, {cases}: {'; '.join(shown)})"


def _numbers(what, values, axes):
    """float64 with so many axes."""
    try:
        numbers = np.ascontiguousarray(to_numpy(values), dtype=np.float64)
    except (TypeError, ValueError):
        raise RequestError(f"{what} is no array of numbers") from None
    if axes == 1:
        return numbers.reshape(-1)
    if numbers.ndim != axes:
        raise RequestError(f"{what} has the shape {numbers.shape}: a row a condition, a column an output are needed")
    return numbers


def is_property(spec):
    """A property, or the path or text of one; not an input."""
    return isinstance(spec, (str, os.PathLike, Property))


def to_property(spec):
    if isinstance(spec, Property):
        return spec
    if isinstance(spec, str) and ("\n" in spec or spec.lstrip().startswith(("(", ";"))):
        return Property(spec)
    return Property.read(spec)


def chosen_networks(net, asked, networks):
    """(networks, their names) for those that the property declares; no names: `net` is the only one."""
    if networks is None and len(asked.networks) == 1:
        return [net], []
    if asked.version == 1:
        raise RequestError(f"{asked.name} is VNN-LIB 1.0, which does not name its network: leave networks out")
    try:
        given = {str(name): other for name, other in (networks or {}).items()}
    except AttributeError:
        raise RequestError(f"networks is a {type(networks).__name__}, not a dict of names to networks") from None
    left = [name for name, equal, _, _ in asked.networks if name not in given and not equal]
    if len(left) > 1:
        raise RequestError(f"{asked.name} speaks of the networks {', '.join(n for n, _, _, _ in asked.networks)}: give all "
                           f"but one by networks={{{left[-1]!r}: net}}")
    if left:
        given[left[0]] = net
    elif not any(other == net for other in given.values()):
        raise RequestError("networks has every network that the property speaks of, and this one is none of them")
    return list(given.values()), list(given)
