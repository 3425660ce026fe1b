"""brink solvers, --solver and --solver-library: what is not there is one line and exit code 2; what is there answers as cbc does."""

import json
import unittest

from harness import Contract, read_csv

NAMES = ["cbc", "gurobi", "highs", "scip", "cplex", "xpress", "copt"]
ASKED = ("closest", "net.onnx", "--data", "data", "--images", "0", "--engine", "mip", "--norm", "linf")


class Solvers(Contract):
    def listed(self):
        return json.loads(self.good("solvers", "--json").stdout)

    def test_the_list(self):
        listed = self.listed()
        self.assertEqual([row["solver"] for row in listed], NAMES)
        self.assertTrue(listed[0]["found"])
        text = self.good("solvers").stdout
        for row in listed:
            self.assertIn(row["solver"], text)
            self.assertNotEqual(row["found"], bool(row["trouble"]), row)
        self.assertTrue(self.good("solvers", "--format", "csv").stdout.startswith("solver,version,solves,library"))

    def test_what_is_not_there(self):
        (self.folder / "libscip.so").write_text("no library")
        for name in NAMES[1:]:
            for path, says in (("nowhere", "is not there"), ("data", "has no"), ("libscip.so", "libscip.so")):
                self.refused(*ASKED, "--solver", name, "--solver-library", path, "-o", "o.csv", says=[name, says])
        self.refused(*ASKED, "--solver", "scipp", "-o", "o.csv", says=["did you mean scip?"])
        self.refused(*ASKED, "--solver-library", "libscip.so", "-o", "o.csv", says=["cbc needs none"])
        self.refused(*ASKED[:6], "--solver-library", "libscip.so", "-o", "o.csv", says=["--engine mip"])
        self.refused("bounds", "net.onnx", "--method", "exact", "--solver", "scip", "--solver-library", "nowhere", "-o", "b.json",
                     says=["nowhere"])
        self.refused("bounds", "net.onnx", "--method", "exact", "--solver", "seerch", "-o", "b.json", says=["did you mean search?"])
        self.refused("reproduce", "z2", "--engine", "mip", "--solver", "copt", "--solver-library", "nowhere", "-o", "r",
                     says=["nowhere"])

    def test_those_that_are_found_agree(self):
        found = [row["solver"] for row in self.listed() if row["found"]]
        for norm in ("l0", "l1", "l2", "linf"):
            distances = {}
            for name in found:
                self.good(*ASKED[:-1], norm, "--solver", name, "--bounds", "exact", "-o", f"{name}-{norm}.csv")
                row = read_csv(self.folder / f"{name}-{norm}.csv")[1][0]
                self.assertEqual((row["status"], row["proof"]), ("optimal", "multipliers"), (name, norm, row["note"]))
                distances[name] = float(row["distance"])
            for name in found:
                self.assertAlmostEqual(distances[name], distances["cbc"], delta=2e-4 * distances["cbc"], msg=(name, norm))
        for name in found:  # binaries, or sets of type 2
            self.good(*ASKED[:-1], "l2", "--breakpoints", "5", "--distance-form", "papers", "--solver", name, "--bounds", "exact", "-o",
                      f"{name}-5.csv")
            row = read_csv(self.folder / f"{name}-5.csv")[1][0]
            self.assertEqual((row["status"], row["proof"]), ("optimal", "multipliers"), (name, row["note"]))
        for name in found:
            self.good("bounds", "net.onnx", "--method", "exact", "--solver", name, "-o", f"{name}.json")


if __name__ == "__main__":
    unittest.main()
