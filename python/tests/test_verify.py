"""net.verify: properties as files and from arrays, inputs within a radius."""

import itertools
import os
import pickle
import signal
import threading
import time

import numpy as np
import pytest

import brink
from conftest import random_layers

TWO = """(vnnlib-version <2.0>)
(declare-network f (declare-input X Real [1,2]) (declare-output Y Real [3]))
(declare-network g (isomorphic-to f) (declare-input U Real [1,2]) (declare-output V Real [3]))
(assert (and (== X[0,0] U[0,0]) (== X[0,1] U[0,1]) (<= 0 X[0,0]) (<= X[0,0] 1) (<= 0 X[0,1]) (<= X[0,1] 1)))
"""


@pytest.fixture
def small():
    return brink.load(random_layers([2, 5, 3], seed=3))


@pytest.fixture
def slow():
    return brink.load(random_layers([100, 200, 200, 200, 10], seed=1))


def grid(side=200):
    return np.array(list(itertools.product(np.linspace(0, 1, side), repeat=2)))


def test_linear_properties_against_a_grid():
    """On two inputs every point of a grid is looked at."""
    found = {"sat": 0, "unsat": 0}
    for seed in range(30):
        net = brink.load(random_layers([2, 5, 3], seed))
        draw = np.random.default_rng(seed)
        outputs = net(grid())
        cases = [(draw.normal(size=(2, 3)), draw.normal(size=2) - 1.5) for _ in range(1 + seed % 3)]
        met = np.any([(outputs @ a.T <= b).all(axis=1) for a, b in cases], axis=0)
        verdict = net.verify(brink.Property.linear([0, 0], [1, 1], cases), time_limit=60)
        found[verdict.status] += 1
        if verdict.status == "unsat":
            assert not met.any() and verdict.x is None and verdict.variables == {}
            continue
        assert verdict.x.shape == (2,) and (verdict.x >= 0).all() and (verdict.x <= 1).all()
        np.testing.assert_allclose(net(verdict.x), verdict.y, rtol=1e-12)
        assert any((a @ verdict.y <= b).all() for a, b in cases)
        assert (verdict.x.astype(np.float32) == verdict.x).all()
    assert min(found.values()) > 5


def test_files_texts_and_values(small, tmp_path):
    asked = brink.Property.linear([0, 0], [1, 1], [([[1, -1, 0], [0, -1, 1]], [0, 0])])
    assert asked.version == 1 and asked.cases == 1 and asked.networks[0][2][0][4] == 2
    asked.save(tmp_path / "p.vnnlib")
    verdicts = [small.verify(spec) for spec in (asked, asked.text, str(tmp_path / "p.vnnlib"), tmp_path / "p.vnnlib")]
    assert len({v.status for v in verdicts}) == 1
    assert brink.Property.read(tmp_path / "p.vnnlib") == asked == pickle.loads(pickle.dumps(asked))
    assert "2 inputs, 3 outputs" in repr(asked) and hash(asked) == hash(brink.Property(asked.text))
    verdict = pickle.loads(pickle.dumps(verdicts[0]))
    assert verdict.status == verdicts[0].status and verdict.status in verdict._repr_html_()


def test_the_witness_is_in_the_shape_of_the_input_and_in_the_standards_words():
    net = brink.load(random_layers([4, 6, 2], seed=2))
    text = brink.Property.linear([0] * 4, [1] * 4, ([[0, 0]], [1])).text  # always met
    verdict = net.verify(text)
    assert verdict.status == "sat" and verdict.x.shape == (4,) and set(verdict.variables) == {"X", "Y"}
    assert verdict.text.startswith("((X_0 ") and verdict.text.count("\n") == 6
    assert net.verify(brink.Property.linear([0] * 4, [1] * 4, ([[0, 0]], [-1]))).status == "unsat"


