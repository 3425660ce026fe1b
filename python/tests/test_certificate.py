"""Certificates, and brink-check beside the package; MIP solvers that are found."""

import os
import pathlib
import re
import shutil

import numpy as np
import pytest

import brink
from conftest import random_layers

try:
    brink.certificate.program()
except brink.RequestError:
    pytest.skip("no brink-check", allow_module_level=True)

X = np.array([0.5, 0.4, 0.6, 0.5])
check = brink.certificate.check


def exact(number):
    return float.fromhex(number) if "0x" in number else float(number)


@pytest.mark.parametrize("norm", ["l0", "l1", "l2", "linf"])
def test_closest(net, tmp_path, norm):
    path = tmp_path / "proof.cert"
    answer = net.closest(X, norm=norm, certificate=path)
    assert answer.certificate == str(path) and answer.status == "optimal"
    shown = brink.certificate.show(path)
    assert shown.path == str(path) and shown.bytes == path.stat().st_size and shown.leaves > 0
    assert shown.header["norm"] == norm and norm in shown.claim
    assert exact(shown.header["radius"]) <= answer.bound
    said = check(net, path)
    assert said and said.proven and said.failure == "" and said.line is None
    assert "claims" in shown._repr_html_() and "proven" in said._repr_html_() and str(said).startswith("proven")
    layers = tmp_path / "proof.cert.layers"  # the network was made of matrices: it lies beside
    assert check(layers, path).proven
    plain = net.closest(X, norm=norm)
    assert plain.certificate is None and answer.bound == pytest.approx(plain.bound, rel=1e-6)
    assert answer.bound <= plain.bound


def test_a_batch_and_data(tmp_path):
    draw = np.random.default_rng(1)
    images = draw.integers(0, 256, size=(4, 9)).astype(np.uint8)
    net = brink.load(random_layers([9, 6, 3], seed=5))
    net.save(tmp_path / "net.onnx")
    read = brink.load(tmp_path / "net.onnx")
    answers = read.closest(images, certificate=tmp_path / "proofs", time_limit=20)
    names = sorted(os.listdir(tmp_path / "proofs"))
    assert names == [f"image-{i}.cert" for i, a in enumerate(answers) if a.certificate]
    assert names and not (tmp_path / "proofs" / "network.layers").exists()  # the user has the file
    labels = [a.label for a in answers]
    for i, answer in enumerate(answers):
        if answer.certificate is None:
            continue
        for network in (read, tmp_path / "net.onnx"):
            for data in (images, images / 255.0):
                said = check(network, answer.certificate, data=data, labels=labels)
                assert said.proven and any(f"number {i}" in line for line in said.statement)
        assert not check(read, answer.certificate, data=images[::-1])
        assert not check(read, answer.certificate, labels=[(c + 1) % 3 for c in labels])
    with pytest.raises(brink.RequestError, match="byte / 255"):
        check(read, answers[0].certificate, data=np.full((4, 9), 0.3))


def test_bytes_and_normalised_networks_are_written_beside(net, tmp_path):
    net.save(tmp_path / "net.onnx")
    given = (tmp_path / "net.onnx").read_bytes()
    loaded = brink.load(given)
    answer = loaded.closest(X, certificate=tmp_path / "a.cert")
    assert (tmp_path / "a.cert.onnx").read_bytes() == given
    assert check(tmp_path / "net.onnx", answer.certificate).proven and check(loaded, answer.certificate).proven
    normalised = brink.load(tmp_path / "net.onnx", mean=0.5, std=2.0)
    answer = normalised.closest(X, certificate=tmp_path / "b.cert")
    assert answer.certificate and brink.certificate.show(answer.certificate).header["network"].startswith("layers ")
    assert check(normalised, answer.certificate).proven
    assert not check(tmp_path / "net.onnx", answer.certificate)
    with pytest.raises(brink.RequestError, match="was read from none"):
        check(net, tmp_path / "a.cert")


def test_bounds_units_and_curves(net, layers, tmp_path):
    bounds = net.bounds("exact", certificate=tmp_path / "bounds.cert")
    assert bounds.certificate == str(tmp_path / "bounds.cert")
    said = check(net, bounds.certificate)
    assert said.proven
    for mine, plain in zip(bounds.layers, net.bounds("exact").layers):
        np.testing.assert_allclose(mine.upper, plain.upper, rtol=1e-5, atol=1e-6)
    unit = net.maximise((3, 1), certificate=tmp_path / "unit.cert")
    assert unit.certificate and check(net, unit.certificate).proven and unit.bound >= unit.activation
    units = net.maximise([(1, 0), (2, 1)], certificate=tmp_path / "units")
    assert sorted(n for n in os.listdir(tmp_path / "units") if n.endswith(".cert")) == ["unit-1-0.cert", "unit-2-1.cert"]
    assert all(check(net, u.certificate) for u in units)
    curve = net.curve(np.stack([X, 1 - X]), certificate=tmp_path / "curve")
    for answer in curve.answers:
        assert answer.certificate is None or check(net, answer.certificate)
    assert any(answer.certificate for answer in curve.answers)


