"""brink closest --store, brink runs: nothing is asked twice, nothing finished is lost, whatever stops a run."""

import contextlib
import gzip
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

from harness import BRINK, Contract, fewer, idx_images, read_csv, run, write_dataset

TIMES = {"seconds", "bound_seconds"}
KILLS = fewer(30)


def without_times(path):
    return [{k: v for k, v in row.items() if k not in TIMES} for row in read_csv(path)[1]]


class Store(Contract):
    def ask(self, store, *options, images="0-29", out=None):
        where = ("-o", out) if out else ()
        return self.brink("closest", "net.onnx", "--data", "data", "--question", "fj", "--images", images,
                          "--store", store, "--threads", "1", *where, *options)

    def rows(self, store, statement, *values):
        with contextlib.closing(sqlite3.connect(self.folder / store)) as database:
            return database.execute(statement, values).fetchall()

    def test_an_answer_is_never_asked_for_twice(self):
        first = self.good("closest", "net.onnx", "--data", "data", "--question", "fj", "--images", "0-9", "--store", "twice.db",
                          "-o", "first.csv", "--images-out", "first.npz")
        again = self.good("closest", "net.onnx", "--data", "data", "--question", "fj", "--images", "0-9", "--store", "twice.db",
                          "-o", "again.csv", "--images-out", "again.npz")
        self.assertEqual(first.stdout, again.stdout)
        for ending in (".csv", ".npz"):
            self.assertEqual((self.folder / f"first{ending}").read_bytes(),
                             (self.folder / f"again{ending}").read_bytes())  # the times too
        self.assertEqual(len(self.rows("twice.db", "SELECT DISTINCT run FROM closest")), 1)
        self.assertEqual(self.rows("twice.db", "SELECT count(*) FROM run"), [(2,)])
        more = self.ask("twice.db", images="5-12", out="more.csv")
        self.assertEqual(more.returncode, 0, more.stderr)
        self.assertEqual(self.rows("twice.db", "SELECT count(*) FROM closest"), [(13,)])

    def test_the_table_is_the_same_with_and_without_a_store(self):
        self.assertEqual(self.ask("same.db", out="with.csv").returncode, 0)
        self.assertEqual(self.closest("without.csv", "--threads", "1", images="0-29").returncode, 0)
        self.assertEqual(without_times(self.folder / "with.csv"), without_times(self.folder / "without.csv"))

    def test_other_options_are_another_question(self):
        self.assertEqual(self.ask("options.db", images="0-2").returncode, 0)
        self.assertEqual(self.ask("options.db", "--norm", "linf", images="0-2").returncode, 0)
        self.assertEqual(self.ask("options.db", "--margin", "1", images="0-2").returncode, 0)
        self.assertEqual(self.rows("options.db", "SELECT question, count(*) FROM closest GROUP BY 1"),
                         [(1, 3), (2, 3), (3, 3)])

    def test_another_data_set_of_the_same_name_is_another_question(self):
        (self.folder / "elsewhere").mkdir()
        test, _ = write_dataset(self.folder / "elsewhere/data", 30)
        images = self.folder / "elsewhere/data/t10k-images-idx3-ubyte.gz"
        images.write_bytes(gzip.compress(idx_images([bytes(255 - b for b in image) for image in test])))
        self.assertEqual(self.ask("name.db", images="0-2").returncode, 0)
        other = run("closest", "../net.onnx", "--data", "data", "--images", "0-2", "--store", "../name.db",
                    cwd=self.folder / "elsewhere")
        self.assertEqual(other.returncode, 0, other.stderr)
        self.assertEqual(self.rows("name.db", "SELECT question, count(*) FROM closest GROUP BY 1"), [(1, 3), (2, 3)])
        self.assertEqual(self.rows("name.db", "SELECT count(*) FROM original"), [(6,)])

    def test_a_run_killed_at_any_moment_continues_and_ends_equal(self):
        begin = time.monotonic()
        self.assertEqual(self.ask("whole.db", "--norm", "linf", images="0-58", out="whole.csv").returncode, 0)
        length = time.monotonic() - begin
        source = random.Random(7)
        kills = 0
        while kills < KILLS:
            run = subprocess.Popen(
                [BRINK, "closest", "net.onnx", "--data", "data", "--images", "0-58", "--norm", "linf",
                 "--question", "fj", "--store", "killed.db", "--threads", "1", "-o", "killed.csv"],
                cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(source.uniform(0, length / 8))
            if run.poll() is None:
                run.send_signal(signal.SIGKILL)
                kills += 1
            run.wait()
            if (self.folder / "killed.csv").exists():  # this one had the time to finish: begin again
                (self.folder / "killed.csv").unlink()
                for ending in ("", "-wal", "-shm"):
                    (self.folder / f"killed.db{ending}").unlink(missing_ok=True)
        last = self.ask("killed.db", "--norm", "linf", images="0-58", out="killed.csv")
        self.assertEqual(last.returncode, 0, last.stderr)
        self.assertEqual(without_times(self.folder / "whole.csv"), without_times(self.folder / "killed.csv"))
        self.assertEqual(self.rows("killed.db", "PRAGMA integrity_check"), [("ok",)])
        key = "SELECT image, label, target, status, distance, bound, nodes, found FROM closest ORDER BY image"
        self.assertEqual(self.rows("whole.db", key), self.rows("killed.db", key))

    def test_shards_merge_to_one_run(self):
        self.assertEqual(self.ask("one.db", images="0-19", out="one.csv").returncode, 0)
        for i in (1, 2, 3):
            self.assertEqual(self.ask(f"part{i}.db", "--shard", f"{i}/3", images="0-19").returncode, 0)
        self.good("runs", "merge", "part1.db", "part2.db", "part3.db", "-o", "merged.db")
        key = "SELECT image, label, target, status, distance, bound, nodes, found FROM closest ORDER BY image"
        self.assertEqual(self.rows("one.db", key), self.rows("merged.db", key))
        self.assertEqual(self.rows("merged.db", "SELECT count(*) FROM question"), [(1,)])
        self.assertEqual(self.rows("merged.db", "SELECT count(DISTINCT run) FROM closest"), [(3,)])
        asked = self.ask("merged.db", images="0-19", out="merged.csv")
        self.assertEqual(asked.returncode, 0, asked.stderr)
        self.assertEqual(without_times(self.folder / "one.csv"), without_times(self.folder / "merged.csv"))
        self.refused("runs", "merge", "part1.db", "-o", "merged.db", says=["merged.db", "there already"])

    UNITS = ("visualize", "net.onnx", "--all", "--bounds", "exact", "--threads", "1", "--store")

    def test_units_come_from_the_store_and_shards_merge(self):
        self.good(*self.UNITS, "units.db", "-o", "units")
        again = self.good(*self.UNITS, "units.db", "-o", "again", "--scale", "2")
        self.assertEqual((self.folder / "units" / "units.csv").read_bytes(),
                         (self.folder / "again" / "units.csv").read_bytes())  # the times too
        self.assertIn("24 units", again.stdout)
        self.good("visualize", "net.onnx", "--all", "--bounds", "exact", "--threads", "1", "-o", "plain")
        self.assertEqual(without_times(self.folder / "units" / "units.csv"),
                         without_times(self.folder / "plain" / "units.csv"))
        for i in (1, 2):
            self.good(*self.UNITS, f"units{i}.db", "--shard", f"{i}/2")
        self.good("runs", "merge", "units1.db", "units2.db", "-o", "units12.db")
        key = "SELECT layer, unit, activation, bound, status, nodes, found FROM unit ORDER BY layer, unit"
        self.assertEqual(self.rows("units.db", key), self.rows("units12.db", key))
        few = self.good("visualize", "net.onnx", "--unit", "1:0", "--shard", "2/2", "--store", "none.db")
        self.assertIn("no unit falls to this shard", few.stdout)

    def test_bounds_come_from_the_store(self):
        bounds = ("bounds", "net.onnx", "--method", "exact", "--threads", "1", "--store", "bounds.db")
        first = self.good(*bounds, "-o", "first.json")
        self.assertEqual(first.stdout, self.good(*bounds, "-o", "again.json").stdout)
        self.assertEqual((self.folder / "first.json").read_bytes(), (self.folder / "again.json").read_bytes())
        mip = self.good("closest", "net.onnx", "--data", "data", "--images", "0", "--engine", "mip", "--bounds",
                        "exact", "--store", "bounds.db")
        t_pre = first.stdout.strip().split("t_pre")[1]
        self.assertIn(f"t_pre{t_pre}", mip.stdout)
        self.assertEqual(self.rows("bounds.db", "SELECT complete FROM bounds"), [(1,)])

    def test_interrupted_bounds_go_on_from_the_store(self):
        """Sides marked as exact that cannot be so show that they are taken over, not proven again."""
        bounds = ("bounds", "net.onnx", "--method", "exact", "--threads", "1", "--store", "partial.db")
        self.good(*bounds)
        document = json.loads(self.rows("partial.db", "SELECT document FROM bounds")[0][0])
        whole = [dict(neuron) for neuron in document["layers"][2][:2]]
        document["layers"][2][0]["upper"] = whole[0]["lower"] + 1e-3
        document["layers"][2][1]["upper"] += 1000
        document["layers"][2][1]["upper_source"] = "lp"
        del document["checksum"]
        with contextlib.closing(sqlite3.connect(self.folder / "partial.db")) as database:
            database.execute("UPDATE bounds SET complete = 0, document = ?", (json.dumps(document),))
            database.commit()
        self.good(*bounds, "-o", "partial.json")
        taken, proven = json.loads((self.folder / "partial.json").read_text())["layers"][2][:2]
        self.assertEqual(taken["upper"], whole[0]["lower"] + 1e-3)
        self.assertEqual(proven["upper_source"], "exact")
        self.assertAlmostEqual(proven["upper"], whole[1]["upper"], delta=1e-4)

    def test_runs_lists_filters_and_exports(self):
        self.assertEqual(self.ask("list.db", images="0-9").returncode, 0)
        self.assertIn("closest l1", self.good("runs", "list.db").stdout)
        self.good("runs", "list.db", "--list", "answers", "--label", "3", "--csv", "answers.csv")
        header, rows = read_csv(self.folder / "answers.csv")
        self.assertIn("distance", header)
        self.assertEqual([r["label"] for r in rows], ["3"])
        self.assertIn("closest", self.good("runs", "list.db", "--list", "runs").stdout)
        self.assertIn("30-8-6-10", self.good("runs", "list.db", "--list", "networks").stdout)

    def test_runs_in_numbers(self):
        self.good("bounds", "net.onnx", "--method", "symbolic", "--store", "numbers.db")
        self.assertEqual([run["answers"] for run in json.loads(
            self.good("runs", "numbers.db", "--list", "runs", "--json").stdout)], [1])
        self.assertEqual(self.ask("numbers.db", images="0-1").returncode, 0)
        _, second = json.loads(self.good("runs", "numbers.db", "--json").stdout)
        self.assertEqual((second["question"], second["network"], second["answers"]), (2, "net", 2))
        self.assertGreater(second["mean distance"], 0)

    def test_filters_that_nothing_can_pass_are_refused(self):
        self.assertEqual(self.ask("filters.db", images="0-1").returncode, 0)
        answers = ("runs", "filters.db", "--list", "answers")
        for option, value, valid in (
                ("--norm", "l7", "linf"), ("--status", "optimall", "optimal, gap"), ("--network", "nosuch", "net"),
                ("--question", "77", "1"), ("--engine", "foo", "search or mip")):
            self.refused(*answers, option, value, says=[value, valid])
        self.assertIn("infeasible", self.refused(*answers, "--status", "done"))
        with contextlib.closing(sqlite3.connect(self.folder / "filters.db")) as database:
            digest = database.execute("SELECT hash FROM network").fetchone()[0]
        self.assertEqual(len(json.loads(self.good(*answers, "--network", digest[:8], "--json").stdout)), 2)

    def test_bad_stores_are_refused_and_left_alone(self):
        (self.folder / "text.db").write_text("no database at all, but long enough to look like one" * 20)
        with contextlib.closing(sqlite3.connect(self.folder / "foreign.db")) as database:
            database.execute("CREATE TABLE t(a)")
        self.assertEqual(self.ask("later.db", images="0").returncode, 0)
        whole = (self.folder / "later.db").read_bytes()
        (self.folder / "short.db").write_bytes(whole[:len(whole) // 20])
        with contextlib.closing(sqlite3.connect(self.folder / "later.db")) as database:
            database.execute("PRAGMA user_version = 999")
        question = ("closest", "net.onnx", "--data", "data", "--images", "0", "--question", "fj", "--store")
        for name, says in (("text.db", "not a results store"), ("foreign.db", "not a results store"),
                           ("short.db", "cut short"), ("later.db", "schema 999"), ("no/such/folder.db", "folder.db")):
            with self.subTest(name):
                self.refused(*question, name, says=[says])
        self.refused("runs", "text.db", says=["text.db"])
        self.refused("runs", "missing.db", says=["missing.db"])
        self.refused("runs", says=["RUN.db"])
        self.refused("runs", "later.db", says=["schema 999"])
        for shard in ("0/3", "4/3", "x", "1/", "1/0"):
            self.refused(*question, "new.db", "--shard", shard, says=["--shard"])

    def damaged_copy(self, name, statement):
        shutil.copy(self.folder / "sound.db", self.folder / name)
        with contextlib.closing(sqlite3.connect(self.folder / name)) as database:
            database.execute(statement)
            database.commit()

    def test_damaged_stores_are_named(self):
        self.assertEqual(self.ask("sound.db", images="0-2").returncode, 0)
        question = ("closest", "net.onnx", "--data", "data", "--images", "0-2", "--norm", "l1", "--question", "fj", "--store")
        for name, statement in (("blob.db", "UPDATE closest SET found = x'0102030405' WHERE image = 1"),
                                ("status.db", "UPDATE closest SET status = 'banana' WHERE image = 1")):
            self.damaged_copy(name, statement)
            with self.subTest(name):
                done = self.brink(*question, name)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(f"'{name}' is damaged or cut short (image 1 of question 1)", done.stderr)
        for name, statement in (("asked.db", "UPDATE question SET options = '{'"),
                                ("table.db", "DROP TABLE unit")):
            self.damaged_copy(name, statement)
            with self.subTest(name):
                self.refused("runs", name, says=[name, "damaged"])
                self.refused("report", name, "-o", "page.html", says=[name, "damaged"])
                if name == "table.db":
                    self.refused("runs", "merge", "sound.db", name, "-o", "both.db", says=[name, "damaged"])
        self.refused("runs", "data", says=["data", "folder"])

    def test_what_failed_is_asked_again(self):
        self.assertEqual(self.ask("failed.db", images="0-2", out="right.csv").returncode, 0)
        with contextlib.closing(sqlite3.connect(self.folder / "failed.db")) as database:
            database.execute("UPDATE closest SET status = 'error', distance = NULL, found = NULL WHERE image = 1")
            database.commit()
        self.assertEqual(self.ask("failed.db", images="0-2", out="again.csv").returncode, 0)
        self.assertEqual(without_times(self.folder / "right.csv"), without_times(self.folder / "again.csv"))
        self.assertEqual(self.rows("failed.db", "SELECT count(*) FROM closest WHERE status = 'error'"), [(0,)])

    def test_a_store_that_cannot_be_written_can_be_read(self):
        archive = self.folder / "archive"
        archive.mkdir()
        self.assertEqual(self.ask("archive/kept.db", images="0-2").returncode, 0)
        self.folder.chmod(0o755)
        archive.chmod(0o555)
        user = {"user": 65534} if os.getuid() == 0 else {}

        def ask(*arguments):
            return subprocess.run([BRINK, *arguments], cwd=self.folder, text=True, capture_output=True,
                                  timeout=60, check=False, **user)

        try:
            read = ask("runs", "archive/kept.db")
        except PermissionError:
            self.skipTest("no other user can run the program from its folder")
        finally:
            self.addCleanup(archive.chmod, 0o755)
        self.assertEqual(read.returncode, 0, read.stderr)
        self.assertIn("closest l1", read.stdout)
        written = ask("closest", "net.onnx", "--data", "data", "--images", "0-3", "--norm", "l1", "--store",
                      "archive/kept.db")
        self.assertEqual(written.returncode, 2, written.stderr)
        self.assertIn("kept.db' cannot be written", written.stderr)

    @unittest.skipUnless(shutil.which("prlimit"), "prlimit is missing")
    def test_a_full_disk_keeps_what_was_finished(self):
        """A limit on file size stands for the full disk: SQLite sees the same failed write."""
        command = ["prlimit", "--fsize=200000", BRINK, "closest", "net.onnx", "--data", "data", "--images",
                   "0-58", "--norm", "l1", "--question", "fj", "--store", "full.db", "--threads", "1"]
        done = subprocess.run(command, cwd=self.folder, text=True, capture_output=True, timeout=120)
        if done.returncode == 0:
            self.fail("the limit was not reached: make it smaller")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("full.db", done.stderr)
        kept = self.rows("full.db", "SELECT count(*) FROM closest")[0][0]
        self.assertEqual(self.ask("full.db", images="0-58", out="full.csv").returncode, 0)
        self.assertEqual(self.closest("roomy.csv", "--threads", "1", images="0-58").returncode, 0)
        self.assertEqual(without_times(self.folder / "full.csv"), without_times(self.folder / "roomy.csv"))
        self.assertGreater(kept, 0)


if __name__ == "__main__":
    unittest.main()
