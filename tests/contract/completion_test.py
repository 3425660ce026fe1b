"""brink completion and brink manual: every command and option is in them, and bash completes with its own."""

import pathlib
import re
import subprocess
import tempfile
import unittest

from harness import run


def complete(*words):
    """What bash offers for the last of the words."""
    script = run("completion", "bash").stdout + f"""
COMP_WORDS=(brink {' '.join(f"'{w}'" for w in words)}); COMP_CWORD={len(words)}
_brink; printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert not done.stderr, done.stderr
    return done.stdout.split()


class Completion(unittest.TestCase):
    def test_bash_completes(self):
        self.assertEqual(complete("clo"), ["closest"])
        self.assertEqual(complete("closest", "--time"), ["--time-limit"])
        self.assertEqual(complete("closest", "net.onnx", "--norm", "l1", "--images-"), ["--images-out"])
        self.assertEqual(complete("data", "f"), ["fetch"])
        self.assertEqual(complete("data", "fetch", "--fr"), ["--from"])
        self.assertEqual(complete("closest", "net"), [])  # bash goes on with files

    def test_every_option_is_there(self):
        for command in ("closest", "train", "runs merge"):
            listed = set(re.findall(r"^ +(?:-\w,)?--([a-z-]+)", run(*command.split(), "--help").stdout, re.M))
            self.assertGreater(len(listed), 3)
            for shell in ("bash", "zsh", "fish"):
                text = run("completion", shell).stdout
                name = command.split()[-1]
                if shell == "bash":
                    text = re.search(rf"'{command}'\) (commands=.*)", text).group(1)
                elif shell == "fish":
                    text = "\n".join(line for line in text.splitlines() if f"seen_subcommand_from {name}'" in line)
                for option in listed:
                    wanted = f"-l {option} " if shell == "fish" else f"--{option}"
                    self.assertIn(wanted, text, (shell, command))

    def test_manual(self):
        with tempfile.TemporaryDirectory() as folder:
            at = pathlib.Path(folder) / "man1"
            self.assertEqual(run("manual", "-o", str(at)).returncode, 0)
            page = (at / "brink-closest.1").read_text()
            self.assertTrue(page.startswith(".TH BRINK-CLOSEST 1"))
            self.assertIn("\\-\\-time\\-limit", page)
            self.assertIn("Example:", page)
            self.assertTrue({"brink.1", "brink-data-fetch.1"} <= {p.name for p in at.iterdir()})

    def test_what_is_no_shell(self):
        done = run("completion", "bassh")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("did you mean", done.stderr)


if __name__ == "__main__":
    unittest.main()
