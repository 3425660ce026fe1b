#!/usr/bin/env python3
"""Writes tests/check/data (but boxes-* and trees-*, which brink has written): certificates of tiny random networks, by a producer that shares nothing with brink.

    python tests/check/make_certificates.py FOLDER      (needs numpy, scipy, onnx)

It splits every neuron that is not settled, depth first; a leaf is closed by the duals of a linear program over cutting planes of the
ball. The radius is a hair less than the largest that this proves; the witness is the program's point at a hair more.
"""

import hashlib
import pathlib
import sys
from fractions import Fraction

import numpy as np
from scipy.optimize import linprog


class Ball:
    def __init__(self, norm, image, lower, upper, radius, weights):
        self.norm, self.image, self.radius = norm, image, radius
        self.lo, self.hi, self.w = lower - image, upper - image, weights

    def support(self, c):
        """(max c d, a maximiser)"""
        m = np.where(c > 0, self.hi, self.lo)
        if self.norm == "linf":
            d = np.clip(m, -self.radius / self.w, self.radius / self.w)
        elif self.norm in ("l1", "l0"):
            cost = self.w * np.abs(m) if self.norm == "l1" else self.w
            gain = np.where(cost > 0, c * m / np.maximum(cost, 1e-300), 0)
            d, left = np.zeros_like(m), self.radius if self.norm == "l1" else np.floor(self.radius)
            for j in np.argsort(-gain):
                if gain[j] <= 0 or left <= 0:
                    break
                share = min(1.0, left / cost[j])
                d[j], left = share * m[j], left - share * cost[j]
        else:
            d = m
            if np.sum((self.w * m) ** 2) > self.radius**2:
                low, high = -60.0, 60.0
                for _ in range(80):
                    t = 2.0 ** ((low + high) / 2)
                    d = np.clip(c / (2 * t * self.w**2), self.lo, self.hi)
                    low, high = ((low + high) / 2, high) if np.sum((self.w * d) ** 2) > self.radius**2 else (low, (low + high) / 2)
        return float(c @ d), d


def intervals(net, ball):
    low, high = [], []
    for W, b in [net[0]]:
        y = W @ ball.image + b
        high.append(y + [ball.support(row)[0] for row in W])
        low.append(y - [ball.support(-row)[0] for row in W])
    return low, high


def propagate(net, low, high):
    """Bounds of later layers, intersected with what is there."""
    for k in range(1, len(net)):
        W, b = net[k]
        lo, hi = np.maximum(low[k - 1], 0), np.maximum(high[k - 1], 0)
        P, N = np.maximum(W, 0), np.minimum(W, 0)
        l, h = P @ lo + N @ hi + b, P @ hi + N @ lo + b
        if k < len(low):
            low[k], high[k] = np.maximum(low[k], l), np.minimum(high[k], h)
        else:
            low.append(l)
            high.append(h)
    return low, high


