#!/usr/bin/env python3
"""Runs clang-tidy over the C++ sources named on standard input, one process a core, and remembers
which passed: run by `./runtests --all`, needs only Python's standard library.

Most of clang-tidy's time goes into the headers, again for each source: sources of one target are
therefore read together, up to GROUP of them pasted into one file as the release build pastes them (four
times faster here; pasted rather than included, for clang-tidy 14 runs the static analyzer over
the main file alone).

A run must survive being stopped. What passed leaves an empty file build/tidy/KEY, KEY a hash of all
that the verdict depends on: clang-tidy's version and settings, the list of packages, the compile
command, and the contents of the sources and of every header of the project that they include. What has its key there
is skipped; a source that the default build leaves out has no command and is always run. To begin anew (after an
update of the system's headers), delete build/tidy.

Usage: git ls-files '*.cpp' | tools/tidy.py BUILD_FOLDER, a folder configured without unity builds.
"""

import collections
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

TIDY = ["clang-tidy", "--quiet", "--extra-arg=-Wno-unknown-warning-option"]
PASSED = pathlib.Path("build/tidy")
GROUP = 8  # divides the release build's batches, so that what is pasted here is pasted there too


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


@functools.cache
def settings():
    version = subprocess.run(["clang-tidy", "--version"], check=True, capture_output=True).stdout
    return hashlib.sha256(version + repr(TIDY).encode() + digest(".clang-tidy") + digest("packages.txt"))


def key(sources, command):
    """A hash of all that the verdict over these sources depends on."""
    found = settings().copy()
    found.update(repr(command).encode())
    for source in sources:
        for path in headers(pathlib.Path(source)):
            found.update(digest(path))
    return found.hexdigest()


def flags(command):
    """(the object's folder, the compiler's flags): what sources of one target share."""
    words = shlex.split(command)[1:]
    output = words.index("-o")
    folder = os.path.dirname(words[output + 1])
    source = words.index("-c")
    dropped = {output, output + 1, source, source + 1}
    return folder, tuple(word for place, word in enumerate(words) if place not in dropped)


def groups(build, sources):
    """[(sources, flags)] of at most GROUP of one target; flags is None for what the build leaves out."""
    targets = collections.defaultdict(list)
    for unit in json.loads((pathlib.Path(build) / "compile_commands.json").read_text()):
        targets[flags(unit["command"])].append(os.path.relpath(unit["file"]))
    wanted, found = set(sources), []
    for (_, options), files in targets.items():
        for first in range(0, len(files), GROUP):
            batch = [file for file in files[first : first + GROUP] if file in wanted]
            wanted.difference_update(batch)
            if batch:
                found.append((batch, options))
    return found + [([source], None) for source in sorted(wanted)]


def pasted(sources):
    """The sources as one text, each header included once, and where each of its lines comes from."""
    text, places, before = [], [], set()
    for source in sources:
        own = set()
        for number, line in enumerate(pathlib.Path(source).read_text().splitlines(), 1):
            include = re.match(r"\s*#\s*include\s*(\S+)", line)
            if include and include[1] in before:
                line = ""
            elif include:
                own.add(include[1])
            text.append(line)
            places.append(f"{source}:{number}")
        before |= own
    return "\n".join(text) + "\n", places


def findings(sources, options, name):
    """What clang-tidy says of the sources, pasted into one; nothing: they pass."""
    file = (PASSED / f"{name}.cpp").resolve()
    text, places = pasted(sources)
    file.write_text(text)
    folders = sorted({os.path.dirname(source) for source in sources})
    quoted = [word for folder in folders for word in ("-iquote", folder)]
    command = [*TIDY, "--config-file=.clang-tidy", str(file), "--", *options, *quoted]
    run = subprocess.run(command, capture_output=True, text=True)
    file.unlink()
    if run.returncode == 0:
        return ""
    return re.sub(re.escape(str(file)) + r":(\d+)", lambda found: places[int(found[1]) - 1],
                  run.stdout + run.stderr)


def check(build, sources, options):
    """Whether the sources pass; what is found printed where they do not."""
    if options is None:
        run = subprocess.run([*TIDY, "-p", build, *sources], capture_output=True, text=True)
        found = run.stdout + run.stderr if run.returncode else ""
    else:
        passed = PASSED / key(sources, options)
        if passed.exists():
            return True
        found = findings(sources, options, passed.name)
        if not found:
            passed.touch()
    if found:
        print(f"{' '.join(sources)}:\n{found}", flush=True)
    return not found


def main(build):
    PASSED.mkdir(parents=True, exist_ok=True)
    sources = sys.stdin.read().split()
    todo = groups(build, sources)
    done, passes = 0, True
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {pool.submit(check, build, *group): len(group[0]) for group in todo}
        for verdict in concurrent.futures.as_completed(running):
            passes = verdict.result() and passes
            done += running[verdict]
            print(f"clang-tidy: {done} of {len(sources)} files", flush=True)
    return 0 if passes else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
