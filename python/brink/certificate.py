"""Certificates: files that prove an answer without brink.

`certificate=` of `Network.closest`, `verify`, `bounds`, `maximise` and `curve` writes them. `check` has them judged by
brink-check, a separate program that shares nothing with brink and computes with exact rational numbers; `show` says
what one claims, unchecked. The format: docs/certificates.md.
"""

import gzip
import html
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

import numpy as np

from . import _core
from ._arrays import to_labels, to_numpy
from ._core import RequestError, SolverError
from ._data import Data
from ._network import Network
from ._property import Property

__all__ = ["Check", "Summary", "check", "program", "show"]


@dataclass(frozen=True)
class Summary:
    """What a certificate claims and what its proof is made of. Nothing of it has been checked: `check` does."""

    path: str
    claim: str  #: in one sentence
    bytes: int  #: of the file
    proof_bytes: int  #: of them, the proof
    regions: int  #: sets of outputs that are shown to be out of reach
    nodes: int  #: of the trees
    leaves: int  #: nodes that one inequality closes
    depth: int  #: of the deepest
    facts: int  #: lemmas: bounds of neurons that are proven first
    header: dict = field(repr=False)  #: its lines but long ones, by their first word

    def _repr_html_(self):
        rows = dict(file=self.path, bytes=self.bytes, regions=self.regions, nodes=self.nodes, leaves=self.leaves,
                    depth=self.depth, facts=self.facts, network=self.header.get("network", ""))
        cells = "".join(f"<tr><th>{k}</th><td>{html.escape(str(v))}</td></tr>" for k, v in rows.items())
        return f"<p>claims, not checked here: {html.escape(self.claim)}</p><table>{cells}</table>"


@dataclass(frozen=True)
class Check:
    """What brink-check says of a certificate. True where it is proven."""

    proven: bool
    statement: tuple  #: what has been proven, a line each; empty: nothing
    failure: str  #: the first step that fails and why; empty: none
    line: int | None  #: of the certificate, where it fails
    seconds: float

    def __bool__(self):
        return self.proven

    def __str__(self):
        return "proven: " + "\n  ".join(self.statement) if self.proven else "not proven: " + self.failure

    def _repr_html_(self):
        lines = "<br>".join(html.escape(line) for line in (self.statement if self.proven else (self.failure,)))
        mark, colour = ("proven", "#2a7d2a") if self.proven else ("not proven", "#b22222")
        return f'<p><b style="color:{colour}">{mark}</b> by brink-check, {self.seconds:.2f} s</p><p>{lines}</p>'


def show(path: str | os.PathLike) -> Summary:
    """What a certificate claims, and the size, depth, leaves and facts of its proof; `brink certificate show`.

    Raises RequestError for what is no certificate, or one that ends early, with its line.
    """
    path = os.fspath(path)
    return Summary(path=path, **_core.certificate_summary(path))


def program() -> str:
    """Where brink-check is: beside the package, where the wheel has it, or on the PATH."""
    beside = pathlib.Path(_core.__file__).with_name("brink-check")
    found = str(beside) if beside.is_file() else shutil.which("brink-check")
    if found is None:
        raise RequestError(f"brink-check is neither beside the package ({beside}) nor on the PATH: tools/wheel and "
                           "`cmake --install` bring it")
    return found


def check(network: Network | str | os.PathLike, path: str | os.PathLike, *, data=None, labels=None,
          property: Property | str | os.PathLike | None = None, threads: int | None = None,
          time_limit: float | None = None) -> Check:
    """Has brink-check, a separate program, check a certificate in exact arithmetic.

    network: the `Network` it is about, whose file (or layers, where it speaks of these) is handed to the program as
    it was read; or the path of that ONNX or `.layers` file, which then no line of brink has touched.
    data: the images asked about, as x was, or an IDX file (packed by gzip or not): that the certificate is about the
    image of its number is checked too. Images of bytes alone, byte / 255. labels: likewise; a `Data` has both.
    property: of a certificate of `verify`, the property or its file (VNN-LIB 1.0): that all its cases are covered.
    threads: all cores if None. time_limit: seconds (no limit); SolverError after these.

    Returns `Check`. Raises RequestError for files that cannot be read.
    """
    path = os.fspath(path)
    if isinstance(data, Data):
        labels = data.y if labels is None else labels
        data = data.x
    with tempfile.TemporaryDirectory(prefix="brink-check-") as folder:
        place = pathlib.Path(folder)
        words = [program(), _network_file(network, path, place), path]
        words += ["--threads", str(threads or _core.hardware_threads())]
        if data is not None:
            words += ["--data", _idx_file("data", data, place, network)]
        if labels is not None:
            words += ["--labels", _idx_file("labels", labels, place, None)]
        if property is not None:
            words += ["--property", _property_file(property, place)]
        return _judged(words, place, time_limit)