class Proof:
    """Closes the region rows y >= rhs at a radius; `text` has the tree."""

    def __init__(self, net, ball, rows, rhs, style):
        self.net, self.ball, self.rows, self.rhs, self.style = net, ball, rows, rhs, style
        self.text, self.witness, self.cuts = [], None, []
        self.first = np.cumsum([0] + [len(b) for _, b in net])

    def prove(self):
        low, high = propagate(self.net, *intervals(self.net, self.ball))
        return self.node(low, high)

    def node(self, low, high):
        if any((l > h + 1e-9).any() for l, h in zip(low, high)):
            self.text.append("i")
            return True
        if self.chords(low, high):
            return True
        widest = [(min(-low[k][j], high[k][j]), k, j) for k in range(len(self.net) - 1) for j in range(len(low[k])) if low[k][j] < 0 < high[k][j]]
        if not widest:
            return self.leaf(low, high)
        _, k, j = max(widest)
        order = "+" if self.style % 2 else "-"
        self.text.append(f"s {self.first[k] + j} {order}")
        for below in (True, False) if order == "-" else (False, True):
            lo, hi = [v.copy() for v in low], [v.copy() for v in high]
            (hi if below else lo)[k][j] = 0
            if not self.node(*propagate(self.net, lo, hi)):
                return False
        return True

    def evaluate(self, rho, mu, low, high):
        """The inequality in floating point; mu None: passed on."""
        total, lam, costs = float(rho @ self.rhs), None, None
        for k in reversed(range(len(self.net))):
            W, b = self.net[k]
            if k == len(self.net) - 1:
                lam = self.rows.T @ rho
            else:
                m = np.array([(c if low[k][j] >= 0 else 0.0) if mu[k][j] is None else mu[k][j] for j, c in enumerate(costs)])
                ends = [m * y - costs * np.maximum(y, 0) for y in (low[k], high[k])]
                ends.append(np.where((low[k] < 0) & (high[k] > 0), 0, ends[0]))
                total += np.min(ends, axis=0).sum()
                lam = m
            total -= lam @ b
            costs = W.T @ lam
        return total - costs @ self.ball.image - self.ball.support(costs)[0], costs

    def write(self, kind, rho, mu, low, high):
        """With as few bits as prove it."""
        for bits in (6, 10, 16, 24, 40, 53):
            biggest = max([abs(v) for v in rho] + [abs(v) for layer in mu for v in layer if v is not None])
            e = int(np.ceil(np.log2(biggest))) - bits
            r = np.array([round(v / 2.0**e) for v in rho], dtype=float)
            q = [[None if v is None else float(round(v / 2.0**e)) for v in layer] for layer in mu]
            value, _ = self.evaluate(r * 2.0**e, [[None if v is None else v * 2.0**e for v in layer] for layer in q], low, high)
            if value > 1e-11 * biggest:
                flat = [v for layer in q for v in layer]
                self.text.append(f"{kind} {e}{tokens([v or None for v in r])} /{tokens(flat)}")
                return True
        return False

    def chords(self, low, high):
        """A guess: one row, chords for open neurons."""
        for i in range(len(self.rhs)):
            rho = np.eye(len(self.rhs))[i]
            mu = [[None] * len(b) for _, b in self.net[:-1]]
            costs = self.net[-1][0].T @ (self.rows.T @ rho)
            for k in reversed(range(len(self.net) - 1)):
                m = np.zeros(len(costs))
                for j, a in enumerate(costs):
                    l, h = low[k][j], high[k][j]
                    if l >= 0:
                        m[j] = a
                    elif h > 0:
                        m[j] = a * h / (h - l) if a > 0 or h > -l else 0.0
                        mu[k][j] = m[j]
                costs = self.net[k][0].T @ m
            if self.evaluate(rho, mu, low, high)[0] > 1e-7 and self.write("c", rho, mu, low, high):
                return True
        return False

    def leaf(self, low, high):
        """All settled: max t, rows y - t >= rhs, phases, d within cuts of the ball."""
        net, n = self.net, len(self.ball.image)
        A, c = np.eye(n), self.ball.image.copy()  # x = A d + c
        phases, where = [], []
        for k, (W, b) in enumerate(net[:-1]):
            A, c = W @ A, W @ c + b
            for j in range(len(b)):
                on = low[k][j] >= 0
                phases.append((-A[j], c[j]) if on else (A[j], -c[j]))
                where.append((k, j, on))
                if not on:
                    A[j], c[j] = 0, 0
        R, h = self.rows @ net[-1][0] @ A, self.rhs - self.rows @ (net[-1][0] @ c + net[-1][1])
        for _ in range(50):
            G = np.array([np.append(-row, 1) for row in R] + [np.append(a, 0) for a, _ in phases] + [np.append(v, 0) for v, _ in self.cuts])
            g = np.array(list(-h) + [v for _, v in phases] + [v for _, v in self.cuts])
            bounds = [(l, u) for l, u in zip(self.ball.lo, self.ball.hi)] + [(-1e3, 1e3)]
            cost = np.append(np.zeros(n), -1)
            solved = linprog(cost, G, g, bounds=bounds, method="highs")
            if solved.status == 2:  # no such point, whatever t: phase 1 instead
                slack = [np.append(row[:-1], [0, -1]) if i >= len(R) else np.append(row, 0) for i, row in enumerate(G)]
                solved = linprog(np.append(np.zeros(n + 1), 1), np.array(slack)[len(R):], g[len(R):], bounds=bounds[:-1] + [(0, 0), (0, None)], method="highs")
                duals = np.append(np.zeros(len(R)), -solved.ineqlin.marginals)
            else:
                duals = -solved.ineqlin.marginals
                if solved.x[-1] >= 0 and self.inside(solved.x[:n]):
                    self.witness = self.ball.image + solved.x[:n]
                    return False
            rho = duals[: len(R)].clip(0)
            mu = [[None] * len(b) for _, b in net[:-1]]
            nu = {(k, j): v for (k, j, _), v in zip(where, duals[len(R):])}
            costs = net[-1][0].T @ (self.rows.T @ rho)
            for k in reversed(range(len(net) - 1)):
                m = np.zeros(len(costs))
                for j, a in enumerate(costs):
                    v = max(0.0, nu[k, j])
                    on = low[k][j] >= 0
                    m[j] = a + v if on else -v
                    mu[k][j] = None if v < 1e-12 else m[j]
                    if v < 1e-12:
                        m[j] = a if on else 0
                costs = net[k][0].T @ m
            value, direction = self.evaluate(rho, mu, low, high)
            if value > 1e-10 and self.write("c", rho, mu, low, high):
                return True
            self.cuts.append((direction, self.ball.support(direction)[0]))
            if solved.status == 0 and solved.x[-1] >= 1e-9:  # separate the point
                far = self.separate(solved.x[:n])
                self.cuts.append((far, self.ball.support(far)[0]))
        return False

    def separate(self, d):
        if self.ball.norm == "l2":
            return self.ball.w**2 * d
        if self.ball.norm == "l1":
            return self.ball.w * np.sign(d)
        return np.sign(d)

    def inside(self, d):
        w, r = self.ball.w, self.ball.radius
        size = {"l1": np.abs(w * d).sum(), "l2": np.sqrt(((w * d) ** 2).sum()), "linf": np.abs(w * d).max(), "l0": w[np.abs(d) > 1e-9].sum()}
        return size[self.ball.norm] <= r * 1.001 + 1e-9


