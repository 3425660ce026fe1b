#!/usr/bin/env python3
"""Runs clang-tidy over the C++ sources named on standard input, one process a core, and remembers
which passed: run by `./runtests --all`, needs only Python's standard library.

clang-tidy takes 10 to 60 s a file, so a run over all of them must survive being stopped. A file that
passed leaves an empty file build/tidy/KEY, KEY a hash of all that its verdict depends on: clang-tidy's
version and settings, the list of packages, the compile command, and the contents of the source and of every header of
the project that it includes. A file with its key there is skipped; one that the default build leaves out
has no command and is always run. To begin anew (after an update of the system's headers), delete
build/tidy.

Usage: git ls-files '*.cpp' | tools/tidy.py BUILD_FOLDER, a folder configured without unity builds.
"""

import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

TIDY = ["clang-tidy", "--quiet", "--extra-arg=-Wno-unknown-warning-option"]
PASSED = pathlib.Path("build/tidy")


@functools.cache
def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).digest()


@functools.cache
def included(path):
    """The project's own headers that a file includes, directly."""
    names = re.findall(r'^\s*#\s*include\s*"([^"]+)"', path.read_text(), re.M)
    places = [path.parent, *(pathlib.Path(place) for place in ("src", "cli", "tests"))]
    candidates = [[(place / name).resolve() for place in places] for name in names]
    return [next((file for file in files if file.exists()), None) for files in candidates]


def headers(source):
    """The source and every header of the project that it rests on."""
    seen, stack = set(), [source.resolve()]
    while stack:
        path = stack.pop()
        if path is not None and path not in seen:
            seen.add(path)
            stack.extend(included(path))
    return sorted(seen)


def keys(build):
    """{source: key} for every file that the folder would build."""
    common = hashlib.sha256(subprocess.run(["clang-tidy", "--version"], check=True, capture_output=True).stdout)
    common.update(repr(TIDY).encode() + digest(".clang-tidy") + digest("packages.txt"))
    found = {}
    for unit in json.loads((pathlib.Path(build) / "compile_commands.json").read_text()):
        source = os.path.relpath(unit["file"])
        if not os.path.exists(source):  # made by the build
            continue
        key = common.copy()
        key.update(unit["command"].encode())
        for path in headers(pathlib.Path(source)):
            key.update(digest(path))
        found[source] = key.hexdigest()
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
