"""net.closest: the answers, their statuses, and how they end early."""

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

NORMS = {"l0": lambda d: float((d != 0).sum()), "l1": lambda d: np.abs(d).sum(),
         "l2": lambda d: np.sqrt((d * d).sum()), "linf": lambda d: np.abs(d).max()}


@pytest.mark.parametrize("norm", NORMS)
def test_answers_are_proven_and_checked(net, norm):
    draw = np.random.default_rng(2)
    X = draw.uniform(size=(6, 4))
    answers = net.closest(X, norm=norm)
    for x, answer in zip(X, answers):
        if answer.status == "infeasible":
            continue
        assert answer.status == "optimal" and answer.verified and answer.float32
        outputs = net(answer.x)
        assert outputs.argmax() == answer.target != answer.label == net.classify(x)
        assert answer.distance == pytest.approx(NORMS[norm](answer.x - x), rel=1e-12)
        assert answer.bound <= answer.distance * (1 + 1e-12)
        # No change smaller than the bound is taken for another class: a few thousand of them.
        for scale in draw.uniform(-1, 1, size=(2000, 4)):
            size = NORMS[norm](scale)
            if norm == "l0":
                continue
            tried = np.clip(x + scale / size * answer.bound * 0.999, 0, 1)
            assert net(tried).argmax() == answer.label


def test_linf_against_a_grid():
    """Two inputs: brute force over a fine grid finds nothing nearer than the bound."""
    grid = np.array(list(itertools.product(np.linspace(0, 1, 300), repeat=2)))
    found = 0
    for seed in range(12):
        net = brink.load(random_layers([2, 5, 3], seed))
        x = np.array([0.4, 0.6])
        answer = net.closest(x, norm="linf")
        other = net(grid).argmax(axis=1) != answer.label
        if not other.any():
            assert answer.distance is None or answer.distance > 0.1
            continue
        found += 1
        nearest = np.abs(grid[other] - x).max(axis=1).min()
        assert answer.bound <= nearest and answer.distance <= nearest + 1e-6
        assert nearest - answer.distance < 0.01
    assert found > 5


def test_one_and_many(net):
    X = np.random.default_rng(2).uniform(size=(5, 4))
    many = net.closest(X, norm="l1", threads=1)
    for x, answer in zip(X, many):
        alone = net.closest(x, norm="l1", threads=1)
        assert (alone.status, alone.distance) == (answer.status, answer.distance)
    assert len(many[:2]) == 2 and isinstance(many[:2], brink.ClosestList)
    assert many.x.shape == (5, 4) and len(many.status) == 5
    assert len(net.closest(np.empty((0, 4)))) == 0


def test_options_are_the_command_lines(net):
    x = np.array([0.5, 0.4, 0.6, 0.5])
    label = net.classify(x)
    other = (label + 1) % 3
    free = net.closest(x, norm="l1", lead=0)
    fixed = net.closest(x, norm="l1", target=other, lead=0)
    assert fixed.status in ("optimal", "infeasible")
    if fixed.distance is not None:
        assert fixed.target == other and fixed.distance >= free.bound
    frozen = net.closest(x, norm="l1", freeze=[0, 2])
    if frozen.x is not None:
        assert (frozen.x[[0, 2]] == x[[0, 2]]).all() and frozen.distance >= free.bound
    capped = net.closest(x, norm="l1", cap=0.2)
    if capped.x is not None:
        assert np.abs(capped.change).max() <= 0.2
    weighed = net.closest(x, norm="l1", weights=[2, 2, 2, 2], lead=0)
    assert free.status == weighed.status == "optimal"
    assert weighed.distance == pytest.approx(2 * free.distance, rel=1e-5)
    wide = net.closest(x, norm="l1", box=(-1, 2), weights="range", lead=0)
    plain = net.closest(x, norm="l1", box=(-1, 2), lead=0)
    assert wide.distance == pytest.approx(plain.distance / 3, rel=1e-5)
    ends = net.closest(x, norm="l1", box=(np.full(4, -1.0), [2, 2, 2, 2]), lead=0)
    assert ends.distance == pytest.approx(plain.distance, rel=1e-6)
    levels = net.closest(x, norm="l1", levels=11)
    if levels.x is not None:
        moved = levels.x[levels.x != x] * 10
        np.testing.assert_allclose(moved, np.round(moved), atol=1e-9)
    papers = net.closest(x, norm="l1", question="fj", target=other)
    if papers.x is not None:
        outputs = net(papers.x)
        assert outputs[other] >= 0.001 and all(outputs[other] >= 1.2 * outputs[j] for j in range(3) if j != other)


