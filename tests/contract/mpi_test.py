"""brink-mpi: several ranks answer what one process answers, and nothing finished is lost when one dies."""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import time
import unittest

from harness import BRINK, Contract, read_csv

BRINK_MPI = str(pathlib.Path(BRINK).with_name("brink-mpi"))
TIMES = {"seconds", "bound_seconds"}
# As root, on fewer cores than ranks, and without what mpirun has to say about exit codes.
ENVIRONMENT = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
MPIRUN = ("mpirun", "-q", "--oversubscribe", "--bind-to", "none")


def own(errors):
    """What brink said: an MPI on a machine that it does not know well has warnings of its own."""
    return [line for line in errors.splitlines() if line.startswith("brink:")]


def mpi_works():
    """Whether two ranks of nothing can be started here: some containers forbid what MPI needs."""
    if not (shutil.which("mpirun") and pathlib.Path(BRINK_MPI).exists()):
        return False
    with contextlib.suppress(subprocess.TimeoutExpired):
        return subprocess.run([*MPIRUN, "-np", "2", BRINK_MPI, "--version"], env=ENVIRONMENT, timeout=60,
                              capture_output=True, check=False).returncode == 0
    return False


def without_times(path):
    return [{k: v for k, v in row.items() if k not in TIMES} for row in read_csv(path)[1]]


def process_of(rank, word):
    """The process of a rank, among those whose command has `word`; none: not there."""
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if word.encode() in (folder / "cmdline").read_bytes():
                if f"OMPI_COMM_WORLD_RANK={rank}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                    return int(folder.name)
    return None


