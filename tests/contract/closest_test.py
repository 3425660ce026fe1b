"""brink closest: the table, the images behind it, resuming after a kill."""

import contextlib
import json
import math
import os
import pathlib
import re
import signal
import sqlite3
import subprocess
import time
import unittest

from harness import BRINK, CLOSEST_COLUMNS, STATUSES, Contract, read_csv, read_npz

NORMS = ("l0", "l1", "l2", "linf")


def measure(norm, x, origin):
    change = [abs(a - b) for a, b in zip(x, origin)]
    if norm == "l0":
        return sum(a != b for a, b in zip(x, origin))
    if norm == "l1":
        return math.fsum(change)
    if norm == "l2":
        return math.sqrt(math.fsum(c * c for c in change))
    return max(change)


def answer(row):
    """What of a row must be the same whenever the question is asked again."""
    return {c: row[c] for c in ("image", "label", "target", "norm", "status", "distance", "verified")}


class Table(Contract):
    def check_row(self, row):
        self.assertIn(row["status"], STATUSES)
        if not row["distance"]:
            self.assertEqual(row["gap"], "")
            self.assertIn(row["status"], {"infeasible", "time_limit", "misclassified", "error"})
            return
        distance, bound = float(row["distance"]), float(row["bound"])
        self.assertLessEqual(bound, distance)
        if distance > 0:
            self.assertAlmostEqual(float(row["gap"]), (distance - bound) / distance, delta=1e-6)
        if row["status"] == "optimal":
            tolerance = 1e-4 * distance if row["norm"] == "l2" else 1e-6 * max(1, distance)
            self.assertLessEqual(distance - bound, tolerance * (1 + 1e-6) + 1e-8)
        self.assertEqual(row["verified"], "1")
        self.assertEqual(row["all_zero"], "0")
        self.assertEqual(int(row["target"]), (int(row["label"]) + 5) % 10)

    def test_columns_rows_and_images_in_every_norm(self):
        distances = {}
        for norm in NORMS:
            with self.subTest(norm=norm):
                done = self.closest(f"{norm}.csv", "--norm", norm, "--images-out", f"{norm}.npz",
                                    images="3,0-2,7")
                self.assertEqual(done.returncode, 0, done.stderr)
                header, rows = read_csv(self.folder / f"{norm}.csv")
                self.assertEqual(header[:len(CLOSEST_COLUMNS)], CLOSEST_COLUMNS)
                self.assertEqual([r["image"] for r in rows], ["3", "0", "1", "2", "7"])
                self.assertEqual({r["norm"] for r in rows}, {norm})
                for row in rows:
                    self.assertEqual(int(row["label"]), self.labels[int(row["image"])])
                    self.check_row(row)
                    distances[norm, row["image"]] = row
                self.check_images(norm, rows)
        for smaller, larger in zip(("linf", "l2", "l1"), ("l2", "l1", "l0")):
            for image in ("3", "0", "1", "2", "7"):
                low, high = distances[smaller, image], distances[larger, image]
                if low["bound"] and high["distance"]:
                    self.assertLessEqual(float(low["bound"]), float(high["distance"]) * (1 + 1e-9))

    def check_images(self, norm, rows):
        arrays = read_npz(self.folder / f"{norm}.npz")
        self.assertLessEqual({"images", "index", "label", "target"}, set(arrays))
        shape, pixels = arrays["images"]
        found = [r for r in rows if r["distance"]]
        self.assertEqual(shape, (len(found), 30))
        self.assertEqual(arrays["index"][1], [int(r["image"]) for r in found])
        self.assertEqual(arrays["label"][1], [int(r["label"]) for r in found])
        self.assertEqual(arrays["target"][1], [int(r["target"]) for r in found])
        for n, row in enumerate(found):
            x = pixels[30 * n:30 * (n + 1)]
            origin = [b / 255 for b in self.images[int(row["image"])]]
            self.assertTrue(all(0 <= v <= 1 for v in x))
            true = measure(norm, x, origin)
            printed = float(row["distance"])
            self.assertGreaterEqual(printed, true * (1 - 1e-15), "distance is rounded up")
            self.assertLessEqual(printed, true * (1 + 2e-8), "9 significant digits")

    def test_cap_is_never_exceeded(self):
        done = self.closest("cap.csv", "--norm", "l1", "--cap", "0.2", "--images-out", "cap.npz")
        self.assertEqual(done.returncode, 0, done.stderr)
        arrays = read_npz(self.folder / "cap.npz")
        for n, index in enumerate(arrays["index"][1]):
            x = arrays["images"][1][30 * n:30 * (n + 1)]
            self.assertLessEqual(
                measure("linf", x, [b / 255 for b in self.images[index]]), 0.2 + 1e-9)
        _, rows = read_csv(self.folder / "cap.csv")
        self.assertTrue(all(r["status"] in ("optimal", "infeasible", "misclassified") for r in rows))

    def test_margin_one_any_target_and_no_floor(self):
        done = self.closest("any.csv", "--norm", "linf", "--target", "any", "--margin", "1",
                            "--target-min", "none", images="0-4")
        self.assertEqual(done.returncode, 0, done.stderr)
        _, rows = read_csv(self.folder / "any.csv")
        self.closest("five.csv", "--norm", "linf", "--margin", "1", "--target-min", "none",
                     images="0-4")
        _, shifted = read_csv(self.folder / "five.csv")
        for nearest, one in zip(rows, shifted):
            if nearest["distance"] and one["distance"]:
                self.assertNotEqual(nearest["target"], nearest["label"])
                self.assertLessEqual(float(nearest["bound"]), float(one["distance"]) + 1e-9)

    def test_target_equal_to_the_label_is_an_error_of_that_image_only(self):
        done = self.closest("three.csv", "--norm", "l1", "--target", "3", images="2-4")
        self.assertEqual(done.returncode, 0, done.stderr)
        _, rows = read_csv(self.folder / "three.csv")
        self.assertEqual(rows[1]["label"], "3")
        self.assertEqual(rows[1]["status"], "error")
        self.assertEqual(rows[1]["distance"], "")
        self.assertNotEqual(rows[0]["status"], "error")
        alone = self.closest("alone.csv", "--norm", "l1", "--target", "3", images="3")
        self.assertEqual(alone.returncode, 3)
        self.assertIn("no image has an answer: ", alone.stderr)
        self.assertEqual(read_csv(self.folder / "alone.csv")[1][0]["status"], "error")

    def test_a_misclassified_image_is_not_searched(self):
        self.assertEqual(self.closest("wrong.csv", images="58-59").returncode, 0)
        _, rows = read_csv(self.folder / "wrong.csv")
        self.assertEqual(rows[1]["status"], "misclassified")
        self.assertEqual((rows[1]["distance"], rows[1]["nodes"]), ("", "0"))
        self.assertEqual(rows[0]["status"], "optimal")

    def test_both_engines_agree_in_every_norm(self):
        for norm in NORMS:
            tables = []
            for engine in ("search", "mip"):
                done = self.closest(f"e{norm}.csv", "--norm", norm, "--engine", engine, images="0-3")
                self.assertEqual(done.returncode, 0, done.stderr)
                tables.append(read_csv(self.folder / f"e{norm}.csv")[1])
            for one, other in zip(*tables):
                self.assertEqual(one["status"], other["status"])
                if one["distance"]:
                    self.assertAlmostEqual(float(one["distance"]), float(other["distance"]),
                                           delta=2e-4 if norm == "l2" else 2e-6)

    def test_max_pooling_lowered_and_direct_agree(self):
        network = pathlib.Path(__file__).parent.parent / "data/zoo/conv_pool_new.onnx"
        rows = [",".join(f"{(7 * i + 5 * j) % 11 / 10}" for j in range(36)) for i in range(2)]
        names = ",".join(f"f{j}" for j in range(36))
        (self.folder / "six.csv").write_text("\n".join([names, *rows]) + "\n")
        data = ("--data", "six.csv", "--label", "none", "--box", "0:1")
        tables = []
        for pooling in ("lowered", "direct"):
            self.good("closest", network, *data, "--images", "0", "--norm", "linf", "--target", "2",
                      "--engine", "mip", "--pooling", pooling, "--store", "pooling.db", "-o", f"{pooling}.csv")
            tables.append(read_csv(self.folder / f"{pooling}.csv")[1])
        for one, other in zip(*tables):
            self.assertEqual((one["status"], other["status"]), ("optimal", "optimal"))
            self.assertAlmostEqual(float(one["distance"]), float(other["distance"]), delta=2e-6)
        with contextlib.closing(sqlite3.connect(self.folder / "pooling.db")) as store:
            texts = [text for (text,) in store.execute("SELECT text FROM question")]
        self.assertEqual(sum("pooling=direct" in text for text in texts), 1)
        self.assertEqual(len(texts), 2)
        self.good("export", network, *data, "--image", "0", "--target", "2", "--pooling", "direct",
                  "-o", "direct.lp")
        self.assertIn("winner_0", (self.folder / "direct.lp").read_text())

    def test_first_correct_images(self):
        done = self.closest("correct.csv", "--norm", "linf", images="correct:8")
        self.assertEqual(done.returncode, 0, done.stderr)
        _, rows = read_csv(self.folder / "correct.csv")
        self.assertEqual(len(rows), 8)
        self.assertNotIn("misclassified", {r["status"] for r in rows})
        images = [int(r["image"]) for r in rows]
        self.assertEqual(images, sorted(images))

    def test_first_of_each_class(self):
        done = self.closest("each.csv", "--norm", "linf", images="each:1")
        self.assertEqual(done.returncode, 0, done.stderr)
        _, rows = read_csv(self.folder / "each.csv")
        self.assertEqual([int(r["label"]) for r in rows], list(range(10)))
        self.assertNotIn("misclassified", {r["status"] for r in rows})

    def test_streams(self):
        done = self.closest("streams.csv", "--norm", "l1", images="0-2")
        self.assertNotIn("\r", done.stderr, "no progress line when piped")
        last = done.stdout.strip().split("\n")[-1]
        for word in ("solved", "gap", "nodes", "distance"):
            self.assertIn(word, last)
        quiet = self.closest("quiet.csv", "--norm", "l1", "--quiet", images="0-2")
        self.assertEqual(quiet.stderr, "")
        document = self.closest("json.csv", "--norm", "l1", "--json", images="0-2")
        json.loads(document.stdout)
        self.assertEqual([p.name for p in self.folder.glob("*.partial*")], [])

    def test_bounds_none_weak_exact_and_a_file_agree(self):
        self.good("bounds", "net.onnx", "--method", "lp", "-o", "lp.json")
        answers = []
        for bounds in ("none", "symbolic", "weak", "exact", "lp.json"):
            done = self.closest("b.csv", "--engine", "mip", "--bounds", bounds, images="0-5")
            self.assertEqual(done.returncode, 0, done.stderr)
            answers.append(read_csv(self.folder / "b.csv")[1])
        for rows in answers[1:]:
            for one, other in zip(answers[0], rows):
                self.assertEqual(one["status"], other["status"])
                if one["distance"]:
                    self.assertAlmostEqual(float(one["distance"]), float(other["distance"]),
                                           delta=2e-6)

    def test_memory_limit_lowers_the_threads_that_help(self):
        one, many = (("closest", "net.onnx", "--data", "data", "--images", "0", "--threads", threads)
                     for threads in ("1", "64"))
        self.good(*one, "-o", "one.csv")
        message = self.refused(*many, "--memory-limit", "1", "-o", "memory.csv", says=["needs"])
        least = int(re.search(r"needs (\d+) MB", message).group(1))
        self.good(*many, "--memory-limit", str(least + 20), "-o", "memory.csv")
        self.assertEqual(answer(read_csv(self.folder / "memory.csv")[1][0]),
                         answer(read_csv(self.folder / "one.csv")[1][0]))

    def test_the_log_has_each_change_and_the_statistics_of_each_image(self):
        self.closest("log.csv", "--log", "log.jsonl", images="0-2")
        lines = [json.loads(line) for line in (self.folder / "log.jsonl").read_text().splitlines()]
        for row in read_csv(self.folder / "log.csv")[1]:
            changes = [line for line in lines if line["image"] == int(row["image"])]
            last = changes.pop()
            self.assertEqual(last["status"], row["status"])
            self.assertEqual(last["statistics"]["nodes"], int(row["nodes"]))
            self.assertGreater(len(changes), 0)
            for before, after in zip(changes, changes[1:]):
                self.assertLessEqual(before["bound"], after["bound"])
                if before["distance"] is not None:
                    self.assertLessEqual(after["distance"], before["distance"])


