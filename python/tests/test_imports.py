"""brink beside others that bring protobuf and ONNX of their own, in several orders."""

import importlib.util
import itertools
import subprocess
import sys

import pytest

OTHERS = [name for name in ("onnx", "onnxruntime", "torch") if importlib.util.find_spec(name)]

USE = """
import numpy as np
net = brink.load([([[1.0, -1.0], [0.5, 1.0]], [0.0, 0.125]), ([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0])])
again = brink.load(net._net.onnx())
assert again.closest([0.9, 0.2]).status == "optimal"
if "onnx" in sys.modules:
    model = sys.modules["onnx"].load_from_string(net._net.onnx())
    sys.modules["onnx"].checker.check_model(model)
if "onnxruntime" in sys.modules:
    session = sys.modules["onnxruntime"].InferenceSession(net._net.onnx(), providers=["CPUExecutionProvider"])
    outputs = session.run(None, {session.get_inputs()[0].name: np.array([[0.9, 0.2]], dtype=np.float32)})[0]
    assert abs(outputs - net([[0.9, 0.2]])).max() < 1e-6
"""


def orders():
    yield ("brink",)
    for other in OTHERS:
        yield from itertools.permutations(("brink", other))
    if len(OTHERS) == 3:
        yield from [("brink", "torch", "onnx", "onnxruntime"), ("onnxruntime", "onnx", "brink", "torch"),
                    ("torch", "brink", "onnxruntime", "onnx")]


@pytest.mark.parametrize("order", list(orders()), ids=" ".join)
def test_order(order):
    program = "import sys\n" + "".join(f"import {name}\n" for name in order) + USE
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr


def test_importing_brings_numpy_alone():
    program = "import sys, brink; print(*sorted({m.split('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "onnx", "pandas", "matplotlib", "sklearn", "tqdm"} & set(loaded)


def test_nothing_but_the_module_is_exported():
    from brink import _core

    try:
        listed = subprocess.run(["nm", "-D", "--defined-only", _core.__file__], capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("nm is not there")
    names = {line.split()[-1] for line in listed.stdout.splitlines()}
    assert names == {"PyInit__core"}