def test_properties_and_radii(net, tmp_path):
    largest = net.maximise((3, 0)).bound
    asked = brink.Property.linear([0] * 4, [1] * 4, ([[-1, 0, 0]], [-largest - 0.5]))
    verdict = net.verify(asked, certificate=tmp_path / "unsat.cert")
    assert verdict.status == "unsat" and verdict.certificate and verdict.note == ""
    said = check(net, verdict.certificate, property=asked)
    assert said.proven and any("nothing meets" in line for line in said.statement)
    assert check(net, verdict.certificate).proven
    other = brink.Property.linear([0] * 4, [1] * 4, ([[-1, 0, 0]], [-largest - 0.25]))
    assert not check(net, verdict.certificate, property=other)
    sat = net.verify(brink.Property.linear([0] * 4, [1] * 4, ([[1, 0, 0]], [1e6])), certificate=tmp_path / "no.cert")
    assert sat.status == "sat" and sat.certificate is None and not (tmp_path / "no.cert").exists()
    several = net.verify(np.stack([X, 1 - X]), radius=0.01, certificate=tmp_path / "robust")
    assert several.status.count("robust") > 0
    for answer in several:
        assert (answer.certificate is not None) == (answer.status == "robust")
        if answer.certificate:
            assert check(net, answer.certificate).proven
            assert exact(brink.certificate.show(answer.certificate).header["radius"]) == 0.01


def test_what_is_changed_is_refused(net, tmp_path):
    path = tmp_path / "proof.cert"
    answer = net.closest(X, certificate=path)
    lines = path.read_text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("radius "))
    changed = lines.copy()
    changed[at] = f"radius {2 * answer.distance}"
    path.write_text("\n".join(changed) + "\n")
    said = check(net, path)
    assert not said and said.statement == () and said.failure and str(said).startswith("not proven")
    path.write_text("\n".join(lines[:-3]) + "\n")  # cut
    assert not check(net, path)
    with pytest.raises(brink.RequestError, match="ends early"):
        brink.certificate.show(path)
    leaf = next(i for i, line in enumerate(lines) if line.startswith("c "))
    changed = lines.copy()
    changed[leaf] = re.sub(r"\d+", "7", lines[leaf], count=2)
    path.write_text("\n".join(changed) + "\n")
    said = check(net, path)
    if not said:
        assert said.line is None or 0 < said.line <= len(lines)
    other = brink.load(random_layers([4, 6, 5, 3], seed=8))
    path.write_text("\n".join(lines) + "\n")
    assert check(net, path) and "another network" in check(other, path).failure


def test_what_cannot_be_asked(net, tmp_path, monkeypatch):
    (tmp_path / "some.txt").write_text("hello\n")
    with pytest.raises(brink.RequestError, match="no certificate"):
        brink.certificate.show(tmp_path / "some.txt")
    for call, word in [(lambda: brink.certificate.show(tmp_path / "no.cert"), "no.cert"),
                       (lambda: check(net, tmp_path / "no.cert"), "no.cert"),
                       (lambda: check(tmp_path / "no.onnx", tmp_path / "some.txt"), "no.onnx|some.txt|network"),
                       (lambda: check(3, tmp_path / "some.txt"), "neither"),
                       (lambda: net.closest(X, certificate=3), "certificate 3"),
                       (lambda: net.closest(X, certificate=tmp_path / "no" / "a.cert"), "a.cert"),
                       (lambda: net.closest(X, norm="l2", certificate=tmp_path / "a", breakpoints=5), "breakpoints"),
                       (lambda: net.closest(X, norm="l2", breakpoints=4, certificate=tmp_path / "a"), "breakpoints")]:
        try:
            result = call()
        except brink.RequestError as error:
            assert re.search(word, str(error)) and "\n" not in str(error)
        else:
            assert not result  # brink-check judged it
    store = brink.Store(tmp_path / "s.db")
    with pytest.raises(brink.RequestError, match="s.db"):
        net.closest(X, store=store, certificate=tmp_path / "s.db")


def test_the_checker_is_another_program(net, tmp_path, monkeypatch):
    """It has none of brink's libraries, and is looked for on the PATH where it does not lie beside."""
    program = pathlib.Path(brink.certificate.program())
    assert b"closest_by_search" not in program.read_bytes()
    answer = net.closest(X, certificate=tmp_path / "proof.cert")
    elsewhere = tmp_path / "empty"
    elsewhere.mkdir()
    monkeypatch.setattr(brink._core, "__file__", str(elsewhere / "_core.so"), raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(brink.RequestError, match="brink-check is neither"):
        brink.certificate.program()
    (tmp_path / "brink-check").symlink_to(program)
    assert brink.certificate.program() == str(tmp_path / "brink-check")
    assert check(net, answer.certificate)


def test_solvers():
    found = brink.solvers()
    assert found[0].name == "cbc" and found[0].found and "cbc" in repr(found) and "<table>" in found._repr_html_()
    for solver in found:
        assert solver.found == (solver.trouble == "") and (solver.found or not solver.solves)
    net = brink.load(random_layers([4, 6, 5, 3], seed=5))
    plain = net.closest(X, norm="l1", lead=0)
    for solver in (s.name for s in found if s.found):
        answer = net.closest(X, norm="l1", lead=0, engine="mip", solver=solver, time_limit=60)
        assert answer.distance == pytest.approx(plain.distance, rel=1e-5)
    for options, word in [(dict(solver_library="/nowhere/x.so"), "solver_library"),
                          (dict(solver_library="/nowhere/x.so", engine="mip"), "cbc needs none"),
                          (dict(solver_library="/nowhere/x.so", engine="mip", solver="gurobi"), "/nowhere|gurobi")]:
        with pytest.raises(brink.RequestError, match=word):
            net.closest(X, **options)
    with pytest.raises(brink.RequestError, match="needs none"):
        net.bounds("exact", solver_library="/nowhere")