class Resume(Contract):
    QUESTION = ("closest", "net.onnx", "--data", "data", "--images", "0-59", "--norm", "l1",
                "--question", "fj", "--threads", "1")

    def stopped(self, output, how, images_out, *more):
        """Starts the run, waits for some rows in the partial table, stops it; its exit code."""
        process = subprocess.Popen([BRINK, *self.QUESTION, "-o", output, "--images-out", images_out, *more],
                                   cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        partial = self.folder / f"{output}.partial"
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            if partial.exists() and partial.read_bytes().count(b"\n") >= 6:
                break
            time.sleep(0.002)
        self.assertIsNone(process.poll(), "the run was over before it could be stopped")
        process.send_signal(how)
        process.communicate(timeout=30)
        self.assertTrue(partial.exists())
        self.assertFalse((self.folder / output).exists(), "a table is there only when complete")
        return process.returncode

    def whole(self):
        """The uninterrupted table."""
        if not (self.folder / "whole.csv").exists():
            self.good(*self.QUESTION, "-o", "whole.csv", "--images-out", "whole.npz")
        return read_csv(self.folder / "whole.csv")[1]

    def finish(self, output, images_out):
        kept = (self.folder / f"{output}.partial").read_text().split("\n")
        # Complete rows of the partial table: image,label,...; neither the header nor a torn tail.
        kept = [line for line in kept[:-1] if line[:1].isdigit() and line.count(",") >= 12]
        self.assertGreater(len(kept), 0)
        self.good(*self.QUESTION, "-o", output, "--images-out", images_out)
        final = (self.folder / output).read_text().split("\n")
        for line in kept:
            self.assertIn(line, final, "a finished row is kept as it was, its seconds included")
        rows = read_csv(self.folder / output)[1]
        self.assertEqual([answer(r) for r in rows], [answer(r) for r in self.whole()])
        self.assertEqual(read_npz(self.folder / images_out), read_npz(self.folder / "whole.npz"))
        self.assertEqual([p.name for p in self.folder.glob(f"{output}.partial*")], [])

    def test_killed(self):
        self.stopped("killed.csv", signal.SIGKILL, "killed.npz")
        self.refused(*self.QUESTION, "--margin", "1.5", "-o", "killed.csv", says=["killed.csv"])
        self.finish("killed.csv", "killed.npz")

    def test_a_second_run_is_refused_while_the_first_one_lasts(self):
        import fcntl  # as a running brink holds it
        with (self.folder / "taken.csv.lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.refused(*self.QUESTION, "-o", "taken.csv", says=["taken.csv", "another run"])
        self.good(*self.QUESTION, "-o", "taken.csv")  # a lock file that a killed run left
        self.assertFalse((self.folder / "taken.csv.lock").exists())

    def test_a_continued_log_keeps_its_lines(self):
        self.stopped("logged.csv", signal.SIGKILL, "logged.npz", "--log", "log.jsonl")
        kept = (self.folder / "log.jsonl").read_text().rpartition("\n")[0]
        self.good(*self.QUESTION, "-o", "logged.csv", "--images-out", "logged.npz", "--log",
                  "log.jsonl")
        whole = (self.folder / "log.jsonl").read_text()
        self.assertTrue(whole.startswith(kept))
        self.assertGreaterEqual(whole.count('"statistics"'), 60)

    def test_interrupted(self):
        code = self.stopped("interrupted.csv", signal.SIGINT, "interrupted.npz")
        self.assertEqual(code, 130)
        self.finish("interrupted.csv", "interrupted.npz")

    def test_a_torn_last_row_is_asked_again(self):
        self.stopped("torn.csv", signal.SIGKILL, "torn.npz")
        partial = self.folder / "torn.csv.partial"
        content = partial.read_bytes()
        os.truncate(partial, len(content.rstrip(b"\n")) - 7)
        self.finish("torn.csv", "torn.npz")


if __name__ == "__main__":
    unittest.main()
