"""Data sets that the command line knows by name."""

import hashlib
import os
import pathlib
import urllib.error
import urllib.request
from dataclasses import dataclass, field

import numpy as np

from . import _core
from ._core import RequestError, SolverError


@dataclass(frozen=True, eq=False)
class Data:
    """Inputs with labels. Unpacks as `x, y = data`; `data[:5]` is the first five."""

    x: np.ndarray = field(repr=False)  #: n x inputs, float64; bytes are byte / 255
    y: np.ndarray = field(repr=False)  #: n classes; -1: not known
    shape: tuple  #: of one input
    classes: list  #: their names; may be empty
    features: list = field(repr=False)  #: names of the columns of a table; may be empty
    box: tuple | None = field(repr=False)  #: (lower, upper) of numbers that are no bytes

    def __iter__(self):
        return iter((self.x, self.y))

    def __len__(self):
        return len(self.y)

    def __getitem__(self, index):
        return Data(self.x[index], self.y[index], self.shape, self.classes, self.features, self.box)


def fetch_data(name: str, *, from_url: str = "", to="") -> str:
    """Downloads "mnist" or "fashion-mnist" and checks size and hashes; nothing that is there already.

    from_url: another server. to: a folder (empty: the user's cache, where `load_data` looks). Returns the folder.
    Raises RequestError where a file is not the published one, SolverError where the server does not answer.
    """
    address, cache, files = _core.remote_set(name)
    address = (from_url or address).rstrip("/") + "/"
    folder = pathlib.Path(to or cache)
    if not str(to or cache):
        raise RequestError("there is no cache folder: say where to, with to=")
    for file, size, md5, sha256 in files:
        path = folder / file
        if path.is_file() and not _difference(path.read_bytes(), size, md5, sha256):
            continue
        try:
            with urllib.request.urlopen(address + file, timeout=30) as answer:
                content = answer.read(size + 1)
        except urllib.error.HTTPError as error:
            raise RequestError(f"{address}{file} is not there: the server answers {error.code}; from_url names another "
                               "place") from None
        except (OSError, ValueError) as error:
            raise SolverError(f"could not fetch {address}{file}: {error}; try again, or name another place by "
                              "from_url") from None
        wrong = _difference(content, size, md5, sha256)
        if wrong:
            raise RequestError(f"{address}{file} is not the published file: {wrong}; nothing was written")
        folder.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{file}.brink-{os.getpid()}.tmp")
        partial.write_bytes(content)
        os.replace(partial, path)
    return str(folder)


def _difference(content, size, md5, sha256):
    """What is wrong with a file's bytes; empty: nothing."""
    if len(content) != size:
        return f"it has {'more' if len(content) > size else len(content)} bytes, the published file {size}"
    if md5 and hashlib.md5(content, usedforsecurity=False).hexdigest() != md5:
        return "its MD5 is another"
    if sha256 and hashlib.sha256(content).hexdigest() != sha256:
        return "its SHA-256 is another"
    return ""


def load_data(name, split="test", *, data_dir="", label="", classes=()) -> Data:
    """A data set: "mnist", "fashion-mnist", "strokes", or a file or folder as `--data` takes it.

    split: "test" or "train". data_dir: where named sets are looked for first. label, classes: of a CSV file, see
    docs/cli.md. Returns `Data`. Raises RequestError where there is none, or where it is broken.

    >>> import brink
    >>> x, y = brink.load_data("strokes")
    >>> x.shape
    (10000, 784)
    """
    found = _core.load_data(str(name), split, str(data_dir), label, list(classes))
    rows, columns, channels = found["shape"]
    shape: tuple[int, ...]
    if not found["picture"]:
        shape = (columns,)
    elif channels == 1:
        shape = (rows, columns)
    else:
        shape = (rows, columns, channels) if found["channels_last"] else (channels, rows, columns)
    box = None if found["lower"] is None else (found["lower"], found["upper"])
    return Data(found["x"], np.array(found["y"], dtype=np.int64), shape, found["classes"], found["features"], box)
