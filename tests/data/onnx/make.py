#!/usr/bin/env python3
"""Small ONNX files and what they compute, for tests/io: run here to make them anew.

    python3 -m venv venv && venv/bin/pip install numpy onnx && venv/bin/python make.py

Files named sklearn_* and torch_* were exported (skl2onnx 1.20; torch 2.15, older and new exporter) and are
kept as they are. expected.json holds inputs and, from onnx's reference evaluator in double precision, the
outputs before any final Softmax or Sigmoid. Not part of the default tests.
"""

import copy
import json
import pathlib

import numpy as np
import onnx
from onnx import TensorProto as t
from onnx import helper as h
from onnx import numpy_helper as nh
from onnx.reference import ReferenceEvaluator

rng = np.random.default_rng(0)
HALF = (t.FLOAT, t.FLOAT16)
N = h.make_node


def f(*shape):
    return rng.normal(size=shape).astype(np.float32)


def i64(*numbers):
    return np.array(numbers, np.int64)


W1, b1, W2, b2 = f(5, 4), f(5), f(3, 5), f(3)
CORE = {"W1": W1, "b1": b1, "W2": W2, "b2": b2}
G1 = N("Gemm", ["v", "W1", "b1"], ["h"], transB=1)
R = N("Relu", ["h"], ["r"])
G2 = N("Gemm", ["r", "W2", "b2"], ["y"], transB=1)
READ_AS = {}  # the file's name: the value that brink's outputs are, or are 0 beside


def save(name, nodes, more=None, shape=("n", 4), out="y", logits=None, opset=15, kind=t.FLOAT, drop=(), **options):
    tensors = [a if isinstance(a, onnx.TensorProto) else nh.from_array(np.asarray(a), n)
               for n, a in {**CORE, **(more or {})}.items() if n not in drop]
    used = {i for node in nodes for i in node.input}
    outs = [out] if isinstance(out, str) else out
    graph = h.make_graph(nodes, "g", [h.make_tensor_value_info("x", kind, list(shape))],
                         [o if isinstance(o, onnx.ValueInfoProto) else h.make_tensor_value_info(o, kind, None)
                          for o in outs], [a for a in tensors if a.name in used])
    model = h.make_model(graph, opset_imports=[h.make_opsetid("", opset), h.make_opsetid("ai.onnx.ml", 1)])
    model.ir_version = 8
    onnx.save(model, f"{name}.onnx", **options)
    READ_AS[f"{name}.onnx"] = logits or outs[0]


