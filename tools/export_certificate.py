#!/usr/bin/env python3
"""Rewrites a certificate of brink for checkers of other formats.
    tools/export_certificate.py vipr|aptp NETWORK CERTIFICATE FOLDER

For certificates of `closest` (l1, linf; aptp: linf with margin 1) and of `verify` whose trees split phases of neurons: docs/certificates.md. A file a region: FOLDER/region-N.vipr, or .aptp.

vipr (viprchk and others): this mixed-integer program has no solution, and why:
    inputs x in the box, for linf within the radius; y_n - W_n h = b_n; rows of the region; for l1 |w_j (x_j - image_j)| <= e_j, sum of e_j <= radius;
    relu n: h_n >= 0, h_n >= y_n, h_n <= y_n - L (1 - z_n), h_n <= U z_n, z_n binary; L, U: by interval arithmetic, as a checker of brink's certificates has them at first
Every step becomes a `lin`: the inequality of docs/certificates.md is a sum of rows, equations and, for each neuron, of edges of its relaxation. The chord and the others that hold for both
values of z_n are an `uns` each. Bounds by interval arithmetic are derived when something uses them.

aptp (APTPchecker): the box, the region and the tree's leaves as phases. The checker proves each leaf by itself, without the multipliers.

Exit code 0; 1: not valid, or not of this kind; 2: a file cannot be read.
"""
import os
import sys
from fractions import Fraction as F

import check_certificate
from check_certificate import Checker, Inputs, Refused, demand, number, whole


class Known(F):
    """A bound and `line()`, which derives it: y_n >= value, or -y_n >= -value."""
    def __new__(cls, value, line):
        self = super().__new__(cls, value)
        self.line = line
        return self


def once(derive):
    """A derivation that is written when it is first asked for."""
    lines = []
    return lambda: lines[0] if lines else lines.append(derive()) or lines[0]


