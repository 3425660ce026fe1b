#!/usr/bin/env python3
"""Checks a certificate of brink in exact arithmetic: a second reading of docs/certificates.md, to be read rather than to be fast.
    tools/check_certificate.py NETWORK CERTIFICATE

Exit code 0: proven; 1, and the first line that fails; 2: a file cannot be read. Only ONNX files need a package, onnx. Every number is a fraction.
"""
import hashlib
import math
import re
import sys
from fractions import Fraction as F

from exact_network import Refused, demand, number, read_layers, read_onnx, whole


class Inputs:
    """A box cut by a ball, and its support function."""
    def __init__(self, lower, upper, norm=None, image=None, radius=None, weights=None):
        self.lower, self.upper, self.norm, self.radius = list(lower), list(upper), norm, radius
        self.image, self.weights = image or [F(0)] * len(lower), weights or [F(1)] * len(lower)
        self.state = [None] * len(lower)  # of l0: "fixed", "moves"
        if norm == "l0" and all(w.denominator == 1 for w in self.weights):
            self.radius = F(math.floor(radius))
        if norm == "linf":
            self.lower = [max(lo, x - radius / w) for lo, x, w in zip(lower, image, self.weights)]
            self.upper = [min(hi, x + radius / w) for hi, x, w in zip(upper, image, self.weights)]

    def left(self):
        return self.radius - sum((w for w, s in zip(self.weights, self.state) if s == "moves"), F(0))

    def empty(self, low, high):
        """Nothing is in a node of these bounds of neurons."""
        fixed = any(s == "fixed" and not lo <= x <= hi for s, lo, x, hi in zip(self.state, self.lower, self.image, self.upper))
        return fixed or any(a > b for a, b in (*zip(self.lower, self.upper), *zip(low, high))) or (self.norm == "l0" and self.left() < 0)

    def support(self, c):
        if self.norm in (None, "linf"):
            return sum((max(v * lo, v * hi) for v, lo, hi in zip(c, self.lower, self.upper) if v), F(0))
        ends = [(lo - x, hi - x) for lo, hi, x in zip(self.lower, self.upper, self.image)]
        return sum((v * x for v, x in zip(c, self.image)), F(0)) + (self.l2 if self.norm == "l2" else self.knapsack)(c, ends)

    def knapsack(self, c, ends):
        """l1: input j costs w_j |d|; l0: w_j if d is not 0."""
        return self.priced(c, ends)[1]

    def priced(self, c, ends):
        """The best t, which is the gain a cost at which the room is used up, and what it gives."""
        cost = lambda w, d: w * abs(d) if self.norm == "l1" else w * (d != 0)
        room = self.radius if self.norm == "l1" else max(F(0), self.left())
        ways = [[d for d in {lo, hi, F(0)} if lo <= d <= hi or lo > hi] if s is None else [lo, hi] if s == "moves" else [F(0)] for (lo, hi), s in zip(ends, self.state)]
        items, rest, t = [], room, F(0)
        for v, w, s, ds in zip(c, self.weights, self.state, ways):
            gain, price = max((v * d, cost(w, d)) for d in ds)
            if s is None and gain > 0 and price > 0:
                items.append((gain / price, price))
        for gain, price in sorted(items, reverse=True):
            if price > rest:
                t = gain
                break
            rest -= price
        return t, t * room + sum((max(v * d - (0 if s else t * cost(w, d)) for d in ds) for v, w, s, ds in zip(c, self.weights, self.state, ways)), F(0))

    def l2(self, c, ends):
        """t by bisection on the maximisers' length, in floating point."""
        biggest = max(map(abs, c))
        if not biggest:
            return F(0)
        rows = [(float(v / biggest), float(w), float(lo), float(hi)) for v, w, (lo, hi) in zip(c, self.weights, ends)]
        low, high = -300.0, 300.0
        for _ in range(60):
            t = 2.0 ** ((low + high) / 2)
            far = sum((w * min(max(v / (2 * t * w * w), lo), hi)) ** 2 for v, w, lo, hi in rows) > float(self.radius) ** 2
            low, high = ((low + high) / 2, high) if far else (low, (low + high) / 2)
        t = F(2.0 ** high) * biggest
        best = [(v, w, min(max(v / (2 * t * w * w), lo), hi)) for v, w, (lo, hi) in zip(c, self.weights, ends)]
        return t * self.radius**2 + sum((v * d - t * w * w * d * d for v, w, d in best), F(0))


