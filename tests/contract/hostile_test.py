"""Surroundings that do not do what one expects: names of any bytes, reads that fail, stores that are written
while they are read, files that claim too much."""

import contextlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
import unittest

from harness import BRINK, THREADS, Contract, fewer, in_time, run

LATIN = b"r\xe9seau.onnx"  # "reseau" with its accent in Latin-1: no UTF-8
MANY = fewer(40)
PACE = fewer(1000)  # writes a second: a reader reads them all


class Names(Contract):
    """File names may be any bytes; JSON is UTF-8 and a terminal obeys control characters."""

    def bytes_run(self, *arguments):
        return subprocess.run([os.fsencode(BRINK), *map(os.fsencode, arguments)], cwd=self.folder, capture_output=True,
                              timeout=in_time(240), check=False)

    def test_names_that_are_no_utf8(self):
        shutil.copy(self.folder / "net.onnx", os.fsencode(self.folder) + b"/" + LATIN)
        shutil.copytree(self.folder / "data", self.folder / os.fsdecode(b"donn\xe9es"))
        asked = (LATIN, "--data", b"donn\xe9es", "--images", "0-3", "--norm", "l1", "--store", b"\xe9.db")
        for command in (("closest", *asked, "-o", b"\xe9.csv", "--log", b"\xe9.log"),
                        ("curve", *asked, "-o", b"\xe9-c.csv", "--png", b"\xe9.png"), ("bounds", LATIN, "-o", b"\xe9.json"),
                        ("closest", LATIN, "--data", b"donn\xe9es", "--images", "0", "--norm", "l1", "--engine", "mip",
                         "--bounds", b"\xe9.json", "--store", b"\xe9.db"),
                        ("visualize", LATIN, "--unit", "1:0", "-o", b"\xe9", "--store", b"\xe9.db"),
                        ("export", LATIN, "--data", b"donn\xe9es", "--image", "0", "--target", "1", "-o", b"\xe9.lp"),
                        ("page", LATIN, "--data", b"donn\xe9es", "--closest", b"\xe9.csv", "-o", b"\xe9.html"),
                        ("report", b"\xe9.db", "-o", b"\xe9-r.html", "--title", b"\xe9"), ("runs", b"\xe9.db", "--csv", b"\xe9-s.csv"),
                        *(("runs", b"\xe9.db", "--list", what) for what in ("questions", "answers", "radius", "compare", "units", "networks", "runs")),
                        ("runs", "merge", b"\xe9.db", "-o", b"\xe9-m.db"), ("data", "list")):
            with self.subTest(str(command)):
                if command[:2] == ("runs", "merge"):
                    command = (*command[:-1], b"\xe9-m2.db")
                done = self.bytes_run(*command, "--json")
                self.assertEqual(done.returncode, 0, done.stderr)
                json.loads(done.stdout)
                if "merge" in command:
                    command = (*command[:-1], b"\xe9-m.db")
                done = self.bytes_run(*command)
                self.assertEqual(done.returncode, 0, done.stderr)
        listed = self.bytes_run("runs", b"\xe9.db", "--list", "networks").stdout.decode()
        self.assertIn("r\\xe9seau", listed)
        self.assertEqual(self.bytes_run("runs", b"\xe9.db", "--network", b"r\xe9seau").returncode, 0)
        lost = self.bytes_run("eval", b"\xe9\x1b[2J\n.onnx", "--data", "data")
        self.assertEqual(lost.returncode, 2)
        self.assertEqual(len(lost.stderr.strip().splitlines()), 1)
        self.assertNotIn(b"\x1b", lost.stderr)

    def test_runs_prints_no_control_characters(self):
        evil = "e\x1b[2J\x1b]0;title\x07\r\n\x7f\x9bvil\u202e"
        self.good("closest", "net.onnx", "--data", "data", "--images", "0-1", "--norm", "l1", "--store", "evil.db",
                  "--quiet")
        self.good("visualize", "net.onnx", "--unit", "1:0", "--store", "evil.db")
        self.good("verify", "net.onnx", "--data", "data", "--images", "0-1", "--radius", "0.01", "--store", "evil.db")
        with contextlib.closing(sqlite3.connect(self.folder / "evil.db")) as database:
            database.execute("UPDATE network SET name = ?", (evil,))
            database.execute("UPDATE run SET command = ?, machine = ?, version = ?, started = ?", (evil,) * 4)
            for key in ("data", "split", "engine", "norm", "target", "box"):
                database.execute(f"UPDATE question SET options = json_set(options, '$.{key}', ?)", (evil,))
            database.execute("UPDATE closest SET note = ?, proof = ?", (evil, evil))
            database.execute("UPDATE radius SET note = ?, proof = ?, status = ?", (evil, evil, evil))
            database.commit()
        for what in ("questions", "answers", "radius", "compare", "units", "networks", "runs"):
            for more in ((), ("--json",), ("--csv", "-")):
                done = self.good("runs", "evil.db", "--list", what, *more)
                for text in (done.stdout, done.stderr):
                    self.assertEqual([c for c in text if c != "\n" and (ord(c) < 32 or c == "\x7f")], [], (what, more))
        refused = self.refused("runs", "evil.db", "--network", "none")
        self.assertNotIn("\x1b", refused)


