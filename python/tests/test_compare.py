"""brink.compare: two networks on the same inputs."""

import os
import pickle
import signal
import threading
import time

import numpy as np
import pytest

import brink
from conftest import random_layers


def prune(layers):
    return brink.load([(np.where(np.abs(w) < 0.1, 0, w), b) for w, b in layers])


@pytest.fixture
def pruned(layers):
    return prune(layers)


def test_the_largest_difference():
    layers = random_layers([2, 4, 3], seed=5)
    net, pruned = brink.load(layers), prune(layers)
    answer = brink.compare(net, pruned)
    samples = np.random.default_rng(0).uniform(size=(20000, 2))
    differences = np.abs(net(samples) - pruned(samples)).max()
    assert answer.status == "bounded" and differences <= answer.bound
    assert answer.difference <= answer.bound <= 1.01 * answer.difference * (1 + 1e-9)
    np.testing.assert_allclose(net(answer.x), answer.first)
    np.testing.assert_allclose(pruned(answer.x), answer.second)
    assert abs(answer.first - answer.second)[answer.output] == pytest.approx(answer.difference)
    assert answer.x.shape == (2,) and answer.radius is None
    again = pickle.loads(pickle.dumps(answer))
    assert again.bound == answer.bound and "bounded" in again._repr_html_()
    never = brink.compare(net, pruned, tolerance=1.01 * answer.bound)
    assert never.status == "never" and never.x is None
    assert brink.compare(net, pruned, tolerance=0.9 * answer.difference).status == "differs"


def test_choices_and_the_box(net, pruned):
    assert brink.compare(net, net, choices=True, box=(0.5, 0.50001)).status == "never"
    other = brink.load(random_layers([4, 6, 5, 3], seed=9))
    answer = brink.compare(net, other, choices=True)
    assert answer.status == "differs" and answer.first.argmax() != answer.second.argmax()
    small = brink.compare(net, pruned, box=(np.full(4, 0.4), np.full(4, 0.5)))
    assert small.status == "bounded" and small.bound <= brink.compare(net, pruned, time_limit=1).bound * (1 + 1e-9)
    assert (small.x >= 0.4).all() and (small.x <= 0.5).all()


def test_around_inputs(net, pruned):
    X = np.random.default_rng(2).uniform(size=(5, 4))
    told = []
    answers = brink.compare(net, pruned, X, radius=0.005, callback=told.append, time_limit=5)
    assert len(answers) == 5 and isinstance(answers, brink.ComparisonList) and len(told) == 5
    for x, answer in zip(X, answers):
        assert answer.status in ("bounded", "timeout") and (np.abs(answer.x - x) <= 0.005 + 1e-12).all()
        assert answer.bound >= np.abs(net(x) - pruned(x)).max()
    assert (answers.difference <= answers.bound).all() and answers[0].status == "bounded"
    one = brink.compare(net, pruned, X[0], radius=0.005, tolerance=1.01 * answers[0].bound)
    assert one.status == "never" and one.radius == 0.005
    assert len(brink.compare(net, pruned, np.empty((0, 4)), radius=1)) == 0
    pandas = pytest.importorskip("pandas")
    assert isinstance(answers.to_pandas(), pandas.DataFrame) and len(answers.to_pandas()) == 5


def test_what_cannot_be_asked(net, pruned, tmp_path):
    x = np.full(4, 0.5)
    wider = brink.load(random_layers([5, 6, 3]))
    single = brink.load(random_layers([4, 3, 1]))
    for arguments, options, word in [
            ((net, wider), {}, "inputs"), ((net, single), {}, "outputs"), ((single, single), dict(choices=True), "class"),
            ((net, pruned), dict(tolerance=-1), "tolerance"), ((net, pruned), dict(tolerance=np.nan), "tolerance"),
            ((net, pruned), dict(gap=0), "gap"), ((net, pruned), dict(radius=0.1), "give x"),
            ((net, pruned, x), {}, "radius is missing"), ((net, pruned, x), dict(radius=-1), "radius"),
            ((net, pruned, x), dict(radius=0.1, box=(0.6, 1)), "not in the box"), ((net, 3), {}, "no network"),
            ((net, pruned, [np.nan] * 4), dict(radius=0.1), "NaN"), ((net, pruned, [1.0]), dict(radius=0.1), "shape"),
            ((net, pruned), dict(choices=True, tolerance=1), "give one"), ((net, pruned), dict(box=(1, 0)), "box"),
            ((net, pruned), dict(time_limit=0), "time_limit"), ((net, tmp_path / "no.onnx"), {}, "no.onnx")]:
        with pytest.raises(brink.RequestError, match=word) as caught:
            brink.compare(*arguments, **options)
        assert "\n" not in str(caught.value) and "--" not in str(caught.value)


def test_ctrl_c_returns_what_is_known():
    a, b = (brink.load(random_layers([60, 150, 150, 150, 5], seed=s)) for s in (1, 2))
    threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    begun = time.monotonic()
    answer = brink.compare(a, b, time_limit=300)
    assert time.monotonic() - begun < 60
    assert answer.status == "interrupted"
    if answer.bound is not None and answer.difference is not None:
        assert answer.difference <= answer.bound