class Writer(Checker):
    """Checks the certificate as its base does, and writes what it believes. Constraints are G or E; but z <= 0."""
    def begin(self, inputs, region):
        net, n = self.net, self.net.inputs
        self.lines_out, self.constraints, self.shared = [], 0, {}
        self.y = lambda k: n + k
        self.relus = [k for layer, first in zip(net.layers[:-1], net.first) for k, r in enumerate(layer[2], first) if r]
        self.h = {k: n + net.count + i for i, k in enumerate(self.relus)}
        self.z = {k: n + net.count + len(self.relus) + i for i, k in enumerate(self.relus)}
        e = n + net.count + 2 * len(self.relus)
        self.names = [f"{s}{i}" for s, r in (("x", range(n)), ("y", range(net.count)), ("h", self.relus), ("z", self.relus), ("e", range(n if inputs.norm == "l1" else 0))) for i in r]
        self.x_low = [self.row({j: F(1)}, v) for j, v in enumerate(inputs.lower)]
        self.x_high = [self.row({j: F(-1)}, -v) for j, v in enumerate(inputs.upper)]
        if inputs.norm == "l1":
            self.right = [self.row({e + j: F(1), j: -w}, -w * x) for j, (w, x) in enumerate(zip(inputs.weights, inputs.image))]
            self.left = [self.row({e + j: F(1), j: w}, w * x) for j, (w, x) in enumerate(zip(inputs.weights, inputs.image))]
            self.ball = self.row({e + j: F(-1) for j in range(n)}, -inputs.radius)
        self.equation = [self.row({self.y(k): F(1), **{self.after(layer, i): -w for i, w in row.items()}}, b, "E")
                         for layer in range(len(net.layers)) for k, (row, b) in enumerate(zip(*net.layers[layer][:2]), net.first[layer])]
        self.rows = [self.row({**{self.y(k): v for k, v in outputs.items()}, **xs}, rhs) for outputs, xs, rhs in region]
        self.side, self.step = {}, {}

    def after(self, layer, i):
        """The column of what unit i of the layer before hands on."""
        if layer == 0:
            return i
        k = self.net.first[layer - 1] + i
        return self.h.get(k, self.y(k))

    def row(self, terms, rhs, sense="G", reason="", kind=""):
        terms = {v: c for v, c in terms.items() if c}
        self.lines_out.append(f"{kind or 'C'}{self.constraints} {sense} {rhs} {len(terms)}" + "".join(f" {v} {c}" for v, c in sorted(terms.items())) + reason)
        self.constraints += 1
        return self.constraints - 1

    def switch(self, low, high):
        """Rows and assumptions of each relu, with the bounds that hold before any lemma."""
        for k in self.relus:
            y, h, z, least, most = self.y(k), self.h[k], self.z[k], min(F(0), low[k]), max(F(0), high[k])
            self.side[k] = (self.row({h: F(1)}, F(0)), self.row({h: F(1), y: F(-1)}, F(0)), self.row({y: F(1), h: F(-1), z: least}, least), self.row({z: most, h: F(-1)}, F(0)), least, most,
                            self.row({z: F(1)}, F(0)), self.row({z: F(-1)}, F(-1)))
        self.ordinary = self.constraints
        for k in self.relus:
            (_, _, m1, m2, least, most, _, _), z = self.side[k], {self.z[k]: F(1)}
            off, on = self.row(z, F(0), "L", " { asm } -1", "A"), self.row(z, F(1), "G", " { asm } -1", "A")
            self.step[k] = (off, on, self.sum({self.h[k]: F(-1)}, F(0), {m2: F(1), off: -most}), self.sum({self.y(k): F(1), self.h[k]: F(-1)}, F(0), {m1: F(1), on: -least}))

    def sum(self, terms, rhs, parts):
        parts = {i: m for i, m in parts.items() if m}
        return self.row(terms, rhs, "G", f" {{ lin {len(parts)}" + "".join(f" {i} {m}" for i, m in sorted(parts.items())) + " } -1", "D")

    def either(self, terms, rhs, k, if_off, if_on):
        """What holds for both values of z_k."""
        off, on, _, _ = self.step[k]
        a, b = self.sum(terms, rhs, if_off), self.sum(terms, rhs, if_on)
        return self.row(terms, rhs, "G", f" {{ uns {a} {off} {b} {on} }} -1", "U")

    def memo(self, key, derive):
        if key not in self.shared:
            self.shared[key] = derive()
        return self.shared[key]

    def active(self, k, low):
        """y - h >= 0, from y >= low >= 0."""
        off, on, is_off, is_on = self.step[k]
        return self.memo(("active", k, low.line()), lambda: self.either({self.y(k): F(1), self.h[k]: F(-1)}, F(0), k, {is_off: F(1), low.line(): F(1)}, {is_on: F(1)}))

    def inactive(self, k, high):
        """-h >= 0, from y <= high <= 0."""
        off, on, is_off, is_on = self.step[k]
        return self.memo(("inactive", k, high.line()), lambda: self.either({self.h[k]: F(-1)}, F(0), k, {is_off: F(1)}, {is_on: F(1), high.line(): F(1)}))

    def chord(self, k, low, high):
        """U y - (U - L) h >= U L, where L < 0 < U."""
        off, on, is_off, is_on = self.step[k]
        return self.memo(("chord", k, low.line(), high.line()), lambda: self.either({self.y(k): F(high), self.h[k]: low - high}, high * low, k, {is_off: high - low, low.line(): F(high)},
                                                                                  {is_on: high - low, high.line(): F(-low)}))

    def top(self, k, low, high):
        """-h >= -U, where U > 0."""
        off, on, is_off, is_on = self.step[k]
        if low >= 0:
            return self.memo(("top", k, low.line(), high.line()), lambda: self.sum({self.h[k]: F(-1)}, -high, {self.active(k, low): F(1), high.line(): F(1)}))
        return self.memo(("top", k, high.line()), lambda: self.either({self.h[k]: F(-1)}, -high, k, {is_off: F(1)}, {is_on: F(1), high.line(): F(1)}))

    def neuron(self, parts, k, relu, m, cost, low, high):
        """Adds what makes m y - cost h >= its least over the relaxation."""
        def add(line, by):
            demand(by >= 0, "a relaxation's edge has a wrong sign")
            parts[line] = parts.get(line, F(0)) + by

        def along(slope):
            if slope:
                add(*((low.line(), slope) if slope > 0 else (high.line(), -slope)))

        if not relu or (not m and not cost):
            return along(m - cost)
        zero, above = self.side[k][:2]
        if low >= 0:
            add(self.active(k, low), cost) if cost > 0 else add(above, -cost)
            return along(m - cost)
        if high <= 0:
            add(self.inactive(k, high), cost) if cost > 0 else add(zero, -cost)
            return along(m)
        least = min(m * low, F(0), (m - cost) * high)
        if least == 0:
            add(zero, m - cost)
            add(above, -m)
        elif least == m * low:
            add(self.chord(k, low, high), m / high)
            add(zero, m / high * (high - low) - cost)
        else:
            by = (m - cost) / low
            add(self.chord(k, low, high), by)
            add(above, by * high - m)

    def reach(self, parts, c, inputs):
        """Adds what makes -c x >= -(support function)."""
        def add(line, by):
            parts[line] = parts.get(line, F(0)) + by
        if inputs.norm != "l1":
            for j, v in enumerate(c):
                if v:
                    add(*((self.x_high[j], v) if v > 0 else (self.x_low[j], -v)))
            return
        t, _ = inputs.priced(c, [(lo - x, hi - x) for lo, hi, x in zip(inputs.lower, inputs.upper, inputs.image)])
        add(self.ball, t)
        for j, (v, w) in enumerate(zip(c, inputs.weights)):
            toward, away, end = (self.right[j], self.left[j], self.x_high[j]) if v > 0 else (self.left[j], self.right[j], self.x_low[j])
            held = min(abs(v) / w, t)
            add(toward, held + (t - held) / 2)
            add(away, (t - held) / 2)
            add(end, abs(v) - held * w)

    def combined(self, fields, region, inputs, low, high, neuron=None, sigma=0):
        """The inequality as a sum of constraints: sigma y_N >= its value."""
        net, (rho, mu, chords) = self.net, self.multipliers(fields, region)
        parts, c, a = {self.rows[i]: r for i, r in rho.items()}, [F(0)] * net.inputs, [F(0)] * net.classes
        for i, r in rho.items():
            for j, v in region[i][1].items():
                c[j] += r * v
        for k in reversed(range(len(net.layers))):
            back = [F(0)] * (len(net.layers[k - 1][1]) if k else net.inputs)
            for n, (row, _, relu, cost) in enumerate(zip(*net.layers[k], a), net.first[k]):
                m = mu[n] if n in mu else self.left_out(cost, relu, low[n], high[n], chords)
                self.neuron(parts, n, relu and n in self.h, m, cost, low[n], high[n])
                v = m + sum((r * region[i][0].get(n, F(0)) for i, r in rho.items()), F(0)) - (sigma if n == neuron else 0)
                if v:
                    parts[self.equation[n]] = -v
                    for i, w in row.items():
                        back[i] += v * w
            a = back
        self.reach(parts, [x + y for x, y in zip(c, a)], inputs)
        return parts

    def first_layer(self, inputs, low, high):
        for n, (row, b) in enumerate(zip(*self.net.layers[0][:2])):
            c = [row.get(i, F(0)) for i in range(self.net.inputs)]
            for sign in (1, -1):  # y >= b - h(-W); -y >= -b - h(W)
                way = [-sign * v for v in c]
                value = sign * b - inputs.support(way)
                derive = once(lambda n=n, sign=sign, way=way, value=value: self.sum({self.y(n): F(sign)}, value, self.from_inputs(n, sign, way, inputs)))
                self.narrow(low, high, n, *((Known(value, derive), None) if sign == 1 else (None, Known(-value, derive))))
        self.forward(low, high)

    def from_inputs(self, n, sign, way, inputs):
        parts = {self.equation[n]: F(sign)}
        self.reach(parts, way, inputs)
        return parts

    def narrow(self, low, high, n, least, most):
        if least is not None:
            low[n] = least if low[n] is None else max(low[n], least)
        if most is not None:
            high[n] = most if high[n] is None else min(high[n], most)

    def forward(self, low, high):
        for k in range(1, len(self.net.layers)):
            first, relus = self.net.first[k - 1], self.net.layers[k - 1][2]
            lows, highs = low[first:first + len(relus)], high[first:first + len(relus)]
            ends = [(max(F(0), a), max(F(0), b)) if r else (a, b) for a, b, r in zip(lows, highs, relus)]
            for n, (row, b) in enumerate(zip(*self.net.layers[k][:2]), self.net.first[k]):
                for sign in (1, -1):
                    value = sign * b + sum((sign * w * ends[i][0 if sign * w > 0 else 1] for i, w in row.items()), F(0))
                    if (low if sign == 1 else high)[n] is not None and value <= (low[n] if sign == 1 else -high[n]):
                        continue
                    derive = once(lambda n=n, sign=sign, value=value, row=row, first=first, lows=lows, highs=highs, relus=relus:
                                  self.sum({self.y(n): F(sign)}, value, self.from_before(n, sign, row, first, lows, highs, relus)))
                    self.narrow(low, high, n, *((Known(value, derive), None) if sign == 1 else (None, Known(-value, derive))))

    def from_before(self, n, sign, row, first, lows, highs, relus):
        parts = {self.equation[n]: F(sign)}
        for i, w in row.items():
            k, by, low, high = first + i, abs(w), lows[i], highs[i]
            if not relus[i]:
                lines = [low.line() if sign * w > 0 else high.line()]
            elif sign * w > 0:
                lines = [self.side[k][1], low.line()] if low > 0 else [self.side[k][0]]
            else:
                lines = [self.top(k, low, high) if high > 0 else self.inactive(k, high)]
            for line in lines:
                parts[line] = parts.get(line, F(0)) + by
        return parts

    def lemma(self, fields, region, inputs, low, high):
        demand(fields[0] == "f", f"lemmas '{fields[0]}' are no sums of rows; brink closest --search restart_after=1000000000000,huge_subtree=1000000000000 writes none")
        n, side, bound, lows, highs = whole(fields[1], 0, self.net.count - 1), fields[2], number(fields[3]), list(low), list(high)
        sign = 1 if side == "lo" else -1
        proven = self.value(fields[4:], region, inputs, low, high, n, sign)
        if proven >= sign * bound:
            derive = once(lambda: self.sum({self.y(n): F(sign)}, sign * bound, self.combined(fields[4:], region, inputs, lows, highs, n, sign)))
        else:
            demand(inputs.empty(low, high), f"proven is only {float(sign * proven)}")
            derive = once(lambda: self.sum({self.y(n): F(sign)}, sign * bound, {self.nothing(inputs, lows, highs): F(1)}))
        self.narrow(low, high, n, *((Known(bound, derive), None) if side == "lo" else (None, Known(bound, derive))))
        self.forward(low, high)

    def nothing(self, inputs, low, high):
        """0 >= 1 from bounds that cross."""
        pairs = [(a - b, (a.line, b.line)) for a, b in zip(low, high) if a > b] or [(a - b, (lambda i=i: self.x_low[i], lambda i=i: self.x_high[i])) for i, (a, b) in enumerate(zip(inputs.lower, inputs.upper)) if a > b]
        width, ends = pairs[0]
        return self.sum({}, F(1), {line(): 1 / width for line in ends})

    def node(self, region, inputs, low, high):
        """The line that says 0 >= 1 in this node."""
        low, high = list(low), list(high)
        while (fields := self.next())[0] in ("f", "t", "b"):
            self.lemma(fields, region, inputs, low, high)
        if fields[0] == "c":
            value = self.value(fields[1:], region, inputs, low, high)
            if value > 0:
                return self.sum({}, F(1), {i: m / value for i, m in self.combined(fields[1:], region, inputs, low, high).items()})
        if fields[0] in ("c", "i"):
            demand(inputs.empty(low, high), "no step, or interval arithmetic leaves something")
            return self.nothing(inputs, low, high)
        demand(fields[0] == "s" and len(fields) == 3, f"splits '{' '.join(fields)}' are none of a program's binaries")
        n, ends = whole(fields[1], 0, self.net.count - 1), {}
        demand(n in self.step and fields[2] in ("-", "+"), "a split is s NEURON -|+, of a hidden relu")
        off, on, is_off, is_on = self.step[n]
        for below in (True, False) if fields[2] == "-" else (False, True):
            lows, highs = list(low), list(high)
            zero, above = self.side[n][:2]
            derive = once(lambda below=below: self.sum({self.y(n): F(-1 if below else 1)}, F(0), {is_off: F(1), above: F(1)} if below else {is_on: F(1), zero: F(1)}))
            self.narrow(lows, highs, n, *((None, Known(F(0), derive)) if below else (Known(F(0), derive), None)))
            self.forward(lows, highs)
            ends[below] = self.node(region, inputs, lows, highs)
        return self.row({}, F(1), "G", f" {{ uns {ends[True]} {off} {ends[False]} {on} }} -1", "U")

    def write(self, wanted):
        """The program of a region and its proof; nothing: there are no more regions."""
        inputs, regions = header(self)
        demand(inputs.norm in (None, "l1", "linf"), f"{inputs.norm} balls are no rows of continuous columns")
        if wanted == len(regions):
            return None
        (region, box), low, high = regions[wanted], [None] * self.net.count, [None] * self.net.count
        own = Inputs(*box) if box else inputs
        self.begin(own, region)
        self.first_layer(inputs, low, high)
        self.switch(low, high)
        while self.lines[self.line].split(" ")[0] in ("f", "t", "b"):
            self.lemma(self.next(), [], inputs, low, high)
        while self.next() != ["region", str(wanted)]:
            pass
        if box:
            self.first_layer(own, low, high)
        self.node(region, own, low, high)
        rows, steps = self.lines_out[:self.ordinary], self.lines_out[self.ordinary:]
        return ["VER 1.0", f"VAR {len(self.names)}", " ".join(self.names), f"INT {len(self.relus)}", " ".join(str(self.z[k]) for k in self.relus), "OBJ min", "0",
                f"CON {len(rows)} 0", *rows, "RTP infeas", "SOL 0", f"DER {len(steps)}", *steps, ""]


