"""Bounds, units, curves, training, hardening, data, pictures."""

import os
import pickle
import shutil
import signal
import subprocess
import threading

import numpy as np
import pytest

import brink
from conftest import random_layers


def pre_activations(layers, x):
    for weights, bias in layers:
        y = weights @ x + bias
        yield y
        x = np.maximum(y, 0)


@pytest.mark.parametrize("method", ["interval", "symbolic", "lp", "exact"])
def test_bounds_hold(net, layers, method):
    bounds = net.bounds(method, box=(0.1, 0.8))
    draw = np.random.default_rng(3)
    for x in draw.uniform(0.1, 0.8, size=(300, 4)):
        for y, layer in zip(pre_activations(layers, x), bounds.layers):
            assert (layer.lower <= y + 1e-9).all() and (y <= layer.upper + 1e-9).all()
    assert bounds.method == method and bounds.complete and bounds.network == net.hash
    assert set(bounds.layers[0].lower_source) <= {"interval", "symbolic", "lp", "exact"}
    assert bounds.unstable == sum(int(layer.unstable.sum()) for layer in bounds.layers[:-1])
    again = pickle.loads(pickle.dumps(bounds))
    assert (again.layers[1].lower == bounds.layers[1].lower).all()


def test_bounds_tighten_and_are_used(net, tmp_path):
    wide, tight = net.bounds("interval"), net.bounds("exact")
    for a, b in zip(wide.layers, tight.layers):
        assert (a.lower <= b.lower + 1e-9).all() and (b.upper <= a.upper + 1e-9).all()
    tight.save(tmp_path / "bounds.json")
    assert '"layers"' in (tmp_path / "bounds.json").read_text()
    weak = net.bounds("weak", limit_per_bound=0.5, outputs=True)
    assert weak.method.startswith("weak")
    for options, word in [(dict(method="magic"), "magic"), (dict(limit_per_bound=1), "limit_per_bound"),
                          (dict(time_limit=-1), "time_limit"), (dict(method="exact", solver="x"), "x")]:
        with pytest.raises(brink.RequestError, match=word):
            net.bounds(**options)


def test_bounds_that_are_stopped_hold():
    layers = random_layers([40, 60, 60, 5], seed=1)
    net = brink.load(layers)
    threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
    bounds = net.bounds("exact", threads=1)
    assert not bounds.complete
    symbolic = net.bounds("symbolic")
    for x in np.random.default_rng(3).uniform(size=(50, 40)):
        for y, layer, loose in zip(pre_activations(layers, x), bounds.layers, symbolic.layers):
            assert (layer.lower <= y + 1e-9).all() and (y <= layer.upper + 1e-9).all()
            assert (loose.lower <= layer.lower + 1e-9).all() and (layer.upper <= loose.upper + 1e-9).all()


def test_units(net, layers):
    draw = np.random.default_rng(3)
    inputs = draw.uniform(size=(4000, 4))
    reached = np.array([list(pre_activations(layers, x))[1] for x in inputs])
    most = net.maximise([(2, 0), (2, 1), "2:0"])
    least = net.maximise((2, 0), min=True)
    assert len(most) == 3 and most[0].activation == most[2].activation
    for answer in most:
        assert answer.status == "optimal"
        assert np.maximum(reached[:, answer.unit], 0).max() <= answer.bound + 1e-9
        found = np.maximum(list(pre_activations(layers, answer.x))[1][answer.unit], 0)
        assert found == pytest.approx(answer.activation)
    assert least.extreme == "min" and least.bound <= reached[:, 0].min() + 1e-9
    by_mip = net.maximise((3, 1), engine="mip", bounds=net.bounds("lp"))
    assert by_mip.activation == pytest.approx(net.maximise((3, 1)).activation, rel=1e-4)
    for unit, word in [((9, 0), "no layer 9"), ((1, 99), "no unit 99"), ("1-2", "1-2")]:
        with pytest.raises(brink.RequestError, match=word):
            net.maximise(unit)


def test_curves(net):
    X = np.random.default_rng(2).uniform(size=(12, 4))
    labels = net.classify(X)
    labels[0] = (labels[0] + 1) % 3
    curve = net.curve(X, labels)
    assert curve.radius[0] == 0 and (np.diff(curve.radius) > 0).all()
    assert (curve.surely <= curve.possibly).all()
    assert curve.answers[0].status == "misclassified" and curve.at(1e-9) == pytest.approx((11 / 12, 11 / 12))
    for r in (0.01, 0.05, 0.1):
        share = np.mean([a.status == "infeasible" or (a.distance or 0) >= r for a in curve.answers])
        assert curve.at(r)[0] <= share + 1e-12 and share <= curve.at(r)[1] + 1e-12


