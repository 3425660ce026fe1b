import signal

import numpy as np
import pytest

import brink

# A shell's background jobs ignore Ctrl-C, and what they start inherits that: tests of it would wait for ever.
signal.signal(signal.SIGINT, signal.default_int_handler)


def random_layers(widths, seed=0):
    draw = np.random.default_rng(seed)
    return [(draw.normal(size=(m, n)), draw.normal(size=m) * 0.3) for n, m in zip(widths, widths[1:])]


@pytest.fixture
def layers():
    return random_layers([4, 6, 5, 3], seed=5)


@pytest.fixture
def net(layers):
    return brink.load(layers)


@pytest.fixture(scope="session")
def strokes():
    """The first training images."""
    return brink.load_data("strokes", "train")[:600]


@pytest.fixture(scope="session")
def digits(strokes):
    """A small network that reads digits."""
    return brink.train(strokes, hidden=(8, 8), epochs=4, threads=1)