class Leaves(Checker):
    """Phases of a region's leaves. What is at 0 may be on either side."""
    def write(self, wanted):
        inputs, regions = header(self)
        demand(inputs.norm in (None, "linf"), f"{inputs.norm} balls are no boxes")
        if wanted == len(regions):
            return None
        region, box = regions[wanted]
        own = Inputs(*box) if box else inputs
        relus = [k for layer, first in zip(self.net.layers[:-1], self.net.first) for k, r in enumerate(layer[2], first) if r]
        names = {k: f"N_{i}" for i, k in enumerate(relus, 1)}
        while self.next() != ["region", str(wanted)]:
            pass
        leaves = self.leaves(names, [])
        return [*(f"(declare-const {s}_{i} Real)" for s, count in (("X", self.net.inputs), ("Y", self.net.classes)) for i in range(count)), *(f"(declare-pwl {n} ReLU)" for n in names.values()),
                *(f"(assert ({sign} X_{j} {decimal(v)}))" for sign, ends in ((">=", own.lower), ("<=", own.upper)) for j, v in enumerate(ends)),
                *(["(assert (or", *(f"    (and {' '.join(leaf)})" for leaf in leaves), "))"] if leaves != [[]] else []), *(f"(assert {self.output(row)})" for row in region), ""]

    def leaves(self, names, path):
        while (fields := self.next())[0] in ("f", "t", "b"):
            if fields[0] == "t":
                self.leaves(names, [])
        if fields[0] in ("c", "i"):
            return [path]
        demand(fields[0] == "s" and len(fields) == 3, f"splits '{' '.join(fields)}' are none of phases")
        name = names.get(whole(fields[1], 0, self.net.count - 1))
        demand(name and fields[2] in ("-", "+"), "a split is s NEURON -|+, of a hidden relu")
        return [leaf for sign in (("<", ">=") if fields[2] == "-" else (">=", "<")) for leaf in self.leaves(names, [*path, f"({sign} {name} 0)"])]

    def output(self, row):
        terms, xs, rhs = sorted(row[0].items(), key=lambda term: -term[1]), row[1], row[2]
        name = lambda term: f"Y_{term[0] - self.net.output}"
        if not xs and [v for _, v in terms] == [1, -1] and rhs == 0:
            return f"(>= {name(terms[0])} {name(terms[1])})"
        demand(not xs and len(terms) == 1 and abs(terms[0][1]) == 1, "rows are no comparisons of two outputs, or of one with a number")
        return f"({'>=' if terms[0][1] == 1 else '<='} {name(terms[0])} {decimal(rhs * terms[0][1])})"


