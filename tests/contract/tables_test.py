"""Tables, pictures and JSON say what they are about: questions, endings, gaps, proofs."""

import json
import unittest

from harness import Contract, read_csv


class WhatIsSaid(Contract):
    """Summaries and documents."""

    def test_where_no_image_exists_there_is_no_gap(self):
        done = self.closest("none.csv", "--cap", "0.0001", images="0-3")
        self.assertEqual(done.returncode, 0, done.stderr)
        _, rows = read_csv(self.folder / "none.csv")
        self.assertEqual({(r["status"], r["gap"]) for r in rows}, {("infeasible", "")})
        self.assertIn("solved 100.0 %, mean gap none,", done.stdout)

    def test_json_without_a_target_says_null(self):
        done = self.closest("any.csv", "--target", "any", "--cap", "0.0001", "--json", images="0,59")
        self.assertEqual(done.returncode, 0, done.stderr)
        _, rows = read_csv(self.folder / "any.csv")
        self.assertEqual([r["target"] for r in rows], ["", ""])
        self.assertEqual([r["target"] for r in json.loads(done.stdout)["images"]], [None, None])
        done = self.closest("some.csv", "--target", "any", "--json", images="0")
        target = read_csv(self.folder / "some.csv")[1][0]["target"]
        self.assertEqual(json.loads(done.stdout)["images"][0]["target"], int(target))

    def test_json_of_bounds_holds_the_bounds(self):
        done = self.good("bounds", "net.onnx", "--method", "exact", "--json", "-o", "b.json")
        file = json.loads((self.folder / "b.json").read_text())
        said = json.loads(done.stdout)
        self.assertEqual([layer["bounds"] for layer in said["layers"]], file["layers"])
        self.assertEqual([len(layer["bounds"]) for layer in said["layers"]], [8, 6, 10])

    def test_bound_seconds_is_a_part_of_seconds(self):
        self.brink_train("wide.onnx", "20,20")
        self.good("closest", "wide.onnx", "--data", "data", "--images", "0-4", "--norm", "linf",
                  "--target", "any", "-o", "times.csv")
        _, rows = read_csv(self.folder / "times.csv")
        self.assertGreater(sum(float(r["bound_seconds"]) for r in rows), 0)
        for row in rows:
            self.assertLessEqual(float(row["bound_seconds"]), float(row["seconds"]), row)

    def test_pictures_are_called_png_or_refused(self):
        self.good("closest", "net.onnx", "--data", "data", "--images", "0", "-o", "one.csv",
                  "--images-out", "one.npz")
        for name in ("x.pdf", "x.svg", "x.jpg", "x.png.svg", "x."):
            self.refused("curve", "net.onnx", "--data", "data", "--images", "0", "-o", "c.csv",
                         "--png", name, says=[name, ".png"])
            self.refused("picture", "one.csv", "--data", "data", "-o", name, says=[name, ".png"])
        self.good("picture", "one.csv", "--data", "data", "-o", "x.PNG")
        self.assertEqual((self.folder / "x.PNG").read_bytes()[:4], b"\x89PNG")


if __name__ == "__main__":
    unittest.main()
