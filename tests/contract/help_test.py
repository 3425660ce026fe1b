"""Every command's help ends in an example, and the examples work: in their order they are a first session."""

import re
import shlex
import shutil
import tempfile
import unittest

from harness import run, smaller_data

# Each needs what those before it made; by `strokes`, which the program draws itself.
ORDER = ("train", "info", "convert", "eval", "bounds", "visualize", "closest", "certificate", "certificate show", "verify",
         "compare", "supports", "solvers", "export", "picture", "page", "harden",
         "curve", "reproduce", "table", "runs", "runs merge", "report", "data", "data list",
         "completion", "manual")
NEED_A_NETWORK = {"data fetch"}


def commands(words=()):
    """Every command, as typed, that the help of its parent lists."""
    text = run(*words, "--help").stdout
    listed = re.search(r"^Subcommands:\n((?:  .*\n)+)", text, re.M)
    for name in re.findall(r"^  (\S+)", listed.group(1), re.M) if listed else ():
        yield " ".join((*words, name))
        yield from commands((*words, name))


def example(command):
    text = run(*command.split(), "--help").stdout
    found = re.search(r"\nExample:\n  (brink .*)\n*\Z", text)
    assert found, f"the help of {command} does not end in an example: {text[-300:]}"
    return shlex.split(found.group(1))[1:]


class Help(unittest.TestCase):
    def test_bare_program_helps(self):
        done = run()
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, run("--help").stdout)
        self.assertIn("Usage: brink", done.stdout)

    def test_every_example_works(self):
        listed = set(commands())
        self.assertEqual(listed, set(ORDER) | NEED_A_NETWORK)
        with tempfile.TemporaryDirectory(prefix="brink-help-") as folder:
            for command in ORDER:
                arguments = example(command)
                self.assertEqual(" ".join(arguments)[:len(command)], command)
                if command == "reproduce":
                    arguments = smaller_data(arguments, folder)
                if command == "runs":
                    self.fill_store(folder)
                if command == "certificate":
                    self.certify(folder)
                with self.subTest(command):
                    done = run(*arguments, cwd=folder)
                    self.assertEqual(done.returncode, 0, f"{arguments}: {done.stderr}")
                    self.assertNotEqual(done.stdout, "")

    def test_an_example_that_needs_the_internet_is_understood(self):
        for command in NEED_A_NETWORK:
            with tempfile.TemporaryDirectory() as folder:
                done = run(*example(command), "--from", "nowhere", "--to", folder)
            self.assertIn("nowhere", done.stderr)

    def certify(self, folder):
        done = run("closest", "net.onnx", "--data", "strokes", "--images", "0", "--norm", "linf", "--certificate",
                   "proof.cert", cwd=folder)
        self.assertEqual(done.returncode, 0, done.stderr)

    def fill_store(self, folder):
        done = run("closest", "net.onnx", "--data", "strokes", "--images", "0-1", "--norm", "linf", "--store",
                   "run.db", cwd=folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        shutil.copy(f"{folder}/run.db", f"{folder}/more.db")


if __name__ == "__main__":
    unittest.main()
