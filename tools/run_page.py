#!/usr/bin/env python3
"""Executes the blocks of a page of the manual, in order, in a folder of its own.

Blocks marked ```sh are commands, one a line, `brink` being the program given; blocks marked ```python are
run by this interpreter, one after the other with the names of those before them. What a block prints is
shown; the first that fails ends the run with exit code 1.

Usage: tools/run_page.py PAGE.md [--brink build/release/brink] [--keep FOLDER]
"""

import argparse
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile
import time


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("--brink", type=pathlib.Path, default=pathlib.Path("build/release/brink"))
    parser.add_argument("--keep", type=pathlib.Path, help="work in this folder and leave it there")
    arguments = parser.parse_args()
    blocks = re.findall(r"^```(sh|python)\n(.*?)^```", arguments.page.read_text(), re.S | re.M)
    if not blocks:
        sys.exit(f"{arguments.page} has no blocks to run")
    brink = arguments.brink.resolve()
    names = {"__name__": "__main__"}
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        os.chdir(folder)
        for kind, text in blocks:
            if kind == "python":
                exec(compile(text, "block", "exec"), names)
                continue
            for line in filter(None, text.splitlines()):
                print("$", line, flush=True)
                start = time.monotonic()
                words = shlex.split(line)
                done = subprocess.run([brink if word == "brink" else word for word in words[:1]] + words[1:], check=False)
                print(f"  ({time.monotonic() - start:.1f} s)", flush=True)
                if done.returncode != 0:
                    sys.exit(f"exit code {done.returncode}: {line}")
    print(f"{len(blocks)} blocks run")


if __name__ == "__main__":
    main()
