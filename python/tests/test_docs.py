"""The examples in the docstrings work."""

import doctest
import importlib
import pkgutil

import pytest

import brink

MODULES = ["brink"] + [f"brink.{m.name}" for m in pkgutil.iter_modules(brink.__path__) if m.name != "_core"]
MODULES.append("brink.adapters.attack")


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    module = importlib.import_module(name)
    assert doctest.testmod(module).failed == 0
    if name == "brink":
        missing = [n for n in brink.__all__ if n not in ("__version__",) and not getattr(brink, n).__doc__]
        assert not missing