class FailedReads(Contract):
    def stopped(self, name, *options):
        """A partial table and its images, of a run that was killed."""
        command = [BRINK, "closest", "net.onnx", "--data", "data", "--images", "0-58", "--norm", "linf", "--threads", "1",
                   "-o", name, "--quiet", *options]
        partial = self.folder / f"{name}.partial"
        process = subprocess.Popen(command, cwd=self.folder, stdout=subprocess.DEVNULL)
        while process.poll() is None and (not partial.exists() or partial.read_bytes().count(b"\n") < 4):
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if not partial.exists():
            self.skipTest("the run was faster than the kill")
        return command, partial, self.folder / f"{name}.partial.images"

    def test_a_failed_read_is_no_end_of_file(self):
        """/proc/self/mem fails with EIO: the name of a disk that does."""
        command, partial, images = self.stopped("eio.csv")
        kept = images.read_bytes()
        rows = partial.read_bytes()
        images.rename(self.folder / "images")
        images.symlink_to("/proc/self/mem")
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertIn("eio.csv.partial.images", done.stderr)
        self.assertTrue(rows.startswith(partial.read_bytes()))
        self.assertGreaterEqual(partial.read_bytes().count(b"\n"), 4)
        images.unlink()
        (self.folder / "images").rename(images)
        self.assertEqual(images.read_bytes(), kept)
        self.assertEqual(subprocess.run(command, cwd=self.folder, capture_output=True).returncode, 0)

    @unittest.skipIf(THREADS or not shutil.which("prlimit"), "sanitizers want room, or prlimit is missing")
    def test_short_memory_is_no_end_of_file(self):
        command, partial, images = self.stopped("memory.csv")
        rows, size = partial.read_bytes(), images.stat().st_size
        os.truncate(images, 1 << 40)  # a hole: no disk is used
        done = subprocess.run(["prlimit", f"--as={4 << 30}", *command], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertEqual(images.stat().st_size, 1 << 40)
        self.assertTrue(rows.startswith(partial.read_bytes()))
        os.truncate(images, size)
        self.assertEqual(subprocess.run(command, cwd=self.folder, capture_output=True).returncode, 0)

    def test_inputs_that_cannot_be_read(self):
        for command in (("eval", "/proc/self/mem", "--data", "data"),
                        ("eval", "net.onnx", "--inputs", "/proc/self/mem", "--outputs", "o.npz"),
                        ("picture", "/proc/self/mem", "--data", "data", "-o", "p.png")):
            done = self.brink(*command)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1)


class Claims(Contract):
    def test_a_changed_bounds_file(self):
        self.good("bounds", "net.onnx", "--method", "exact", "-o", "b.json")
        document = json.loads((self.folder / "b.json").read_text())
        unit = ("visualize", "net.onnx", "--unit", "2:0", "-o")
        done = self.good(*unit, "as-written", "--bounds", "b.json")
        self.assertNotIn("checksum", done.stderr)
        (self.folder / "layout.json").write_text(json.dumps(document, indent=3, sort_keys=True))
        self.good(*unit, "layout", "--bounds", "layout.json")
        neuron = next(n for n in document["layers"][0] if n["upper"] > 0.2)
        neuron["upper"] = max(neuron["lower"], 0.1)
        (self.folder / "changed.json").write_text(json.dumps(document))
        self.refused(*unit, "changed", "--bounds", "changed.json", says=["changed.json", "changed"])
        self.refused("closest", "net.onnx", "--data", "data", "--images", "0", "--engine", "mip", "--bounds",
                     "changed.json", "-o", "c.csv", says=["changed.json", "changed"])
        self.refused("page", "net.onnx", "--data", "data", "--bounds", "changed.json", "-o", "p.html", says=["changed"])
        del document["checksum"]
        (self.folder / "old.json").write_text(json.dumps(document))
        self.assertIn("checksum", self.good(*unit, "old", "--bounds", "old.json").stderr)
        self.assertIn("checksum", self.good("page", "net.onnx", "--data", "data", "--bounds", "old.json", "-o",
                                            "p.html").stderr)
        self.assertEqual(self.good(*unit, "quiet", "--bounds", "old.json", "--quiet").stderr, "")

    @unittest.skipIf(THREADS or not shutil.which("prlimit"), "sanitizers want room, or prlimit is missing")
    def test_a_bounds_file_that_claims_a_hundred_million_inputs(self):
        self.good("bounds", "net.onnx", "-o", "huge.json")
        document = json.loads((self.folder / "huge.json").read_text())
        del document["checksum"]
        for size in (100_000_000, 4_000_000, 1 << 62, -1):
            document["box"] = {"size": size, "low": 0, "high": 1}
            (self.folder / "huge.json").write_text(json.dumps(document))
            for command in (("visualize", "net.onnx", "--unit", "2:0", "--bounds", "huge.json", "-o", "u", "--threads", "1"),
                            ("page", "net.onnx", "--data", "data", "--bounds", "huge.json", "-o", "p.html")):
                usage = subprocess.run(
                    ["prlimit", f"--data={400 << 20}", BRINK, *command], cwd=self.folder, capture_output=True, text=True)
                self.assertEqual(usage.returncode, 2, usage.stderr)


