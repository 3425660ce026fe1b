"""A network, and the questions that can be asked of it."""

import os
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from . import _core
from ._arrays import to_box, to_labels, to_norm, to_numpy, to_rows
from ._bounds import Bounds, make_bounds
from ._closest import Closest, ClosestList, make_closest
from ._core import RequestError
from ._curve import Curve, make_curve
from ._progress import Listener, Progress
from ._property import Property, chosen_networks, is_property, to_property
from ._store import Store
from ._units import Excitation, ExcitationList, make_excitation
from ._verify import Robustness, RobustnessList, Verdict, make_robustness, make_verdict

BoxLike = tuple[ArrayLike, ArrayLike] | str
StoreLike = Store | str | os.PathLike
PathLike = str | os.PathLike
Callback = Callable[[Progress], bool | None]


class Layer:
    """Layer k of a network: y = W x + b, then max(0, y) where it is not linear."""

    def __init__(self, net, number):
        self._net, self.number = net, number

    @property
    def weights(self) -> np.ndarray:
        """W, float64, units x inputs of the layer; a new array each time.

        Raises RequestError where that is more than 2^28 numbers: `triplets` then has them.
        """
        return self._net.weights(self.number)

    @property
    def triplets(self):
        """(rows, columns, values) of the entries stored, as scipy.sparse.coo_array takes them."""
        rows, columns, values = self._net.triplets(self.number)
        return rows.astype(np.int64), columns.astype(np.int64), values

    @property
    def sparse(self) -> bool:
        """The entries are stored sparsely (convolutions, units handed on)."""
        return self._net.is_sparse(self.number)

    @property
    def bias(self) -> np.ndarray:
        """b, float64, a number a unit."""
        return self._net.bias(self.number)

    @property
    def relu(self) -> np.ndarray:
        """Which units have a ReLU, bool, a value a unit."""
        last = self.number == self._net.depth
        relu = np.full(len(self), not last or self._net.output == "relu")
        relu[self._net.linear_units(self.number)] = False
        return relu

    def __len__(self):
        return self._net.width(self.number)

    def __repr__(self):
        return f"Layer({self.number}: {self._net.width(self.number - 1)} -> {len(self)})"


def _set(where, /, **values):
    """Those that are not None; what is of a wrong type is refused by name."""
    for name, value in values.items():
        if value is None:
            continue
        try:
            setattr(where, name, value)
        except TypeError:
            raise RequestError(f"{name} {value!r} is of the wrong type") from None


def _number(name, value):
    if value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        raise RequestError(f"{name} {value!r} is not a number") from None


def _text(value):
    return None if value is None else f"{value!r}" if isinstance(value, float) else str(value)


def make_settings(threads=None, seed=0, store=None, command=""):
    settings = _core.Settings()
    if threads is not None and (int(threads) != threads or threads < 1):
        raise RequestError(f"threads {threads!r} is not a whole number of 1 or more")
    _set(settings, threads=threads, seed=seed, command=command)
    if store is not None:
        settings.store = str(getattr(store, "path", store))
    return settings


