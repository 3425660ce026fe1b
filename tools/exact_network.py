"""Networks and numbers as fractions, for check_certificate.py: brink-layers as docs/certificates.md has it, ONNX files of dense layers (package onnx)."""
import math
import re
from fractions import Fraction as F


class Refused(Exception):
    pass


def demand(condition, why):
    if not condition:
        raise Refused(why)


def number(text):
    demand(len(text) <= 1200, "a number is too long")
    if m := re.fullmatch(r"(-?)0x([0-9a-fA-F]+)(?:\.([0-9a-fA-F]+))?p([+-]?\d{1,4})", text):
        part = m[3] or ""
        return F(-1 if m[1] else 1) * F(int(m[2] + part, 16), 16 ** len(part)) * F(2) ** int(m[4])
    demand(re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d{1,4})?", text), f"{text[:40]} is not a number")
    return F(text)


def whole(text, least, most):
    demand(re.fullmatch(r"-?\d{1,18}", text) and least <= int(text) <= most, f"{text[:40]} is no whole number from {least} to {most}")
    return int(text)


class Network:
    """layers: (rows {column: weight}, biases, [is a relu])"""
    def __init__(self, inputs, layers, relu_output):
        self.inputs, self.layers, self.relu_output = inputs, layers, relu_output
        self.first = [sum(len(b) for _, b, _ in layers[:k]) for k in range(len(layers) + 1)]  # neuron of unit 0
        self.count, self.classes, self.output = self.first[-1], len(layers[-1][1]), self.first[-2]

    def outputs(self, x):
        for rows, b, relu in self.layers:
            y = [sum((w * x[i] for i, w in row.items()), c) for row, c in zip(rows, b)]
            x = [max(F(0), v) if r else v for v, r in zip(y, relu)]
        return x


def read_layers(data):
    lines = iter(data.decode("ascii").split("\n"))
    demand(next(lines) == "brink-layers 1", "expected 'brink-layers 1'")
    value = lambda name: re.fullmatch(name + " (.*)", next(lines))[1]
    inputs, depth, output, layers = int(value("inputs")), int(value("layers")), value("output(?= relu| linear)"), []
    for _ in range(depth):
        units = [value("unit").split(" ") for _ in range(int(value("layer")))]
        demand(all(u[0] in ("relu", "linear") for u in units), "a unit is relu or linear")
        rows = [{int(i): number(w) for i, w in (term.split(":") for term in u[2:])} for u in units]
        layers.append((rows, [number(u[1]) for u in units], [u[0] == "relu" for u in units]))
    demand(next(lines) == "end" and not any(layers[-1][2]), "expected 'end' behind linear units")
    return Network(inputs, layers, output == "relu")


def read_onnx(data):
    import onnx
    graph = onnx.load_from_string(data).graph
    array = onnx.numpy_helper.to_array
    constants = {t.name: array(t) for t in graph.initializer}
    start, = [i for i in graph.input if i.name not in constants]
    name, inputs = start.name, math.prod(d.dim_value or 1 for d in start.type.tensor_type.shape.dim)
    rows, b, layers, ends_in_relu = [{j: F(1)} for j in range(inputs)], [F(0)] * inputs, [], False
    for node in graph.node:
        kind, options = node.op_type, {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        if name not in node.input:
            constants[node.output[0]] = array(options["value"]) if kind == "Constant" else {"Identity": lambda v: v, "Transpose": lambda v: v.T}[kind](constants[node.input[0]])
            continue
        others = [constants[i] for i in node.input if i and i != name]
        ahead, numbers = node.input[0] == name, lambda a: [F(float(v)) for v in a.flatten()]
        if kind == "Relu":
            layers.append((rows, b, [True] * len(b)))
            rows, b = [{j: F(1)} for j in range(len(b))], [F(0)] * len(b)
        elif kind in ("Gemm", "MatMul"):
            demand(ahead and not options.get("transA") and others[0].ndim == 2, kind + ": a form that is not read")
            matrix = others[0] if options.get("transB") else others[0].T  # outputs x inputs
            demand(matrix.shape[1] == len(b), kind + ": sizes that do not fit")
            alpha, beta = F(options.get("alpha", 1.0)), F(options.get("beta", 1.0))
            add = [beta * v for v in numbers(others[1])] if len(others) > 1 else [F(0)]
            add, old, before, rows, b = add * (len(matrix) // len(add)), rows, b, [], []
            for weights, c in zip(matrix, add):
                row = {}
                for w, parts, v in zip(numbers(weights), old, before):
                    c += alpha * w * v
                    for i, p in parts.items() if w else ():
                        row[i] = row.get(i, 0) + alpha * w * p
                rows.append({i: v for i, v in row.items() if v})
                b.append(c)
        elif kind in ("Add", "Sub", "Mul", "Div"):
            other = numbers(others[0]) * (len(b) if others[0].size == 1 else 1)
            demand(len(other) == len(b) and (ahead or kind != "Div"), kind + ": a form that is not read")
            for j, c in enumerate(other):
                factor = {"Add": F(1), "Sub": F(1 if ahead else -1), "Mul": c, "Div": 1 / c if kind == "Div" else c}[kind]
                rows[j] = {i: v * factor for i, v in rows[j].items() if factor}
                b[j] = b[j] * factor + {"Add": c, "Sub": -c if ahead else c}.get(kind, 0)
        else:
            demand(kind in ("Flatten", "Reshape", "Squeeze", "Unsqueeze", "Identity", "Dropout", "Softmax", "LogSoftmax"), f"operator {kind} is not read")
        ends_in_relu = kind == "Relu" or (ends_in_relu and kind in ("Flatten", "Reshape", "Squeeze", "Unsqueeze", "Identity", "Dropout"))
        name = node.output[0]
    demand(name == graph.output[0].name, "no chain")
    rows, b = layers.pop()[:2] if ends_in_relu else (rows, b)
    return Network(inputs, layers + [(rows, b, [False] * len(b))], ends_in_relu)
