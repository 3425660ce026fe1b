"""The other commands: train, eval, bounds, visualize, export, data, page, picture."""

import csv
import json
import shutil
import time
import unittest

from harness import ONNX_FILES, UNIT_COLUMNS, Contract, in_time, read_csv, read_npz, run

PNG = b"\x89PNG\r\n\x1a\n"


class Commands(Contract):
    def test_help_and_version(self):
        self.assertRegex(self.good("--version").stdout.strip(), r"^\d+\.\d+\.\d+$")
        text = self.good("--help").stdout
        for command in ("train", "eval", "bounds", "visualize", "closest", "export", "data"):
            self.assertIn(command, text)
            words = ("data", "list") if command == "data" else (command,)
            self.assertIn("--quiet", self.good(*words, "--help").stdout)

    def test_training_is_deterministic_for_a_seed(self):
        for name, seed in (("a.onnx", "4"), ("b.onnx", "4"), ("c.onnx", "5")):
            self.assertEqual(self.brink_train(name, "5", "--seed", seed).returncode, 0)
        a, b, c = ((self.folder / n).read_bytes() for n in ("a.onnx", "b.onnx", "c.onnx"))
        self.assertEqual(a, b)
        self.assertNotEqual(a, c)

    def test_hardening_is_deterministic_and_another_training(self):
        plain = self.folder / "plain.onnx"
        self.assertEqual(self.brink_train(plain, "5").returncode, 0)
        options = ("--adversarial", "linf:0.1,l1:1", "--clean-share", "0.25", "--weight-decay", "0.01")
        for name, threads in (("h.onnx", "1"), ("again.onnx", "2")):
            done = self.brink_train(name, "5", *options, "--threads", threads)
            self.assertEqual(done.returncode, 0, done.stderr)
        hardened = (self.folder / "h.onnx").read_bytes()
        self.assertEqual(hardened, (self.folder / "again.onnx").read_bytes())
        self.assertNotEqual(hardened, plain.read_bytes())

    def test_eval(self):
        done = self.good("eval", "net.onnx", "--data", "data")
        self.assertRegex(done.stdout, r"\d\d\.\d+ ?%")
        document = json.loads(self.good("eval", "net.onnx", "--data", "data", "--json").stdout)
        self.assertIsInstance(document, dict)

    def test_bounds(self):
        for method in ("interval", "symbolic", "lp", "exact"):
            self.good("bounds", "net.onnx", "--method", method, "-o", f"{method}.json")
            json.loads((self.folder / f"{method}.json").read_text())
        done = self.good("bounds", "net.onnx", "--method", "exact", "--limit-per-bound", "1", "-o",
                         "weak.json")
        self.assertIn("t_pre", done.stdout)
        json.loads(self.good("bounds", "net.onnx", "--json", "-o", "j.json").stdout)

    def test_networks_that_others_wrote(self):
        shutil.copytree(ONNX_FILES, self.folder / "onnx", dirs_exist_ok=True)
        for name, says in {
                "external": "", "torch_view_oldfold": "", "batch_gemm": "batch of 3",
                "sklearn_binary": "'probabilities' is read", "torch_binsq_old": "two outputs",
                "sklearn_zip_classifier": "Softmax is dropped",
        }.items():
            done = self.good("bounds", f"onnx/{name}.onnx", "--method", "interval", "-o", "b.json")
            self.assertIn(says, done.stderr)
            quiet = self.good("bounds", f"onnx/{name}.onnx", "-o", "b.json", "--quiet")
            self.assertEqual(quiet.stderr, "")
        for output, width in (("z", 3), ("r3", 5)):
            done = self.good("bounds", "onnx/softmax_first.onnx", "--output-name", output, "--json", "-o",
                             "b.json")
            self.assertEqual(len(json.loads(done.stdout)["layers"][-1]["bounds"]), width)

    def test_info(self):
        text = self.good("info", "net.onnx").stdout
        for words in ("ONNX of opset 13 by brink", "input       input [1, 30], 30 numbers", "classes 0 to 9", "Gemm", "hidden ReLUs"):
            self.assertIn(words, text)
        shutil.copytree(ONNX_FILES, self.folder / "info", dirs_exist_ok=True)
        done = self.good("info", "info/sklearn_zip_classifier.onnx", "--json")
        self.assertEqual(done.stderr, "")
        document = json.loads(done.stdout)
        self.assertEqual(document["operators"]["MatMul"], 2)
        self.assertEqual(document["classes"], ["0", "1", "2"])
        self.assertEqual((document["dropped"], document["parameters"], document["hidden_relus"]), ("Softmax", 67, 8))
        self.assertEqual(document["other_outputs"], ["output_label"])
        self.assertEqual([layer["units"] for layer in document["layers"]], [8, 3])
        self.refused("info", "labels.txt")

    def test_nnet(self):
        self.good("convert", "net.onnx", "net.nnet", "--box", "0:2")
        first = json.loads(self.good("eval", "net.onnx", "--data", "data", "--json").stdout)
        self.assertEqual(json.loads(self.good("eval", "net.nnet", "--data", "data", "--json").stdout), first)
        document = json.loads(self.good("info", "net.nnet", "--json").stdout)
        self.assertEqual(document["format"], "NNet")
        self.assertEqual(document["box"]["upper"], [2.0] * 30)
        self.assertEqual(document["hash"], json.loads(self.good("info", "net.onnx", "--json").stdout)["hash"])
        self.assertIn("box: 0:2 in net.nnet", self.good("bounds", "net.nnet", "-o", "n.json").stderr)
        self.good("convert", "net.nnet", "back.onnx")
        self.assertEqual(json.loads(self.good("info", "back.onnx", "--json").stdout)["hash"], document["hash"])
        self.refused("convert", "net.onnx", "net.txt", says=["ends in none of .onnx, .nnet, .layers"])
        self.refused("info", "net.nnet", "--output-name", "y", says=["leave --output-name out"])
        lines = (self.folder / "net.nnet").read_text().splitlines()
        (self.folder / "cut.nnet").write_text("\n".join([*lines[:9], "1,2", *lines[10:]]))
        self.refused("info", "cut.nnet", says=["line 10: 2 numbers"])

    def test_bounds_of_outputs_only(self):
        done = self.good("bounds", "net.onnx", "--outputs", "--method", "exact", "-o", "outputs.json")
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "layer,unit,lower,upper,lower by,upper by")
        rows = list(csv.DictReader(lines))
        self.assertEqual([(r["layer"], r["unit"]) for r in rows], [("3", str(j)) for j in range(10)])
        self.assertEqual({r["lower by"] for r in rows} | {r["upper by"] for r in rows}, {"exact"})
        self.assertIn("exact:outputs bounds", done.stderr)
        self.assertNotIn("\\n", done.stderr)
        layers = json.loads((self.folder / "outputs.json").read_text())["layers"]
        self.assertEqual([len(layer) for layer in layers], [8, 6, 10])
        started = time.monotonic()
        self.good("bounds", "net.onnx", "--outputs", "--method", "exact", "--time-limit", "0.05")
        self.assertLess(time.monotonic() - started, in_time(20))

    def check_units(self, folder, units):
        header, rows = read_csv(self.folder / folder / "units.csv")
        self.assertEqual(header[:len(UNIT_COLUMNS)], UNIT_COLUMNS)
        self.assertEqual([(int(r["layer"]), int(r["unit"])) for r in rows], units)
        for row in rows:
            self.assertEqual(row["status"], "optimal")
            activation, bound = float(row["activation"]), float(row["bound"])
            self.assertLessEqual(activation, bound)
            self.assertLessEqual(bound - activation, 2e-6 * max(1, abs(activation)))
            picture = self.folder / folder / f"unit_{row['layer']}_{row['unit']}.png"
            self.assertEqual(picture.read_bytes()[:8], PNG)
        return rows

    def test_the_least_of_a_unit_and_the_inputs_found(self):
        show = ("visualize", "net.onnx", "--layer", "3", "--images-out", "least.npz")
        self.good(*show, "--min", "-o", "least")
        rows = read_csv(self.folder / "least" / "units.csv")[1]
        self.assertEqual({(r["extreme"], r["status"]) for r in rows}, {("min", "optimal")})
        found = read_npz(self.folder / "least.npz")
        self.assertEqual(found["images"][0], (10, 30))
        self.assertEqual((found["layer"][1], found["unit"][1]), ([3] * 10, list(range(10))))
        self.assertEqual(found["question"][1], rows[0]["question"])
        self.good("eval", "net.onnx", "--inputs", "least.npz", "--outputs", "outputs.npz")
        outputs = read_npz(self.folder / "outputs.npz")["outputs"][1]
        document = json.loads(self.good("eval", "net.onnx", "--data", "data", "--outputs", "set.npz",
                                        "--json").stdout)
        self.assertIsInstance(document, dict)
        of_set = read_npz(self.folder / "set.npz")["outputs"][1]
        for row, unit, activation, bound in zip(rows, range(10), found["activation"][1], found["bound"][1]):
            self.assertAlmostEqual(outputs[10 * unit + unit], activation, delta=1e-9)
            self.assertLessEqual(bound, activation)
            self.assertLessEqual(activation - bound, 2e-6 * max(1, abs(activation)))
            self.assertGreaterEqual(float(row["activation"]), activation)
            self.assertLessEqual(float(row["bound"]), bound)
            self.assertLessEqual(bound, min(of_set[unit::10]))
        self.assertFalse((self.folder / "least.npz.partial.db").exists())
        self.refused(*show, says=["least.npz", "another question", "--force"])
        self.refused("visualize", "net.onnx", "--layer", "3", "-o", "least", says=["another question"])
        self.good("page", "net.onnx", "--data", "data", "--units", "least", "-o", "least.html")
        self.assertIn("excites each unit least", (self.folder / "least.html").read_text())
        self.good("visualize", "net.onnx", "--unit", "3:2", "--min", "--engine", "mip", "-o", "by_mip")
        by_mip = read_csv(self.folder / "by_mip" / "units.csv")[1][0]
        self.assertAlmostEqual(float(by_mip["activation"]), found["activation"][1][2],
                               delta=2e-6 * max(1, abs(found["activation"][1][2])))

    def test_visualize(self):
        self.good("visualize", "net.onnx", "--all", "-o", "all")
        everything = [(1, j) for j in range(8)] + [(2, j) for j in range(6)] + [
            (3, j) for j in range(10)]
        rows = self.check_units("all", everything)
        self.assertEqual((self.folder / "all" / "units.png").read_bytes()[:8], PNG)
        self.good("visualize", "net.onnx", "--layer", "2", "--bounds", "interval", "-o", "two")
        for row, again in zip(rows[8:14], self.check_units("two", everything[8:14])):
            self.assertAlmostEqual(float(row["activation"]), float(again["activation"]), delta=5e-6)
        self.good("visualize", "net.onnx", "--unit", "3:4", "-o", "one")
        self.check_units("one", [(3, 4)])
        self.assertIsInstance(
            json.loads(self.good("visualize", "net.onnx", "--unit", "1:0", "--json", "-o",
                                 "json").stdout), (dict, list))

    def test_export(self):
        base = ("export", "net.onnx", "--data", "data", "--image", "0", "--question", "fj")
        self.good(*base, "--norm", "l1", "-o", "m.mps")
        self.assertIn("ROWS", (self.folder / "m.mps").read_text())
        self.good(*base, "--norm", "linf", "--formulation", "indicator", "-o", "m.lp")
        self.assertIn("->", (self.folder / "m.lp").read_text())
        self.good(*base, "--norm", "l2", "--breakpoints", "9", "--distance-form", "seed", "-o",
                  "s.lp")
        self.refused(*base, "--formulation", "indicator", "-o", "i.mps", says=["indicator"])

    def test_data(self):
        text = self.good("data", "list").stdout
        for name in ("mnist", "fashion-mnist", "strokes"):
            self.assertIn(name, text)

    def test_page_and_picture(self):
        for norm in ("l1", "linf"):
            self.good("closest", "net.onnx", "--data", "data", "--images", "0-2", "--norm", norm,
                      "-o", f"{norm}.csv", "--images-out", f"{norm}.npz")
        self.good("visualize", "net.onnx", "--layer", "3", "-o", "labels")
        self.good("page", "net.onnx", "--data", "data", "--closest", "l1.csv", "linf.csv", "--units",
                  "labels", "--title", "a <b>", "-o", "index.html")
        page = (self.folder / "index.html").read_text()
        self.assertIn("a &lt;b&gt;", page)
        self.assertNotIn("http", page)
        # 3 originals, at most 2 pictures for each of 6 answers, 10 units
        self.assertGreaterEqual(page.count("<img "), 3 + 10 + 2)
        self.assertLessEqual(page.count("<img "), 3 + 12 + 10)
        self.good("picture", "l1.csv", "linf.csv", "--data", "data", "-o", "sheet.png")
        self.assertEqual((self.folder / "sheet.png").read_bytes()[:8], PNG)
        self.refused("page", "net.onnx", "--data", "data", "--closest", "gone.csv", "-o", "x.html",
                     says=["gone.csv"])
        self.refused("picture", "net.onnx", "--data", "data", "-o", "x.png", says=["net.onnx"])

    def test_strokes_need_no_files(self):
        done = run("train", "--data", "strokes", "--hidden", "4", "--epochs", "1", "-o",
                   "strokes.onnx", "--quiet", cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "")


if __name__ == "__main__":
    unittest.main()