def test_several_networks(small):
    other = brink.load(random_layers([2, 5, 3], seed=4))
    differ = TWO + "(assert (>= (- Y[0] V[0]) 0.001))"
    verdict = small.verify(differ, networks={"g": other})
    assert verdict.status == "sat" and set(verdict.variables) == {"X", "Y", "U", "V"}
    np.testing.assert_array_equal(verdict.variables["X"], verdict.variables["U"])
    assert verdict.variables["X"].shape == (1, 2)
    np.testing.assert_allclose(small(verdict.x), verdict.y)
    np.testing.assert_allclose(other(verdict.x), verdict.variables["V"])
    assert small.verify(differ, networks={"f": small, "g": small}).status == "unsat"
    for networks, word in [(None, "networks="), ({"h": other}, "speaks of the networks f, g"),
                           ({"f": other, "g": other}, "none of them"), ({"g": 3}, "not a Network"),
                           ({"f": small, "g": other, "h": other}, "no network h"), (5, "not a dict")]:
        with pytest.raises(brink.RequestError, match=word):
            small.verify(differ, networks=networks)
    with pytest.raises(brink.RequestError, match="VNN-LIB 1.0"):
        small.verify(brink.Property.linear([0, 0], [1, 1], ([[1, 0, 0]], [0])), networks={"f": small})


BOX = "(declare-const X_0 Real)(declare-const X_1 Real)(declare-const Y_0 Real)(declare-const Y_1 Real)(declare-const Y_2 Real)\n"


@pytest.mark.parametrize("spec, word", [
    ("/nowhere/p.vnnlib", "/nowhere/p.vnnlib"), ("(assert (<= X_0 1", "line 1"), (BOX + "(assert (<= (* X_0 Y_0) 1))", "line 2"),
    (BOX + "(assert (<= X_0 1))", "no lower bound"),
    ("(declare-const X_0 Real)(declare-const Y_0 Real)(assert (<= 0 X_0 ))(assert (<= X_0 1))", "2 and 3"),
])
def test_properties_that_cannot_be_asked(small, spec, word):
    with pytest.raises(brink.RequestError, match=word) as caught:
        small.verify(spec)
    assert "\n" not in str(caught.value) and "--" not in str(caught.value)


@pytest.mark.parametrize("arguments, word", [
    (([0, 0], [1], ([[1, 0]], [0])), "upper 1"), (([0], [np.nan], ([[1]], [0])), r"upper\[0\] is nan"),
    (([1], [0], ([[1]], [0])), "above"), (([0], [1], []), "no case"), (([0], [1], ([1], [0])), "shape"),
    (([0], [1], ([[1], [2]], [0])), "2 rows"), (([0], [1], ([[np.inf]], [0])), r"A\[0\]"), (([0], [1], 3), "pair"),
    (([0], [1], [([[1]], [0]), ([[1, 2]], [0])]), "case 1"), ((["a"], [1], ([[1]], [0])), "no array"),
])
def test_arrays_that_are_no_property(arguments, word):
    with pytest.raises(brink.RequestError, match=word) as caught:
        brink.Property.linear(*arguments)
    assert "\n" not in str(caught.value)


def test_options_of_the_other_form_are_refused(small):
    asked = brink.Property.linear([0, 0], [1, 1], ([[1, 0, 0]], [0]))
    for options, word in [(dict(radius=0.1), "radius"), (dict(label=1), "label"), (dict(box=(0, 1)), "box"),
                          (dict(time_limit=0), "time_limit"), (dict(threads=0), "threads")]:
        with pytest.raises(brink.RequestError, match=word):
            small.verify(asked, **options)
    for options, word in [(dict(), "radius is missing"), (dict(radius=-1), "radius"), (dict(radius=np.nan), "radius"),
                          (dict(radius=0.1, networks={}), "networks"), (dict(radius=0.1, norm="l9"), "l9"),
                          (dict(radius="a"), "radius 'a'"), (dict(radius=0.1, target=9), "9"),
                          (dict(radius=0.1, box=(0.8, 1)), "box"), (dict(radius=0.1, time_limit=-2), "time_limit")]:
        with pytest.raises(brink.RequestError, match=word) as caught:
            small.verify([0.5, 0.5], **options)
        assert "\n" not in str(caught.value) and "--" not in str(caught.value)
    with pytest.raises(brink.RequestError, match="NaN"):
        small.verify([np.nan, 0.5], radius=0.1)
    with pytest.raises(brink.RequestError, match="shape"):
        small.verify([1.0, 2.0, 3.0], radius=0.1)


