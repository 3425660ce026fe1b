"""--certificate of the commands that prove, checked by brink-check; brink certificate show."""

import csv
import gzip
import json
import pathlib
import subprocess
import sys
import unittest

CHECK = str(pathlib.Path(sys.argv.pop(2)).resolve())

from harness import NNET, Contract, read_csv  # noqa: E402
from verify_test import BOX_1, V1  # noqa: E402


class Certificates(Contract):
    def proven(self, network, file, *options):
        done = subprocess.run([CHECK, self.folder / network, self.folder / file, *options], text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, 0, done.stdout)
        return done.stdout

    def radius(self, file):
        for line in (self.folder / file).read_text().splitlines():
            if line.startswith("radius "):
                text = line.split()[1]
                return float.fromhex(text) if "0x" in text else float(text)
        self.fail(f"no radius in {file}")

    def test_closest_in_all_norms(self):
        for norm in ("l0", "l1", "l2", "linf"):
            folder = f"certs-{norm}"
            self.good("closest", "net.onnx", "--data", "data", "--images", "correct:2", "--norm", norm, "-o", f"{norm}.csv",
                      "--certificate", folder)
            for row in read_csv(self.folder / f"{norm}.csv")[1]:
                file = f"{folder}/image-{row['image']}.cert"
                self.assertIn("proven", self.proven("net.onnx", file))
                self.assertLessEqual(float(row["bound"]), self.radius(file) + (1 if norm == "l0" else 0))
                self.assertEqual(row["status"], "optimal")

    def test_closest_by_a_solver(self):
        self.good("closest", "net.onnx", "--data", "data", "--images", "correct:1", "--norm", "l1", "--engine", "mip", "-o", "mip.csv",
                  "--certificate", "mip.cert")
        row = read_csv(self.folder / "mip.csv")[1][0]
        self.assertEqual((row["status"], row["proof"]), ("optimal", "search"))
        self.proven("net.onnx", "mip.cert")
        self.assertLessEqual(float(row["bound"]), self.radius("mip.cert"))

    def test_one_image_is_one_file(self):
        for name, threads in (("one", "1"), ("again", "1"), ("two", "2")):
            self.good("closest", "net.onnx", "--data", "data", "--images", "0", "--norm", "linf", "--threads", threads,
                      "--certificate", f"{name}.cert")
            self.proven("net.onnx", f"{name}.cert")
        self.assertEqual((self.folder / "one.cert").read_text(), (self.folder / "again.cert").read_text())

    def test_a_stopped_search(self):
        self.good("closest", "net.onnx", "--data", "data", "--images", "0", "--norm", "l1", "--time-limit", "0.001", "-o",
                  "stopped.csv", "--certificate", "stopped.cert")
        row = read_csv(self.folder / "stopped.csv")[1][0]
        if (self.folder / "stopped.cert").exists():
            self.proven("net.onnx", "stopped.cert")
            self.assertLessEqual(float(row["bound"]), self.radius("stopped.cert"))
        else:
            self.assertIn("no certificate", row["note"])

    def test_bounds(self):
        for method in ("interval", "symbolic", "lp", "exact"):
            self.good("bounds", "net.onnx", "--method", method, "-o", f"{method}.json", "--certificate", f"{method}.cert")
            self.proven("net.onnx", f"{method}.cert")
        said = {}
        for line in (self.folder / "exact.cert").read_text().splitlines():
            words = line.split()
            if words[0] == "claim":
                said[int(words[1]), words[2]] = float.fromhex(words[3]) if "0x" in words[3] else float(words[3])
        number = 0
        for layer in json.loads((self.folder / "exact.json").read_text())["layers"]:
            for low, high in ((unit["lower"], unit["upper"]) for unit in layer):
                self.assertLessEqual(low, said[number, "lo"])
                self.assertGreaterEqual(high, said[number, "hi"])
                number += 1

    def test_units(self):
        self.good("visualize", "net.onnx", "--layer", "2", "-o", "units", "--certificate", "unit-certs")
        with open(self.folder / "units" / "units.csv", newline="") as handle:
            for row in csv.DictReader(handle):
                self.proven("net.onnx", f"unit-certs/unit-{row['layer']}-{row['unit']}.cert")

    def test_curve(self):
        self.good("curve", "net.onnx", "--data", "data", "--images", "0-2", "--norm", "linf", "-o", "curve.csv",
                  "--certificate", "curve-certs")
        files = sorted((self.folder / "curve-certs" / "net").glob("*.cert"))
        self.assertGreater(len(files), 0)
        data = []  # the images and labels that were asked about
        for what in ("images-idx3", "labels-idx1"):
            data += ["--" + what.split("-")[0], self.folder / f"{what}.bytes"]
            data[-1].write_bytes(gzip.decompress((self.folder / f"data/t10k-{what}-ubyte.gz").read_bytes()))
        data[0] = "--data"
        radii = []
        for file in files:
            said = self.proven("net.onnx", file, *data)
            self.assertIn(f"number {file.stem.split('-')[1]} of", said)
            radii.append(self.radius(file))
        for row in read_csv(self.folder / "curve.csv")[1]:  # each step of the curve is proven by as many
            proven = sum(radius >= float(row["radius"]) * (1 - 1e-8) for radius in radii)
            self.assertLessEqual(float(row["surely_right"]) * 3, proven + 1e-6 if float(row["radius"]) > 0 else 3)
        (self.folder / "other").mkdir(exist_ok=True)
        (self.folder / "other/net.onnx").write_bytes((self.folder / "net.onnx").read_bytes())
        self.refused("curve", "net.onnx", "other/net.onnx", "--data", "data", "--images", "0", "--norm", "linf", "-o", "twice.csv",
                     "--certificate", "twice", says=["both have their certificates"])
        self.assertFalse((self.folder / "twice").exists())

    def test_properties_and_radii(self):
        (self.folder / "small.nnet").write_text(NNET % 0.5)
        (self.folder / "p.vnnlib").write_text(V1 + BOX_1 + "(assert (>= Y_0 1.001))")
        self.assertEqual(self.good("verify", "small.nnet", "p.vnnlib", "--certificate", "p.cert").stdout, "unsat\n")
        self.proven("p.cert.layers", "p.cert")
        self.good("verify", "net.onnx", "--data", "data", "--images", "0-3", "--radius", "0.001", "-o", "radii.csv",
                  "--certificate", "radii")
        robust = [row for row in read_csv(self.folder / "radii.csv")[1] if row["status"] == "robust"]
        self.assertGreater(len(robust), 0)
        for row in robust:
            file = f"radii/image-{row['image']}.cert"
            self.proven("net.onnx", file)
            self.assertEqual(self.radius(file), 0.001)

    def test_a_property_without_cells(self):
        (self.folder / "small.nnet").write_text(NNET % 0.5)
        (self.folder / "none.vnnlib").write_text(V1 + BOX_1 + "(assert (<= 1 0))")
        self.assertEqual(self.good("verify", "small.nnet", "none.vnnlib", "--certificate", "none.cert").stdout, "unsat\n")
        self.proven("none.cert.layers", "none.cert")

    def test_show(self):
        self.good("closest", "net.onnx", "--data", "data", "--images", "0", "--norm", "l2", "--certificate", "shown.cert")
        text = self.good("certificate", "show", "shown.cert").stdout
        self.assertIn("no input within", text)
        [entry] = json.loads(self.good("certificate", "show", "shown.cert", "--json").stdout)
        self.assertEqual(entry["bytes"], (self.folder / "shown.cert").stat().st_size)
        self.assertEqual(entry["leaves"], entry["nodes"] - (entry["nodes"] - entry["regions"]) // 2)

    def test_broken_files(self):
        self.good("closest", "net.onnx", "--data", "data", "--images", "0", "--norm", "l2", "--certificate", "whole.cert")
        whole = (self.folder / "whole.cert").read_text()
        for name, text in {"empty": "", "other": "P5 3 3\n", "cut": whole[:-20], "more": whole + "i\n",
                           "bad": whole.replace("\nregion 0\n", "\nregion 0\nz 1 2\n")}.items():
            (self.folder / f"{name}.cert").write_text(text)
            self.refused("certificate", "show", f"{name}.cert", says=[f"{name}.cert"])
        self.refused("closest", "net.onnx", "--data", "data", "--images", "0", "--norm", "l2", "--breakpoints", "5", "--certificate",
                     "x.cert", says=["--certificate", "--breakpoints"])
        self.assertFalse((self.folder / "x.cert").exists())

    def test_never_in_place_of_another_file(self):
        (self.folder / "own.onnx").write_bytes((self.folder / "net.onnx").read_bytes())
        ask = ("closest", "own.onnx", "--data", "data", "--images", "0", "--norm", "linf")
        self.refused(*ask, "--certificate", "own.onnx", says=["own.onnx"])
        self.refused(*ask, "-o", "same.csv", "--certificate", "same.csv", says=["same.csv"])
        self.refused("bounds", "own.onnx", "--certificate", "own.onnx", says=["own.onnx"])
        self.refused("visualize", "own.onnx", "--unit", "1:0", "--certificate", "own.onnx", says=["own.onnx"])
        self.refused("verify", "own.onnx", "--data", "data", "--images", "0", "--radius", "0.01", "--certificate", "own.onnx",
                     says=["own.onnx"])


if __name__ == "__main__":
    unittest.main()