@unittest.skipUnless(mpi_works(), "no MPI here, or none that works")
class Ranks(Contract):
    QUESTION = ("closest", "net.onnx", "--data", "data", "--norm", "l1", "--question", "fj", "--threads", "1")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        done = cls.brink_train("deep.onnx", "12,12,12")
        assert done.returncode == 0, done.stderr

    def command(self, ranks, arguments, mpirun=()):
        return [*MPIRUN, *mpirun, "-np", str(ranks), BRINK_MPI, *map(str, arguments)]

    def ranks(self, ranks, *arguments):
        return subprocess.run(self.command(ranks, arguments), cwd=self.folder, env=ENVIRONMENT, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, check=False)

    def good_ranks(self, ranks, *arguments):
        done = self.ranks(ranks, *arguments)
        self.assertEqual(done.returncode, 0, f"{arguments}: {done.stderr}")
        self.assertEqual(own(done.stderr), [])
        return done

    def answers(self, store):
        with contextlib.closing(sqlite3.connect(self.folder / store)) as database:
            return database.execute("SELECT image, label, target, status, distance, bound, nodes, found "
                                    "FROM closest ORDER BY image").fetchall()

    def count(self, store):
        with contextlib.suppress(sqlite3.Error):
            return len(self.answers(store)) if (self.folder / store).exists() else 0
        return 0

    def test_closest(self):
        self.good(*self.QUESTION, "--images", "0-29", "-o", "one.csv", "--images-out", "one.npz")
        done = self.good_ranks(2, *self.QUESTION, "--images", "0-29", "-o", "two.csv", "--images-out",
                               "two.npz")
        self.assertEqual(len(done.stdout.strip().split("\n")), 1, "one rank speaks")
        self.assertEqual(without_times(self.folder / "one.csv"), without_times(self.folder / "two.csv"))
        self.assertEqual((self.folder / "one.npz").read_bytes(), (self.folder / "two.npz").read_bytes())

    def test_verify(self):
        command = ("verify", "net.onnx", "--data", "data", "--images", "0-29", "--norm", "linf", "--radius", "0.05",
                   "--threads", "1")
        self.good(*command, "-o", "one-radius.csv")
        done = self.good_ranks(2, *command, "--store", "radius.db", "-o", "two-radius.csv")
        self.assertEqual(len(done.stdout.strip().split("\n")), 1, "one rank speaks")
        one, two = (without_times(self.folder / name) for name in ("one-radius.csv", "two-radius.csv"))
        self.assertEqual(one, two)
        (self.folder / "p.vnnlib").write_text("(declare-const X_0 Real)")
        alone = self.ranks(2, "verify", "net.onnx", "p.vnnlib")
        self.assertEqual(alone.returncode, 2)
        self.assertEqual(len(own(alone.stderr)), 1, alone.stderr)

    def test_compare(self):
        command = ("compare", "net.onnx", "deep.onnx", "--data", "data", "--images", "0-9", "--radius", "0.01",
                   "--tolerance", "3", "--threads", "1")
        self.good(*command, "-o", "one-compare.csv")
        self.good_ranks(2, *command, "--store", "compare.db", "-o", "two-compare.csv")
        one, two = (without_times(self.folder / name) for name in ("one-compare.csv", "two-compare.csv"))
        self.assertEqual(one, two)
        box = ("compare", "net.onnx", "deep.onnx", "--box", "0:1", "--tolerance", "1000", "--threads", "1")
        self.assertEqual(self.good_ranks(2, *box).stdout.splitlines()[0], "never")

    def test_visualize(self):
        self.good("visualize", "net.onnx", "--all", "-o", "one", "--bounds", "exact", "--threads", "1")
        self.good_ranks(2, "visualize", "net.onnx", "--all", "-o", "two", "--bounds", "exact")
        one, two = (without_times(self.folder / name / "units.csv") for name in ("one", "two"))
        for row in (*one, *two):  # exact bounds are exact to 2e-6, wherever each was proven
            for column in ("activation", "bound"):
                row[column] = round(float(row[column]), 4)
        strip = lambda rows: [{k: v for k, v in row.items() if k != "nodes"} for row in rows]
        self.assertEqual(strip(one), strip(two))

    def test_bounds(self):
        self.good("bounds", "net.onnx", "--method", "exact", "-o", "one.json", "--threads", "1")
        self.good_ranks(3, "bounds", "net.onnx", "--method", "exact", "--store", "bounds.db", "-o", "two.json")
        one, two = (json.loads((self.folder / name).read_text())["layers"] for name in ("one.json", "two.json"))
        for mine, other in zip(sum(one, []), sum(two, []), strict=True):
            for side in ("lower", "upper"):
                self.assertAlmostEqual(mine[side], other[side], delta=4e-6 * max(1, abs(mine[side])))
                self.assertEqual(mine[f"{side}_source"], other[f"{side}_source"])
        again = self.good("bounds", "net.onnx", "--method", "exact", "--store", "bounds.db", "-o", "three.json")
        self.assertIn("t_pre", again.stdout)
        self.assertEqual((self.folder / "two.json").read_bytes(), (self.folder / "three.json").read_bytes())

    def test_harden(self):
        command = ("harden", "net.onnx", "--data", "data", "--examples", "6", "--rounds", "2", "--epochs", "5",
                   "--measure", "4", "--threads", "1")
        one = self.good(*command, "-o", "one.onnx")
        two = self.good_ranks(2, *command, "--store", "harden.db", "-o", "two.onnx")
        self.assertEqual(one.stdout, two.stdout)
        self.assertEqual((self.folder / "one.onnx").read_bytes(), (self.folder / "two.onnx").read_bytes())
        again = self.good_ranks(2, *command, "--store", "harden.db", "-o", "again.onnx")
        self.assertEqual(one.stdout, again.stdout)

    def kill_one(self, store, mpirun, environment):
        """Starts three ranks and kills rank 1 when some answers are kept: the process and what it said."""
        arguments = ("closest", "deep.onnx", "--data", "data", "--images", "0-58", "--norm", "l1", "--question", "fj",
                     "--threads", "1", "--store", store)
        process = subprocess.Popen(self.command(3, arguments, mpirun), cwd=self.folder, text=True,
                                   env={**ENVIRONMENT, **environment}, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        while self.count(store) < 5 and process.poll() is None:
            time.sleep(0.01)
        rank = process_of(1, store)
        self.assertIsNotNone(rank, "the run was over before a rank could be killed")
        os.kill(rank, signal.SIGKILL)
        return process, process.communicate(timeout=60)

    def check_complete(self, store):
        if not (self.folder / "deep.csv").exists():
            self.good("closest", "deep.onnx", "--data", "data", "--images", "0-58", "--norm", "l1", "--question", "fj", "--threads",
                      "1", "--store", "deep.db", "-o", "deep.csv")
        self.assertEqual(self.answers("deep.db"), self.answers(store))

    def test_a_dead_rank_ends_the_job_and_the_same_command_completes_it(self):
        process, _ = self.kill_one("killed.db", (), {})
        self.assertNotEqual(process.returncode, 0)
        kept = self.count("killed.db")
        self.assertGreaterEqual(kept, 5)
        self.assertLess(kept, 59)
        self.good_ranks(2, "closest", "deep.onnx", "--data", "data", "--images", "0-58", "--norm", "l1", "--question", "fj",
                        "--threads", "1", "--store", "killed.db")
        self.check_complete("killed.db")

    def test_where_mpi_lets_the_others_live_the_job_goes_on(self):
        process, (_, errors) = self.kill_one("lost.db", ("--enable-recovery",), {"BRINK_SILENCE": "2"})
        self.assertEqual(process.returncode, 0, errors)
        self.check_complete("lost.db")

    def test_a_told_rank_ends_the_run_cleanly(self):
        process = subprocess.Popen(
            self.command(2, ("closest", "deep.onnx", "--data", "data", "--images", "0-58", "--norm", "l1", "--question", "fj",
                             "--store", "told.db")),
            cwd=self.folder, env=ENVIRONMENT, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while self.count("told.db") < 3 and process.poll() is None:
            time.sleep(0.01)
        os.kill(process_of(1, "told.db"), signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, errors)
        self.assertEqual(len(own(errors)), 1, errors)
        self.assertGreaterEqual(self.count("told.db"), 3)

    def script(self, name, *arguments, **environment):
        """An example of examples/slurm, run without Slurm."""
        path = pathlib.Path(__file__).parents[2] / "examples" / "slurm" / name
        programs = f"{pathlib.Path(BRINK).parent}:{ENVIRONMENT['PATH']}"
        done = subprocess.run(["bash", str(path), *arguments], cwd=self.folder, text=True, timeout=120,
                              env={**ENVIRONMENT, "PATH": programs, **environment}, capture_output=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_slurm_scripts(self):
        question = (*self.QUESTION[1:6], "--images", "0-8")
        self.script("closest.sbatch", "job.db", *question)
        for task in ("1", "2", "3"):
            self.script("shards.sbatch", "shard", *question, SHARDS="3", SLURM_ARRAY_TASK_ID=task,
                        SLURM_CPUS_PER_TASK="1")
        self.good("runs", "merge", "shard-1.db", "shard-2.db", "shard-3.db", "-o", "shard.db")
        self.assertEqual(len(self.answers("job.db")), 9)
        self.assertEqual(self.answers("job.db"), self.answers("shard.db"))

    def test_errors(self):
        (self.folder / "text.db").write_text("no store" * 100)
        for arguments, says in (
                (("closest", "gone.onnx", "--data", "data", "--images", "0", "-o", "x.csv"), "gone.onnx"),
                (("closest", "net.onnx", "--data", "data", "--images", "0", "--store", "text.db"), "text.db"),
                (("closest", "net.onnx", "--data", "data", "--images", "0", "-o", "no/x.csv"), "no/x.csv"),
                (("bounds", "net.onnx", "--no-such-option"), "--no-such-option"),
                ((*self.QUESTION, "--images", "0", "-o", "x.csv", "--log", "x.log"), "--log")):
            with self.subTest(says):
                done = self.ranks(3, *arguments)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertEqual(len(own(done.stderr)), 1, done.stderr)
                self.assertIn(says, done.stderr)
                self.assertEqual(done.stdout, "")

    def test_commands_without_a_parallel_part_are_rank_0s(self):
        self.assertEqual(self.good_ranks(2, "eval", "net.onnx", "--data", "data").stdout,
                         self.good("eval", "net.onnx", "--data", "data").stdout)


if __name__ == "__main__":
    unittest.main()