def tokens(values):
    text, gap = "", 0
    for v in values:
        if v is None:
            gap += 1
            continue
        text += (f" .{gap}" if gap else "") + f" {int(v)}"
        gap = 0
    return text


def regions(case, classes, relu):
    """As docs/certificates.md has them."""
    label, margin, floor, target = case["label"], case["margin"], case["floor"], case["target"]
    if target.split()[0] in ("above", "below"):
        sign = 1 if target.startswith("above") else -1
        return [(np.array([[sign * 1.0]]), np.array([sign * float(target.split()[1])]))]
    targets = range(classes) if target == "any" else [int(target.split()[1]) if target.startswith("class") else (label + int(target.split()[1])) % classes]
    result = []
    for t in targets:
        if t == label:
            continue
        rows, rhs = [], []
        for j in range(classes):
            if j == t:
                continue
            for m in [margin] if floor is not None or margin == 1 else [margin, 1]:
                rows.append(np.eye(classes)[t] - m * np.eye(classes)[j])
                rhs.append(0.0)
        if floor is not None:
            rows.append(np.eye(classes)[t])
            rhs.append(floor)
        result.append((np.array(rows), np.array(rhs)))
    if floor == 0 and relu:
        result.append((-np.eye(classes), np.zeros(classes)))
    return result


