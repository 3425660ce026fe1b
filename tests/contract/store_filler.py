#!/usr/bin/env python3
"""Fills a results store with invented answers: for tests of what a small run does not produce (every status,
hardened networks, bounds by several methods) and for measuring a report of ten thousand images.

Usage: store_filler.py STORE [--images N] [--idx IMAGES.gz LABELS.gz]
STORE is one that brink has made; its tables are used as they are. The pictures are noise unless --idx names a
pair of IDX files.
"""

import argparse
import array
import gzip
import json
import random
import sqlite3

NORMS = ("l0", "l1", "l2", "linf")
ROWS, COLUMNS, CLASSES = 28, 28, 10


def noise(source, count):
    images = []
    for i in range(count):
        pixels = bytearray(ROWS * COLUMNS)
        for _ in range(120):  # a blob that leans with the class
            row = min(27, max(0, int(source.gauss(14, 5))))
            column = min(27, max(0, int(source.gauss(8 + i % CLASSES, 3))))
            pixels[row * COLUMNS + column] = source.randrange(100, 256)
        images.append((bytes(pixels), i % CLASSES))
    return images


def idx(images, labels, count):
    pixels, classes = gzip.open(images).read()[16:], gzip.open(labels).read()[8:]
    size = ROWS * COLUMNS
    return [(pixels[i * size:(i + 1) * size], classes[i]) for i in range(min(count, len(classes)))]


def changed(source, pixels, norm):
    """An image near `pixels`, as doubles, and its distance."""
    x = [p / 255 for p in pixels]
    if norm in ("l0", "l1"):
        for j in source.sample(range(len(x)), source.randrange(3, 20)):
            x[j] = 1 - x[j] if norm == "l0" else min(1, max(0, x[j] + source.uniform(-1, 1)))
    elif norm == "l2":
        x = [min(1, max(0, v + source.gauss(0, 0.04))) for v in x]
    else:
        step = source.uniform(0.01, 0.12)
        x = [min(1, max(0, v + source.choice((-step, 0, step)))) for v in x]
    change = [abs(a - p / 255) for a, p in zip(x, pixels)]
    distance = {"l0": sum(c > 0 for c in change), "l1": sum(change), "l2": sum(c * c for c in change)**0.5,
                "linf": max(change)}[norm]
    return x, distance


