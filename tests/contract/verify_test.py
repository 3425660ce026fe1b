"""brink verify and supports: answers in both formats, files, exit codes, images within a radius."""

import contextlib
import csv
import json
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

from harness import BRINK, NNET, Contract, fewer, read_csv, run

V1 = "(declare-const X_0 Real)(declare-const X_1 Real)(declare-const Y_0 Real)\n"
V2 = "(vnnlib-version <2.0>)\n(declare-network f (declare-input X float32 [1,2]) (declare-output Y float32 []))\n"
BOX_1 = "(assert (and (>= X_0 0) (<= X_0 1) (>= X_1 0) (<= X_1 1)))\n"
BOX_2 = "(assert (and (>= X[0,0] 0) (<= X[0,0] 1) (>= X[0,1] 0) (<= X[0,1] 1)))\n"
RADIUS_COLUMNS = "image,label,norm,radius,status,target,distance,bound,nodes,seconds,proof,note,question".split(",")


def value_at(x0, x1):
    return max(0, x0 - x1) - 0.5 * max(0, x0 + 2 * x1)


class Verify(Contract):
    def ask(self, text, *options):
        (self.folder / "small.nnet").write_text(NNET % 0.5)
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

    def test_inputs_fixed_at_a_decimal_that_is_no_double(self):
        # Max of x0 - x1 - 0.5 (x0 + 2 x1) + x1 at x1 = 0.1: 0.4.
        text = V1 + "(assert (and (>= X_0 0) (<= X_0 1) (>= X_1 0.1) (<= X_1 0.1)))\n(assert (>= (+ X_1 Y_0) %s))"
        answer = json.loads(self.ask(text % "0.6", "--json", "--timeout", "20"))
        self.assertEqual((answer["verdict"], answer["nodes"]), ("unsat", 1))
        self.assertEqual(self.ask(text % "0.3", "--timeout", "20").split("\n", 1)[0], "sat")

    def test_many_cases(self):
        cases = " ".join(f"(and (>= X_0 {k}e-4) (<= X_0 {k}.5e-4) (>= Y_0 0.501))" for k in range(3000))
        self.assertEqual(self.ask(V1 + BOX_1 + f"(assert (or {cases}))"), "unsat\n")

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
        (self.folder / "small.nnet").write_text(NNET % 0.5)
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
        (self.folder / "sound.vnnlib").write_text(V1 + BOX_1 + "(assert (>= Y_0 9))")
        for option, value in (("-o", "x.csv"), ("--images", "0"), ("--norm", "l1"), ("--box", "0:1"), ("--radius", "1")):
            self.refused("verify", "small.nnet", "sound.vnnlib", option, value, says=["images"])
        self.refused("verify", "small.nnet", "sound.vnnlib", "--counterexample", "-", says=["--counterexample -"])
        self.refused("verify", "small.nnet", "sound.vnnlib", "--timeout", "0", says=["0 is not a finite number above 0"])
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
        self.assertIn("%.1f %% provably right within linf 0.05: %d of 6 images" % (100 * robust / 6, robust), done.stdout)


