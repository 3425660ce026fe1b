"""Data sets that the command line knows by name."""

from dataclasses import dataclass, field

import numpy as np

from . import _core


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
    """Downloads "mnist" or "fashion-mnist" and checks its hashes; nothing that is there already.

    from_url: another server. to: a folder (empty: the user's cache, where `load_data` looks). Returns the folder.
    """
    return _core.fetch_data(name, from_url, str(to))


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
    if not found["picture"]:
        shape = (columns,)
    elif channels == 1:
        shape = (rows, columns)
    else:
        shape = (rows, columns, channels) if found["channels_last"] else (channels, rows, columns)
    box = None if found["lower"] is None else (found["lower"], found["upper"])
    return Data(found["x"], np.array(found["y"], dtype=np.int64), shape, found["classes"], found["features"], box)