def test_pictures(digits, strokes, net):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    answers = digits.closest(strokes.x[:2], norm="linf")
    brink.plot.closest(answers).canvas.draw()
    brink.plot.closest(net.closest([0.5, 0.4, 0.6, 0.5])).canvas.draw()
    curve = net.curve(np.random.default_rng(2).uniform(size=(5, 4)))
    curve.plot().canvas.draw()
    brink.plot.curve([curve, curve], label=["a", "b"]).canvas.draw()
    brink.plot.excitation(digits.maximise([(1, 0), (1, 1)])).canvas.draw()


def test_data_sets(tmp_path):
    data = brink.load_data("strokes")
    assert data.x.shape == (10000, 784) and data.shape == (28, 28) and data.box is None
    assert data.x.min() == 0 and data.x.max() == 1 and set(data.y) == set(range(10))
    (tmp_path / "t.csv").write_text("age,size,kind\n3,1.5,cat\n4,2.5,dog\n")
    table = brink.load_data(tmp_path / "t.csv")
    assert table.classes == ["cat", "dog"] and table.features == ["age", "size"] and table.y.tolist() == [0, 1]
    np.testing.assert_array_equal(table.box[1], [4, 2.5])
    with pytest.raises(brink.RequestError, match="nowhere"):
        brink.load_data("nowhere")


def test_training(strokes, digits):
    again = brink.train(strokes, hidden=(8, 8), epochs=4, threads=2)
    assert again.hash == digits.hash
    x, y = strokes
    assert (digits.classify(x) == y).mean() > 0.5
    same = brink.train((x.reshape(-1, 28, 28), y), hidden=(8, 8), epochs=4)
    assert same.hash == digits.hash
    for arguments, word in [((strokes, ()), None), (("nowhere",), "nowhere"), (((x, y[:5]),), "one class"),
                            ((3,), "neither")]:
        if word is None:
            assert len(brink.train(*arguments, epochs=1).layers) == 1
            continue
        with pytest.raises(brink.RequestError, match=word):
            brink.train(*arguments)
    with pytest.raises(brink.RequestError, match="epochs|batch"):
        brink.train(strokes, batch=0)
    with pytest.raises(brink.RequestError, match="l7"):
        brink.train(strokes, adversarial="l7:1")


def test_hardening(strokes, digits, tmp_path):
    rounds = brink.harden(digits, strokes, examples=3, epochs=2, time_limit=10, store=tmp_path / "h.db")
    assert len(rounds) == 2 and rounds[0].network is digits and rounds[1].examples_added == 3
    assert rounds.network.outputs == 10 and rounds.network.hash != digits.hash
    accuracy = (digits.classify(strokes.x) == strokes.y).mean()
    assert rounds[0].accuracy == pytest.approx(accuracy)
    with pytest.raises(brink.RequestError, match="nothing would be hardened"):
        brink.harden(digits, strokes)


def test_the_command_line_agrees(digits, tmp_path):
    """Where the program is there: the same network, the same answers."""
    program = shutil.which("brink")
    if program is None:
        pytest.skip("no brink on the PATH")
    digits.save(tmp_path / "net.onnx")
    subprocess.run([program, "closest", "net.onnx", "--data", "strokes", "--images", "0-3", "--norm", "linf", "-o",
                    "t.csv", "--threads", "1", "--quiet"], cwd=tmp_path, check=True, capture_output=True)
    lines = [line.split(",") for line in (tmp_path / "t.csv").read_text().splitlines()]
    column = {name: i for i, name in enumerate(lines[0])}
    data = brink.load_data("strokes")[:4]
    answers = brink.load(tmp_path / "net.onnx").closest(data.x, data.y, norm="linf", threads=1)
    for line, answer in zip(lines[1:], answers):
        assert line[column["status"]] == answer.status
        if answer.distance is not None:
            assert float(line[column["distance"]]) == pytest.approx(answer.distance, rel=1e-8)
            assert float(line[column["bound"]]) == pytest.approx(answer.bound, rel=1e-8)