class RadiusInAStore(Contract):
    """Answers are kept, whatever stops a run, and known ones are not asked for again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        done = cls.brink_train("deep.onnx", "12,12,12")
        assert done.returncode == 0, done.stderr

    def words(self, *options, net="net.onnx", images="0-19", radius="0.05", norm="linf"):
        return ("verify", net, "--data", "data", "--images", images, "--norm", norm, "--radius", radius, *options)

    def rows(self, store, statement):
        with contextlib.closing(sqlite3.connect(self.folder / store)) as database:
            return database.execute(statement).fetchall()

    def table(self, name, without=("seconds",)):
        return [{k: v for k, v in row.items() if k not in without} for row in read_csv(self.folder / name)[1]]

    KEY = "SELECT image, label, status, target, distance, bound, nodes, found FROM radius ORDER BY image"

    def test_an_answer_is_never_asked_for_twice(self):
        first = self.good(*self.words("--store", "twice.db", "-o", "first.csv"))
        again = self.good(*self.words("--store", "twice.db", "-o", "again.csv"))
        self.assertEqual(first.stdout, again.stdout)
        self.assertEqual((self.folder / "first.csv").read_bytes(), (self.folder / "again.csv").read_bytes())
        self.assertEqual(len(self.rows("twice.db", "SELECT DISTINCT run FROM radius")), 1)
        listed = json.loads(self.good("runs", "twice.db", "--list", "radius", "--json").stdout)
        self.assertEqual([r["status"] for r in listed], [r["status"] for r in self.table("first.csv")])
        some = self.good("runs", "twice.db", "--list", "radius", "--status", "robust", "--json").stdout
        self.assertEqual(len(json.loads(some)), sum(r["status"] == "robust" for r in listed))
        self.assertEqual(json.loads(self.good("runs", "twice.db", "--json").stdout)[0]["answers"], 20)
        self.good("report", "twice.db", "-o", "page.html")
        page = (self.folder / "page.html").read_text()
        self.assertIn('"radii":[{', page)

    def test_a_run_killed_at_any_moment_continues_and_ends_equal(self):
        options = ("--threads", "1", "--timeout", "60")
        begin = time.monotonic()
        self.good(*self.words("--store", "whole.db", "-o", "whole.csv", *options, net="deep.onnx", images="0-58"))
        length = time.monotonic() - begin
        source = random.Random(7)
        for where in (("--store", "killed.db"), ()):  # without a store the answers are kept beside the table
            for _ in range(fewer(8)):
                words = self.words("-o", "killed.csv", *where, *options, net="deep.onnx", images="0-58")
                process = subprocess.Popen([BRINK, *words], cwd=self.folder, stdout=subprocess.DEVNULL,
                                           stderr=subprocess.DEVNULL)
                time.sleep(source.uniform(0, length / 3))
                process.kill()
                process.wait()
                self.assertTrue(process.returncode in (0, -9), process.returncode)
            self.good(*words)
            self.assertEqual(self.table("whole.csv"), self.table("killed.csv"))
            self.assertFalse((self.folder / "killed.csv.partial.db").exists())
            (self.folder / "killed.csv").unlink()
        self.assertEqual(self.rows("whole.db", self.KEY), self.rows("killed.db", self.KEY))
        self.assertEqual(self.rows("killed.db", "PRAGMA integrity_check"), [("ok",)])

    def test_an_interrupted_run_keeps_what_it_has(self):
        words = self.words("--store", "told.db", "--threads", "1", net="deep.onnx", images="0-58", norm="l1", radius="0.6")
        process = subprocess.Popen([BRINK, *words], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   text=True)
        while process.poll() is None and not self.kept("told.db"):
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        if process.returncode != 0:
            self.assertEqual(process.returncode, 130, errors)
            self.assertLess(self.kept("told.db"), 59)
        self.good(*words)
        self.assertEqual(self.kept("told.db"), 59)

    def kept(self, store):
        with contextlib.suppress(sqlite3.Error):
            return len(self.rows(store, self.KEY)) if (self.folder / store).exists() else 0
        return 0

    def test_shards_merge_to_one_run(self):
        self.good(*self.words("--store", "one.db", "-o", "one.csv", "--threads", "1"))
        for i in (1, 2):
            self.good(*self.words("--store", f"part{i}.db", "--shard", f"{i}/2", "--threads", "1"))
        self.good("runs", "merge", "part1.db", "part2.db", "-o", "merged.db")
        self.assertEqual(self.rows("one.db", self.KEY), self.rows("merged.db", self.KEY))
        self.good(*self.words("--store", "merged.db", "-o", "merged.csv"))
        self.assertEqual(self.table("one.csv"), self.table("merged.csv"))
        self.assertEqual(self.rows("merged.db", "SELECT count(*) FROM question"), [(1,)])

    def test_nearest_images_that_are_known_decide(self):
        self.good("closest", "net.onnx", "--data", "data", "--images", "0-9", "--norm", "linf", "--store", "near.db")
        self.good("closest", "net.onnx", "--data", "data", "--images", "10-14", "--norm", "linf", "--question", "fj",
                  "--store", "near.db")
        self.good(*self.words("--store", "near.db", "-o", "near.csv"))
        self.good(*self.words("-o", "fresh.csv"))
        near, fresh = self.table("near.csv"), self.table("fresh.csv")
        self.assertEqual([r["status"] for r in near], [r["status"] for r in fresh])
        self.assertEqual([r["note"] != "" for r in near], 10 * [True] + 10 * [False],
                         "the papers' question is another one")
        self.assertGreater(len({r["status"] for r in near}), 1)
        self.good(*self.words("--store", "near.db", "-o", "other.csv", norm="l1", radius="0.3"))
        self.assertEqual({r["note"] for r in self.table("other.csv")}, {""})

    def test_a_store_of_another_network_answers_nothing(self):
        self.good(*self.words("--store", "other.db", net="deep.onnx"))
        self.good(*self.words("--store", "other.db", "-o", "mine.csv"))
        self.assertEqual(self.rows("other.db", "SELECT question, count(*) FROM radius GROUP BY 1"), [(1, 20), (2, 20)])
        self.assertEqual({r["note"] for r in self.table("mine.csv")}, {""})

    def test_tables_of_other_questions_are_not_overwritten(self):
        self.good(*self.words("-o", "t.csv", images="0-3"))
        self.refused(*self.words("-o", "t.csv", images="0-3", radius="0.06"), says=["t.csv", "another question"])
        self.good(*self.words("-o", "t.csv", "--force", images="0-3", radius="0.06"))
        text = (self.folder / "t.csv").read_text()
        (self.folder / "half.csv").write_text(text[:len(text) // 2])
        self.refused(*self.words("-o", "half.csv", images="0-3"), says=["half.csv"])
        self.good(*self.words("-o", "half.csv", "--force", images="0-3", radius="0.06"))
        self.assertEqual(self.table("half.csv"), self.table("t.csv"))

    def test_bad_requests(self):
        self.good(*self.words("--store", "sound.db", images="0-3"))
        whole = (self.folder / "sound.db").read_bytes()
        (self.folder / "beside.csv.partial.db").write_bytes(whole[:len(whole) // 20])
        for words, says in ((self.words("-o", "beside.csv"), "beside.csv.partial.db"),
                            (self.words("--shard", "3/2"), "--shard"),
                            (self.words("--memory-limit", "1"), "--memory-limit"),
                            (self.words("--format", "v1"), "--format"),
                            (self.words("--counterexample", "w.txt"), "--counterexample"),
                            (("verify", "net.onnx", "p.vnnlib", "--store", "x.db"), "--store")):
            with self.subTest(says):
                self.refused(*words, says=[says])
        (self.folder / "cut.db").write_bytes(whole[:len(whole) // 2])
        done = self.brink(*self.words("--store", "cut.db"))
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn("'cut.db' is damaged or cut short", done.stderr)
        shutil.copy(self.folder / "sound.db", self.folder / "word.db")
        with contextlib.closing(sqlite3.connect(self.folder / "word.db")) as database:
            database.execute("UPDATE radius SET status = 'banana' WHERE image = 1")
            database.commit()
        done = self.brink(*self.words("--store", "word.db", images="0-3"))
        self.assertEqual(done.returncode, 2)
        self.assertIn("'word.db' is damaged or cut short (image 1 of question 1)", done.stderr)


if __name__ == "__main__":
    unittest.main()
