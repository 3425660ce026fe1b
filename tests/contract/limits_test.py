"""Time limits and Ctrl-C hold on a network whose smallest program takes longer than they allow.

A network of 784-256x6-10 with untrained weights: its first linear programs take minutes. Bounds on
time are generous: machines are shared, and what they guard against is minutes.
"""

import array
import json
import operator
import os
import pathlib
import random
import signal
import struct
import subprocess
import tempfile
import time
import unittest

from harness import BRINK, PATIENCE, THREADS, idx_images, idx_labels, in_time, limit, read_csv, run

SIZES = [784] + [256] * 6 + [10]
IMAGES = 3
LATE = in_time(5)  # seconds


def field(number, payload):
    """A field of a protobuf message: an integer or bytes."""
    def varint(value):
        text = bytearray()
        while value > 127:
            text.append(value & 127 | 128)
            value >>= 7
        return bytes(text) + bytes([value])

    if isinstance(payload, int):
        return varint(number << 3) + varint(payload)
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def tensor(name, shape, values):
    return b"".join(field(1, size) for size in shape) + field(2, 1) + field(
        8, name.encode()) + field(9, array.array("f", values).tobytes())


def value_info(name, size):
    shape = field(1, field(1, 1)) + field(1, field(1, size))
    return field(1, name.encode()) + field(2, field(1, field(1, 1) + field(2, shape)))


def network(layers):
    """The ONNX file of a chain of Gemm (W is out x in) and Relu."""
    nodes, initializers, here = [], [], "x"
    for k, (rows, bias) in enumerate(layers):
        flat = [value for row in rows for value in row]
        initializers.append(tensor(f"W{k}", [len(rows), len(rows[0])], flat))
        initializers.append(tensor(f"b{k}", [len(bias)], bias))
        transposed = field(1, b"transB") + field(3, 1) + field(20, 2)
        inputs = b"".join(field(1, name.encode()) for name in (here, f"W{k}", f"b{k}"))
        nodes.append(inputs + field(2, f"y{k}".encode()) + field(4, b"Gemm") + field(5, transposed))
        here = f"y{k}"
        if k + 1 < len(layers):
            nodes.append(field(1, here.encode()) + field(2, f"x{k}".encode()) + field(4, b"Relu"))
            here = f"x{k}"
    graph = b"".join(field(1, node) for node in nodes) + field(2, b"g") + b"".join(
        field(5, one) for one in initializers) + field(11, value_info("x", SIZES[0])) + field(
            12, value_info(here, SIZES[-1]))
    return field(1, 8) + field(7, graph) + field(8, field(2, 13))


def untrained(source):
    layers = []
    for before, width in zip(SIZES, SIZES[1:]):
        size = (2 / before)**0.5
        weights = [[source.gauss(0, size) for _ in range(before)] for _ in range(width)]
        layers.append((weights, [0.0] * width))
    return layers


def label_of(layers, image):
    x = [byte / 255 for byte in image]
    for rows, bias in layers:
        y = [sum(map(operator.mul, row, x)) + b for row, b in zip(rows, bias)]
        x = [max(0, value) for value in y]
    return max(range(len(y)), key=y.__getitem__)


class Limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="brink-limits-")
        cls.folder = pathlib.Path(cls.temporary.name)
        source = random.Random(0)
        layers = untrained(source)
        images = [source.randbytes(SIZES[0]) for _ in range(IMAGES)]
        (cls.folder / "net.onnx").write_bytes(network(layers))
        (cls.folder / "data").mkdir()
        (cls.folder / "data" / "t10k-images-idx3-ubyte").write_bytes(idx_images(images, 28, 28))
        labels = idx_labels([label_of(layers, image) for image in images])
        (cls.folder / "data" / "t10k-labels-idx1-ubyte").write_bytes(labels)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def question(self, norm, allowed, output, images=f"0-{IMAGES - 1}"):
        return ("closest", "net.onnx", "--data", "data", "--images", images, "--norm", norm, "--target", "any",
                "--margin", "1", "--target-min", "none", "--time-limit", str(allowed), "--threads", "1", "-o", output)

    def test_an_answer_at_the_limit_has_a_bound(self):
        allowed = limit(3)
        for norm in ("linf", "l2", "l1", "l0"):
            with self.subTest(norm=norm):
                start = time.monotonic()
                done = run(*self.question(norm, allowed, f"{norm}.csv", "0"), cwd=self.folder)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertLess(time.monotonic() - start, allowed + LATE)
                row = read_csv(self.folder / f"{norm}.csv")[1][0]
                if norm == "l0" and row["status"] == "optimal":  # one pixel is enough, once it is found
                    self.assertEqual(row["distance"], "1")
                else:
                    self.assertEqual(row["status"], "time_limit")
                self.assertGreater(float(row["bound"]), 0)
                self.assertLess(float(row["seconds"]), allowed + LATE)
                if row["distance"]:
                    self.assertEqual(row["verified"], "1")
                    self.assertLessEqual(float(row["bound"]), float(row["distance"]))

    @unittest.skipIf(THREADS, "sanitizers take memory of their own")
    def test_memory_is_as_info_says(self):
        most = json.loads(run("info", "net.onnx", "--json", cwd=self.folder).stdout)["search_bytes"]
        command = [BRINK, *map(str, self.question("linf", 2, "memory.csv", "0"))]
        process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        self.assertLess(1024 * used.ru_maxrss, most)
        done = run(*self.question("linf", 1, "less.csv", "0"), "--memory-limit", str(most / 1e6 + 10), cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)

    def ends_in_time(self, *words):
        start = time.monotonic()
        done = run(*words, "--time-limit", "1", "--threads", "1", cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertLess(time.monotonic() - start, 2 * LATE)

    def test_bounds_at_the_limit(self):
        self.ends_in_time("bounds", "net.onnx", "--method", "exact", "-o", "bounds.json")

    def test_an_extreme_at_the_limit(self):
        self.ends_in_time("visualize", "net.onnx", "--unit", "6:0", "-o", "units")
        row = read_csv(self.folder / "units" / "units.csv")[1][0]
        self.assertEqual(row["status"], "time_limit")
        self.assertLess(float(row["activation"]), float(row["bound"]))

    def test_interrupted_at_any_moment(self):
        source = random.Random(1)
        for how in (signal.SIGINT, signal.SIGTERM, signal.SIGINT):
            command = self.question("l2", 1, "stopped.csv")
            process = subprocess.Popen([BRINK, *command], cwd=self.folder, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE)
            partial = self.folder / "stopped.csv.partial"
            while process.poll() is None and not partial.exists():
                time.sleep(0.01)
            time.sleep(source.uniform(0, 2))
            kept = partial.read_bytes() if partial.exists() else b""
            stop = time.monotonic()
            process.send_signal(how)
            process.communicate(timeout=PATIENCE)
            self.assertLess(time.monotonic() - stop, LATE)
            if process.returncode == 0:  # it was over before it could be stopped
                (self.folder / "stopped.csv").unlink()
                continue
            self.assertEqual(process.returncode, 130)
            self.assertTrue(partial.read_bytes().startswith(kept))
        done = run(*self.question("l2", 1, "stopped.csv"), cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertFalse(partial.exists())
        rows = read_csv(self.folder / "stopped.csv")[1]
        self.assertEqual([row["image"] for row in rows], [str(i) for i in range(IMAGES)])

    def test_bounds_interrupted(self):
        process = subprocess.Popen([BRINK, "bounds", "net.onnx", "--method", "exact", "--threads", "1", "-o", "b.json"],
                                   cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(3)
        stop = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)
        self.assertLess(time.monotonic() - stop, LATE)
        self.assertEqual(process.returncode, 130)


if __name__ == "__main__":
    unittest.main()
