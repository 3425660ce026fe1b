"""brink solvers, --solver and --solver-library: what is not there is one line and exit code 2; what is there agrees with the search."""

import json
import unittest

from harness import Contract, read_csv

NAMES = ["cbc", "gurobi", "highs", "scip", "cplex", "xpress", "copt"]
ASKED = ("closest", "net.onnx", "--data", "data", "--images", "0", "--engine", "mip")


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
        self.refused(*ASKED[:-2], "--solver-library", "libscip.so", "-o", "o.csv", says=["--engine mip"])
        self.refused("bounds", "net.onnx", "--method", "exact", "--solver", "scip", "--solver-library", "nowhere", "-o", "b.json",
                     says=["nowhere"])
        self.refused("bounds", "net.onnx", "--method", "exact", "--solver", "seerch", "-o", "b.json", says=["did you mean search?"])
        self.refused("reproduce", "z2", "--engine", "mip", "--solver", "copt", "--solver-library", "nowhere", "-o", "r",
                     says=["nowhere"])

    def test_those_that_are_found_agree(self):
        found = [row["solver"] for row in self.listed() if row["found"] and row["solver"] != "cbc"]
        if not found:
            self.skipTest("no solver but cbc is found")
        for norm, more in (("l0", ()), ("l1", ()), ("l2", ()), ("linf", ()),
                           ("l2", ("--breakpoints", "5", "--distance-form", "papers"))):
            asked = (*ASKED[:-2], "--norm", norm, "--target", "shift:5", "--lead", "0", "--time-limit", "200")
            linear = more[:2]
            self.good(*asked, *linear, "-o", "search.csv", "--force")
            distance = float(read_csv(self.folder / "search.csv")[1][0]["distance"])
            for name in found:
                out = f"{name}-{norm}{len(more)}.csv"
                self.good(*asked, *more, "--engine", "mip", "--solver", name, "--bounds", "exact", "-o", out)
                row = read_csv(self.folder / out)[1][0]
                self.assertEqual((row["status"], row["proof"]), ("optimal", "search"), (name, norm, row["note"]))
                self.assertAlmostEqual(float(row["distance"]), distance, delta=2e-4 * distance, msg=(name, norm))
        for name in found:
            self.good("bounds", "net.onnx", "--method", "exact", "--solver", name, "-o", f"{name}.json")


if __name__ == "__main__":
    unittest.main()
