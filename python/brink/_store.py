"""Results stores."""

import os

from . import _core


class Table(list):
    """Rows as dictionaries."""

    def to_pandas(self):
        """A DataFrame (pandas is needed)."""
        import pandas

        return pandas.DataFrame(list(self))


def _value(text):
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text if text else None


class Store:
    """A results store, one SQLite file: answers that are kept there are not asked for again.

    Give it to `Network.closest` and others as `store=`; made if it is not there. The same file serves the command
    line (`--store`), `brink runs` and `brink report`. Filters of the methods: network (name or the hash's
    beginning), norm, status, engine, label, question (its number).
    """

    def __init__(self, path):
        self.path = os.fspath(path)
        _core.open_store(self.path)

    def questions(self, **filters):
        """A row a question: how many answers, how many final, means."""
        return self._table("questions", filters)

    def answers(self, **filters):
        """A row an answer about an image."""
        return self._table("answers", filters)

    def units(self, **filters):
        """A row an answer about a unit."""
        return self._table("units", filters)

    def networks(self):
        """A row a network."""
        return self._table("networks", {})

    def runs(self):
        """A row a run that asked."""
        return self._table("runs", {})

    def network(self, hash):
        """The network of this hash (all of it), as a `Network`."""
        from ._load import load

        return load(_core.store_network(self.path, hash), name=hash[:8])

    def _table(self, what, filters):
        chosen = _core.StoreFilter()
        for name, value in filters.items():
            if not hasattr(chosen, name):
                raise TypeError(f"a store has no filter {name!r}")
            setattr(chosen, name, value)
        columns, rows = _core.store_table(self.path, what, chosen)
        texts = {"network", "name", "hash", "shape", "command"}
        return Table({c: v if c in texts else _value(v) for c, v in zip(columns, row)} for row in rows)

    def __repr__(self):
        return f"Store({self.path!r})"