class Network:
    """A trained ReLU network as brink reads it; made by `brink.load`. Does not change; can be pickled.

    Layers count from 1 (the first hidden one) to the output, units from 0. An input is `inputs` numbers in the
    shape of the network's input, or flat, or a batch of such; bytes (uint8) stand for byte / 255.
    """

    def __init__(self, net, source):
        self._net, self._source = net, source

    # -- what it is ----------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """Of its file, without the ending."""
        return self._net.name

    @property
    def inputs(self) -> int:
        """How many numbers an input has."""
        return self._net.width(0)

    @property
    def outputs(self) -> int:
        """How many outputs there are: classes, or one number."""
        return self._net.width(self._net.depth)

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of the input, a batch of 1 in front."""
        return tuple(self._net.input_shape)

    @property
    def classes(self) -> list[str]:
        """What the file calls its classes; may be empty."""
        return list(self._net.classes)

    @property
    def layers(self) -> list[Layer]:
        """The chain of layers that is made of the network, a list of `Layer`."""
        return [Layer(self._net, k) for k in range(1, self._net.depth + 1)]

    @property
    def notes(self) -> list[str]:
        """What of the file is no part of the network (a final Softmax, say), a line each."""
        return list(self._net.warnings)

    @property
    def box(self):
        """(lower, upper) that the file says the network is made for (NNet does), or None."""
        return self._net.box

    @property
    def hash(self) -> str:
        """SHA-256 of its numbers: equal networks, equal hash."""
        return self._net.hash()

    def info(self) -> dict:
        """All that `brink info --json` says: format, shapes, operators, parameters, layers, hash."""
        return self._net.info()

    def save(self, path: str | os.PathLike) -> None:
        """Writes the chain of layers as ONNX, or as NNet where the name ends in `.nnet`."""
        self._net.save(str(path))

    def __call__(self, x: ArrayLike) -> np.ndarray:
        """The outputs at x, as the network's file computes them, in double precision.

        x: one input or a batch. Returns float64: outputs, or n x outputs. Where a final Softmax or Sigmoid was
        dropped (see `notes`) they are the logits.

        >>> import brink
        >>> net = brink.load([([[1.0, -1.0]], [0.5])])
        >>> net([2.0, 1.0])
        array([1.5])
        """
        rows, single, _ = self._rows(x)
        outputs = self._net.evaluate(rows)
        return outputs[0] if single else outputs

    def classify(self, x: ArrayLike) -> int | np.ndarray:
        """The class whose output is strictly largest, -1 where the largest is shared; a number, or one a row."""
        rows, single, _ = self._rows(x)
        classes = self._net.classify(rows)
        return classes[0] if single else np.array(classes)

    def _rows(self, x):
        return to_rows(x, self.inputs, self.input_shape)

    def _labels(self, rows, label):
        if label is not None:
            return to_labels(label, len(rows), self.classes)
        if self.outputs == 1:
            return [-1] * len(rows)
        labels = self._net.classify(rows)
        if -1 in labels:
            raise RequestError(f"row {labels.index(-1)}: its largest output is shared by two classes; give label")
        return labels

    # -- questions -----------------------------------------------------------------------------

    def closest(self, x: ArrayLike, label: ArrayLike | None = None, norm: str = "linf",
                target: int | str | None = None, margin: float | None = None, question: str = "robust",
                lead: float | str | None = None, box: BoxLike | None = None, cap: float | None = None, *,
                target_min: float | str | None = None, above: float | None = None, below: float | None = None,
                levels: int | None = None, freeze: ArrayLike | None = None, weights: ArrayLike | str | None = None,
                breakpoints: int | None = None, time_limit: float | None = None, gap: float | None = None,
                threads: int | None = None, seed: int = 0, engine: str = "search", bounds: Bounds | str | None = None,
                solver: str | None = None, solver_library: PathLike | None = None, formulation: str | None = None,
                distance_form: str | None = None, pooling: str | None = None, memory_limit: float | None = None,
                certificate: PathLike | None = None, store: StoreLike | None = None,
                callback: Callback | None = None, progress: bool | None = None) -> Closest | ClosestList:
        """The closest inputs that the network takes for something else, each with a proof.

        Arguments are the options of `brink closest`, with its defaults, but `norm`, whose default there is l1.

        x: one input, or a batch (returns a `ClosestList` then); every number in the box.
        label: its class, or one a row. None: what the network takes it for.
        norm: "l0" (how many numbers change), "l1", "l2", "linf" (the largest change); or 0, 1, 2, numpy.inf.
        target: "any", a class (number or name), "shift:N". None: any; with question "fj" shift:5.
        margin: >= 1, the target's output is at least so many times every other. None: 1; "fj": 1.2.
        question: "robust", taken for any other class; "fj", that of Fischetti and Jo (2018).
        lead: >= 0, every condition is met by so much. None: what float32 rounding can take away.
        box: (lower, upper), numbers or arrays: where inputs may lie. None: the file's, or (0, 1).
        cap: largest change of a number. None: no limit.
        target_min: floor on the target's output, or "none".
        above, below: of a network of one output: raise it to so much, or lower it, in place of a class.
        levels: changed numbers lie on so many evenly spaced levels of the box; 256: whole grey levels.
        freeze: inputs that keep their value, by number.
        weights: what a change of each input counts, > 0; or "range", in widths of its range in the box.
        breakpoints: l2 by piecewise linear interpolation with so many.
        time_limit: seconds an input (300); the answer is what is known by then. gap: stop at this relative gap.
        threads: all cores if None. seed: of every random number.
        engine: "search", brink's own, or "mip", a solver on the model of Fischetti and Jo; of that alone are
        bounds (a method, or what `bounds` returned), formulation, distance_form, pooling,
        solver (a name of `brink.solvers()`; cbc) and solver_library (its file; looked for).
        memory_limit: MB for all searches together.
        certificate: a file (of a batch a folder, image-N.cert) that proves `bound` without brink, see
        `brink.certificate`; without breakpoints. `bound` becomes what it proves, a 1e-8 part less. A network that
        is no ONNX file of yours, or no plain chain of layers, is written beside it.
        store: a `Store` or the path of one: what it holds is not asked again.
        callback: called with a `Progress` on every change and each second; False stops.
        progress: a bar (tqdm); None: for batches on a terminal or in a notebook.

        Returns `Closest`, or `ClosestList` for a batch. Raises RequestError for what cannot be asked, SolverError
        where something failed. Ctrl-C ends it, and what is known is returned with status "interrupted".

        >>> import brink
        >>> net = brink.load([([[1.0, -1.0], [-1.0, 1.0]], [0.0, 0.0])])
        >>> net.closest([0.75, 0.25], norm="l1").distance  # doctest: +ELLIPSIS
        0.5...
        >>> net.closest([[0.75, 0.25], [0.25, 0.75]], norm="linf").target.tolist()
        [1, 0]
        """
        rows, single, shape = self._rows(x)
        if len(rows) == 0:
            return ClosestList([])
        norm = to_norm(norm)
        labels = self._labels(rows, label)
        options, given, weight_array = _core.Options(), None, None
        _check_engine(engine, bounds, dict(solver=solver, solver_library=solver_library, formulation=formulation,
                                           distance_form=distance_form, pooling=pooling))
        if isinstance(bounds, Bounds):
            given, bounds = bounds._of(self._net), None
        if isinstance(weights, str):
            _set(options, weights=weights)
        elif weights is not None:
            weight_array = np.ascontiguousarray(to_numpy(weights), dtype=np.float64).reshape(-1)
        _set(options, norm=norm, question=question, target=_text(target), margin=_number("margin", margin),
             lead=_text(_plain(lead)), target_min=_text(_plain(target_min)), above=_number("above", above),
             below=_number("below", below), levels=levels, cap=_number("cap", cap), breakpoints=breakpoints,
             time_limit=_number("time_limit", time_limit), gap=_number("gap", gap), engine=engine, bounds=bounds,
             solver=solver, solver_library=_path("solver_library", solver_library), formulation=formulation,
             distance_form=distance_form, pooling=pooling, memory_limit=_number("memory_limit", memory_limit))
        settings = make_settings(threads, seed, store, f"python: closest, {norm}, {len(rows)} rows")
        self._set_box(settings, box)
        self._set_certificate(settings, certificate, several=not single)
        frozen = self._frozen(freeze)
        with Listener("images", len(rows), callback, progress) as listener:
            found = _core.closest(self._asked(pooling), options, settings, rows, labels, frozen, weight_array, given,
                                  listener)
        answers = ClosestList(
            make_closest(row, original.reshape(shape), norm, self.input_shape)
            for row, original in zip(found, rows))
        return answers[0] if single else answers

    def maximise(self, unit: tuple[int, int] | str | Sequence, *, min: bool = False, box: BoxLike | None = None,
                 time_limit: float | None = None, gap: float | None = None, threads: int | None = None,
                 engine: str = "search", bounds: Bounds | str | None = None, solver: str | None = None,
                 solver_library: PathLike | None = None, formulation: str | None = None, pooling: str | None = None,
                 memory_limit: float | None = None, certificate: PathLike | None = None, store: StoreLike | None = None, callback: Callback | None = None,
                 progress: bool | None = None) -> Excitation | ExcitationList:
        """The input in the box that excites a unit most, with a proven bound; `brink visualize`.

        unit: (layer, unit) or "K:J"; or a list of these (returns an `ExcitationList` then).
        min: the least pre-activation in place of the largest activation.
        bounds: a method ("symbolic" if None), or what `bounds` returned for this box or a larger one.
        certificate: a file (of a list a folder, unit-K-J.cert) that proves `bound` without brink.
        The others are as in `closest`. Returns `Excitation`.

        >>> import brink
        >>> net = brink.load([([[1.0, -1.0], [1.0, 1.0]], [0.0, -0.5]), ([[1.0, 1.0]], [0.0])])
        >>> round(net.maximise((2, 0)).activation, 6)
        1.5
        """
        if not hasattr(unit, "__len__"):
            raise RequestError(f"unit {unit!r} is not (layer, unit), nor 'K:J'")
        single = isinstance(unit, str) or (len(unit) == 2 and all(isinstance(n, (int, np.integer)) for n in unit))
        units = [_unit(u) for u in ([unit] if single else unit)]
        for layer, index in units:
            if not 1 <= layer <= self._net.depth:
                raise RequestError(f"there is no layer {layer}: the network has layers 1 to {self._net.depth}")
            if not 0 <= index < self._net.width(layer):
                raise RequestError(
                    f"layer {layer} has no unit {index}: it has units 0 to {self._net.width(layer) - 1}")
        options, given = _core.Options(), None
        _check_engine(engine, None, dict(solver=solver, solver_library=solver_library, formulation=formulation,
                                         pooling=pooling))
        if isinstance(bounds, Bounds):
            given, bounds = bounds._of(self._net), None
        _set(options, time_limit=_number("time_limit", time_limit), gap=_number("gap", gap), engine=engine,
             bounds=bounds, solver=solver, solver_library=_path("solver_library", solver_library),
             formulation=formulation, pooling=pooling, memory_limit=_number("memory_limit", memory_limit))
        settings = make_settings(threads, 0, store, f"python: maximise, {len(units)} units")
        self._set_box(settings, box)
        self._set_certificate(settings, certificate, several=not single)
        asked = list(dict.fromkeys(units))
        with Listener("units", len(asked), callback, progress) as listener:
            found = _core.maximise(self._asked(pooling), options, settings, asked, min, given, listener)
        known = dict(zip(asked, found))
        answers = ExcitationList(make_excitation(known[u], self.input_shape, min) for u in units)
        return answers[0] if single else answers

    def bounds(self, method: str = "symbolic", *, box: BoxLike | None = None, limit_per_bound: float | None = None,
               outputs: bool = False, solver: str = "search", solver_library: PathLike | None = None,
               time_limit: float | None = None, threads: int | None = None, certificate: PathLike | None = None,
               store: StoreLike | None = None, callback: Callback | None = None,
               progress: bool | None = None) -> Bounds:
        """Proven bounds on every neuron's pre-activation over the box; `brink bounds`.

        method: "interval", "symbolic", "lp", "weak" or "exact", each at least as tight as the one before.
        limit_per_bound: seconds, of exact and weak. outputs: the method is for the last layer alone.
        solver: of exact and weak: "search" or a MIP solver's name (`brink.solvers()`); solver_library: its file.
        time_limit: seconds in all. certificate: a file that proves them without brink, and may take as long again;
        they become what it proves, a hair wider.
        Returns `Bounds`; after Ctrl-C those proven so far, with `complete` False.

        >>> import brink
        >>> net = brink.load([([[1.0, -1.0], [1.0, 1.0]], [0.0, -0.5]), ([[1.0, 1.0]], [0.0])])
        >>> net.bounds("exact").layers[0].upper.round(9).tolist()
        [1.0, 1.5]
        """
        settings = make_settings(threads, 0, store, f"python: bounds, {method}")
        self._set_box(settings, box)
        neurons = sum(self._net.width(k) for k in range(2, self._net.depth + 1))
        self._set_certificate(settings, certificate)
        options = _core.Options()
        _set(options, solver=solver, solver_library=_path("solver_library", solver_library),
             time_limit=float("inf") if time_limit is None else _number("time_limit", time_limit))
        with Listener("neurons", neurons, callback, progress) as listener:
            found, complete, proof = _core.bounds(self._net, settings, method,
                                                  _number("limit_per_bound", limit_per_bound), outputs, options, listener)
        return make_bounds(found, complete, proof)

    def verify(self, spec: Property | str | os.PathLike | ArrayLike, label: ArrayLike | None = None, *,
               radius: float | None = None, norm: str | None = None, target: int | str | None = None,
               box: BoxLike | None = None, networks: dict | None = None, time_limit: float | None = None,
               threads: int | None = None, seed: int = 0, certificate: PathLike | None = None,
               callback: Callback | None = None,
               progress: bool | None = None) -> Verdict | Robustness | RobustnessList:
        """Has the network an input that a property asks for? Are inputs right within a radius? `brink verify`.

        spec: a `Property`, or the path or text of one (VNN-LIB 1.0 or 2.0): returns a `Verdict`. `Property.linear` makes
        one from arrays. Or inputs x, one or a batch, with radius: returns a `Robustness`, of a batch a `RobustnessList`.

        Of a property: networks, where it speaks of several, is a dict of the names there to a `Network`; the first that
        is not in it is this one. A network of which a final Softmax or the like was dropped (`notes`) is refused.
        Of inputs: radius >= 0, how far they may be changed in norm ("linf" if None, l0, l1, l2); label: the class, or one
        a row (None: what the network takes it for); target: only inputs taken for this class count, "any", a class
        or "shift:N"; box: (lower, upper), where inputs may lie (None: the file's, or (0, 1)). callback: called with
        a `Progress` on every change and each second, False stops; progress: a bar (tqdm).

        time_limit: seconds (300), of each input. threads: all cores if None.
        certificate: a file (of a batch a folder, image-N.cert) that proves "unsat" or "robust" without brink, see
        `brink.certificate`; where there is none, `note` says why.

        Raises RequestError for what cannot be asked. Ctrl-C ends it, and what is known is returned with status
        "interrupted".

        >>> import brink
        >>> net = brink.load([([[1.0, -1.0], [-1.0, 1.0]], [0.0, 0.0])])
        >>> verdict = net.verify(brink.Property.linear([0, 0], [1, 1], ([[1, -1]], [-1.5])))  # y_0 + 1.5 <= y_1
        >>> verdict.status, bool(verdict.y[1] - verdict.y[0] >= 1.5)
        ('sat', True)
        >>> deep = brink.load([([[1.0, -1.0], [1.0, 1.0]], [0.0, -0.5]), ([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0])])
        >>> deep.verify([0.9, 0.2], radius=0.04).status
        'robust'
        >>> deep.verify([[0.9, 0.2], [0.8, 0.24]], radius=0.04).share
        0.5
        """
        if not is_property(spec):
            return self._within(spec, label, radius, norm, target, box, networks, time_limit, threads, seed, certificate,
                                callback, progress)
        for name, value in dict(label=label, radius=radius, norm=norm, target=target, box=box, callback=callback,
                                progress=progress).items():
            if value is not None:
                raise RequestError(f"{name} goes with inputs and a radius, not with a property")
        asked = to_property(spec)
        given, names = chosen_networks(self, asked, networks)
        for net in given:
            if not isinstance(net, Network):
                raise RequestError(f"networks holds a {type(net).__name__}, not a Network: brink.load makes one")
        settings = make_settings(threads, seed, None, "python: verify")
        self._set_certificate(settings, certificate)
        found = _core.verify_property([net._net for net in given], names, asked._bytes(), asked.name, settings,
                                      300.0 if time_limit is None else _number("time_limit", time_limit))
        first = dict(zip(names, given)).get(asked.networks[0][0], self)
        return make_verdict(found, asked, first.input_shape)

    def _within(self, x, label, radius, norm, target, box, networks, time_limit, threads, seed, certificate, callback,
                progress):
        if networks is not None:
            raise RequestError("networks goes with a property")
        if radius is None:
            raise RequestError("radius is missing: how far may the inputs be changed? (A property is a path or a text)")
        rows, single, shape = self._rows(x)
        if len(rows) == 0:
            return RobustnessList([])
        norm, radius = to_norm("linf" if norm is None else norm), _number("radius", radius)
        options = _core.Options()
        _set(options, norm=norm, target=_text(target), time_limit=_number("time_limit", time_limit))
        settings = make_settings(threads, seed, None, f"python: verify, {norm}, {len(rows)} rows")
        self._set_box(settings, box)
        self._set_certificate(settings, certificate, several=not single)
        labels = self._labels(rows, label)
        with Listener("inputs", len(rows), callback, progress) as listener:
            found = _core.within_radius(self._net, options, settings, rows, labels, radius, listener)
        answers = RobustnessList(
            make_robustness(row, original.reshape(shape), radius, norm, self.input_shape)
            for row, original in zip(found, rows))
        return answers[0] if single else answers

    def curve(self, x: ArrayLike, label: ArrayLike | None = None, norm: str = "linf", *, box: BoxLike | None = None,
              time_limit: float | None = None, threads: int | None = None, seed: int = 0,
              certificate: PathLike | None = None, store: StoreLike | None = None, callback: Callback | None = None,
              progress: bool | None = None) -> Curve:
        """For every radius r the share of the inputs that no change smaller than r turns wrong; `brink curve`.

        x: a batch; label: the true classes (None: what the network says, so that none is wrong to begin with).
        An input that was stopped by the limit makes a band between its bound and its distance.
        certificate: a folder for files that prove the bounds without brink. Returns `Curve`.
        """
        rows, _, _ = self._rows(x)
        if len(rows) == 0:
            raise RequestError("x is empty: a curve is of one input or more")
        answers = self.closest(rows, label, norm, box=box, time_limit=time_limit, threads=threads, seed=seed,
                               certificate=certificate, store=store, callback=callback, progress=progress)
        return make_curve(answers, to_norm(norm), self.name)

    # -- helpers -------------------------------------------------------------------------------

    def _asked(self, pooling):
        """Max pooling in its direct form is a matter of how the file is read."""
        if pooling != "direct":
            return self._net
        return self._source.read(pooling)

    def _set_box(self, settings, box):
        if box is not None:
            settings.set_box(*to_box(box, self.inputs))

    def _set_certificate(self, settings, certificate, several=False):
        if certificate is None:
            return
        settings.certificate = _path("certificate", certificate)
        settings.several = several
        reading = self._source.reading
        if reading.get("output_name") is None and reading.get("mean") is None and reading.get("std") is None:
            settings.set_onnx(self._source.onnx())
            settings.network_file = self._source.path

    def _frozen(self, freeze):
        if freeze is None:
            return []
        frozen = sorted({int(j) for j in np.atleast_1d(to_numpy(freeze))})
        for j in frozen:
            if not 0 <= j < self.inputs:
                raise RequestError(f"freeze {j} is no input: use numbers from 0 to {self.inputs - 1}")
        return frozen

    def __repr__(self):
        widths = "-".join(str(self._net.width(k)) for k in range(self._net.depth + 1))
        return f"Network({self.name}: {widths})"

    def __reduce__(self):
        return _rebuild, (self._source,)

    def __eq__(self, other):
        return isinstance(other, Network) and self.hash == other.hash

    def __hash__(self):
        return hash(self.hash)


def _rebuild(source):
    return Network(source.read(), source)


def _plain(value):
    """A number as a float: its text then has all digits."""
    return value if value is None or isinstance(value, str) else float(value)


def _path(name, value):
    try:
        return None if value is None else os.fspath(value)
    except TypeError:
        raise RequestError(f"{name} {value!r} is not a path") from None


def _unit(unit):
    try:
        layer, index = unit.split(":") if isinstance(unit, str) else unit
        return int(layer), int(index)
    except (TypeError, ValueError):
        raise RequestError(f"unit {unit!r} is not (layer, unit), nor 'K:J'") from None


def _check_engine(engine, bounds, options):
    """An option that the chosen engine does not have is an error, never ignored."""
    if engine != "search":
        return
    if bounds is not None:
        options = {"bounds": bounds, **options}
    for name, value in options.items():
        if value is not None:
            raise RequestError(f"{name} is an option of the mip engine: add engine='mip'")
