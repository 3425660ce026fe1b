"""tools/check_layers.py finds what it is there to find."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "tools" / "check_layers.py"
CMAKE = "brink_module(low LIBS x)\nbrink_module(high USES low LIBS y) # comment (low)\n"


class CheckLayers(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.temporary.name)
        self.write("src/brink/CMakeLists.txt", CMAKE)
        for folder in ("low", "high"):
            self.write(f"src/brink/{folder}/README.md", "- a.h, b.cpp\n")
        self.write("src/brink/low/a.h", "int a();\n")
        self.write("src/brink/high/b.cpp", '#include "brink/low/a.h"\nint b() { return a(); }\n')

    def tearDown(self):
        self.temporary.cleanup()

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def problems(self):
        done = subprocess.run([sys.executable, SCRIPT, self.root], text=True, check=False,
                              stdout=subprocess.PIPE)
        lines = done.stdout.splitlines()
        self.assertEqual(done.returncode, 1 if lines else 0)
        return lines

    def one(self, piece):
        lines = self.problems()
        self.assertEqual(len(lines), 1, lines)
        self.assertIn(piece, lines[0])

    def test_a_clean_tree(self):
        self.assertEqual(self.problems(), [])

    def test_an_upward_include(self):
        self.write("src/brink/low/a.h", '#include "brink/high/b.h"\n')
        self.one("includes high, which low may not use")

    def test_modules_out_of_order(self):
        self.write("src/brink/CMakeLists.txt", "brink_module(high USES low)\nbrink_module(low)\n")
        self.one("not declared above")

    def test_long_files(self):
        self.write("src/brink/low/a.h", "//\n" * 251)
        self.one("251 lines, at most 250")
        self.write("src/brink/low/a.h", "// Over length: a table.\n" + "//\n" * 251)
        self.assertEqual(self.problems(), [])

    def test_long_functions(self):
        body = "namespace n {\nint b(int x) const\n    : a(x), c({1}) {\n" + "  // {\n" * 58 + "}\n}\n"
        self.write("src/brink/high/b.cpp", body)
        self.assertEqual(self.problems(), [], "60 lines are fine, braces in comments do not count")
        self.write("src/brink/high/b.cpp", body.replace("  // {\n", "  f(\"}\", '{');\n", 1).replace(
            "  // {\n", "  x();\n  y();\n", 1))
        self.one("a function of 61 lines")

    def test_readmes(self):
        self.write("src/brink/low/c.cpp", "\n")
        self.one("does not name c")
        (self.root / "src/brink/low/README.md").unlink()
        self.one("no README.md")


if __name__ == "__main__":
    unittest.main()
