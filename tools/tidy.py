#!/usr/bin/env python3
"""Runs clang-tidy over the C++ sources named on standard input, one process a core, and remembers
which passed: run by `./runtests --all`, needs only Python's standard library.

clang-tidy takes 10 to 60 s a file, so a run over all of them must survive being stopped. A file that
passed leaves an empty file build/tidy/KEY, KEY a hash of all that its verdict depends on: clang-tidy's
version and settings, the compile command, and the contents of the source and of every header that its
object file was built from (ninja's own record, system headers included). A file with its key there is
skipped; one that the default build leaves out has no record and is always run. To begin anew, delete
build/tidy.

Usage: git ls-files '*.cpp' | tools/tidy.py BUILD_FOLDER, a folder brought up to date by ninja.
"""

import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import subprocess
import sys

TIDY = ["clang-tidy", "--quiet", "--extra-arg=-Wno-unknown-warning-option"]
PASSED = pathlib.Path("build/tidy")


@functools.cache
def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).digest()


def recorded_headers(build):
    """{object file: [what it was built from]}, paths as ninja writes them."""
    listing = subprocess.run(["ninja", "-C", build, "-t", "deps"], check=True, capture_output=True, text=True)
    found, current = {}, None
    for line in listing.stdout.splitlines():
        if line.startswith("    "):
            current.append(os.path.join(build, line.strip()))
        elif ": #deps" in line:
            current = found.setdefault(line.split(": #deps")[0], [])
    return found


def keys(build):
    """{source: key} for every file that was built."""
    common = hashlib.sha256(subprocess.run(["clang-tidy", "--version"], check=True, capture_output=True).stdout)
    common.update(repr(TIDY).encode() + digest(".clang-tidy"))
    headers = recorded_headers(build)
    found = {}
    for unit in json.loads((pathlib.Path(build) / "compile_commands.json").read_text()):
        words = unit["command"].split()
        target = words[words.index("-o") + 1]
        if target not in headers:
            continue
        key = common.copy()
        key.update(unit["command"].encode())
        for path in headers[target]:
            key.update(digest(path))
        found[os.path.relpath(unit["file"])] = key.hexdigest()
    return found


def check(build, source, key):
    """Whether the source passes; its findings printed where it does not."""
    run = subprocess.run([*TIDY, "-p", build, source], capture_output=True, text=True)
    if run.returncode == 0:
        if key:
            (PASSED / key).touch()
        return True
    print(f"{source}:\n{run.stdout}{run.stderr}", flush=True)
    return False


def main(build):
    of = keys(build)
    PASSED.mkdir(parents=True, exist_ok=True)
    sources = sys.stdin.read().split()
    todo = [source for source in sources if not (source in of and (PASSED / of[source]).exists())]
    print(f"clang-tidy: {len(sources)} files, {len(sources) - len(todo)} of them passed before", flush=True)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = [pool.submit(check, build, source, of.get(source)) for source in todo]
        for done, _ in enumerate(concurrent.futures.as_completed(verdicts), 1):
            if done % 20 == 0 or done == len(todo):
                print(f"clang-tidy: {done} of {len(todo)} files", flush=True)
    return 0 if all(verdict.result() for verdict in verdicts) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