class Checker:
    """A region: rows ({neuron: v}, {input: v}, rhs). Bounds: two lists by neuron, low and high, of which a child has copies."""
    def __init__(self, network, lines):
        self.net, self.lines, self.line = network, lines, 0

    def next(self):
        demand(self.line < len(self.lines), "the file ends early")
        self.line += 1
        return self.lines[self.line - 1].split(" ")

    def values(self, name, count=None):
        fields = self.next()
        demand(fields[0] == name and (len(fields) > 1 if count is None else len(fields) == count + 1), f"expected '{name}' and its values")
        return fields[1:]

    def numbers(self, name, count=1, none=False):
        fields = self.values(name)
        if none and fields == ["none"]:
            return None
        demand(len(fields) == count, f"'{name}' needs {count} values")
        return [number(v) for v in fields]

    def box(self):
        n = self.net.inputs
        box = [[v] * n for v in self.numbers("box", 2)] if self.lines[self.line].startswith("box ") else [self.numbers("lower", n), self.numbers("upper", n)]
        demand(all(a <= b for a, b in zip(*box)), "the box is empty")
        return box

    def closest(self):
        net, n, classes = self.net, self.net.inputs, self.net.classes
        image, _, (label,), (norm,) = self.numbers("image", n), self.values("index", 1), self.values("label", 1), self.values("norm", 1)
        radius, (kind, *target), (margin,), floor = self.numbers("radius", none=True), self.values("target"), self.numbers("margin"), self.numbers("floor", none=True)
        (lower, upper), cap, frozen = self.box(), self.numbers("cap", none=True), self.values("frozen")
        weights, witness = self.numbers("weights", n, True), self.numbers("witness", n, True)
        demand(norm in ("l0", "l1", "l2", "linf") and margin >= 1 and min(weights or [1]) > 0 and min([0] + (radius or []) + (floor or []) + (cap or [])) == 0, "norm, radius, margin, floor, cap or weights")
        order = [] if frozen == ["none"] else [whole(j, 0, n - 1) for j in frozen]
        demand(order == sorted(set(order)) and all(a <= x <= b for a, x, b in zip(lower, image, upper)), "frozen inputs, or the image is outside of the box")
        for j, x in enumerate(image):
            c = F(0) if j in order else cap[0] if cap else None
            lower[j], upper[j] = (lower[j], upper[j]) if c is None else (max(lower[j], x - c), min(upper[j], x + c))
        if kind in ("above", "below"):
            demand(classes == 1 and not net.relu_output and margin == 1 and floor is None, "above and below need one linear output")
            sign = 1 if kind == "above" else -1
            regions = [[({net.output: F(sign)}, {}, sign * number(target[0]))]]
        else:
            label = whole(label, 0, classes - 1)
            demand(classes > 1 and (floor or not net.relu_output) and kind in ("any", "class", "shift") and len(target) == (kind != "any"), "target, or no floor")
            wanted = range(classes) if kind == "any" else [whole(target[0], 0, classes - 1) if kind == "class" else (label + whole(target[0], 0, 10**6)) % classes]
            factors = [margin] if floor or margin == 1 else [margin, F(1)]
            regions = [[({net.output + t: F(1), net.output + j: -f}, {}, F(0)) for j in range(classes) if j != t for f in factors] + ([({net.output + t: F(1)}, {}, floor[0])] if floor else [])
                       for t in wanted if t != label]
            demand(regions, "the target is the label itself")
            if floor == [0] and net.relu_output:
                regions.append([({net.output + j: F(-1)}, {}, F(0)) for j in range(classes)])
        if witness:
            y = dict(enumerate(net.outputs(witness), net.output))
            fools = any(all(sum(v * y[k] for k, v in row[0].items()) >= row[2] for row in region) for region in regions)
            demand(fools and all(a <= x <= b for a, x, b in zip(lower, witness, upper)), "the witness is none")
        return Inputs(lower, upper, norm, image, radius[0], weights) if radius else Inputs(lower, upper), [(r, None) for r in regions], []

    def verify(self):
        demand(not self.net.relu_output and self.values("property", 1), "verify needs linear outputs")
        regions = []
        for _ in range(whole(self.values("cells", 1)[0], 0, 10**6)):
            count, box, rows = whole(self.values("cell", 1)[0], 0, 10**6), self.box(), []
            for _ in range(count):
                rhs, *terms = self.values("row")
                demand(all(t[:1] in ("x", "y") for t in terms) and [t[0] for t in terms] == sorted(t[0] for t in terms), "a row is x and then y")
                indices = {s: [whole(t[1:].split(":")[0], 0, most - 1) for t in terms if t[0] == s] for s, most in (("x", self.net.inputs), ("y", self.net.classes))}
                demand(all(v == sorted(set(v)) for v in indices.values()), "indices ascend")
                parts = {s: dict(zip(v, (number(t.split(":")[1]) for t in terms if t[0] == s))) for s, v in indices.items()}
                rows.append(({self.net.output + j: v for j, v in parts["y"].items()}, parts["x"], number(rhs)))
            regions.append((rows, box))
        hull = [[f(v) for v in zip(*(box[side] for _, box in regions))] for side, f in ((0, min), (1, max))]
        return Inputs(*(hull if regions else [[F(0)] * self.net.inputs] * 2)), regions, []

    def bounds(self):
        box = self.box()
        claims = [self.values("claim", 3) for _ in range(whole(self.values("claims", 1)[0], 0, 1 << 21))]
        demand(all(side in ("lo", "hi") for _, side, _ in claims), "a side is lo or hi")
        return Inputs(*box), [], [(whole(n, 0, self.net.count - 1), side, number(v)) for n, side, v in claims]

    def narrow(self, low, high, n, least, most):
        low[n] = least if low[n] is None else max(low[n], least)
        high[n] = most if high[n] is None else min(high[n], most)

    def first_layer(self, inputs, low, high):
        for n, (row, b) in enumerate(zip(*self.net.layers[0][:2])):
            c = [row.get(i, F(0)) for i in range(self.net.inputs)]
            self.narrow(low, high, n, b - inputs.support([-v for v in c]), b + inputs.support(c))
        self.forward(low, high)

    def forward(self, low, high):
        for k in range(1, len(self.net.layers)):
            ends = [(max(F(0), low[n]), max(F(0), high[n])) if r else (low[n], high[n]) for n, r in enumerate(self.net.layers[k - 1][2], self.net.first[k - 1])]
            for n, (row, b) in enumerate(zip(*self.net.layers[k][:2]), self.net.first[k]):
                self.narrow(low, high, n, *(b + sum((w * ends[i][side if w > 0 else 1 - side] for i, w in row.items()), F(0)) for side in (0, 1)))

    def multipliers(self, fields, region):
        """Of the rows and of the neurons, and whether those left out are chords."""
        demand("~" in fields or "/" in fields, "multipliers without a / or ~")
        one, slash, given = F(2) ** whole(fields[0], -4000, 4000), fields.index("~" if "~" in fields else "/", 1), ({}, {})
        for tokens, into, count in ((fields[1:slash], given[0], len(region)), (fields[slash + 1:], given[1], self.net.count)):
            at = 0
            for token in tokens:
                if token.startswith("."):
                    at += whole(token[1:], 1, 1 << 20)
                    continue
                demand(at < count and re.fullmatch(r"-?\d{1,1200}", token), "multipliers that do not fit")
                into[at] = int(token) * one
                at += 1
        demand(all(r >= 0 for r in given[0].values()), "a row's multiplier is below 0")
        return *given, fields[slash] == "~"

    def left_out(self, cost, relu, least, most, chords):
        """The multiplier of a neuron that is not named."""
        if not relu or least >= 0:
            return cost
        if not chords or most <= 0:
            return F(0)
        share = most / (most - least)
        return cost * (share if cost > 0 else min(F(1), max(F(0), 64 * share - F(63, 2))))

    def value(self, fields, region, inputs, low, high, neuron=None, sigma=0):
        net, (rho, mu, chords) = self.net, self.multipliers(fields, region)
        total, from_rows, c = sum((r * region[i][2] for i, r in rho.items()), F(0)), {}, [F(0)] * net.inputs
        for i, r in rho.items():
            for n, v in region[i][0].items():
                from_rows[n] = from_rows.get(n, F(0)) + r * v
            for j, v in region[i][1].items():
                c[j] += r * v
        a = [F(0)] * net.classes
        for k in reversed(range(len(net.layers))):
            back = [F(0)] * (len(net.layers[k - 1][1]) if k else net.inputs)
            for n, (row, b, relu, cost) in enumerate(zip(*net.layers[k], a), net.first[k]):
                m = mu[n] if n in mu else self.left_out(cost, relu, low[n], high[n], chords)
                if m or cost:
                    ends = [low[n], high[n]] + ([F(0)] if low[n] < 0 < high[n] else [])
                    total += min(m * y - cost * (max(y, F(0)) if relu else y) for y in ends)
                if v := m + from_rows.get(n, F(0)) - (sigma if n == neuron else 0):
                    total -= v * b
                    for i, w in row.items():
                        back[i] += v * w
            a = back
        return total - inputs.support([x + y for x, y in zip(c, a)])

    def substitute(self, region, inputs, low, high):
        for k in range(1, len(self.net.layers) - 1):
            for n, relu in enumerate(self.net.layers[k][2], self.net.first[k]):
                if relu and low[n] < 0 < high[n]:
                    least, most = (s * self.value(["0", "~"], region, inputs, low, high, n, s) for s in (1, -1))
                    self.narrow(low, high, n, least, most)
            self.forward(low, high)

    def lemma(self, fields, region, inputs, low, high):
        if fields == ["b"]:
            return self.substitute(region, inputs, low, high)
        n, side, bound = whole(fields[1], 0, self.net.count - 1), fields[2], number(fields[3])
        demand(side in ("lo", "hi") and (fields[0] == "f" or len(fields) == 4), "a lemma is f or t NEURON lo|hi NUMBER")
        if fields[0] == "f":
            sigma = -1 if side == "hi" else 1
            proven = self.value(fields[4:], region, inputs, low, high, n, sigma)
            demand(proven >= sigma * bound or inputs.empty(low, high), f"proven is only {float(sigma * proven)}")
        else:
            self.child(region, inputs, low, high, n, bound, side == "lo")
        self.narrow(low, high, n, *((low[n], bound) if side == "hi" else (bound, high[n])))
        self.forward(low, high)

    def child(self, region, inputs, low, high, n, bound, below):
        low, high = list(low), list(high)
        self.narrow(low, high, n, *((low[n], bound) if below else (bound, high[n])))
        self.forward(low, high)
        self.node(region, inputs, low, high)

    def node(self, region, inputs, low, high):
        low, high = list(low), list(high)
        while (fields := self.next())[0] in ("f", "t", "b"):
            self.lemma(fields, region, inputs, low, high)
        kind = fields[0]
        if kind == "c":
            value = self.value(fields[1:], region, inputs, low, high)
            demand(value > 0 or inputs.empty(low, high), f"the inequality's value is {float(value)}, not above 0")
        elif kind == "s":
            n, bound = whole(fields[1], 0, self.net.count - 1), number(fields[3]) if len(fields) == 4 else F(0)
            demand(fields[2] in ("-", "+") and len(fields) < 5, "a split is s NEURON -|+ [NUMBER]")
            for below in (True, False) if fields[2] == "-" else (False, True):
                self.child(region, inputs, low, high, n, bound, below)
        elif kind == "x":
            j, bound = whole(fields[1], 0, self.net.inputs - 1), number(fields[2])
            lower, upper = inputs.lower[j], inputs.upper[j]
            for inputs.lower[j], inputs.upper[j] in ((lower, min(upper, bound)), (max(lower, bound), upper)):
                lo, hi = list(low), list(high)
                self.first_layer(inputs, lo, hi)
                self.node(region, inputs, lo, hi)
            inputs.lower[j], inputs.upper[j] = lower, upper
        elif kind == "p":
            j = whole(fields[1], 0, self.net.inputs - 1)
            demand(inputs.norm == "l0" and inputs.state[j] is None, "p is for l0, once for an input")
            for inputs.state[j] in ("fixed", "moves"):
                self.node(region, inputs, low, high)
            inputs.state[j] = None
        else:
            demand(fields == ["i"] and inputs.empty(low, high), "no step, or interval arithmetic leaves something")

    def check(self):
        demand(self.lines.pop() == "", "the last line has no end")
        demand(self.next() == ["brink-certificate", "1"] and self.next()[0] == "network", "no certificate")
        question = self.values("question", 1)[0]
        demand(question in ("closest", "verify", "bounds") and whole(self.values("inputs", 1)[0], 1, 1 << 20) == self.net.inputs, "another question, or number of inputs")
        inputs, regions, claims = getattr(self, question)()
        demand(self.next() == ["facts"], "expected 'facts'")
        low, high = [None] * self.net.count, [None] * self.net.count
        self.first_layer(inputs, low, high)
        while self.line < len(self.lines) and self.lines[self.line][:2] in ("f ", "t ", "b"):
            self.lemma(self.next(), [], inputs, low, high)
        for i, (region, box) in enumerate(regions):
            demand(self.next() == ["region", str(i)], f"expected 'region {i}'")
            lo, hi, own = list(low), list(high), Inputs(*box) if box else inputs
            if box:
                self.first_layer(own, lo, hi)
            self.node(region, own, lo, hi)
        demand(self.next() == ["end"] and self.line == len(self.lines), "expected 'end', and no more")
        for n, side, bound in claims:
            demand(high[n] <= bound if side == "hi" else low[n] >= bound, f"neuron {n} is not proven {side} {float(bound)}")