class Filler:
    def __init__(self, path, seed=0):
        self.db = sqlite3.connect(path)
        self.source = random.Random(seed)
        self.run = self.insert("run", command="brink closest <invented> & 'more'", version="0",
                               machine="none", threads=1, started="2000-01-01T00:00:00Z")

    def insert(self, table, **values):
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        return self.db.execute(f"INSERT INTO {table}({names}) VALUES({marks})",
                               list(values.values())).lastrowid

    def network(self, name):
        digest = f"{self.source.getrandbits(256):064x}"
        self.insert("network", hash=digest, name=name, shape="784-8-8-10", output="linear", onnx=b"")
        return digest

    def question(self, kind, network, **options):
        return self.insert("question", kind=kind, network=network, options=json.dumps(options),
                           text=f"{kind} network={network} {options}")

    def closest(self, network, norm, robust, **more):
        asked = {"target": "any", "margin": 1.0, "target_min": None} if robust else {
            "target": "shift:5", "margin": 1.2, "target_min": 0.001}
        return self.question("closest", network, data="invented", split="test", norm=norm, cap=None,
                             box="0:1", breakpoints=None, time_limit=300.0, gap=0.0, seed=0,
                             **asked, **{"engine": "search", **more})

    def original(self, image, pixels, label):
        self.insert("original", data="invented", split="test", image=image, label=label, rows=ROWS,
                    columns=COLUMNS, pixels=pixels)

    def answer(self, question, image, pixels, label, norm, status=None, scale=1.0):
        source = self.source
        status = status or source.choices(
            ("optimal", "time_limit", "gap", "misclassified", "infeasible", "error"),
            (80, 10, 4, 4, 1, 1))[0]
        found = distance = target = None
        if status in ("optimal", "time_limit", "gap"):
            found, distance = changed(source, pixels, norm)
            distance *= scale
            target = (label + 5) % CLASSES
        share = {"optimal": 1, "gap": source.uniform(0.9, 1), "time_limit": source.uniform(0, 0.9)}
        self.insert("closest", question=question, image=image, label=label, target=target,
                    status=status, distance=distance, bound=(distance or 0) * share.get(status, 0),
                    nodes=source.randrange(1, 5000), seconds=source.lognormvariate(-1, 1.6),
                    bound_seconds=0, verified=int(found is not None), all_zero=0, proof="search",
                    note="<i>a note</i>" if status == "error" else "", run=self.run,
                    found=array.array("d", found).tobytes() if found else None)

    def units(self, network):
        question = self.question("visualize", network, engine="search", box="0:1", gap=0.0)
        for layer, width in ((1, 8), (2, 8), (3, 10)):
            for unit in range(width):
                value = self.source.uniform(1, 30)
                proven = self.source.random() < 0.7
                picture = array.array("d", (self.source.random() for _ in range(ROWS * COLUMNS)))
                self.insert("unit", question=question, layer=layer, unit=unit, activation=value,
                            bound=value * (1 if proven else 1.3), nodes=1, seconds=0.5, note="",
                            status="optimal" if proven else "time_limit", run=self.run,
                            found=picture.tobytes())

    def bounds(self, network, method, width):
        question = self.question("bounds", network, method=method, box="0:1", limit_per_bound=None)
        layers = []
        for k, count in enumerate((8, 8, 10)):
            layers.append([])
            for _ in range(count):
                low = self.source.uniform(-1, 0.1) * width * (3 * k + 1)
                layers[-1].append({"lower": low, "lower_source": method, "upper_source": method,
                                   "upper": low + self.source.random() * width * (3 * k + 1)})
        document = {"brink_bounds": 1, "network": network, "method": method, "t_pre": 0.5,
                    "box": {"size": ROWS * COLUMNS, "low": 0, "high": 1}, "layers": layers}
        self.insert("bounds", question=question, complete=1, t_pre=0.5,
                    document=json.dumps(document), run=self.run)

    def descent(self, parent, child):
        for network, right in ((parent, 930), (child, 915)):
            self.insert("evaluation", network=network, data="invented", split="test", right=right,
                        count=1000)
        self.insert("descent", network=child, parent=parent,
                    recipe=json.dumps({"attack": "closest <l1>", "rounds": 2}))


def fill(path, count, pictures=None):
    """Two networks, four norms, `count` answers in all; units, bounds, a descent."""
    filler = Filler(path)
    images = (pictures or noise(filler.source, -(-count // 8)))
    parent, child = filler.network("first"), filler.network("hardened")
    for image, (pixels, label) in enumerate(images):
        filler.original(image, pixels, label)
    questions = [(filler.closest(network, norm, robust=norm != "l0"), norm, 1.0 + (network == child))
                 for norm in NORMS for network in (parent, child)]
    for image, (pixels, label) in enumerate(images):
        for question, norm, scale in questions:
            filler.answer(question, image, pixels, label, norm, scale=scale)
    filler.units(parent)
    for method, width in (("interval", 12), ("symbolic", 5), ("exact", 2)):
        filler.bounds(parent, method, width)
    filler.descent(parent, child)
    filler.db.commit()
    filler.db.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("store")
    parser.add_argument("--images", type=int, default=10_000, help="answers, each with an image")
    parser.add_argument("--idx", nargs=2, metavar=("IMAGES.gz", "LABELS.gz"))
    options = parser.parse_args()
    pictures = idx(*options.idx, -(-options.images // 8)) if options.idx else None
    fill(options.store, options.images, pictures)


if __name__ == "__main__":
    main()