def before_layers():
    pathlib.Path("external.weights").unlink(missing_ok=True)
    save("external", [N("Identity", ["x"], ["v"]), G1, R, G2], save_as_external_data=True,
         location="external.weights", size_threshold=16)
    save("transpose_inside", [N("Identity", ["x"], ["v"]), G1, R, N("Gemm", ["r", "V"], ["a"]),
         N("Reshape", ["a", "s"], ["b"]), N("Transpose", ["b"], ["c"], perm=[0, 2, 1]), N("Flatten", ["c"], ["d"]),
         N("Relu", ["d"], ["e"]), N("Gemm", ["e", "U"], ["y"])],
         {"V": f(5, 6), "s": i64(-1, 2, 3), "U": f(6, 2)})
    save("shape_arithmetic", [
        N("Shape", ["x"], ["s"]), N("Cast", ["s"], ["sf"], to=t.FLOAT), N("Cast", ["sf"], ["si"], to=t.INT64),
        N("Slice", ["si", "one", "far"], ["tail"]), N("ReduceProd", ["tail"], ["count"], keepdims=0),
        N("Unsqueeze", ["count", "zero"], ["c1"]), N("Slice", ["si", "zero", "one"], ["n"]),
        N("Concat", ["n", "c1"], ["to"], axis=0), N("Reshape", ["x", "to"], ["v"]), G1, R, G2],
        {"one": i64(1), "far": i64(2**63 - 1), "zero": i64(0)}, shape=("n", 1, 2, 2))
    save("expand", [
        N("Shape", ["x"], ["s"]), N("ConstantOfShape", ["k"], ["ones"], value=nh.from_array(i64(1))),
        N("Mul", ["ones", "minus"], ["m"]), N("Equal", ["want", "m"], ["is"]), N("Where", ["is", "ones", "want"], ["w"]),
        N("Expand", ["c", "w"], ["ce"]), N("Range", ["z", "four", "st"], ["ra"]), N("Cast", ["ra"], ["rf"], to=t.FLOAT),
        N("Add", ["ce", "rf"], ["sh"]), N("Sub", ["x", "sh"], ["xs"]), N("Expand", ["xs", "s"], ["v"]), G1, R, G2],
        {"k": i64(2), "minus": i64(-1), "want": i64(-1, 4), "c": f(1), "z": i64(0)[0], "four": i64(4)[0],
         "st": i64(1)[0]})
    save("picked_columns", [
        N("Slice", ["x", "from", "to", "ax", "step"], ["a"]), N("Gather", ["a", "idx"], ["v"], axis=-1), G1, R, G2],
        {"from": i64(-1), "to": i64(-100), "ax": i64(1), "step": i64(-1), "idx": i64(3, 0, -1, 1)}, shape=("n", 5))
    save("rows_are_one_input", [N("Flatten", ["x"], ["v"], axis=0), G1, R, G2], shape=(2, 2))


def batches():
    save("batch_gemm", [N("Identity", ["x"], ["v"]), G1, R, G2], shape=(3, 4))
    save("batch_reshape", [N("Transpose", ["x"], ["p"], perm=[0, 2, 3, 1]), N("Reshape", ["p", "s"], ["v"]), G1, R, G2],
         {"s": i64(3, -1)}, shape=(3, 2, 2, 1))
    save("batch_matmul", [N("MatMul", ["x", "A"], ["h"]), R, N("MatMul", ["r", "B"], ["y"])],
         {"A": f(4, 5), "B": f(5, 3)}, shape=(3, 1, 4))