def decimal(value):
    """With all its digits: a double, or a decimal of a property's file, has finitely many."""
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
        demand(digits < 1200, "a number has no end as a decimal")
    text = f"{abs(int(value * 10**digits)):0{digits + 1}}"
    return ("-" if value < 0 else "") + (f"{text[:-digits]}.{text[-digits:]}" if digits else text)


def header(checker):
    """The inputs and the regions."""
    checker.line = 2
    question = checker.values("question", 1)[0]
    demand(question in ("closest", "verify"), f"a certificate of {question} has no region")
    demand(whole(checker.values("inputs", 1)[0], 1, 1 << 20) == checker.net.inputs, "another number of inputs")
    inputs, regions, _ = getattr(checker, question)()
    demand(checker.next() == ["facts"], "expected 'facts'")
    return inputs, regions


def main(arguments):
    sys.setrecursionlimit(100000)
    kind, network, certificate, folder = arguments
    network, lines = check_certificate.load(network, certificate)
    if network is None:
        return 2
    texts = []
    try:
        demand(network, "this is about another network")
        while program := (Writer if kind == "vipr" else Leaves)(network, lines).write(len(texts)):
            texts.append("\n".join(program))
    except (Refused, ValueError, IndexError) as error:
        print(f"{certificate}: not written: {error}", file=sys.stderr)
        return 1
    os.makedirs(folder, exist_ok=True)
    for i, text in enumerate(texts):
        with open(os.path.join(folder, f"region-{i}.{kind}"), "w") as file:
            file.write(text)
    print(f"{len(texts)} region{'s' * (len(texts) != 1)} in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) if len(sys.argv) == 5 and sys.argv[1] in ("vipr", "aptp") else print(__doc__, file=sys.stderr) or 2)
