"""What is written where: files, links, pipes, devices, standard streams; and how signals end a run."""

import fcntl
import json
import os
import signal
import socket
import stat
import subprocess
import time
import unittest

from harness import BRINK, Contract, in_time

LONG = in_time(60)  # seconds, only to end what hangs


class Outputs(Contract):
    """All commands that write one file, and what they need for it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls()
        case.good("closest", "net.onnx", "--data", "data", "--images", "0-2", "--norm", "l1", "--store", "run.db",
                  "-o", "table.csv", "--images-out", "table.npz", "--quiet")
        cls.asked = ("net.onnx", "--data", "data", "--images", "0-2", "--norm", "l1")
        cls.writers = [
            ("train", "--data", "data", "--hidden", "4", "--epochs", "1", "-o"),
            ("eval", "net.onnx", "--data", "data", "--outputs"),
            ("bounds", "net.onnx", "-o"),
            ("closest", *cls.asked, "-o"),
            ("closest", *cls.asked, "--store", "run.db", "--images-out"),
            ("closest", *cls.asked, "-o", "log.csv", "--log"),
            ("curve", *cls.asked, "-o"),
            ("curve", *cls.asked, "-o", "curve.csv", "--png"),
            ("export", "net.onnx", "--data", "data", "--image", "0", "--target", "1", "-o"),
            ("harden", "net.onnx", "--data", "data", "--weight-decay", "0.01", "--epochs", "1", "-o"),
            ("page", "net.onnx", "--data", "data", "--closest", "table.csv", "-o"),
            ("picture", "table.csv", "--data", "data", "-o"),
            ("report", "run.db", "-o"),
            ("runs", "run.db", "--csv"),
        ]
        cls.folders = [("visualize", "net.onnx", "--unit", "1:0", "-o"), ("closest", *cls.asked, "-o", "p.csv", "--png"),
                       ("reproduce", "z1", "--data", "data", "-o")]

    def ending(self, command):
        return ".lp" if command[0] == "export" else ""

    def start(self, *arguments, **more):
        process = subprocess.Popen([BRINK, *arguments], cwd=self.folder, text=True, stderr=subprocess.PIPE, **more)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        return process

    def leftovers(self):
        return [p.name for p in self.folder.iterdir() if ".tmp" in p.name]


class NoFiles(Outputs):
    def refused_everywhere(self, name, *says):
        for command in self.writers + self.folders + [("runs", "merge", "run.db", "-o")]:
            with self.subTest(" ".join(command)):
                before = os.lstat(self.folder / name)
                self.refused(*command, name, says=says)
                after = os.lstat(self.folder / name)
                self.assertEqual((before.st_mode, before.st_ino), (after.st_mode, after.st_ino))

    def test_a_device(self):
        """A node of our own: a program that replaces it would break the real one for the whole machine."""
        node = self.folder / "null"
        try:
            os.mknod(node, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        except PermissionError:
            self.skipTest("only root makes devices")
        self.refused_everywhere("null", "null")
        (self.folder / "to-null").symlink_to("null")
        self.refused_everywhere("to-null", "null")
        self.refused("closest", *self.asked, "--store", "null", says=["null"])
        node.unlink()

    def test_the_real_null_device(self):
        for command in self.writers[:3]:
            self.refused(*command, "/dev/null", says=["/dev/null", "device"])
        for command in (("bounds", "net.onnx"), ("closest", *self.asked), ("runs",), ("report", "-o", "r.html")):
            store = ("/dev/null",) if command[0] in ("runs", "report") else ("--store", "/dev/null")
            self.refused(*command, *store, says=["/dev/null"])
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))

    def test_a_socket(self):
        with socket.socket(socket.AF_UNIX) as there:
            path = self.folder / "socket"
            try:
                there.bind(str(path))
            except OSError:
                self.skipTest("no sockets here")
            self.refused_everywhere("socket", "socket")
            path.unlink()

    def test_a_folder(self):
        (self.folder / "folder").mkdir()
        for command in self.writers:
            self.refused(*command, "folder", says=["folder"])

    def test_links_that_lead_nowhere(self):
        (self.folder / "round").symlink_to("round")
        self.refused_everywhere("round", "round")
        (self.folder / "lost").symlink_to("no/such/folder")
        for command in self.writers:
            if command[0] != "export":
                self.refused(*command, "lost", says=["no/such"])

    def test_the_work_has_not_begun(self):
        """Refused at once, though the work would take minutes."""
        begin = time.monotonic()
        self.refused("train", "--data", "data", "--hidden", "300,300", "--epochs", "10000", "-o", "/dev/null")
        self.refused("closest", *self.asked, "-o", "far.csv", "--png", "net.onnx", says=["net.onnx"])
        self.refused("visualize", "net.onnx", "--all", "--bounds", "exact", "-o", "-", says=["folder"])
        self.assertLess(time.monotonic() - begin, LONG)

    def test_a_file_that_must_not_be_written(self):
        if os.getuid() == 0:
            self.skipTest("root may write everything")
        path = self.folder / "kept.json"
        path.write_text("kept")
        path.chmod(0o444)
        self.refused("bounds", "net.onnx", "-o", "kept.json", says=["kept.json"])


class Files(Outputs):
    def test_modes_stay_and_links_are_followed(self):
        (self.folder / "elsewhere").mkdir()
        for number, command in enumerate(self.writers):
            with self.subTest(" ".join(command)):
                name = f"{number}{self.ending(command)}"
                target, link = self.folder / "elsewhere" / name, self.folder / name
                target.write_text("precious")
                target.chmod(0o600)
                link.symlink_to(f"elsewhere/{name}")
                self.good(*command, link.name)
                self.assertTrue(link.is_symlink())
                self.assertNotEqual(target.read_bytes(), b"precious")
                self.assertEqual(stat.S_IMODE(target.stat().st_mode), 0o600)
        self.assertEqual(self.leftovers(), [])

    def test_a_new_file_has_the_mode_that_the_umask_gives(self):
        for mask in (0o022, 0o077, 0o002):
            done = subprocess.run([BRINK, "bounds", "net.onnx", "-o", f"{mask}.json"], cwd=self.folder, umask=mask,
                                  capture_output=True, check=True)
            self.assertEqual(done.returncode, 0)
            self.assertEqual(stat.S_IMODE((self.folder / f"{mask}.json").stat().st_mode), 0o666 & ~mask)

    def test_a_link_to_what_is_not_there_yet(self):
        (self.folder / "deep").mkdir()
        (self.folder / "new.json").symlink_to("deep/made.json")
        self.good("bounds", "net.onnx", "-o", "new.json")
        self.assertTrue((self.folder / "new.json").is_symlink())
        json.loads((self.folder / "deep" / "made.json").read_text())

    def test_a_table_through_a_link_and_by_its_name_is_one_table(self):
        """Killed under one name, gone on with under the other."""
        (self.folder / "by-link.csv").symlink_to("by-name.csv")
        self.good("closest", *self.asked, "-o", "whole.csv")
        process = self.start("closest", "net.onnx", "--data", "data", "--images", "0-58", "--norm", "linf", "--threads",
                             "1", "-o", "by-link.csv", stdout=subprocess.DEVNULL)
        partial = self.folder / "by-name.csv.partial"
        end = time.monotonic() + LONG
        while time.monotonic() < end and process.poll() is None:
            if partial.exists() and partial.read_bytes().count(b"\n") > 3:
                break
            time.sleep(0.01)
        process.kill()
        process.wait()
        if partial.exists():
            self.refused("closest", *self.asked, "-o", "by-name.csv", says=["by-name.csv.partial"])
        self.assertFalse((self.folder / "by-link.csv.partial").exists())

    def test_temporary_names_cannot_be_guessed(self):
        """Names of the form OUT.tmpPID were followed if they were links."""
        (self.folder / "victim.txt").write_text("victim")
        script = ("for i in '' .tmp .partial; do ln -sf victim.txt guess.json$i$$; ln -sf victim.txt guess.json.tmp$$; "
                  f"done; exec {BRINK} bounds net.onnx -o guess.json --quiet")
        subprocess.run(["sh", "-c", script], cwd=self.folder, check=True, stdout=subprocess.DEVNULL)
        self.assertEqual((self.folder / "victim.txt").read_text(), "victim")

    def test_what_a_killed_run_left_is_swept_and_nothing_else(self):
        dead, digits = self.folder / "swept.json.brink-0123456789abcdef.tmp", "brink-0123456789abcdee"
        dead.write_text("half")
        held = self.folder / f"swept.json.{digits}.tmp"
        strangers = [self.folder / name for name in ("swept.json.tmp", "swept.json.tmp123", f"{digits}.txt",
                                                     "x.brink-0123456789abcdeg.tmp", "x.brink-0123456789abcde.tmp")]
        for path in (held, *strangers):
            path.write_text("kept")
        link = self.folder / "l.brink-0123456789abcdef.tmp"
        link.symlink_to("swept.json.tmp")
        with open(held, "a") as writer:
            fcntl.flock(writer, fcntl.LOCK_EX)  # as a run that is writing does
            self.good("bounds", "net.onnx", "-o", "swept.json")
        self.assertFalse(dead.exists())
        for path in (held, *strangers):
            self.assertEqual(path.read_text(), "kept")
        self.assertTrue(link.is_symlink())
        self.good("bounds", "net.onnx", "-o", "swept.json")
        self.assertFalse(held.exists())
        for path in (*strangers, link):
            path.unlink()


class Streams(Outputs):
    def contents(self, command):
        """What the command writes into a file, times left out."""
        path = self.folder / f"file{self.ending(command)}"
        self.good(*command, path.name)
        return path.read_bytes()

    def test_standard_output_and_pipes(self):
        """The file goes there, byte for byte what a file would hold, and what was said goes to stderr."""
        os.mkfifo(self.folder / "pipe")
        for command in self.writers:
            with self.subTest(" ".join(command)):
                whole = self.contents(command)
                for name in ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"):
                    done = subprocess.run([BRINK, *command, name], cwd=self.folder, capture_output=True, timeout=LONG)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.alike(done.stdout, whole)
                    self.assertNotEqual(done.stderr, b"")
                with open(self.folder / "redirected", "wb") as file:
                    subprocess.run([BRINK, *command, "/dev/stdout"], cwd=self.folder, stdout=file, check=True,
                                   stderr=subprocess.DEVNULL, timeout=LONG)
                self.alike((self.folder / "redirected").read_bytes(), whole)
                with open(self.folder / "read", "wb") as file:
                    reader = subprocess.Popen(["cat", "pipe"], cwd=self.folder, stdout=file)
                self.addCleanup(reader.kill)
                self.good(*command, "pipe")
                self.assertEqual(reader.wait(LONG), 0)
                self.alike((self.folder / "read").read_bytes(), whole)
                self.assertTrue(stat.S_ISFIFO(os.lstat(self.folder / "pipe").st_mode))
        odd = [p.name for p in self.folder.iterdir() if p.name.startswith(("-", "pipe."))]
        self.assertEqual(odd, [])
        self.assertFalse(any(n.startswith("stdout.") for n in os.listdir("/dev")))

    def alike(self, got, whole):
        """Times differ from run to run, and so may the digits that tell them."""
        self.assertEqual(got[:4], whole[:4])
        self.assertLess(abs(len(got) - len(whole)), 64 + len(whole) // 20)

    def test_several_descriptors(self):
        read, write = os.pipe()
        done = subprocess.run([BRINK, "bounds", "net.onnx", "-o", f"/dev/fd/{write}"], cwd=self.folder,
                              pass_fds=[write], capture_output=True, text=True, timeout=LONG)
        os.close(write)
        with os.fdopen(read) as pipe:
            self.assertIn("layers", json.load(pipe))
        self.assertIn("t_pre", done.stdout)
        self.refused("bounds", "net.onnx", "-o", "/dev/fd/99", says=["/dev/fd/99"])

    def test_one_standard_output(self):
        self.refused("closest", *self.asked, "-o", "-", "--images-out", "/dev/stdout", says=["two outputs"])
        for command in self.writers:
            self.refused(*command, "-", "--json", says=["--json"])
        self.refused("runs", "merge", "run.db", "-o", "-", says=["store"])

    def test_a_reader_that_leaves(self):
        os.mkfifo(self.folder / "leaves.html")
        process = self.start("report", "run.db", "-o", "leaves.html", stdout=subprocess.DEVNULL)
        with open(self.folder / "leaves.html", "rb") as pipe:
            pipe.read(1)
        self.assertEqual(process.wait(LONG), 3)
        self.assertIn("leaves.html", process.stderr.read())

    def test_inputs_from_pipes(self):
        os.mkfifo(self.folder / "in.onnx")
        process = self.start("eval", "in.onnx", "--data", "data", stdout=subprocess.PIPE)
        time.sleep(0.2)
        (self.folder / "in.onnx").write_bytes((self.folder / "net.onnx").read_bytes())
        self.assertIn("accuracy", process.communicate(timeout=LONG)[0])
        self.assertEqual(process.returncode, 0)


class LostOutput(Outputs):
    SAYING = [("--version",), ("--help",), ("closest", "--help"), ("data", "list"), ("runs", "run.db")]

    def test_what_stdout_lost_is_told(self):
        commands = [*self.SAYING, *((*c, f"said{self.ending(c)}") for c in self.writers),
                    ("visualize", "net.onnx", "--unit", "1:0", "-o", "units"), ("eval", "net.onnx", "--data", "data")]
        for command in commands:
            for json_too in (False, True):
                if json_too and ("--help" in command or "--version" in command):
                    continue
                with self.subTest(" ".join(command), json=json_too), open("/dev/full", "w") as full:
                    arguments = [BRINK, *command, *(["--json"] if json_too else [])]
                    done = subprocess.run(arguments, cwd=self.folder, text=True, stdout=full, stderr=subprocess.PIPE,
                                          timeout=LONG)
                    self.assertEqual(done.returncode, 3, done.stderr)
                    self.assertIn("standard output", done.stderr.splitlines()[-1])
                    closed = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", *arguments], cwd=self.folder, text=True,
                                            stderr=subprocess.PIPE, timeout=LONG)
                    self.assertEqual(closed.returncode, 3, closed.stderr)
                    self.assertIn("standard output", closed.stderr.splitlines()[-1])

    def test_what_was_finished_is_kept(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([BRINK, "closest", *self.asked, "-o", "kept.csv", "--json"], cwd=self.folder,
                                  stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 3)
        self.assertEqual((self.folder / "kept.csv").read_text().count("\n"), 4)

    def test_a_full_device_as_the_output(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([BRINK, "bounds", "net.onnx", "-o", "-"], cwd=self.folder, stdout=full,
                                  stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 3)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        done = subprocess.run(["sh", "-c", f"exec {BRINK} bounds net.onnx -o - >&-"], cwd=self.folder,
                              stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 3)

    def test_a_lost_stderr_changes_nothing(self):
        for command, code in ((("eval", "no.onnx", "--data", "data"), 2), (("eval", "net.onnx", "--data", "data"), 0),
                              (("frobnicate",), 2), (("export", "net.onnx", "--data", "data", "--image", "59",
                                                      "--target", "1", "-o", "e.lp"), 0)):
            for redirection in ("2>/dev/full", "2>&-", "<&- 2>&-"):
                done = subprocess.run(["sh", "-c", f'exec "$@" {redirection}', "sh", BRINK, *command], cwd=self.folder,
                                      stdout=subprocess.DEVNULL, timeout=LONG)
                self.assertEqual(done.returncode, code, (command, redirection))

    def test_closed_streams_do_not_end_up_in_files(self):
        for redirection in (">&-", "<&- >&-", "<&- >&- 2>&-"):
            for command in (("closest", *self.asked, "-o", "c.csv", "--store", "closed.db", "--log", "c.log"),
                            ("bounds", "net.onnx", "-o", "c.json")):
                subprocess.run(["sh", "-c", f'exec "$@" {redirection}', "sh", BRINK, *command], cwd=self.folder,
                               timeout=LONG, stderr=subprocess.DEVNULL)
            self.assertTrue((self.folder / "c.csv").read_text().startswith("image,"))
            json.loads((self.folder / "c.json").read_text())
            self.good("runs", "closed.db")
            for name in ("c.csv", "c.json", "c.log", "closed.db"):
                (self.folder / name).unlink()


class Signals(Outputs):
    """130, soon, whatever it waits for."""

    WAITING = [("eval", "pipe", "--data", "data"), ("bounds", "pipe", "-o", "b.json"),
               ("closest", "pipe", "--data", "data", "--images", "0", "-o", "c.csv"),
               ("eval", "net.onnx", "--inputs", "pipe", "--outputs", "o.npz"),
               ("train", "--data", "data", "--hidden", "4", "--add", "pipe", "-o", "t.onnx"),
               ("page", "pipe", "--data", "data", "-o", "p.html"), ("picture", "pipe", "--data", "data", "-o", "p.png"),
               ("visualize", "pipe", "--all", "-o", "v"), ("export", "pipe", "--data", "data", "--image", "0", "-o", "e.lp"),
               ("curve", "pipe", "--data", "data", "--images", "0", "-o", "c.csv"),
               ("harden", "pipe", "--data", "data", "--weight-decay", "1", "-o", "h.onnx"),
               ("report", "run.db", "-o", "pipe"), ("bounds", "net.onnx", "-o", "pipe"),
               ("closest", "net.onnx", "--data", "data", "--images", "0", "--norm", "l1", "-o", "pipe"),
               ("closest", "net.onnx", "--data", "data", "--images", "0", "--norm", "l1", "-o", "c.csv", "--log", "pipe"),
               ("runs", "run.db", "--csv", "pipe"),
               ("eval", "net.onnx", "--data", "pipes")]

    def end(self, process, *signals, after=0.4):
        time.sleep(after)  # to get there
        self.assertIsNone(process.poll(), process.args)
        begin = time.monotonic()
        for one in signals:
            process.send_signal(one)
        code = process.wait(LONG)
        self.assertLess(time.monotonic() - begin, in_time(5))
        said = process.stderr.read()
        self.assertEqual(code, 130, (process.args, said))
        self.assertIn("interrupted", said)
        return said

    def test_whatever_waits_for_a_pipe_ends(self):
        os.mkfifo(self.folder / "pipe")
        (self.folder / "pipes").mkdir()
        for kind in ("images-idx3", "labels-idx1"):
            os.mkfifo(self.folder / "pipes" / f"t10k-{kind}-ubyte")
        for number, command in enumerate(self.WAITING):
            with self.subTest(" ".join(command)):
                process = self.start(*command, stdout=subprocess.DEVNULL)
                self.end(process, *([signal.SIGINT], [signal.SIGTERM], [signal.SIGTERM, signal.SIGINT])[number % 3])

    def test_a_pipe_whose_writer_stalls(self):
        os.mkfifo(self.folder / "stalls")
        process = self.start("eval", "stalls", "--data", "data", stdout=subprocess.DEVNULL)
        with open(self.folder / "stalls", "wb", buffering=0) as pipe:
            pipe.write(b"half a network")
            self.end(process, signal.SIGTERM)

    def test_a_reader_that_stalls(self):
        """The page is larger than a pipe holds."""
        os.mkfifo(self.folder / "full.html")
        process = self.start("report", "run.db", "-o", "full.html", stdout=subprocess.DEVNULL)
        with open(self.folder / "full.html", "rb", buffering=0) as pipe:
            pipe.read(1)
            self.end(process, signal.SIGINT)

    def test_long_work_ends(self):
        process = self.start("train", "--data", "data", "--hidden", "300,300", "--epochs", "100000", "-o", "l.onnx")
        self.end(process, signal.SIGINT)
        self.assertEqual(self.leftovers(), [])

    def test_a_pair_of_signals_is_one(self):
        """timeout(1) signals the process and then its group: what is finished must still be kept."""
        self.good("train", "--data", "data", "--hidden", "100,100,100,100", "--epochs", "1", "-o", "large.onnx")
        process = self.start("bounds", "large.onnx", "--method", "exact", "--threads", "1", "-o", "large.json",
                             stdout=subprocess.DEVNULL)
        self.assertIn("is kept", self.end(process, signal.SIGTERM, signal.SIGTERM))


if __name__ == "__main__":
    unittest.main()