def constants():
    save("folded", [
        N("Transpose", ["A"], ["At"]), N("Sqrt", ["p"], ["q"]), N("Add", ["q", "eps"], ["q1"]), N("Div", ["At", "q1"], ["B"]),
        N("Neg", ["B"], ["C"]), N("Pow", ["p", "two"], ["p2"]), N("Reciprocal", ["p2"], ["p3"]), N("Mul", ["C", "p3"], ["D"]),
        N("Exp", ["eps"], ["e1"]), N("Log", ["p"], ["e2"]), N("Abs", ["e2"], ["e3"]), N("Max", ["e3", "e1", "eps"], ["e4"]),
        N("Min", ["e4", "p"], ["e5"]), N("MatMul", ["D", "S"], ["E"]), N("Gemm", ["E", "S", "e5"], ["F"], alpha=.5, beta=2.0),
        N("ReduceMean", ["F"], ["mean"], axes=[0], keepdims=1), N("Sub", ["F", "mean"], ["G"]),
        N("ReduceL2", ["G"], ["norm"], axes=[1], keepdims=1), N("Div", ["G", "norm"], ["H"]),
        N("Concat", ["H", "H"], ["HH"], axis=0), N("Slice", ["HH", "s2", "s7"], ["I"]), N("Gather", ["I", "perm"], ["J"]),
        N("Gemm", ["x", "J"], ["h"], transB=1), R, G2],
        {"A": f(4, 5), "p": np.abs(f(4)) + .5, "eps": np.float32(1e-3), "two": np.float32(2), "S": f(4, 4), "s2": i64(2),
         "s7": i64(7), "perm": i64(4, 2, 0, 1, 3)})
    bn = dict(ga=f(5), be=f(5), mu=f(5), va=np.abs(f(5)) + .5)
    norm = lambda a, b: N("BatchNormalization", [a, "ga", "be", "mu", "va"], [b], epsilon=1e-3)
    first = N("Identity", ["x"], ["v"])
    save("batchnorm", [first, N("Gemm", ["v", "W1", "b1"], ["h0"], transB=1), norm("h0", "h"), R, norm("r", "rr"),
                       N("Gemm", ["rr", "W2", "b2"], ["y"], transB=1)], bn)
    save("batchnorm_channels", [N("BatchNormalization", ["x", "ga", "be", "mu", "va"], ["n0"]), N("Flatten", ["n0"], ["v"]),
                                G1, R, G2], dict(ga=f(2), be=f(2), mu=f(2), va=np.abs(f(2)) + .5), shape=("n", 2, 1, 2))
    relus = {"max": [N("Max", ["zero", "h"], ["r"])], "clip": [N("Clip", ["h", "z0", "inf"], ["r"])],
             "clip_float": [N("Clip", ["h", "z0", "largest"], ["r"])],
             "sum": [N("Sum", ["b1", "h", "b1"], ["hh"]), N("Neg", ["hh"], ["hn"]), N("Max", ["hn", "zero", "zero"], ["r"])]}
    for name, middle in relus.items():
        save(f"relu_{name}", [first, G1, *middle, G2],
             {"zero": np.zeros((1, 5), np.float32), "z0": np.float32(0), "inf": np.float32(np.inf),
              "largest": np.finfo(np.float32).max})
    save("relu_clip_old", [first, G1, N("Clip", ["h"], ["r"], min=0.0), G2], opset=9)
    save("matmul_ranks", [N("MatMul", ["x", "A"], ["h"]), R, N("Transpose", ["r"], ["rt"], perm=[0, 2, 1]),
                          N("MatMul", ["B", "rt"], ["c"]), N("Relu", ["c"], ["d"]), N("Squeeze", ["d", "last"], ["e"]),
                          N("MatMul", ["e", "w"], ["y"])],
         {"A": f(1, 4, 5), "B": f(3, 5), "last": i64(2), "w": f(3)}, shape=("n", 1, 4))


def number_types():
    first = N("Identity", ["x"], ["v"])
    cast = lambda a, b: N("Cast", [a], [b], to=t.FLOAT)
    save("float16", [cast("W1h", "W1"), cast("b1h", "b1"), first, G1, R, G2],
         {"W1h": W1.astype(np.float16), "b1h": (b1 * 1e-6).astype(np.float16)}, drop=("W1", "b1"))
    bits = (W1.view(np.uint32) >> 16).astype(np.uint16)
    brain = onnx.TensorProto(name="W1h", data_type=t.BFLOAT16, dims=W1.shape, raw_data=bits.tobytes())
    save("bfloat16", [cast("W1h", "W1"), first, G1, R, G2], {"W1h": brain}, drop=("W1",))
    save("double", [first, G1, R, G2], {k: v.astype("f8") / 3 for k, v in CORE.items()}, kind=t.DOUBLE)
    half = {k: v.astype(np.float16) for k, v in CORE.items()}
    save("half_network", [N("Cast", ["x"], ["v"], to=t.FLOAT16), G1, R, G2, N("Cast", ["y"], ["z"], to=t.FLOAT)], half, out="z")
    q = lambda a, s, z, kind: (np.round(a / s) + z).astype(kind)
    s1, s2 = np.float32(abs(W1).max() / 127), (abs(W2).max(1) / 127).astype(np.float32)
    sb = np.float32(1e-4)
    save("dequantize", [
        N("DequantizeLinear", ["q1", "s1", "z1"], ["W1"]), N("DequantizeLinear", ["q2", "s2"], ["W2"], axis=0),
        N("DequantizeLinear", ["qb", "sb"], ["b1"]), first, G1, R, G2],
        {"q1": q(W1, s1, 128, np.uint8), "s1": s1, "z1": np.uint8(128), "q2": q(W2, s2[:, None], 0, np.int8), "s2": s2,
         "qb": q(b1, sb, 0, np.int32), "sb": sb}, drop=("W1", "W2", "b1"), opset=21)