def test_wrong_labels_and_misclassified(net):
    x = np.array([0.5, 0.4, 0.6, 0.5])
    wrong = (net.classify(x) + 1) % 3
    answer = net.closest(x, wrong)
    assert answer.status == "misclassified" and answer.label == wrong
    with pytest.raises(brink.RequestError, match="label 7"):
        net.closest(x, 7)
    with pytest.raises(brink.RequestError, match="one class for each"):
        net.closest(x, [1, 2])
    tied = brink.load([([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0])])
    with pytest.raises(brink.RequestError, match="shared by two"):
        tied.closest([0.5, 0.5])


@pytest.mark.parametrize("options, words", [
    (dict(norm="l3"), "l3"), (dict(time_limit=0), "time_limit 0 is not"), (dict(margin=0.5), "margin"),
    (dict(target="nobody"), "nobody"), (dict(box=(1, 0)), "box"), (dict(box=3), "box"), (dict(box=(0.6, 1)), "box"),
    (dict(cap=-1), "cap"), (dict(freeze=[9]), "freeze 9"), (dict(engine="magic"), "engine"),
    (dict(solver="cbc"), "add engine='mip'"), (dict(engine="mip", solver="cplexx"), "cplexx"),
    (dict(weights=[1, 2]), "weight"), (dict(gap=2), "gap 2 is not"), (dict(threads=0), "threads"),
    (dict(norm=7), "norm 7"), (dict(margin="big"), "margin 'big'"), (dict(levels=1), "levels"),
    (dict(above=1), "above|one output"), (dict(question="why"), "why"), (dict(memory_limit=1), "memory_limit"),
])
def test_requests_that_cannot_be_asked(net, options, words):
    with pytest.raises(brink.RequestError, match=words) as caught:
        net.closest([0.5, 0.4, 0.6, 0.5], **options)
    assert "\n" not in str(caught.value) and "--" not in str(caught.value)


def test_the_mip_engine_runs_beside_threads(net):
    """Its solver is a program of its own, while threads of this interpreter are at work."""
    x = np.array([0.5, 0.4, 0.6, 0.5])
    stop = threading.Event()
    busy = [threading.Thread(target=lambda: [sum(range(1000)) for _ in iter(stop.is_set, True)]) for _ in range(3)]
    for thread in busy:
        thread.start()
    try:
        bounds = net.bounds("exact", solver="cbc")
        exact = net.bounds("exact")
        for mine, theirs in zip(exact.layers, bounds.layers):
            np.testing.assert_allclose(mine.upper, theirs.upper, rtol=1e-4, atol=1e-5)
        by_mip = net.closest(np.tile(x, (4, 1)), norm="l1", engine="mip", bounds=bounds, lead=0)
    finally:
        stop.set()
        for thread in busy:
            thread.join()
    by_search = net.closest(x, norm="l1", lead=0)
    for answer in by_mip:
        assert answer.status == "optimal" and answer.proof == "search"
        assert answer.distance == pytest.approx(by_search.distance, rel=1e-5)
    with pytest.raises(brink.RequestError, match="another network"):
        brink.load(random_layers([4, 6, 5, 3], seed=9)).closest(x, engine="mip", bounds=bounds)


def test_callbacks_see_progress_and_stop(digits, strokes):
    told = []
    answer = digits.closest(strokes.x[0], norm="linf", callback=told.append)
    assert told and told[-1].finished and told[-1].distance == pytest.approx(answer.distance)
    assert told[-1].bound == answer.bound and not any(t.finished for t in told[:-1])
    assert all(t.bound <= answer.distance for t in told)
    slow = brink.load(random_layers([100, 200, 200, 200, 10], seed=1))
    stopped = slow.closest(np.full((3, 100), 0.5), norm="l1", threads=1, callback=lambda p: False)
    assert [a.status for a in stopped][0] == "interrupted" and stopped[0].seconds < 60
    with pytest.raises(ZeroDivisionError):
        slow.closest(np.full(100, 0.5), norm="l1", callback=lambda p: 1 / 0)


