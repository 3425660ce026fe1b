#!/usr/bin/env python3
"""Do onnxruntime and brink agree on a network?

    python3 -m venv venv && venv/bin/pip install onnxruntime numpy
    venv/bin/python tools/check_onnx.py --brink build/release/brink --data mnist NET.onnx [NET.onnx ...]

For each network `brink eval --outputs` writes brink's outputs on the test images; the same images go
through onnxruntime, and the largest difference, relative to outputs above 1, must be below 1e-5.
The images are read from brink's own data folders: the IDX files of the set, gzip or raw. Not part of
the default tests, which need nothing from outside Debian. Exit code: 0 all agree, 1 some do not.
"""

import argparse
import gzip
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnxruntime

TOLERANCE = 1e-5


def read_images(folder):
    for name in ("t10k-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte"):
        path = folder / name
        if path.exists():
            opened = gzip.open(path) if path.suffix == ".gz" else open(path, "rb")
            with opened as file:
                data = file.read()
            shape = np.frombuffer(data, ">i4", 3, 4)
            return np.frombuffer(data, np.uint8, offset=16).reshape(shape[0], -1) / 255.0
    sys.exit(f"no test images in {folder}")


def by_onnxruntime(net, images):
    session = onnxruntime.InferenceSession(str(net), providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0]
    kind = np.float64 if "double" in entry.type else np.float32
    # One image a call: a batch axis may be fixed to 1, or absent.
    shape = [d if isinstance(d, int) and d > 0 else 1 for d in entry.shape]
    return np.array([np.asarray(session.run(None, {entry.name: x.reshape(shape).astype(kind)})[0])
                     .reshape(-1) for x in images])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--brink", default="build/release/brink")
    parser.add_argument("--data", default="../shared/data/mnist", help="a folder with IDX files")
    parser.add_argument("--images", type=int, default=1000)
    parser.add_argument("nets", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    images = read_images(pathlib.Path(options.data))[: options.images]
    good = True
    for net in options.nets:
        with tempfile.TemporaryDirectory() as folder:
            outputs = pathlib.Path(folder) / "outputs.npz"
            subprocess.run([options.brink, "eval", net, "--data", options.data, "--outputs",
                            outputs, "--quiet"], check=True, stdout=subprocess.DEVNULL)
            ours = np.load(outputs)["outputs"][: len(images)]
        theirs = by_onnxruntime(net, images)
        worst = float(np.max(np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))))
        good = good and worst <= TOLERANCE
        print(f"{net}: largest difference {worst:.2g} on {len(images)} images"
              f"{'' if worst <= TOLERANCE else '  TOO LARGE'}")
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
