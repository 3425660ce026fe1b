"""The commands of README.md run as they stand there, in order."""

import pathlib
import re
import shlex
import tempfile
import unittest

from harness import run

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"


class Readme(unittest.TestCase):
    def test_every_example(self):
        block = re.search(r"```sh\n(.*?)```", README.read_text(), re.S).group(1)
        commands = [line for line in block.splitlines() if line and not line.startswith("#")]
        self.assertGreater(len(commands), 8)
        with tempfile.TemporaryDirectory(prefix="brink-readme-") as folder:
            for command in commands:
                words = shlex.split(command)
                self.assertIn(words[0], ("brink", "brink-check"))
                with self.subTest(command=command):
                    done = run(*words[1:], program=words[0], cwd=folder, timeout=300)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    if "-o" in words:
                        made = pathlib.Path(folder) / words[words.index("-o") + 1]
                        self.assertTrue(made.exists(), made)


if __name__ == "__main__":
    unittest.main()