def endings():
    first = N("Identity", ["x"], ["v"])
    one = {"W2": f(1, 5), "b2": f(1), "one": np.float32(1)}
    p, q = N("Sigmoid", ["y"], ["p"]), N("Sub", ["one", "p"], ["q"])
    save("sigmoid", [first, G1, R, G2, p], one, out="p", logits="y")
    save("sigmoid_pair", [first, G1, R, G2, p, q, N("Concat", ["p", "q"], ["z"], axis=-1)], one, out="z", logits="y")
    save("softmax_first", [first, G1, R, G2, N("Softmax", ["y"], ["p"]), N("Squeeze", ["p"], ["z"]),
                           N("Unsqueeze", ["r", "zero"], ["r3"])], {"zero": i64(0)},
         out=["z", h.make_tensor_value_info("r3", t.FLOAT, [1, 1, 5])], logits="y")


def in_double(model):
    model = copy.deepcopy(model)
    for value in (*model.graph.input, *model.graph.output):
        if value.type.tensor_type.elem_type in HALF:
            value.type.tensor_type.elem_type = t.DOUBLE
    for tensor in model.graph.initializer:
        if tensor.data_type in (*HALF, t.BFLOAT16):
            tensor.CopyFrom(nh.from_array(nh.to_array(tensor).astype("f8"), tensor.name))
    for node in model.graph.node:
        for a in node.attribute:
            if a.name == "value" and a.t.data_type in HALF:
                a.t.CopyFrom(nh.from_array(nh.to_array(a.t).astype("f8"), a.t.name))
            if node.op_type == "Cast" and a.name == "to" and a.i in HALF:
                a.i = t.DOUBLE
    for opset in model.opset_import:  # the evaluator takes older BatchNormalization for training
        if opset.domain == "" and any(n.op_type == "BatchNormalization" for n in model.graph.node):
            opset.version = max(opset.version, 15)
    return model


def logits_of(name, model):
    """The value before a final Softmax or Sigmoid."""
    if name in READ_AS:
        return READ_AS[name]
    for node in model.graph.node:
        if node.op_type in ("Softmax", "LogSoftmax", "Sigmoid"):
            return node.input[0]
    return model.graph.output[0].name


def expected(name):
    model = in_double(onnx.load(name))
    value = logits_of(name, model)
    entry = next(i for i in model.graph.input if i.name not in {a.name for a in model.graph.initializer})
    dims = [d.dim_value for d in entry.type.tensor_type.shape.dim]
    batch = 1 if name.startswith("rows") else max(dims[0], 1)
    shape = [dims[0] if name.startswith("rows") else batch, *dims[1:]]
    needed, nodes = {value}, []
    for node in reversed(model.graph.node):
        if needed & set(node.output):
            needed |= set(node.input)
            nodes.insert(0, node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    del model.graph.output[:]
    model.graph.output.append(h.make_tensor_value_info(value, t.DOUBLE, None))
    run = ReferenceEvaluator(model)
    inputs, outputs = [], []
    for _ in range(2):
        x = rng.normal(size=shape)
        y = np.asarray(run.run(None, {entry.name: x})[0], "f8").reshape(batch, -1)
        inputs += x.reshape(batch, -1).tolist()
        outputs += y.tolist()
    return {"inputs": inputs, "outputs": outputs}


def main():
    before_layers()
    batches()
    constants()
    number_types()
    endings()
    names = sorted(p.name for p in pathlib.Path().glob("*.onnx"))
    rows = [f'"{name}": {json.dumps(expected(name))}' for name in names]
    pathlib.Path("expected.json").write_text("{\n" + ",\n".join(rows) + "\n}\n")


if __name__ == "__main__":
    main()