class Meanwhile(Contract):
    """A store that another process writes all the time: pairs of rows, so that half a pair shows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls().good("closest", "net.onnx", "--data", "data", "--images", "0-5", "--norm", "l1", "--store", "seed.db",
                   "--quiet")

    @contextlib.contextmanager
    def writer(self, store, found):
        shutil.copy(self.folder / "seed.db", self.folder / store)
        stop = threading.Event()

        def write():
            with contextlib.closing(sqlite3.connect(self.folder / store, isolation_level=None, timeout=60)) as database:
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("PRAGMA synchronous = OFF")
                columns = ", ".join(row[1] for row in database.execute("PRAGMA table_info(closest)") if row[1] != "image")
                chosen = columns
                if not found:
                    chosen = columns.replace("found", "NULL").replace("status", "'infeasible'").replace("distance", "NULL")
                image = 1000
                while not stop.is_set():
                    database.execute("BEGIN IMMEDIATE")
                    for i in (image, image + 1):
                        database.execute(f"INSERT INTO closest(image, {columns}) SELECT {i}, {chosen} FROM closest "
                                         "WHERE status = 'optimal' AND image < 1000 LIMIT 1")
                    database.execute("COMMIT")
                    image += 2
                    time.sleep(1 / PACE)

        thread = threading.Thread(target=write)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def is_a_moment(self, images):
        """Those that were there, and whole pairs in the order in which they were written."""
        added = sorted(i for i in images if i >= 1000)
        self.assertEqual(sorted(images)[:6], list(range(6)))
        self.assertEqual(added, list(range(1000, 1000 + len(added))))
        self.assertEqual(len(added) % 2, 0)

    def each(self, look):
        for found in (True, False):
            with self.subTest(found=found), self.writer("busy.db", found):
                for number in range(MANY // 2):
                    look(number + (MANY if found else 0))
            for ending in ("", "-wal", "-shm"):
                (self.folder / f"busy.db{ending}").unlink(missing_ok=True)

    def test_reports(self):
        def look(_):
            said = json.loads(self.good("report", "busy.db", "-o", "r.html", "--json").stdout)["answers"]
            text = (self.folder / "r.html").read_text()
            data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.S).group(1))
            self.assertEqual(len(data["answers"]["question"]), said)
            self.is_a_moment([data["images"]["number"][i] for i in data["answers"]["image"]])
        self.each(look)

    def test_runs(self):
        def look(number):
            if number % 2:
                rows = json.loads(self.good("runs", "busy.db", "--list", "answers", "--json").stdout)
                self.is_a_moment([row["image"] for row in rows])
            else:
                (row,) = json.loads(self.good("runs", "busy.db", "--json").stdout)
                self.assertEqual(row["answers"] % 2, 0)
                self.assertLessEqual(row["solved"], row["answers"])
        self.each(look)

    def test_merges(self):
        def look(number):
            self.good("runs", "merge", "busy.db", "seed.db", "-o", f"m{number}.db")
            with contextlib.closing(sqlite3.connect(self.folder / f"m{number}.db")) as database:
                self.is_a_moment([row[0] for row in database.execute("SELECT image FROM closest")])
                self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        self.each(look)

    def test_two_runs_and_their_readers(self):
        """Brink's own writers, of one store, while it is read."""
        asked = [BRINK, "closest", "net.onnx", "--data", "data", "--norm", "linf", "--threads", "1", "--store", "own.db",
                 "--images", "0-58", "--shard"]
        writers = [subprocess.Popen([*asked, f"{i}/2"], cwd=self.folder, stdout=subprocess.DEVNULL,
                                    stderr=subprocess.PIPE, text=True) for i in (1, 2)]
        while any(w.poll() is None for w in writers):
            if (self.folder / "own.db").exists() and run("runs", "own.db", cwd=self.folder).returncode == 0:
                listed = json.loads(self.good("runs", "own.db", "--list", "answers", "--json").stdout)
                if listed:
                    self.good("report", "own.db", "-o", "own.html")
            time.sleep(0.05)
        for writer in writers:
            self.assertEqual(writer.returncode, 0, writer.stderr.read())
            writer.stderr.close()


if __name__ == "__main__":
    unittest.main()
