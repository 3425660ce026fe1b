#!/usr/bin/env python3
"""Checks the house rules that a compiler does not: run by ctest, needs only Python's standard library.

1. A folder of src/brink includes only itself and the folders it USES (directly or through others) in
   src/brink/CMakeLists.txt, and USES only folders declared above it: values flow one way.
2. Headers have at most 250 lines, sources 400, functions 60. A file that says "Over length:" with a
   reason in its first 12 lines is exempt, tables and generated data among them.
3. Every folder of src/brink has a README.md that names each of its files.

Usage: tools/check_layers.py [ROOT]; prints every violation, exits with 1 if there is one.
"""

import pathlib
import re
import sys

HEADER_LINES, SOURCE_LINES, FUNCTION_LINES = 250, 400, 60
EXEMPT = re.compile(r"Over length: \S+ \S+")


def modules(cmake):
    """{folder: [folders it USES]} in the order declared."""
    found = {}
    text = re.sub(r"#.*", "", cmake.read_text())
    for body in re.findall(r"brink_module\(([^)]*)\)", text):
        words = body.split()
        uses, inside = [], False
        for word in words[1:]:
            if word in ("USES", "LIBS", "WITHOUT"):
                inside = word == "USES"
            elif inside:
                uses.append(word)
        found[words[0]] = uses
    return found


def reachable(graph, start):
    """start and everything it uses, directly or not."""
    seen, stack = set(), [start]
    while stack:
        folder = stack.pop()
        if folder not in seen:
            seen.add(folder)
            stack.extend(graph.get(folder, []))
    return seen


def check_direction(root, graph):
    declared = set()
    for folder, uses in graph.items():
        for use in uses:
            if use not in declared:
                yield f"src/brink/CMakeLists.txt: {folder} uses {use}, which is not declared above it"
        declared.add(folder)
    include = re.compile(r'^\s*#\s*include\s*"brink/([^/"]+)/', re.M)
    for path in sorted((root / "src/brink").glob("*/*.*")):
        if path.suffix not in (".h", ".cpp"):
            continue
        folder = path.parent.name
        if folder not in graph:
            yield f"{path.relative_to(root)}: folder {folder} is not in src/brink/CMakeLists.txt"
            continue
        for other in sorted(set(include.findall(path.read_text())) - reachable(graph, folder)):
            yield f"{path.relative_to(root)}: includes {other}, which {folder} may not use"


def blank(text):
    """The text with comments, strings and characters blanked, line breaks kept."""
    token = re.compile(
        r'R"(?P<d>[^()\\ ]*)\(.*?\)(?P=d)"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"'
        r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'", re.S)
    return token.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def functions(text):
    """(first line, length) of each outermost brace block that follows a ')' - a function's body."""
    clean = blank(text)
    opened = []  # (line, is a function) of each open brace
    line = 1
    for at, char in enumerate(clean):
        if char == "\n":
            line += 1
        elif char == "{":
            before = clean[max(0, at - 300):at].rstrip()
            head = re.search(r"\)\s*(const|noexcept|override|final|mutable|->[^;{}()]*|\s)*$", before)
            # After "): member(x), other" the brace of the body follows a ')' as well.
            inside = any(is_function for _, is_function in opened)
            opened.append((line, bool(head) and not inside))
        elif char == "}" and opened:
            first, is_function = opened.pop()
            if is_function:
                yield first, line - first + 1


def check_lengths(root):
    folders = ["src", "cli", "tests", "bench", "tools"]
    for path in sorted(p for f in folders for p in (root / f).rglob("*")):
        if path.suffix not in (".h", ".cpp"):
            continue
        text = path.read_text()
        lines = text.splitlines()
        name = path.relative_to(root)
        if EXEMPT.search("\n".join(lines[:12])):
            continue
        limit = HEADER_LINES if path.suffix == ".h" else SOURCE_LINES
        if len(lines) > limit:
            yield f"{name}: {len(lines)} lines, at most {limit}"
        for first, length in functions(text):
            if length > FUNCTION_LINES:
                yield f"{name}:{first}: a function of {length} lines, at most {FUNCTION_LINES}"


def check_readmes(root, graph):
    for folder in graph:
        place = root / "src/brink" / folder
        readme = place / "README.md"
        if not readme.exists():
            yield f"src/brink/{folder}: no README.md"
            continue
        text = readme.read_text()
        for stem in sorted({p.stem for p in place.iterdir() if p.suffix in (".h", ".cpp")}):
            if not re.search(rf"\b{re.escape(stem)}\b", text):
                yield f"src/brink/{folder}/README.md: does not name {stem}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    cmake = root / "src/brink/CMakeLists.txt"
    if not cmake.exists():
        sys.exit(f"check_layers: {cmake} not found; give the root of the repository")
    graph = modules(cmake)
    problems = [*check_direction(root, graph), *check_lengths(root), *check_readmes(root, graph)]
    for problem in problems:
        print(problem)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