@pytest.mark.parametrize("norm", ["l0", "l1", "l2", "linf"])
def test_a_radius_agrees_with_the_closest(net, norm):
    X = np.random.default_rng(2).uniform(size=(6, 4))
    for x, answer in zip(X, net.closest(X, norm=norm)):
        if answer.status != "optimal":
            continue
        step = 1 if norm == "l0" else 0.02 * answer.distance
        assert net.verify(x, radius=max(0, answer.bound - step), norm=norm).status == "robust"
        broken = net.verify(x, radius=answer.distance + (0 if norm == "l0" else step), norm=norm)
        assert broken.status == "not_robust" and net.classify(broken.x) == broken.target != broken.label
        assert broken.distance <= broken.radius and broken.bound <= broken.distance


def test_a_batch_within_a_radius(net):
    X = np.random.default_rng(2).uniform(size=(8, 4))
    labels = net.classify(X)
    labels[3] = (labels[3] + 1) % 3
    told = []
    answers = net.verify(X, labels, radius=0.03, callback=told.append)
    assert isinstance(answers, brink.RobustnessList) and answers[3].status == "misclassified"
    assert answers.share == answers.status.count("robust") / 8 and 0 < answers.share < 1
    assert sum(t.finished for t in told) == 8
    assert [a.status for a in answers] == [net.verify(x, int(c), radius=0.03).status for x, c in zip(X, labels)]
    assert len(answers[:2]) == 2 and len(net.verify(np.empty((0, 4)), radius=1)) == 0
    assert pickle.loads(pickle.dumps(answers)).status == answers.status
    assert "proven" in answers._repr_html_()
    pandas = pytest.importorskip("pandas")
    assert isinstance(answers.to_pandas(), pandas.DataFrame)
    assert list(answers.to_pandas().columns) == "image label norm radius status target distance bound nodes seconds".split()


def test_ctrl_c_ends_a_property(slow):
    reached = slow.maximise((4, 0), time_limit=1)
    assert reached.status == "time_limit"
    between = (reached.activation + reached.bound) / 2  # neither found nor excluded in a second
    hard = brink.Property.linear([0] * 100, [1] * 100, (-np.eye(10)[[0]], [-between]))
    timer = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    begun = time.monotonic()
    verdict = slow.verify(hard, time_limit=300)
    timer.cancel()
    assert time.monotonic() - begun < 60
    assert verdict.status == "interrupted" and verdict.x is None


def test_ctrl_c_ends_a_batch(slow):
    reached = slow.closest(np.full(100, 0.5), norm="l2", time_limit=2)
    assert reached.status == "time_limit"
    between = (reached.distance + reached.bound) / 2  # neither found nor excluded in two seconds
    threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
    begun = time.monotonic()
    answers = slow.verify(np.full((3, 100), 0.5), radius=between, norm="l2", threads=1, time_limit=300)
    assert time.monotonic() - begun < 60
    assert answers.status[-1] == "interrupted" and answers[-1].bound >= 0
    stopped = slow.verify(np.full((3, 100), 0.5), radius=between, norm="l2", threads=1, callback=lambda p: False)
    assert stopped.status[-1] == "interrupted"


def test_other_threads_run_meanwhile(slow):
    reached = slow.closest(np.full(100, 0.5), norm="l2", time_limit=2)
    between = (reached.distance + reached.bound) / 2  # neither found nor excluded in two seconds
    counted = []
    stop = threading.Event()
    thread = threading.Thread(target=lambda: [counted.append(1) or time.sleep(0.01) for _ in iter(stop.is_set, True)])
    thread.start()
    slow.verify(np.full(100, 0.5), radius=between, norm="l2", time_limit=1)
    stop.set()
    thread.join()
    assert len(counted) > 5


def test_a_network_that_dropped_something_is_refused():
    onnx = pytest.importorskip("onnx")
    helper = onnx.helper
    net = brink.load(random_layers([2, 4, 3]))
    model = onnx.load_from_string(net._net.onnx())
    model.graph.node.append(helper.make_node("Softmax", ["output"], ["p"], axis=1))
    model.graph.output[0].name = "p"
    with pytest.raises(brink.RequestError, match="cannot be verified as it is"):
        brink.load(model).verify(brink.Property.linear([0, 0], [1, 1], ([[1, 0, 0]], [0])))