def layers_text(net, relu):
    lines = ["brink-layers 1", f"inputs {net[0][0].shape[1]}", f"layers {len(net)}", f"output {'relu' if relu else 'linear'}"]
    for k, (W, b) in enumerate(net):
        lines.append(f"layer {len(b)}")
        for row, c in zip(W, b):
            terms = "".join(f" {i}:{float(v).hex()}" for i, v in enumerate(row) if v)
            lines.append(f"unit {'relu' if k + 1 < len(net) else 'linear'} {float(c).hex()}{terms}")
    return "\n".join(lines) + "\nend\n"


def onnx_bytes(net, relu):
    from onnx import TensorProto, helper, numpy_helper
    nodes, constants, at = [], [], "x"
    for k, (W, b) in enumerate(net):
        constants += [numpy_helper.from_array(W.astype(np.float32), f"W{k}"), numpy_helper.from_array(b.astype(np.float32), f"b{k}")]
        nodes.append(helper.make_node("Gemm", [at, f"W{k}", f"b{k}"], [f"y{k}"], transB=1))
        at = f"y{k}"
        if k + 1 < len(net) or relu:
            nodes.append(helper.make_node("Relu", [at], [f"r{k}"]))
            at = f"r{k}"
    graph = helper.make_graph(nodes, "net", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, net[0][0].shape[1]])],
                              [helper.make_tensor_value_info(at, TensorProto.FLOAT, [None, len(net[-1][1])])], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8).SerializeToString()


def forward(net, x):
    for k, (W, b) in enumerate(net):
        x = W @ x + b
        x = np.maximum(x, 0) if k + 1 < len(net) else x
    return x


def fools_exactly(net, witness, wanted, lower, upper):
    x = [Fraction(float(v)) for v in witness]
    if any(v < l or v > u for v, l, u in zip(x, map(Fraction, lower), map(Fraction, upper))):
        return False
    for k, (W, b) in enumerate(net):
        x = [sum((Fraction(w) * v for w, v in zip(row, x)), Fraction(c)) for row, c in zip(W, b)]
        x = [max(v, 0) for v in x] if k + 1 < len(net) else x
    return any(all(sum(Fraction(c) * v for c, v in zip(row, x)) >= Fraction(h) for row, h in zip(rows, rhs)) for rows, rhs in wanted)


def make(case, number, folder):
    rng = np.random.default_rng(number)
    sizes, norm, relu = case["sizes"], case["norm"], case.get("relu", False)
    for _ in range(200):
        net = [(np.round(rng.normal(0, 1.2 / np.sqrt(n), (m, n)) * 64) / 64, np.round(rng.normal(0, 0.2, m) * 64) / 64) for n, m in zip(sizes, sizes[1:])]
        image = np.round(rng.random(sizes[0]) * 16) / 16
        y = forward(net, image)
        case["label"] = int(np.argmax(y))
        lower, upper = np.zeros(sizes[0]), np.ones(sizes[0])
        if case.get("cap"):
            lower, upper = np.maximum(lower, image - case["cap"]), np.minimum(upper, image + case["cap"])
        for j in case.get("frozen", []):
            lower[j] = upper[j] = image[j]
        weights = np.array(case.get("weights") or np.ones(sizes[0]))
        if case["target"].split()[0] in ("above", "below"):
            case["target"] = f"above {round(float(y[0]) + 0.25, 2)}"
        wanted = regions(case, sizes[-1], relu)
        if not wanted or any((rows @ y >= rhs).all() for rows, rhs in wanted):
            continue

        def attempt(radius):
            text, witness = [], None
            for i, (rows, rhs) in enumerate(wanted):
                proof = Proof(net, Ball(norm, image, lower, upper, radius, weights), rows, rhs, number)
                if not proof.prove():
                    return None, proof.witness
                text += [f"region {i}"] + proof.text
            return text, None
        if norm == "l0":
            best, found = None, None
            for radius in range(sizes[0] + 1):
                text, witness = attempt(float(radius))
                if text is None:
                    found = witness
                    break
                best, radius_best = text, float(radius)
            if best is None:
                continue
        else:
            low, high, best, found = 0.0, float(np.sum(weights)), None, None
            for _ in range(11):
                middle = (low + high) / 2
                text, witness = attempt(middle)
                if text is None:
                    high, found = middle, witness if witness is not None else found
                else:
                    low, best, radius_best = middle, text, middle
                if high - low < 2e-3 * high:
                    break
            if best is None or found is None:
                continue
        break
    else:
        raise RuntimeError(f"no case {number}")
    if found is not None and not fools_exactly(net, np.clip(found, lower, upper), wanted, lower, upper):
        found = None
    kind = case.get("kind", "layers")
    data = onnx_bytes(net, relu) if kind == "onnx" else layers_text(net, relu).encode()
    hexes = lambda v: " ".join(float(x).hex() for x in v)
    header = ["brink-certificate 1", f"network {kind} {hashlib.sha256(data).hexdigest()}", "question closest", f"inputs {sizes[0]}", "image " + hexes(image), "index none",
              f"label {case['label'] if not case['target'].startswith(('above', 'below')) else 'none'}", f"norm {norm}", f"radius {float(radius_best).hex()}", f"target {case['target']}", f"margin {case['margin']}",
              f"floor {'none' if case['floor'] is None else case['floor']}", "box 0 1", f"cap {case.get('cap') or 'none'}",
              "frozen " + (" ".join(map(str, case.get("frozen", []))) or "none"), "weights " + (hexes(weights) if case.get("weights") else "none"), "witness " + ("none" if found is None else hexes(np.clip(found, lower, upper))), "facts"]
    name = f"{number:02}-{norm}"
    (folder / f"{name}.{kind}").write_bytes(data)
    (folder / f"{name}.cert").write_text("\n".join(header + best + ["end"]) + "\n")
    print(name, "radius", radius_best, "witness", found is not None, "lines", len(best))


