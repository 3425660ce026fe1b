"""brink compare, and verify of several networks: answers, witnesses, exit codes."""

import contextlib
import csv
import json
import random
import sqlite3
import subprocess
import time
import unittest

from harness import BRINK, NNET, Contract, fewer, run

BOTH = """(vnnlib-version <2.0>)
(declare-network f (declare-input X Real [2]) (declare-output Y Real [1]))
(declare-network g (isomorphic-to f) (declare-input U Real [2]) (declare-output V Real [1]))
(assert (and (== X[0] U[0]) (== X[1] U[1]) (<= 0 X[0]) (<= X[0] 1) (<= 0 X[1]) (<= X[1] 1)))
"""


class Compare(Contract):
    def setUp(self):
        super().setUp()
        for name, weight in (("f", "0.5"), ("g", "0.75")):
            (self.folder / (name + ".nnet")).write_text(NNET % weight)

    def test_differences_within_a_tolerance(self):
        # They differ by 0.25 relu(x0 + 2 x1): 0.75 at most on [0, 1]^2.
        never = self.good("compare", "f.nnet", "g.nnet", "--box", "0:1", "--tolerance", "0.76").stdout
        self.assertEqual(never.splitlines()[0], "never")
        self.assertIn("bound 0.76", never)
        lines = self.good("compare", "f.nnet", "g.nnet", "--box", "0:1", "--tolerance", "0.5").stdout.splitlines()
        self.assertEqual(lines[0], "differs")
        named = {line.split()[0]: list(map(float, line.split()[1:])) for line in lines[2:]}
        x0, x1 = named["input"]
        self.assertTrue(0 <= x0 <= 1 and 0 <= x1 <= 1)
        self.assertGreater(0.25 * max(0, x0 + 2 * x1), 0.5)
        self.assertAlmostEqual(named["first"][0] - named["second"][0], 0.25 * max(0, x0 + 2 * x1), places=9)

    def test_the_largest_difference(self):
        answer = json.loads(self.good("compare", "f.nnet", "g.nnet", "--box", "0:1", "--json").stdout)
        self.assertEqual(answer["status"], "bounded")
        self.assertLessEqual(answer["difference"], 0.75 + 1e-9)
        self.assertGreaterEqual(answer["bound"], 0.75 - 1e-9)
        self.assertLessEqual(answer["bound"], 1.011 * answer["difference"])

    def test_the_same_network_twice(self):
        for words in (("--tolerance", "0"), ("--box", "0:1"), ()):
            lines = self.good("compare", "f.nnet", "f.nnet", *words).stdout.splitlines()
            self.assertEqual(lines[0], "never" if "--tolerance" in words else "bounded")
            self.assertIn("bound 0", lines)

    def test_images(self):
        done = self.good("compare", "net.onnx", "net.onnx", "--data", "data", "--images", "0-2", "--radius", "0.01",
                         "--tolerance", "0.001", "-o", "c.csv")
        with (self.folder / "c.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["status"] for row in rows], ["never"] * 3)
        self.assertIn("around 3 of 3 images", done.stdout)
        choices = self.good("compare", "net.onnx", "net.onnx", "--data", "data", "--images", "0", "--radius", "0.001",
                            "--choices", "--json").stdout
        self.assertEqual(json.loads(choices)["images"][0]["status"], "never")

    IMAGES = ("compare", "net.onnx", "half.onnx", "--data", "data", "--radius", "0.02", "--timeout", "20", "--threads", "1")

    def half(self):
        """The network and another that learned a little less."""
        if not (self.folder / "half.onnx").exists():
            self.assertEqual(self.brink_train("half.onnx", "8,6", "--seed", "1").returncode, 0)

    def rows(self, store, statement="SELECT image, label, status, output, difference, bound, nodes, found FROM compare "
                                    "ORDER BY image"):
        with contextlib.closing(sqlite3.connect(self.folder / store)) as database:
            return database.execute(statement).fetchall()

    def test_answers_around_images_are_kept(self):
        self.half()
        first = self.good(*self.IMAGES, "--tolerance", "1", "--images", "0-9", "--store", "twice.db", "-o", "first.csv")
        again = self.good(*self.IMAGES, "--tolerance", "1", "--images", "0-9", "--store", "twice.db", "-o", "again.csv")
        self.assertEqual(first.stdout, again.stdout)
        self.assertEqual((self.folder / "first.csv").read_bytes(), (self.folder / "again.csv").read_bytes())
        self.assertEqual(self.rows("twice.db", "SELECT count(DISTINCT run) FROM compare"), [(1,)])
        documents = [json.loads(self.good(*self.IMAGES, "--tolerance", "1", "--images", "0-9", *where, "--json").stdout)
                     for where in (("--store", "twice.db"), ())]
        for one, other in zip(documents[0]["images"], documents[1]["images"], strict=True):
            one.pop("seconds"), other.pop("seconds")
            self.assertEqual(one, other, "outputs at witnesses come back too")
        self.good(*self.IMAGES, "--tolerance", "2", "--images", "0-9", "--store", "twice.db")
        self.good(*self.IMAGES, "--choices", "--images", "0-9", "--store", "twice.db")
        self.assertEqual(self.rows("twice.db", "SELECT question, count(*) FROM compare GROUP BY 1"), [(1, 10), (2, 10), (3, 10)])
        listed = json.loads(self.good("runs", "twice.db", "--list", "compare", "--json").stdout)
        self.assertEqual(len(listed), 30)
        self.assertEqual(listed[0]["second"], "half")
        self.assertLessEqual({row["status"] for row in listed}, {"never", "differs", "timeout", "unknown"})
        self.good("report", "twice.db", "-o", "page.html")
        self.assertIn('"comparisons":[{', (self.folder / "page.html").read_text())
        self.refused(*self.IMAGES, "--tolerance", "2", "--images", "0-9", "-o", "first.csv", says=["another question"])

    def test_killed_runs_and_shards_end_as_one(self):
        self.half()
        words = (*self.IMAGES, "--tolerance", "1", "--images", "0-29")
        begin = time.monotonic()
        self.good(*words, "--store", "whole.db")
        length = time.monotonic() - begin
        source = random.Random(3)
        for _ in range(fewer(6)):
            process = subprocess.Popen([BRINK, *words, "--store", "killed.db"], cwd=self.folder,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(source.uniform(0, length / 3))
            process.kill()
            process.wait()
        self.good(*words, "--store", "killed.db")
        self.assertEqual(self.rows("whole.db"), self.rows("killed.db"))
        for i in (1, 2):
            self.good(*words, "--shard", f"{i}/2", "--store", f"part{i}.db")
        self.good("runs", "merge", "part1.db", "part2.db", "-o", "merged.db")
        self.assertEqual(self.rows("whole.db"), self.rows("merged.db"))

    def test_properties_of_two_networks(self):
        (self.folder / "p.vnnlib").write_text(BOTH + "(assert (>= (- Y[0] V[0]) 0.76))")
        both = ("verify", "p.vnnlib", "--network", "f=f.nnet", "--network", "g=g.nnet")
        self.assertEqual(self.good(*both).stdout, "unsat\n")
        (self.folder / "p.vnnlib").write_text(BOTH + "(assert (>= (- Y[0] V[0]) 0.7))")
        lines = self.good(*both).stdout.splitlines()
        self.assertEqual(lines[0], "sat")
        self.assertEqual(lines[2:4], lines[7:9], "the inputs are asserted to be equal")
        self.assertGreaterEqual(float(lines[5]) - float(lines[10]), 0.7)

    def test_a_network_equal_to_another_needs_no_file(self):
        text = BOTH.replace("isomorphic-to", "equal-to") + "(assert (>= (- Y[0] V[0]) 0.01))"
        (self.folder / "p.vnnlib").write_text(text)
        self.assertEqual(self.good("verify", "p.vnnlib", "--network", "f=f.nnet").stdout, "unsat\n")
        done = run("verify", "p.vnnlib", "--network", "f=f.nnet", "--network", "g=g.nnet", cwd=self.folder)
        self.assertEqual(done.returncode, 2)
        self.assertIn("declared equal to f", done.stderr)

    def test_broken_requests(self):
        (self.folder / "p.vnnlib").write_text(BOTH + "(assert (>= Y[0] V[0]))")
        (self.folder / "broken.nnet").write_text("no network")
        cases = {
            ("compare", "f.nnet"): "NETWORKS",
            ("compare", "f.nnet", "nothere.nnet", "--box", "0:1"): "nothere.nnet",
            ("compare", "f.nnet", "broken.nnet", "--box", "0:1"): "broken.nnet",
            ("compare", "f.nnet", "net.onnx", "--box", "0:1"): "inputs",
            ("compare", "f.nnet", "g.nnet", "--box", "0:1", "--choices"): "one output",
            ("compare", "f.nnet", "g.nnet", "--box", "0:1", "--choices", "--tolerance", "1"): "give one",
            ("compare", "f.nnet", "g.nnet", "--radius", "0.1"): "--data",
            ("compare", "f.nnet", "g.nnet", "--box", "0:1", "--store", "x.db"): "--store",
            ("compare", "f.nnet", "g.nnet", "--tolerance", "-1"): "tolerance",
            ("compare", "net.onnx", "net.onnx", "--data", "data", "--images", "0"): "--radius",
            ("verify", "p.vnnlib", "--network", "f=f.nnet"): "--network g=FILE",
            ("verify", "p.vnnlib", "--network", "f=f.nnet", "--network", "f=g.nnet"): "given twice",
            ("verify", "p.vnnlib", "--network", "f=f.nnet", "--network", "g=g.nnet", "--network", "h=g.nnet"):
                "no network h",
            ("verify", "p.vnnlib", "--network", "f=f.nnet", "--network", "g=net.onnx"): "2 inputs",
        }
        for words, says in cases.items():
            done = run(*words, cwd=self.folder)
            self.assertEqual((done.returncode, done.stdout), (2, ""), words)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
            self.assertIn(says, done.stderr)


if __name__ == "__main__":
    unittest.main()
