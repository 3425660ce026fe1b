"""Weights of any size: what the MIP engine and its bounds claim of networks on which a solver's
tolerances, times an M of 1e6 and more, once made false optima; exported models; numbers of 1e25.

The networks are in tests/data; the right values were found by enumeration of all activation patterns.
"""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from harness import UNIT_COLUMNS, read_csv, run

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"
SCALE, OPTIMAL, BOUNDS, HUGE, UNIT = (DATA / name for name in (
    "05_mip_scale", "20_mip_wrong_optimal", "21_bounds_cbc_wrong", "22_clp_abort",
    "31_visualize_mip_wrong"))


class Scales(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="brink-scales-")
        self.folder = pathlib.Path(self.temporary.name)
        self.addCleanup(self.temporary.cleanup)

    def good(self, *arguments):
        done = run(*arguments, "--quiet", cwd=self.folder)
        self.assertEqual(done.returncode, 0, f"{arguments}: {done.stderr}")
        return done

    def closest(self, case, *options):
        self.good("closest", case / "net.onnx", "--data", case / "data", "-o", "c.csv", *options)
        rows = read_csv(self.folder / "c.csv")[1]
        (self.folder / "c.csv").unlink()
        return rows

    def check(self, row, distance):
        """Optimal and right, or silent: never a bound that is not so."""
        self.assertEqual(row["status"], "optimal")
        self.assertAlmostEqual(float(row["distance"]), distance, delta=1e-6 * distance)
        self.assertLessEqual(float(row["bound"]), distance * (1 + 1e-9))

    ASKED = ("--images", "3", "--norm", "linf", "--target", "2", "--margin", "1.2",
             "--target-min", "0.001")

    def test_the_optimum_is_true(self):
        for engine in ("mip", "search"):
            (row,) = self.closest(OPTIMAL, *self.ASKED, "--engine", engine)
            self.check(row, 0.386805239)

    def test_every_formulation_has_it(self):
        for formulation in ("bigm", "indicator"):
            for form in ("seed", "tight"):
                for bounds in ("none", "interval", "exact"):
                    with self.subTest(formulation=formulation, form=form, bounds=bounds):
                        (row,) = self.closest(OPTIMAL, *self.ASKED, "--engine", "mip", "--formulation",
                                              formulation, "--distance-form", form, "--bounds", bounds)
                        self.check(row, 0.386805239)

    def test_weights_of_ten_million(self):
        rows = self.closest(SCALE, "--images", "0-2", "--norm", "linf", "--target", "any", "--margin",
                            "1", "--target-min", "none", "--lead", "0", "--engine", "mip")
        for row, distance in zip(rows, (0.00139114333, 0.0611907518, 0.53542987)):
            self.check(row, distance)

    def test_a_cap_of_nothing(self):
        for norm in ("l0", "l1", "l2", "linf"):
            (row,) = self.closest(OPTIMAL, "--images", "3", "--norm", norm, "--target", "2", "--cap",
                                  "0", "--engine", "mip")
            self.assertEqual(row["status"], "infeasible")

    def test_exact_bounds_hold_at_the_corner_they_once_excluded(self):
        for solver in ("cbc", "search"):
            self.good("bounds", BOUNDS / "net.onnx", "--method", "exact", "--solver", solver, "-o",
                      "b.json")
            bound = json.loads((self.folder / "b.json").read_text())["layers"][2][4]
            self.assertLessEqual(bound["lower"], -811420956.7)
            self.assertGreaterEqual(bound["lower"], -811425000.0)
            self.assertEqual(bound["lower_source"], "exact")

    def test_the_most_exciting_input(self):
        for engine in ("mip", "search"):
            self.good("visualize", UNIT / "net.onnx", "--unit", "3:0", "-o", engine, "--box=-1:2",
                      "--engine", engine)
            header, (row,) = read_csv(self.folder / engine / "units.csv")
            self.assertEqual(header[:len(UNIT_COLUMNS)], UNIT_COLUMNS)
            self.assertEqual(row["status"], "optimal")
            self.assertAlmostEqual(float(row["activation"]), 3717.41579, delta=1e-2)
            self.assertGreaterEqual(float(row["bound"]), 3717.41579)

    def test_numbers_of_1e25_end_no_process(self):
        network = HUGE / "net.onnx"
        for method in ("interval", "symbolic", "lp", "exact"):
            for solver in ("search", "cbc"):
                done = run("bounds", network, "--method", method, "--solver", solver, "-o",
                           f"{method}.json", cwd=self.folder)
                self.assertIn(done.returncode, (0, 2), done.stderr)
        for engine in ("search", "mip"):
            done = run("visualize", network, "--all", "-o", engine, "--engine", engine,
                       cwd=self.folder)
            self.assertIn(done.returncode, (0, 2), done.stderr)

    @unittest.skipUnless(shutil.which("glpsol"), "no glpsol")
    def test_another_solver_reads_the_right_optimum(self):
        for suffix, option in (("mps", "--freemps"), ("lp", "--lp")):
            for form in ("seed", "tight"):
                model = self.folder / f"model.{suffix}"
                self.good("export", OPTIMAL / "net.onnx", "--data", OPTIMAL / "data", "--image", "3",
                          *self.ASKED[2:], "--distance-form", form, "-o", model)
                out = self.folder / "out"
                subprocess.run(["glpsol", option, model, "-w", out], check=True, cwd=self.folder,
                               stdout=subprocess.DEVNULL)
                status = [line.split() for line in out.read_text().splitlines() if line[:2] == "s "]
                self.assertAlmostEqual(float(status[0][-1]), 0.386805239, delta=1e-5)


if __name__ == "__main__":
    unittest.main()
