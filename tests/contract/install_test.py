#!/usr/bin/env python3
"""What `cmake --install` puts in place: examples/library.cpp is compiled against it, by CMake and by pkg-config.

Usage: install_test.py BRINK BUILD_FOLDER; Python's standard library only.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

BRINK, BUILD = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
ROOT = pathlib.Path(__file__).resolve().parents[2]

PROJECT = """cmake_minimum_required(VERSION 3.25)
project(mine LANGUAGES CXX)
find_package(brink 0.1 REQUIRED COMPONENTS session io)
add_executable(mine library.cpp)
target_compile_features(mine PRIVATE cxx_std_20)
target_link_libraries(mine PRIVATE brink::session brink::io)
"""


def run(*words, **options):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise AssertionError(f"{words}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.stdout


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.at = pathlib.Path(cls.folder.name)
        cls.prefix = cls.at / "prefix"
        run("cmake", "--install", BUILD, "--prefix", cls.prefix)
        cls.program = cls.prefix / "bin" / "brink"
        run(cls.program, "train", "--data", "strokes", "--hidden", "4", "--epochs", "1", "-o", cls.at / "net.onnx")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def library(self):
        return next(self.prefix.rglob("libbrink_session.a")).parent

    def check(self, program):
        said = run(program, self.at / "net.onnx")
        self.assertIn("nothing nearer than", said)
        failed = subprocess.run([str(program), "nowhere.onnx"], capture_output=True, text=True)
        self.assertEqual(failed.returncode, 2)
        self.assertIn("nowhere.onnx", failed.stderr)

    def test_cmake_package(self):
        project = self.at / "project"
        project.mkdir()
        (project / "CMakeLists.txt").write_text(PROJECT)
        shutil.copy(ROOT / "examples" / "library.cpp", project)
        run("cmake", "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run("cmake", "--build", project / "build")
        self.check(project / "build" / "mine")

    def test_a_component_that_is_none_is_refused(self):
        project = self.at / "wrong"
        project.mkdir()
        (project / "CMakeLists.txt").write_text(PROJECT.replace("session io)\nadd", "session magic)\nadd"))
        (project / "library.cpp").write_text("int main() {}\n")
        done = subprocess.run(["cmake", "-S", str(project), "-B", str(project / "build"),
                               f"-DCMAKE_PREFIX_PATH={self.prefix}"], capture_output=True, text=True)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("magic", done.stderr)

    def test_pkg_config(self):
        environment = {**os.environ, "PKG_CONFIG_PATH": str(self.library() / "pkgconfig")}
        flags = run("pkg-config", "--cflags", "--libs", "brink", env=environment).split()
        run("g++", "-std=c++20", ROOT / "examples" / "library.cpp", "-o", self.at / "by_pkg_config", *flags)
        self.check(self.at / "by_pkg_config")

    def test_man_pages_and_completion(self):
        share = self.prefix / "share"
        self.assertIn(".TH BRINK-CLOSEST 1", (share / "man" / "man1" / "brink-closest.1").read_text())
        self.assertIn("complete -o default", (share / "bash-completion" / "completions" / "brink").read_text())
        self.assertTrue((share / "zsh" / "site-functions" / "_brink").read_text().startswith("#compdef brink"))
        self.assertTrue((share / "fish" / "vendor_completions.d" / "brink.fish").exists())

    def test_the_program_works_from_there(self):
        self.assertIn("784", run(self.program, "info", self.at / "net.onnx"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
