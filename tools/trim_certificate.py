#!/usr/bin/env python3
"""Leaves out of a certificate the lemmas that it can do without.

    tools/trim_certificate.py NETWORK CERTIFICATE OUT [--checker build/release/brink-check] [--seconds 60]

Lemmas (facts, and lemmas by trees with the nodes that prove them) are taken out, first half of them, then fourths and
so on to single ones, and what brink-check still accepts is kept. Each try checks the whole certificate. OUT is written
at the end, or when the seconds are over: what it claims is what CERTIFICATE claims, and brink-check has accepted it.
Exit code: 0; 1 CERTIFICATE is not accepted as it is; 2 a file cannot be read or written.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile
import time


def end_of_node(lines, at):
    """The line after a node that begins there: lemmas, then a close, or a split with two nodes."""
    open_nodes = 1
    while open_nodes:
        word = lines[at].split(" ", 1)[0]
        at += 1
        if word == "t":  # a node of its own
            at = end_of_node(lines, at)
        elif word in ("s", "x", "p"):
            open_nodes += 1
        elif word in ("c", "i"):
            open_nodes -= 1
    return at


def lemmas(lines):
    """Of each lemma its first line and the one after its last; those within a lemma's tree are a part of it."""
    at, found = lines.index("facts") + 1, []
    while at < len(lines):
        word, begin = lines[at].split(" ", 1)[0], at
        at += 1
        if word == "t":
            at = end_of_node(lines, at)
        if word in ("t", "f", "b"):
            found.append((begin, at))
    return found


class Trimmer:
    def __init__(self, arguments, lines):
        self.arguments, self.lines = arguments, lines
        self.deadline = time.monotonic() + arguments.seconds
        self.folder = tempfile.TemporaryDirectory()

    def without(self, dropped):
        ends = dict(dropped)
        kept, at = [], 0
        while at < len(self.lines):
            if at in ends:
                at = ends[at]
                continue
            kept.append(self.lines[at])
            at += 1
        return kept

    def accepted(self, lines):
        path = pathlib.Path(self.folder.name) / "proof.cert"
        path.write_text("\n".join(lines) + "\n", encoding="ascii")
        return subprocess.run([self.arguments.checker, self.arguments.network, path], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False).returncode == 0

    def trim(self):
        """The lemmas that are dropped."""
        left, dropped = lemmas(self.lines), []
        size = max(1, len(left) // 2)
        while left and time.monotonic() < self.deadline:
            at = 0
            while at < len(left) and time.monotonic() < self.deadline:
                some = left[at:at + size]
                if self.accepted(self.without(dropped + some)):
                    dropped += some
                    del left[at:at + size]
                else:
                    at += size
            if size == 1:
                break
            size //= 2
        return dropped


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("network", "certificate", "out"):
        parser.add_argument(name, type=pathlib.Path)
    parser.add_argument("--checker", default="build/release/brink-check")
    parser.add_argument("--seconds", type=float, default=60)
    arguments = parser.parse_args()
    try:
        lines = arguments.certificate.read_text(encoding="ascii").splitlines()
        trimmer = Trimmer(arguments, lines)
        if not trimmer.accepted(lines):
            print("%s: %s does not accept it for %s" % (arguments.certificate, arguments.checker, arguments.network), file=sys.stderr)
            return 1
        count, dropped = len(lemmas(lines)), trimmer.trim()
        kept = trimmer.without(dropped)
        arguments.out.write_text("\n".join(kept) + "\n", encoding="ascii")
    except (OSError, ValueError) as error:
        print("trim_certificate: %s" % error, file=sys.stderr)
        return 2
    print("%d of %d lemmas left, %d of %d bytes" % (count - len(dropped), count, arguments.out.stat().st_size, arguments.certificate.stat().st_size))
    return 0


if __name__ == "__main__":
    sys.exit(main())
