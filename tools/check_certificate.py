#!/usr/bin/env python3
"""Checks a certificate of brink in exact arithmetic: a second reading of docs/certificates.md, to be read rather than to be fast.

    tools/check_certificate.py NETWORK CERTIFICATE

Exit code 0 and what has been proven; 1 and the first line that fails; 2 if a file cannot be read. Only Python's standard library; ONNX files
need the package onnx. Every number is a fraction.
"""

import hashlib
import math
import re
import sys
from fractions import Fraction as F


class Refused(Exception):
    pass


def demand(condition, why):
    if not condition:
        raise Refused(why)


def number(text):
    if m := re.fullmatch(r"(-?)0x([0-9a-fA-F]+)(?:\.([0-9a-fA-F]+))?p([+-]?\d{1,4})", text):
        sign, whole, part, power = m.groups()
        value = F(int(whole + (part or ""), 16), 16 ** len(part or "")) * F(2) ** int(power)
        return -value if sign else value
    demand(len(text) <= 1200 and re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d{1,4})?", text), f"{text[:40]} is not a number")
    return F(text)


def whole(text, least, most):
    demand(re.fullmatch(r"-?\d{1,18}", text) and least <= int(text) <= most, f"{text[:40]} is not a whole number from {least} to {most}")
    return int(text)


# Networks: layers of (W: rows of {column: weight}, b, relu: flags).

class Network:
    def __init__(self, inputs, layers, relu_output):
        self.inputs, self.layers, self.relu_output = inputs, layers, relu_output
        self.first = [0]  # neuron of each layer's unit 0
        for _, b, _ in layers:
            self.first.append(self.first[-1] + len(b))
        self.count, self.classes = self.first[-1], len(layers[-1][1])

    def outputs(self, x):
        for rows, b, relu in self.layers:
            x = [sum((w * x[i] for i, w in row.items()), c) for row, c in zip(rows, b)]
            x = [max(F(0), v) if r else v for v, r in zip(x, relu)]
        return x


def read_layers(data):
    lines = iter(data.decode("ascii").split("\n"))

    def value(name):
        key, word = next(lines).split(" ")
        demand(key == name, f"expected {name}")
        return word
    demand(next(lines) == "brink-layers 1", "expected 'brink-layers 1'")
    inputs, depth, output, layers = int(value("inputs")), int(value("layers")), value("output"), []
    demand(output in ("linear", "relu"), "output is linear or relu")
    for _ in range(depth):
        units = [next(lines).split(" ") for _ in range(int(value("layer")))]
        demand(all(u[0] == "unit" and u[1] in ("relu", "linear") for u in units), "expected units")
        rows = [{int(i): number(w) for i, w in (field.split(":") for field in u[3:])} for u in units]
        layers.append((rows, [number(u[2]) for u in units], [u[1] == "relu" for u in units]))
    demand(next(lines) == "end" and not any(layers[-1][2]), "expected 'end' behind linear outputs")
    return Network(inputs, layers, output == "relu")


