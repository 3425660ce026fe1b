"""brink verify and supports: answers in both formats, files, exit codes, images within a radius."""

import csv
import json
import re
import unittest

from harness import Contract, run

# y = relu(x0 - x1) - 0.5 relu(x0 + 2 x1): 1 at most on [0, 1]^2.
NNET = """// two inputs
2,2,1,2,
2,2,1,
0,
-10,-10,
10,10,
0,0,0,
1,1,1,
1,-1,
1,2,
0,
0,
1,-0.5,
0,
"""
V1 = "(declare-const X_0 Real)(declare-const X_1 Real)(declare-const Y_0 Real)\n"
V2 = "(vnnlib-version <2.0>)\n(declare-network f (declare-input X float32 [1,2]) (declare-output Y float32 []))\n"
BOX_1 = "(assert (and (>= X_0 0) (<= X_0 1) (>= X_1 0) (<= X_1 1)))\n"
BOX_2 = "(assert (and (>= X[0,0] 0) (<= X[0,0] 1) (>= X[0,1] 0) (<= X[0,1] 1)))\n"
RADIUS_COLUMNS = "image,label,norm,radius,status,target,distance,bound,nodes,seconds".split(",")


def value_at(x0, x1):
    return max(0, x0 - x1) - 0.5 * max(0, x0 + 2 * x1)


class Verify(Contract):
    def ask(self, text, *options):
        (self.folder / "small.nnet").write_text(NNET)
        (self.folder / "p.vnnlib").write_text(text)
        return self.good("verify", "small.nnet", "p.vnnlib", *options).stdout

    def test_sat_comes_with_its_witness(self):
        answer = self.ask(V1 + BOX_1 + "(assert (> Y_0 0.25))", "--counterexample", "w.txt")
        first, witness = answer.split("\n", 1)
        self.assertEqual(first, "sat")
        self.assertRegex(witness, r"\A\(\(X_0 [-+.e\d]+\)\n\(X_1 [-+.e\d]+\)\n\(Y_0 [-+.e\d]+\)\)\n\Z")
        x0, x1, y = map(float, re.findall(r" ([-+.e\d]+)\)", witness))
        self.assertTrue(0 <= x0 <= 1 and 0 <= x1 <= 1)
        self.assertAlmostEqual(y, value_at(x0, x1), places=6)
        self.assertGreater(y, 0.25)
        self.assertEqual((self.folder / "w.txt").read_text(), witness)

    def test_unsat_is_one_line(self):
        self.assertEqual(self.ask(V1 + BOX_1 + "(assert (>= Y_0 0.501))", "--counterexample", "none.txt"), "unsat\n")
        self.assertFalse((self.folder / "none.txt").exists())

    def test_rows_over_inputs_and_outputs(self):
        text = V1 + BOX_1 + "(assert (<= (+ X_0 X_1) 0.5)) (assert (>= (- Y_0 X_0) %s))"
        self.assertEqual(self.ask(text % "-0.4").split("\n", 1)[0], "sat")
        self.assertEqual(self.ask(text % "0.1"), "unsat\n")

    def test_version_two(self):
        text = V2 + BOX_2 + "(assert (or (> Y 0.25) (< Y -9)))"
        lines = self.ask(text).splitlines()
        self.assertEqual((lines[0], lines[1], lines[4]), ("sat", "X float32 [1,2]", "Y float32 []"))
        self.assertEqual(len(lines), 6)
        self.assertTrue(self.ask(text, "--format", "v1").startswith("sat\n((X_0 "))
        named = self.good("verify", "p.vnnlib", "--network", "f=small.nnet", "--serialise-assignments", "tensors")
        self.assertEqual(named.stdout, "sat\n")
        self.assertEqual(sorted(path.name for path in (self.folder / "tensors").iterdir()), ["X.pb", "Y.pb"])

    def test_json(self):
        document = json.loads(self.ask(V1 + BOX_1 + "(assert (> Y_0 0.25))", "--json"))
        self.assertEqual(document["verdict"], "sat")
        self.assertEqual(sorted(document["witness"]), ["X_0", "X_1", "Y_0"])

    def test_broken_requests(self):
        (self.folder / "small.nnet").write_text(NNET)
        cases = {
            V1 + "(assert (<= X_0 1": "line 2, column 18",
            V1 + BOX_1 + "(assert (<= (* X_0 Y_0) 1))": "not linear",
            V1 + "(assert (<= X_0 1))": "input X_0 has no lower bound",
            "(declare-const X_0 Real)(declare-const Y_0 Real)(assert (<= X_0 1))": "the network has 2 and 1",
            V2.replace("float32 []", "int8 []") + BOX_2: "type int8",
            "(vnnlib-version <2.0>)(declare-network f (declare-input X Real [2])(declare-hidden H Real [2] \"h\")"
            "(declare-output Y Real [1]))(assert (<= Y[0] 1))": "hidden nodes",
        }
        for text, says in cases.items():
            (self.folder / "broken.vnnlib").write_text(text)
            done = run("verify", "small.nnet", "broken.vnnlib", cwd=self.folder)
            self.assertEqual((done.returncode, done.stdout), (2, ""), text)
            self.assertEqual(done.stderr.count("\n"), 1)
            self.assertIn(says, done.stderr)
        for words in (("small.nnet",), ("broken.vnnlib", "--network", "f"), ("small.nnet", "nothere.vnnlib")):
            self.assertEqual(run("verify", *words, cwd=self.folder).returncode, 2, words)

    def test_supports(self):
        self.assertEqual(self.good("supports", "--vnnlib-versions").stdout, "1.0\n2.0\n")
        self.assertEqual(self.good("supports", "--onnx-element-types").stdout, "real\n")
        operators = self.good("supports", "--onnx-operators").stdout.split()
        self.assertIn("Conv", operators)
        self.assertNotIn("Softmax", operators)
        self.assertEqual(self.good("--name").stdout, "brink\n")

    def test_images_within_a_radius(self):
        self.good("closest", "net.onnx", "--data", "data", "--images", "0-5", "--norm", "linf", "-o", "c.csv")
        with (self.folder / "c.csv").open(newline="") as file:
            nearest = {row["image"]: row for row in csv.DictReader(file)}
        radius = 0.05
        done = self.good("verify", "net.onnx", "--data", "data", "--images", "0-5", "--norm", "linf", "--radius",
                         radius, "-o", "v.csv")
        with (self.folder / "v.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(list(rows[0]), RADIUS_COLUMNS)
        self.assertEqual(len(rows), 6)
        for row in rows:
            known = nearest[row["image"]]
            if known["status"] == "misclassified":
                self.assertEqual(row["status"], "misclassified")
            elif float(known["bound"]) > radius * 1.001:
                self.assertEqual(row["status"], "robust")
            elif float(known["distance"]) < radius * 0.999:
                self.assertEqual(row["status"], "not_robust")
                self.assertLessEqual(float(row["distance"]), radius)
        robust = sum(row["status"] == "robust" for row in rows)
        self.assertIn("%d of 6 images" % robust, done.stdout)


if __name__ == "__main__":
    unittest.main()
