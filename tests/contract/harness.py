"""What the black-box tests of the command line share: a small data set, running brink, reading files.

Only Python's standard library. The program under test is the first argument of each test script.
"""

import csv
import gzip
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import unittest
import zipfile

BRINK = str(pathlib.Path(sys.argv.pop(1)).resolve()) if len(sys.argv) > 1 else "brink"
ONNX_FILES = pathlib.Path(__file__).resolve().parent.parent / "data" / "onnx"
ROWS, COLUMNS, CLASSES = 5, 6, 10
CLOSEST_COLUMNS = (
    "image,label,target,norm,status,distance,bound,gap,nodes,seconds,bound_seconds,verified,all_zero"
).split(",")
UNIT_COLUMNS = "layer,unit,activation,bound,status,nodes,seconds".split(",")
# y = relu(x0 - x1) - WEIGHT relu(x0 + 2 x1); with weight 0.5 it is 1 at most on [0, 1]^2.
NNET = """// two inputs
2,2,1,2,
2,2,1,
0,
-10,-10,
10,10,
0,0,0,
1,1,1,
1,-1,
1,2,
0,
0,
1,-%s,
0,
"""
STATUSES = {"optimal", "gap", "time_limit", "undecided", "infeasible", "misclassified", "error"}


# Sanitizer builds solve on one thread: GCC 12's sanitizers do not keep their allocator's locks usable
# across fork(), which the MIP solver's child processes need (glibc's allocator does).
THREADS = os.environ.get("BRINK_TEST_THREADS")
# Only to end what hangs; sanitizers take ten times as long and more, and machines are shared.
PATIENCE = 2000 if THREADS else 240