CASES = [dict(sizes=[4, 4, 3, 3], norm=norm, target="any", margin=1, floor=None) for norm in ("l0", "l1", "l2", "linf")]
CASES += [dict(sizes=[5, 4, 4, 4], norm=norm, target="any", margin=1, floor=None, kind="onnx") for norm in ("l0", "l1", "l2", "linf")]
CASES += [dict(sizes=[4, 5, 3], norm="l1", target="shift 1", margin=1.25, floor=0.125), dict(sizes=[4, 5, 3], norm="l2", target="class 1", margin=1.5, floor=None),
          dict(sizes=[4, 5, 3], norm="linf", target="any", margin=1, floor=0, relu=True), dict(sizes=[4, 5, 3], norm="l1", target="any", margin=1.2, floor=0, relu=True, kind="onnx"),
          dict(sizes=[5, 5, 3], norm="l1", target="any", margin=1, floor=None, weights=[1, 2, 0.5, 0.75, 3]), dict(sizes=[5, 5, 3], norm="l2", target="any", margin=1, floor=None, weights=[1, 2, 0.5, 0.75, 3]),
          dict(sizes=[5, 5, 3], norm="linf", target="any", margin=1, floor=None, weights=[1, 2, 0.5, 0.75, 3]), dict(sizes=[6, 5, 3], norm="l0", target="any", margin=1, floor=None, weights=[1, 2, 1, 2, 3, 1]),
          dict(sizes=[5, 5, 3], norm="l1", target="any", margin=1, floor=None, cap=0.5, frozen=[1]), dict(sizes=[5, 5, 3], norm="l2", target="any", margin=1, floor=None, cap=0.5, frozen=[0, 3]),
          dict(sizes=[5, 5, 3], norm="linf", target="any", margin=1, floor=None, frozen=[2]), dict(sizes=[4, 4, 3, 1], norm="linf", target="above", margin=1, floor=None),
          dict(sizes=[4, 4, 3, 1], norm="l1", target="above", margin=1, floor=None, kind="onnx")]

if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    only = set(map(int, sys.argv[2:]))
    for i, case in enumerate(CASES):
        if only and i not in only:
            continue
        make(dict(case), i, folder)