def read_onnx(data):
    """The operators of dense networks."""
    import onnx
    from onnx import numpy_helper
    graph = onnx.load_from_string(data).graph
    constants = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    start, = [i for i in graph.input if i.name not in constants]
    inputs = math.prod(d.dim_value or 1 for d in start.type.tensor_type.shape.dim)
    name, layers, last = start.name, [], None
    rows, b = [{j: F(1)} for j in range(inputs)], [F(0)] * inputs  # the value, affine in the last layer's units

    def affine(matrix, add):
        nonlocal rows, b
        result, sums = [], []
        for line, c in zip(matrix, add):
            row, total = {}, c
            for w, old, constant in zip(line, rows, b):
                if w:
                    total += w * constant
                    for i, v in old.items():
                        row[i] = row.get(i, 0) + w * v
            result.append({i: v for i, v in row.items() if v})
            sums.append(total)
        rows, b = result, sums
    for node in graph.node:
        kind, attributes = node.op_type, {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        if name not in node.input:
            constants[node.output[0]] = {"Constant": lambda: numpy_helper.to_array(attributes["value"]),
                                         "Identity": lambda: constants[node.input[0]],
                                         "Transpose": lambda: constants[node.input[0]].T}[kind]()
            continue
        demand(list(node.input).count(name) == 1, "no chain")
        others = [[F(float(v)) for v in constants[i].flatten()] for i in node.input if i != name and i] if kind not in ("Reshape", "Unsqueeze", "Squeeze") else []
        shapes = [constants[i].shape for i in node.input if i != name and i]
        ahead = node.input[0] == name
        if kind == "Relu":
            layers.append((rows, b, [True] * len(b)))
            rows, b = [{j: F(1)} for j in range(len(b))], [F(0)] * len(b)
        elif kind in ("Gemm", "MatMul"):
            demand(ahead and not attributes.get("transA") and len(shapes[0]) == 2, kind + ": a form that is not read")
            n, m = shapes[0] if not attributes.get("transB") else shapes[0][::-1]
            alpha, beta = F(attributes.get("alpha", 1.0)), F(attributes.get("beta", 1.0))
            at = (lambda o, i: others[0][o * n + i]) if attributes.get("transB") else (lambda o, i: others[0][i * m + o])
            demand(n == len(b), kind + ": sizes that do not fit")
            bias = others[1] * (1 if len(others[1]) == m else m) if len(others) > 1 else [F(0)] * m
            affine([[alpha * at(o, i) for i in range(n)] for o in range(m)], [beta * v for v in bias])
        elif kind in ("Add", "Sub", "Mul", "Div"):
            other = others[0] * (len(b) if len(others[0]) == 1 else 1)
            demand(len(other) == len(b) and (ahead or kind != "Div"), kind + ": a form that is not read")
            scale = {"Add": lambda c: (1, c), "Sub": lambda c: (1, -c) if ahead else (-1, c), "Mul": lambda c: (c, 0), "Div": lambda c: (1 / c, 0)}[kind]
            for j, c in enumerate(other):
                factor, add = scale(c)
                rows[j] = {i: v * factor for i, v in rows[j].items() if factor}
                b[j] = b[j] * factor + add
        else:
            demand(kind in ("Flatten", "Reshape", "Squeeze", "Unsqueeze", "Identity", "Dropout", "Softmax", "LogSoftmax"), f"operator {kind} is not read")
        last = kind if kind in ("Relu", "Gemm", "MatMul", "Add", "Sub", "Mul", "Div") else last
        name = node.output[0]
    demand(name == graph.output[0].name, "no chain")
    if last == "Relu":
        layers[-1] = (*layers[-1][:2], [False] * len(b))
    else:
        layers.append((rows, b, [False] * len(b)))
    return Network(inputs, layers, last == "Relu")


class Inputs:
    """A box cut by a ball, and its support function."""

    def __init__(self, lower, upper, norm=None, image=None, radius=None, weights=None):
        self.lower, self.upper, self.norm, self.image, self.radius = list(lower), list(upper), norm, image, radius
        self.weights = weights or [F(1)] * len(lower)
        self.state = [None] * len(lower)  # l0: "fixed", "moves"
        if norm == "l0" and all(w.denominator == 1 for w in self.weights):
            self.radius = F(math.floor(radius))
        if norm == "linf":
            self.lower = [max(lo, x - radius / w) for lo, x, w in zip(lower, image, self.weights)]
            self.upper = [min(hi, x + radius / w) for hi, x, w in zip(upper, image, self.weights)]

    def left(self):
        return self.radius - sum((w for w, s in zip(self.weights, self.state) if s == "moves"), F(0))

    def empty(self):
        fixed = any(s == "fixed" and not lo <= x <= hi for s, lo, x, hi in zip(self.state, self.lower, self.image or self.lower, self.upper))
        return fixed or any(lo > hi for lo, hi in zip(self.lower, self.upper)) or (self.norm == "l0" and self.left() < 0)

    def support(self, c):
        box = sum((max(v * lo, v * hi) for v, lo, hi in zip(c, self.lower, self.upper) if v), F(0))
        if self.norm in (None, "linf"):
            return box
        ends = [(lo - x, hi - x) for lo, hi, x in zip(self.lower, self.upper, self.image)]
        center = sum((v * x for v, x in zip(c, self.image) if v), F(0))
        return center + {"l1": self.l1, "l0": self.l0, "l2": self.l2}[self.norm](c, ends)

    def knapsack(self, items, room, value):
        """The best t among the items' (gain a cost, cost); `value` says what a t proves."""
        t = F(0)
        for gain, cost in sorted(items, reverse=True):
            if cost > room:
                t = gain
                break
            room -= cost
        return value(max(t, F(0)))

    def l1(self, c, ends):
        items = [(abs(v) / w, w * max(F(0), hi if v > 0 else -lo)) for v, w, (lo, hi) in zip(c, self.weights, ends) if v]
        def value(t):
            return t * self.radius + sum((max(v * d - t * w * abs(d) for d in (lo, hi, min(max(lo, F(0)), hi))) for v, w, (lo, hi) in zip(c, self.weights, ends)), F(0))
        return self.knapsack(items, self.radius, value)

    def l0(self, c, ends):
        gains = [max(v * lo, v * hi) for v, (lo, hi) in zip(c, ends)]
        items = [(g / w, w) for g, w, s in zip(gains, self.weights, self.state) if s is None and g > 0]
        room = max(F(0), self.left())
        def value(t):
            total = t * room
            for g, w, s, (lo, hi) in zip(gains, self.weights, self.state, ends):
                if s != "fixed":
                    total += g if s else max(g - t * w, F(0)) if lo <= 0 <= hi else g - t * w
            return total
        return self.knapsack(items, room, value)

    def l2(self, c, ends):
        """t by bisection on the maximisers' length, in floating point."""
        biggest = max(map(abs, c))
        if not biggest or not self.radius:
            return F(0) if not biggest else sum((max(v * max(lo, F(0)), v * min(hi, F(0))) for v, (lo, hi) in zip(c, ends)), F(0))
        rows = [(float(v / biggest), float(w), float(lo), float(hi)) for v, w, (lo, hi) in zip(c, self.weights, ends)]
        low, high = -1000.0, 1000.0
        for _ in range(100):
            t = 2.0 ** ((low + high) / 2)
            length = sum((w * min(max(v / (2 * t * w * w), lo), hi)) ** 2 for v, w, lo, hi in rows)
            low, high = ((low + high) / 2, high) if length > float(self.radius) ** 2 else (low, (low + high) / 2)
        t = F(2.0 ** high) * biggest
        total = t * self.radius ** 2
        for v, w, (lo, hi) in zip(c, self.weights, ends):
            d = min(max(v / (2 * t * w * w), lo), hi)
            total += v * d - t * w * w * d * d
        return total


class Checker:
    def __init__(self, network, lines):
        self.net, self.lines, self.line = network, lines, 0

    def next(self):
        demand(self.line < len(self.lines), "the file ends early")
        self.line += 1
        return self.lines[self.line - 1].split(" ")

    def values(self, name, count=None):
        fields = self.next()
        demand(fields[0] == name and (len(fields) > 1 if count is None else len(fields) == count + 1), f"expected '{name}' and {count or 'its'} values")
        return fields[1:]

    def numbers(self, name, count):
        return [number(v) for v in self.values(name, count)]

    def optional(self, name, count=1):
        fields = self.values(name)
        if fields == ["none"]:
            return None
        demand(len(fields) == count, f"'{name}' needs {count} numbers")
        return [number(v) for v in fields] if count > 1 or name in ("weights", "witness") else number(fields[0])

    def box(self):
        n = self.net.inputs
        if self.lines[self.line].startswith("box "):
            lo, hi = self.numbers("box", 2)
            lower, upper = [lo] * n, [hi] * n
        else:
            lower, upper = self.numbers("lower", n), self.numbers("upper", n)
        demand(all(a <= b for a, b in zip(lower, upper)), "the box is empty")
        return lower, upper

    # Headers: (the set, regions as lists of rows ({neuron: v}, {input: v}, rhs), boxes of the regions, claims).

    def closest(self):
        n, first, classes = self.net.inputs, self.net.count - self.net.classes, self.net.classes
        image = self.numbers("image", n)
        self.values("index", 1)
        label, norm = self.values("label", 1)[0], self.values("norm", 1)[0]
        demand(norm in ("l0", "l1", "l2", "linf"), "unknown norm")
        radius, target = self.optional("radius"), self.values("target")
        margin, floor = self.numbers("margin", 1)[0], self.optional("floor")
        demand((radius is None or radius >= 0) and margin >= 1 and (floor is None or floor >= 0), "radius, margin or floor out of range")
        lower, upper = self.box()
        demand(all(a <= x <= b for a, x, b in zip(lower, image, upper)), "the image is outside of the box")
        cap, frozen = self.optional("cap"), self.values("frozen")
        weights, witness = self.optional("weights", n), self.optional("witness", n)
        demand(weights is None or min(weights) > 0, "weights are above 0")
        if cap is not None:
            demand(cap >= 0, "cap is below 0")
            lower, upper = [max(a, x - cap) for a, x in zip(lower, image)], [min(b, x + cap) for b, x in zip(upper, image)]
        if frozen != ["none"]:
            order = [whole(j, 0, n - 1) for j in frozen]
            demand(order == sorted(set(order)), "frozen inputs ascend")
            for j in order:
                lower[j] = upper[j] = image[j]
        regions = []
        if target[0] in ("above", "below") and len(target) == 2:
            demand(classes == 1 and not self.net.relu_output and margin == 1 and floor is None, "above and below need one linear output")
            sign = 1 if target[0] == "above" else -1
            regions = [[({first: F(sign)}, {}, sign * number(target[1]))]]
        else:
            label = whole(label, 0, classes - 1)
            demand(classes > 1 and (floor is not None or not self.net.relu_output), "relu outputs need a floor")
            kinds = {"any": lambda: range(classes), "class": lambda: [whole(target[1], 0, classes - 1)], "shift": lambda: [(label + whole(target[1], 0, 10**6)) % classes]}
            demand(target[0] in kinds and len(target) == (1 if target[0] == "any" else 2), "unknown target")
            targets = [t for t in kinds[target[0]]() if t != label]
            demand(targets, "the target is the label itself")
            for t in targets:
                rows = []
                for j in range(classes):
                    factors = [margin] if floor is not None or margin == 1 else [margin, F(1)]
                    rows += [({first + t: F(1), first + j: -f}, {}, F(0)) for f in factors if j != t]
                regions.append(rows + ([({first + t: F(1)}, {}, floor)] if floor is not None else []))
            if floor == 0 and self.net.relu_output:
                regions.append([({first + j: F(-1)}, {}, F(0)) for j in range(classes)])
        if witness:
            y = dict(enumerate(self.net.outputs(witness), first))
            inside = all(a <= x <= b for a, x, b in zip(lower, witness, upper))
            demand(inside and any(all(sum(v * y[k] for k, v in row[0].items()) >= row[2] for row in region) for region in regions), "the witness is none")
        inputs = Inputs(lower, upper) if radius is None else Inputs(lower, upper, norm, image, radius, weights)
        return inputs, regions, [None] * len(regions), []

    def verify(self):
        demand(not self.net.relu_output, "verify needs linear outputs")
        self.values("property", 1)
        regions, boxes, first = [], [], self.net.count - self.net.classes
        for _ in range(whole(self.values("cells", 1)[0], 0, 10**6)):
            count = whole(self.values("cell", 1)[0], 0, 10**6)
            boxes.append(self.box())
            rows = []
            for _ in range(count):
                rhs, *terms = self.values("row")
                row = ({}, {}, number(rhs))
                for term in terms:
                    name, value = term.split(":")
                    demand(name[:1] in ("x", "y"), "expected x or y")
                    where, base, most = (row[1], 0, self.net.inputs) if name[0] == "x" else (row[0], first, self.net.classes)
                    index = base + whole(name[1:], 0, most - 1)
                    demand((not where or index > max(where)) and not (name[0] == "x" and row[0]), "terms ascend")
                    where[index] = number(value)
                rows.append(row)
            regions.append(rows)
        hull = [list(map(f, zip(*(box[side] for box in boxes)))) for side, f in ((0, min), (1, max))] if boxes else [[F(0)] * self.net.inputs] * 2
        return Inputs(*hull), regions, boxes, []

    def bounds(self):
        box = self.box()
        claims = [self.values("claim", 3) for _ in range(whole(self.values("claims", 1)[0], 0, 1 << 21))]
        demand(all(side in ("lo", "hi") for _, side, _ in claims), "a side is lo or hi")
        return Inputs(*box), [], [], [(whole(n, 0, self.net.count - 1), side, number(v)) for n, side, v in claims]

    # Bounds of a node: two lists, which a child gets copies of.

    def first_layer(self, inputs, low, high):
        for j, (row, b) in enumerate(zip(self.net.layers[0][0], self.net.layers[0][1])):
            c = [row.get(i, F(0)) for i in range(self.net.inputs)]
            high[j] = min(high[j], b + inputs.support(c)) if high[j] is not None else b + inputs.support(c)
            least = b - inputs.support([-v for v in c])
            low[j] = max(low[j], least) if low[j] is not None else least

    def forward(self, low, high):
        for k in range(1, len(self.net.layers)):
            relu, at = self.net.layers[k - 1][2], self.net.first[k - 1]
            lo = [max(F(0), low[at + i]) if r else low[at + i] for i, r in enumerate(relu)]
            hi = [max(F(0), high[at + i]) if r else high[at + i] for i, r in enumerate(relu)]
            for j, (row, b) in enumerate(zip(*self.net.layers[k][:2]), self.net.first[k]):
                least = b + sum((w * (lo[i] if w > 0 else hi[i]) for i, w in row.items()), F(0))
                most = b + sum((w * (hi[i] if w > 0 else lo[i]) for i, w in row.items()), F(0))
                low[j] = least if low[j] is None else max(low[j], least)
                high[j] = most if high[j] is None else min(high[j], most)

    def value(self, fields, region, inputs, low, high, neuron=None, sigma=0):
        net, one = self.net, F(2) ** whole(fields[0], -4000, 4000)
        slash = fields.index("/", 1)
        rho, mu = {}, {}
        for tokens, into, count in ((fields[1:slash], rho, len(region)), (fields[slash + 1:], mu, net.count)):
            at = 0
            for token in tokens:
                if token.startswith("."):
                    at += whole(token[1:], 1, 1 << 20)
                    continue
                demand(at < count and re.fullmatch(r"-?\d+", token), "multipliers that do not fit")
                into[at] = int(token) * one
                at += 1
        demand(all(r >= 0 for r in rho.values()), "a row's multiplier is below 0")
        total, from_rows, c = F(0), {}, [F(0)] * net.inputs
        for i, r in rho.items():
            total += r * region[i][2]
            for n, v in region[i][0].items():
                from_rows[n] = from_rows.get(n, F(0)) + r * v
            for j, v in region[i][1].items():
                c[j] += r * v
        costs = None
        for k in reversed(range(len(net.layers))):
            rows, b, relu = net.layers[k]
            a = costs or [F(0)] * len(b)
            costs = [F(0)] * (len(net.layers[k - 1][1]) if k else net.inputs)
            for j in range(len(b)):
                n = net.first[k] + j
                m = mu[n] if n in mu else a[j] if not relu[j] or low[n] >= 0 else F(0)
                ends = [low[n], high[n]] + ([F(0)] if low[n] < 0 < high[n] else [])
                total += min(m * y - a[j] * (max(y, F(0)) if relu[j] else y) for y in ends) if m or a[j] else 0
                v = m + from_rows.get(n, F(0)) - (sigma if n == neuron else 0)
                if v:
                    total -= v * b[j]
                    for i, w in rows[j].items():
                        costs[i] += v * w
        return total - inputs.support([x + y for x, y in zip(c, costs)])

    def lemma(self, fields, region, inputs, low, high):
        """f or t: narrows low, high in place."""
        n, side = whole(fields[1], 0, self.net.count - 1), fields[2]
        demand(side in ("lo", "hi"), "a side is lo or hi")
        bound = number(fields[3])
        near, far, best = (high, low, min) if side == "hi" else (low, high, max)
        if fields[0] == "f":
            sigma = -1 if side == "hi" else 1
            proven = self.value(fields[4:], region, inputs, low, high, n, sigma)
            demand(proven >= sigma * bound or self.nothing(inputs, low, high), f"proven is only {float(sigma * proven)}")
        else:
            demand(len(fields) == 4, "too many fields")
            other = {id(near): list(near), id(far): list(far)}
            other[id(far)][n] = max(far[n], bound) if side == "hi" else min(far[n], bound)
            self.node(region, inputs, other[id(low)], other[id(high)])
        near[n] = best(near[n], bound)
        self.forward(low, high)

    def nothing(self, inputs, low, high):
        return inputs.empty() or any(a > b for a, b in zip(low, high))

    def node(self, region, inputs, low, high):
        low, high = list(low), list(high)
        self.forward(low, high)
        while True:
            fields = self.next()
            kind = fields[0]
            if kind in ("f", "t"):
                self.lemma(fields, region, inputs, low, high)
            elif kind == "c":
                value = self.value(fields[1:], region, inputs, low, high)
                demand(value > 0 or self.nothing(inputs, low, high), f"the inequality's value is {float(value)}, not above 0")
                return
            elif kind == "i":
                demand(len(fields) == 1 and self.nothing(inputs, low, high), "interval arithmetic leaves something")
                return
            else:
                break
        if kind == "s":
            n, bound = whole(fields[1], 0, self.net.count - 1), number(fields[3]) if len(fields) > 3 else F(0)
            demand(fields[2] in "-+" and len(fields) < 5, "a split is s NEURON -|+ [NUMBER]")
            for below in (True, False) if fields[2] == "-" else (False, True):
                lo, hi = list(low), list(high)
                if below:
                    hi[n] = min(hi[n], bound)
                else:
                    lo[n] = max(lo[n], bound)
                self.node(region, inputs, lo, hi)
        elif kind == "x":
            j, bound = whole(fields[1], 0, self.net.inputs - 1), number(fields[2])
            demand(len(fields) == 3, "too many fields")
            lower, upper = inputs.lower[j], inputs.upper[j]
            for sides in ((lower, min(upper, bound)), (max(lower, bound), upper)):
                inputs.lower[j], inputs.upper[j] = sides
                lo, hi = list(low), list(high)
                self.first_layer(inputs, lo, hi)
                self.node(region, inputs, lo, hi)
            inputs.lower[j], inputs.upper[j] = lower, upper
        else:
            demand(kind == "p" and len(fields) == 2 and inputs.norm == "l0", f"unexpected {kind[:20]}")
            j = whole(fields[1], 0, self.net.inputs - 1)
            demand(inputs.state[j] is None, "divided before")
            for inputs.state[j] in ("fixed", "moves"):
                self.node(region, inputs, low, high)
            inputs.state[j] = None

    def check(self):
        demand(self.lines.pop() == "", "the last line has no end")
        demand(self.next() == ["brink-certificate", "1"] and self.next()[0] == "network", "no certificate")
        kind = self.values("question", 1)[0]
        demand(kind in ("closest", "verify", "bounds"), "unknown question")
        demand(self.values("inputs", 1)[0] == str(self.net.inputs), "another number of inputs")
        inputs, regions, boxes, claims = getattr(self, kind)()
        demand(self.next() == ["facts"], "expected 'facts'")
        low, high = [None] * self.net.count, [None] * self.net.count
        self.first_layer(inputs, low, high)
        self.forward(low, high)
        while self.lines[self.line:] and self.lines[self.line][:2] in ("f ", "t "):
            self.lemma(self.next(), [], inputs, low, high)
        for i, (region, box) in enumerate(zip(regions, boxes)):
            demand(self.next() == ["region", str(i)], f"expected 'region {i}'")
            lo, hi, own = list(low), list(high), inputs
            if box:
                own = Inputs(*box)
                self.first_layer(own, lo, hi)
            self.node(region, own, lo, hi)
        demand(self.next() == ["end"] and self.line == len(self.lines), "expected 'end', and no more")
        for n, side, bound in claims:
            demand(high[n] <= bound if side == "hi" else low[n] >= bound, f"neuron {n} is not proven {side} {float(bound)}")


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    sys.setrecursionlimit(20000)
    try:
        data = open(arguments[0], "rb").read()
        lines = open(arguments[1], "rb").read().decode("ascii").split("\n")
        kind, digest = (lines[1].split(" ") + ["", ""])[1:3]
        if hashlib.sha256(data).hexdigest() != digest or kind not in ("onnx", "layers"):
            print("not proven: the certificate is about another network", file=sys.stderr)
            return 1
        network = read_onnx(data) if kind == "onnx" else read_layers(data)
    except (OSError, Refused, StopIteration, KeyError, ValueError, IndexError) as error:
        print(f"cannot be read: {error!r}", file=sys.stderr)
        return 2
    checker = Checker(network, lines)
    try:
        checker.check()
    except (Refused, ValueError, IndexError, KeyError) as error:
        print(f"{arguments[1]}: not proven: line {checker.line}: {error}", file=sys.stderr)
        return 1
    print("proven:", "; ".join(line for line in lines[2:20] if line.split(" ")[0] in ("question", "label", "norm", "radius", "target", "margin", "floor", "claim")))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