# What a sanitizer build does less of is said here alone: the same code paths with fewer inputs, and no word about the
# clock but that nothing hangs.
def fewer(count):
    """Rounds, kills, images."""
    return max(2, count // 10) if THREADS else count


def in_time(seconds):
    """Within which something must have ended."""
    return PATIENCE if THREADS else seconds


def limit(seconds):
    """A time limit in which something must have been found."""
    return 20 * seconds if THREADS else seconds


def smaller_data(arguments, folder):
    """The command with a small data set in place of `strokes`, which has 60,000 images to train on."""
    if not THREADS:
        return arguments
    if not (pathlib.Path(folder) / "small").exists():
        write_dataset(pathlib.Path(folder) / "small")
    return ["small" if word == "strokes" else word for word in arguments]


SOLVING = ("closest", "visualize", "bounds", "curve", "reproduce", "verify", "compare")


def run(*arguments, program="brink", cwd=None, timeout=PATIENCE):
    """`program`: one of those that lie beside brink."""
    if THREADS and arguments and arguments[0] in SOLVING and "--threads" not in arguments:
        arguments = (*arguments, "--threads", THREADS)
    path = BRINK if program == "brink" else str(pathlib.Path(BRINK).with_name(program))
    return subprocess.run([path, *map(str, arguments)], cwd=cwd, timeout=timeout, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)


def digits(count, seed):
    """Images of 5x6 bytes: class c lights three pixels of its own, over noise."""
    source = random.Random(seed)
    images, labels = [], []
    for i in range(count):
        label = i % CLASSES
        pixels = [source.randrange(0, 90) for _ in range(ROWS * COLUMNS)]
        for j in range(3):
            pixels[3 * label + j] = source.randrange(120, 256)
        images.append(bytes(pixels))
        labels.append(label)
    return images, labels


def idx_images(images, rows=ROWS, columns=COLUMNS):
    return struct.pack(">IIII", 2051, len(images), rows, columns) + b"".join(images)


def idx_labels(labels):
    return struct.pack(">II", 2049, len(labels)) + bytes(labels)


def write_dataset(folder, test_count=60):
    """The four IDX files; the test pair gzipped, the training pair raw."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    train, train_labels = digits(2000, 1)
    test, test_labels = digits(test_count, 2)
    test_labels[-1] = (test_labels[-1] + 1) % CLASSES  # one that any good network gets "wrong"
    (folder / "train-images-idx3-ubyte").write_bytes(idx_images(train))
    (folder / "train-labels-idx1-ubyte").write_bytes(idx_labels(train_labels))
    (folder / "t10k-images-idx3-ubyte.gz").write_bytes(gzip.compress(idx_images(test)))
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx_labels(test_labels)))
    return test, test_labels


def read_csv(path):
    with open(path, newline="") as handle:
        reader = csv.DictReader(handle)
        return list(reader.fieldnames), list(reader)


def read_npz(path):
    """{name: (shape, flat list)} of a .npz with C-ordered little-endian numbers; a text as it is."""
    arrays = {}
    codes = {"f8": "d", "f4": "f", "i8": "q", "i4": "i", "u1": "B"}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            data = archive.read(name)
            assert data[:6] == b"\x93NUMPY", name
            size = struct.unpack("<H", data[8:10])[0] if data[6] == 1 else struct.unpack(
                "<I", data[8:12])[0]
            start = 10 if data[6] == 1 else 12
            header = eval(data[start:start + size], {"__builtins__": {}}, {})  # a literal dict
            assert not header["fortran_order"], name
            count = 1
            for extent in header["shape"]:
                count *= extent
            if header["descr"].startswith("<U"):
                arrays[name.removesuffix(".npy")] = (
                    header["shape"], data[start + size:].decode("utf-32-le").rstrip("\0"))
                continue
            code = codes[header["descr"].lstrip("<|=")]
            values = struct.unpack(f"<{count}{code}", data[start + size:])
            arrays[name.removesuffix(".npy")] = (header["shape"], list(values))
    return arrays


def fields(message):
    """(number, start, end) of the length-delimited fields of a protobuf message."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        key = varint()
        kind = key & 7
        if kind == 0:
            varint()
        elif kind == 1:
            at += 8
        elif kind == 5:
            at += 4
        else:
            size = varint()
            yield key >> 3, at, at + size
            at += size


def onnx_with_nan(content):
    """The ONNX file with the first weight of its first initializer replaced by NaN."""
    for number, start, end in fields(content):
        if number != 7:  # ModelProto.graph
            continue
        for inner, first, last in fields(content[start:end]):
            if inner != 5:  # GraphProto.initializer
                continue
            tensor = content[start + first:start + last]
            for field, begin, finish in fields(tensor):
                if field not in (4, 9, 10):  # float_data, raw_data, double_data
                    continue
                where = start + first + begin
                # All ones is NaN as a float and, eight bytes of it, as a double.
                return content[:where] + b"\xff" * min(8, finish - begin) + content[where + 8:]
    raise AssertionError("the file has no initializer")


class Contract(unittest.TestCase):
    """A folder with data/ and net.onnx, trained once per test class."""

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="brink-contract-")
        cls.folder = pathlib.Path(cls.temporary.name)
        cls.images, cls.labels = write_dataset(cls.folder / "data")
        done = cls.brink_train("net.onnx", "8,6")
        assert done.returncode == 0, done.stderr

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    @classmethod
    def brink_train(cls, name, hidden, *more):
        return run("train", "--data", "data", "--hidden", hidden, "--epochs", 40, "-o", name, *more,
                   cwd=cls.folder)

    def brink(self, *arguments, **more):
        return run(*arguments, cwd=self.folder, **more)

    def closest(self, output, *options, images="0-9"):
        """The papers' question, unless the options say otherwise."""
        return self.brink("closest", "net.onnx", "--data", "data", "--images", images, "-o", output,
                          *(() if "--question" in options else ("--question", "fj")), *options)

    def good(self, *arguments, **more):
        done = self.brink(*arguments, **more)
        self.assertEqual(done.returncode, 0, f"{arguments}: {done.stderr}")
        return done

    def snapshot(self):
        """Files and when they were written; a lock that a killed run left may go."""
        return {str(p.relative_to(self.folder)): p.stat().st_mtime_ns
                for p in self.folder.rglob("*") if p.is_file() and p.suffix != ".lock"}

    def refused(self, *arguments, says=()):
        """Exit code 2, one line on stderr that contains each of `says`, nothing on stdout, nothing
        written."""
        before = self.snapshot()
        done = self.brink(*arguments)
        message = done.stderr
        self.assertEqual(done.returncode, 2, f"{arguments}: {message or done.stdout}")
        self.assertEqual(len(message.strip().split("\n")), 1, f"{arguments}: {message}")
        self.assertGreater(len(message.strip()), 15, message)
        self.assertEqual(done.stdout, "", arguments)
        self.assertEqual(self.snapshot(), before, f"{arguments}: something was written")
        for piece in says:
            self.assertIn(piece, message, arguments)
        return message
