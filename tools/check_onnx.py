#!/usr/bin/env python3
"""Compares what brink computes from ONNX files with what onnxruntime computes from them.

Needs numpy and onnxruntime (from PyPI, in a virtual environment); not part of the default tests.

Usage: tools/check_onnx.py BRINK NET.onnx... [--data SET] [--count N] [--tolerance 1e-5]

Inputs: N random points of [0, 1]^n and, with --data, the images of its test split (networks of that input
size only). A final Softmax, which brink drops, is applied to brink's outputs first. The largest difference of
each file is printed, absolute or relative to the largest output of the input, whichever is smaller; exits with
1 if one is above the tolerance.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import numpy
import onnxruntime


def brink_outputs(brink, network, *arguments):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "outputs.npz"
        done = subprocess.run([brink, "eval", network, "--outputs", file, *arguments], text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            raise SystemExit(done.stderr.strip())
        return numpy.load(file)["outputs"], done.stderr


def runtime_outputs(session, inputs):
    """Row by row: files with a fixed batch of one allow no more."""
    given = session.get_inputs()[0]
    shape = [extent if isinstance(extent, int) else 1 for extent in given.shape]
    kind = numpy.float64 if "double" in given.type else numpy.float32
    return numpy.array([
        session.run(None, {given.name: row.astype(kind).reshape(shape)})[0].ravel() for row in inputs
    ]).astype(float)


def after_softmax(outputs, warnings):
    if "LogSoftmax" in warnings:
        return outputs - numpy.log(numpy.exp(outputs).sum(axis=1, keepdims=True))
    if "Softmax" in warnings:
        raised = numpy.exp(outputs - outputs.max(axis=1, keepdims=True))
        return raised / raised.sum(axis=1, keepdims=True)
    return outputs


def images_of(brink_data):
    """The test images of an IDX folder, gzipped or not, in [0, 1]."""
    import gzip
    folder = pathlib.Path(brink_data)
    for name, opener in (("t10k-images-idx3-ubyte.gz", gzip.open), ("t10k-images-idx3-ubyte", open)):
        if (folder / name).exists():
            with opener(folder / name, "rb") as handle:
                content = handle.read()
            count, rows, columns = (int.from_bytes(content[at:at + 4], "big") for at in (4, 8, 12))
            pixels = numpy.frombuffer(content, numpy.uint8, offset=16)
            return pixels.reshape(count, rows * columns) / 255
    raise SystemExit(f"{folder}: no test images")


def largest_difference(ours, theirs):
    scale = numpy.maximum(1, numpy.abs(theirs).max(axis=1, keepdims=True))
    return (numpy.abs(ours - theirs) / scale).max()


def check(brink, network, images, count):
    session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
    given = session.get_inputs()[0]
    size = 1
    for extent in given.shape:
        size *= extent if isinstance(extent, int) else 1
    # Numbers that are floats, so that both programs see the same input.
    inputs = numpy.random.default_rng(0).random((count, size)).astype(numpy.float32).astype(float)
    if images is not None and images.shape[1] == size:
        inputs = numpy.vstack([inputs, images.astype(numpy.float32).astype(float)])
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "inputs.npz"
        numpy.savez(file, images=inputs)
        ours, warnings = brink_outputs(brink, network, "--inputs", file)
    theirs = runtime_outputs(session, inputs)
    return len(inputs), largest_difference(after_softmax(ours, warnings), theirs)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("brink")
    parser.add_argument("networks", nargs="+")
    parser.add_argument("--data", help="folder with IDX files")
    parser.add_argument("--count", type=int, default=200, help="random inputs")
    parser.add_argument("--tolerance", type=float, default=1e-5)
    options = parser.parse_args()
    images = images_of(options.data) if options.data else None
    worst = 0
    for network in options.networks:
        inputs, difference = check(options.brink, network, images, options.count)
        worst = max(worst, difference)
        print(f"{difference:.2e}  {inputs} inputs  {network}")
    if worst > options.tolerance:
        sys.exit(f"differences above {options.tolerance}")


if __name__ == "__main__":
    main()