def _judged(words, place, time_limit):
    begun = time.monotonic()
    try:
        done = subprocess.run(words, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL,
                              timeout=time_limit)
    except subprocess.TimeoutExpired:
        raise SolverError(f"brink-check was stopped after {time_limit} s, and nothing is proven") from None
    except OSError as error:
        raise SolverError(f"cannot run {words[0]}: {error.strerror}") from None
    seconds = time.monotonic() - begun
    said = done.stderr.strip().replace(f"{place}{os.sep}", "")
    if done.returncode == 0:
        lines = done.stdout.strip().replace(f"{place}{os.sep}", "").removeprefix("proven: ").splitlines()
        return Check(True, tuple(line.strip() for line in lines), "", None, seconds)
    if done.returncode == 1 and "not proven: " in said:
        failure = said.split("not proven: ", 1)[1]
        line = re.match(r"line (\d+)", failure)
        return Check(False, (), failure, int(line.group(1)) if line else None, seconds)
    if done.returncode == 2:
        raise RequestError(said.removeprefix("brink-check: "))
    raise SolverError(f"brink-check ended with {done.returncode}: {said}")


def _network_file(network, path, place):
    if not isinstance(network, Network):
        try:
            return os.fspath(network)
        except TypeError:
            raise RequestError(f"a {type(network).__name__} is neither a Network nor the path of its file") from None
    if _is_about_layers(path):
        file, text = place / "network.layers", _core.layers_text(network._net).encode()
    else:
        file, text = place / "network.onnx", network._source.onnx()
        if not text:
            raise RequestError(f"{path} is about an ONNX file, and {network.name} was read from none: give the file's path")
    file.write_bytes(text)
    return str(file)


def _is_about_layers(path):
    try:
        with open(path, "rb") as file:
            return any(line.startswith(b"network layers ") for line in file.read(4096).splitlines()[:4])
    except OSError as error:
        raise RequestError(f"cannot read {path!r}: {error.strerror}") from None


def _property_file(asked, place):
    if not isinstance(asked, Property):
        return os.fspath(asked)
    asked.save(place / "property.vnnlib")
    return str(place / "property.vnnlib")


def _idx_file(what, values, place, network):
    """The path of an unpacked IDX file: of one that is there, or of numbers."""
    if isinstance(values, (str, os.PathLike)):
        name = os.fspath(values)
        try:
            with open(name, "rb") as file:
                packed = file.read(2) == b"\x1f\x8b"
            if not packed:
                return name
            with gzip.open(name, "rb") as file:
                items = file.read()
        except (OSError, EOFError) as error:
            reason = getattr(error, "strerror", None) or error
            raise RequestError(f"{what}: cannot read {name!r}: {reason}") from None
        (place / f"{what}.idx").write_bytes(items)
        return str(place / f"{what}.idx")
    numbers = to_numpy(values)
    if what == "labels":
        classes = to_labels(np.atleast_1d(numbers), np.size(numbers))
        if min(classes, default=0) < 0 or max(classes, default=0) > 255:
            raise RequestError("labels are not within 0 to 255, as IDX files have them")
        rows = np.array(classes, dtype=np.uint8)
    else:
        rows = _bytes_of(numbers, network)
    head = bytes([0, 0, 8, rows.ndim]) + b"".join(int(n).to_bytes(4, "big") for n in rows.shape)
    (place / f"{what}.idx").write_bytes(head + rows.tobytes())
    return str(place / f"{what}.idx")


def _bytes_of(numbers, network):
    """uint8, a row an input."""
    if isinstance(network, Network):
        network._rows(numbers)  # its shape, and that these are numbers
        numbers = numbers.reshape(-1, network.inputs)
    elif numbers.ndim < 2:
        numbers = numbers.reshape(1, -1)
    else:
        numbers = numbers.reshape(len(numbers), -1)
    if numbers.dtype == np.uint8:
        return numbers
    numbers = np.asarray(numbers, dtype=np.float64)
    scaled = np.clip(np.rint(numbers * 255), 0, 255).astype(np.uint8)
    wrong = np.argwhere(scaled / 255.0 != numbers)
    if len(wrong):
        i, j = wrong[0]
        raise RequestError(f"data: number {j} of row {i} is {numbers[i, j]}, not a byte / 255 in double precision; "
                           "brink-check compares images of bytes alone")
    return scaled