def test_ctrl_c_returns_what_is_known():
    slow = brink.load(random_layers([100, 200, 200, 200, 10], seed=1))
    threading.Timer(1.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    begun = time.monotonic()
    answers = slow.closest(np.full((2, 100), 0.5), norm="l1", threads=1, time_limit=100)
    assert time.monotonic() - begun < 60
    first, second = answers
    assert first.status == "interrupted" and first.bound >= 0
    if first.x is not None:
        assert first.verified and slow(first.x).argmax() == first.target and first.bound <= first.distance
    assert second.status == "interrupted" and second.distance is None


def test_other_threads_run_meanwhile(digits, strokes):
    """The interpreter's lock is free while the library works."""
    counted = 0

    def count():
        nonlocal counted
        while working:
            counted += 1
            time.sleep(0.001)

    working = True
    thread = threading.Thread(target=count)
    thread.start()
    digits.closest(strokes.x[:20], norm="l2", threads=1)
    working = False
    thread.join()
    assert counted > 5


def test_answers_pickle_and_show_themselves(digits, strokes):
    answers = digits.closest(strokes.x[:3], norm="linf")
    again = pickle.loads(pickle.dumps(answers))
    np.testing.assert_array_equal(again.distance, answers.distance)
    np.testing.assert_array_equal(again[0].x, answers[0].x)
    text = answers._repr_html_()
    assert "data:image/png;base64," in text and f"bound {answers[0].bound:.6g}" in text
    assert "Closest(status='optimal'" in repr(answers[0])
    with pytest.raises(AttributeError):
        answers[0].status = "better"


def test_tables(net):
    pandas = pytest.importorskip("pandas")
    table = net.closest(np.random.default_rng(2).uniform(size=(5, 4))).to_pandas()
    assert isinstance(table, pandas.DataFrame) and len(table) == 5
    assert {"image", "label", "target", "status", "distance", "bound", "gap", "verified"} <= set(table.columns)


def test_stores_answer_again(net, tmp_path):
    X = np.random.default_rng(2).uniform(size=(4, 4))
    store = brink.Store(tmp_path / "run.db")
    first = net.closest(X, norm="l1", store=store)
    told = []
    again = net.closest(X, norm="l1", store=pickle.loads(pickle.dumps(store)), callback=told.append)
    assert told == [] or all(t.nodes >= 0 for t in told)
    assert [a.seconds for a in again] == [a.seconds for a in first]
    assert len(store.questions()) == 1 and len(store.answers(norm="l1")) == 4 and not store.answers(norm="l2")
    assert len(store.runs()) == 2
    assert store.network(store.networks()[0]["hash"]).hash == net.hash
    assert store.networks()[0]["shape"] == "4-6-5-3"
    with pytest.raises(brink.RequestError, match="no networks"):
        store.network("ffff")
    with pytest.raises(brink.RequestError):
        (tmp_path / "no.db").write_text("this is no database, though it is a file of some length")
        brink.Store(tmp_path / "no.db")


def test_norms_by_number_and_labels_by_name():
    net = brink.load([([[1.0, -1.0], [1.0, 1.0]], [0.0, -0.5]), ([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0])])
    x = [0.75, 0.1]
    for number, name in ((0, "l0"), (1, "L1"), (2, "l2"), (np.inf, "linf")):
        assert net.closest(x, norm=number).distance == net.closest(x, norm=name).distance
    for wrong in (3, "l3", None, [1]):
        with pytest.raises(brink.RequestError, match="norm .* is none of"):
            net.closest(x, norm=wrong)
    with pytest.raises(brink.RequestError, match="label 'a' is no class.*no names"):
        net.closest(x, "a")
    with pytest.raises(brink.RequestError, match="unit 3 is not"):
        net.maximise(3)