def load(network, certificate):
    """The network and the certificate's lines; (None, None), with a line on stderr: they cannot be read; (False, lines): another network."""
    try:
        data, lines = open(network, "rb").read(), open(certificate, "rb").read().decode("latin-1").split("\n")
        kind, digest = (lines[1].split(" ") + ["", ""])[1:3] if len(lines) > 1 else ("", "")
        ours = kind in ("onnx", "layers") and hashlib.sha256(data).hexdigest() == digest
        return ours and (read_onnx if kind == "onnx" else read_layers)(data), lines
    except (OSError, Refused, StopIteration, RuntimeError, TypeError, KeyError, ValueError, IndexError) as error:
        print(f"{getattr(error, 'filename', None) or network}: cannot be read: {error!r}", file=sys.stderr)
        return None, None


def main(arguments):
    sys.setrecursionlimit(20000)
    network, lines = load(*arguments)
    if network is None:
        return 2
    checker = Checker(network, lines)
    try:
        demand(network, "this is about another network")
        checker.check()
    except (Refused, ValueError, IndexError) as error:
        print(f"{arguments[1]}: not proven: line {checker.line}: {error}", file=sys.stderr)
        return 1
    print("proven:", "; ".join(line for line in lines[2:20] if line.split(" ")[0] in ("question", "label", "norm", "radius", "target", "margin", "floor", "claim")))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) if len(sys.argv) == 3 else print(__doc__, file=sys.stderr) or 2)
