"""The default question, and data of any kind: tables, arrays, boxes, frozen inputs, networks of one output.

The networks are in tests/data; the right values follow from their weights or from enumeration.
"""

import base64
import csv
import math
import pathlib
import random
import re
import shutil
import struct
import unittest
import zipfile

from harness import Contract, read_csv, read_npz, run

DATA = pathlib.Path(__file__).resolve().parent.parent / "data"
SHIFTED, FEATURES, REGRESSION = (DATA / name for name in (
    "07_softmax_shift", "08_float_features", "09_regression"))


def npy(numbers, shape, code):
    """The bytes of a .npy file; code as in its header, "<f4", ">i2", "|b1", "<f2"."""
    kind = {"f8": "d", "f4": "f", "f2": "e", "i8": "q", "i4": "i", "i2": "h", "i1": "b", "u8": "Q", "u4": "I",
            "u2": "H", "u1": "B", "b1": "?"}[code[1:]]
    header = f"{{'descr': '{code}', 'fortran_order': False, 'shape': ({', '.join(map(str, shape))},), }}"
    header += " " * (63 - (len(header) + 10) % 64) + "\n"
    order = ">" if code[0] == ">" else "<"
    return (b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
            + struct.pack(f"{order}{len(numbers)}{kind}", *numbers))


def write_npz(path, **arrays):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in arrays.items():
            archive.writestr(name + ".npy", content)


class Data(Contract):
    def rows(self, *arguments):
        done = self.good("closest", *arguments, "-o", "t.csv", "--quiet", "--force")
        rows = read_csv(self.folder / "t.csv")[1]
        return rows, done

    def distances(self, *arguments):
        return [row["distance"] for row in self.rows(*arguments)[0]]

    def test_the_default_is_any_other_class_by_any_margin(self):
        asked = ("net.onnx", "--data", "data", "--images", "0-5", "--norm", "linf")
        named = (*asked, "--target", "any", "--margin", "1", "--target-min", "none", "--lead", "auto")
        self.assertEqual(self.distances(*asked), self.distances(*named))

    def colours(self):
        """Pictures of 3x6x6 for a network of the zoo: channels in front, behind them, and as rows of numbers."""
        source = random.Random(2)
        shutil.copy(DATA / "zoo" / "three_colours_old.onnx", self.folder / "colour.onnx")
        images = [[[[source.randrange(256) for _ in range(6)] for _ in range(6)] for _ in range(3)] for _ in range(4)]
        front = [v for image in images for plane in image for row in plane for v in row]
        behind = [image[c][i][j] for image in images for i in range(6) for j in range(6) for c in range(3)]
        for name, numbers, shape in (("front", front, (4, 3, 6, 6)), ("behind", behind, (4, 6, 6, 3)),
                                     ("rows", front, (4, 108)), ("other", front, (4, 3, 4, 9))):
            write_npz(self.folder / f"{name}.npz", x=npy(numbers, shape, "|u1"))

    def test_colours_in_the_order_of_the_network(self):
        self.colours()
        asked = ("--images", "0-3", "--norm", "l2", "--images-out", "c.npz")
        answers = {}
        for name in ("front", "behind", "rows"):
            rows, _ = self.rows("colour.onnx", "--data", f"{name}.npz", *asked, "--png", "pictures")
            answers[name] = [(row["distance"], row["target"]) for row in rows]
            self.assertEqual({row["status"] for row in rows}, {"optimal"})
            picture = (self.folder / "pictures" / "0-l2.png").read_bytes()
            self.assertEqual(struct.unpack(">IIBB", picture[16:26]), (48, 48, 8, 2))  # RGB
        self.assertEqual(answers["front"], answers["behind"])
        self.assertEqual(answers["front"], answers["rows"])
        shape, numbers = read_npz(self.folder / "c.npz")["images"]
        self.assertEqual((shape, len(numbers)), ((4, 108), 432))
        self.refused("closest", "colour.onnx", "--data", "data", "--images", "0", "-o", "d.csv",
                     says=["5x6 = 30 pixels", "[1, 3, 6, 6] = 108 inputs"])

    def test_colours_on_pages_and_in_reports(self):
        self.colours()
        self.good("closest", "colour.onnx", "--data", "behind.npz", "--images", "0-3", "--norm", "linf", "-o", "p.csv",
                  "--images-out", "p.npz", "--store", "colour.db")
        self.good("picture", "p.csv", "--data", "behind.npz", "-o", "p.png")
        self.good("page", "colour.onnx", "--data", "behind.npz", "--closest", "p.csv", "-o", "p.html")
        self.good("report", "colour.db", "-o", "colour.html")
        sheets = re.findall(r"iVBOR[A-Za-z0-9+/=]*", (self.folder / "colour.html").read_text())
        kinds = [struct.unpack(">IIBB", base64.b64decode(sheet)[16:26]) for sheet in sheets]
        self.assertEqual(kinds, [(96, 6, 8, 2), (96, 6, 8, 0)])  # pictures in colour, changes in grey

    def test_feature_maps(self):
        self.colours()
        self.good("visualize", "colour.onnx", "--unit", "1:5", "--maps", "-o", "maps", "--images-out", "u.csv")
        self.assertEqual((self.folder / "maps" / "unit_1_5-maps.png").read_bytes()[:4], b"\x89PNG")
        header = (self.folder / "u.csv").read_text().splitlines()[0].split(",")
        self.assertEqual(header[:5], ["layer", "unit", "activation", "bound", "input 0"])
        self.assertEqual(len(header), 4 + 108 + 1)
        self.good("visualize", "colour.onnx", "--unit", "1:5", "--maps", "--mean", "0.5", "--std", "0.5,0.25,1", "-o", "m")
        self.assertEqual((self.folder / "m" / "unit_1_5-maps.png").read_bytes()[:4], b"\x89PNG")
        self.refused("visualize", "net.onnx", "--unit", "1:0", "--maps", "-o", "m", says=["no convolution"])

    def test_feature_maps_of_sequences(self):
        shutil.copy(DATA / "zoo" / "conv1d_new.onnx", self.folder / "sequence.onnx")
        self.good("visualize", "sequence.onnx", "--unit", "1:0", "--maps", "--box=-1:1", "-o", "strips")
        picture = (self.folder / "strips" / "unit_1_0-maps.png").read_bytes()
        self.assertGreater(struct.unpack(">I", picture[20:24])[0], 40)  # rows of pixels: the input's and the layers'

    def test_outputs_need_no_labels(self):
        asked = ("eval", REGRESSION / "net.onnx", "--data", "rows.npz")
        write_npz(self.folder / "rows.npz", x=npy([0.5] * 9, (3, 3), "<f8"))
        self.assertIn("outputs of 3 inputs", self.good(*asked, "--outputs", "y.npz").stdout)
        self.assertEqual(read_npz(self.folder / "y.npz")["outputs"][0], (3, 1))
        self.refused(*asked, says=["one output", "--outputs"])

    def test_two_channels_behind_are_drawn_without_the_network(self):
        """The network says that the last extent is the channels; `picture` has none and finds it by the images' hash."""
        shutil.copy(DATA / "zoo" / "depthwise_new.onnx", self.folder / "two.onnx")
        numbers = [(i * 31 + j * 7) % 256 for i in range(3) for j in range(72)]
        write_npz(self.folder / "two.npz", x=npy(numbers, (3, 6, 6, 2), "|u1"))
        self.good("closest", "two.onnx", "--data", "two.npz", "--images", "0-2", "--norm", "linf", "--time-limit", "5",
                  "-o", "two-found.csv", "--images-out", "two-found.npz")
        self.good("picture", "two-found.csv", "--data", "two.npz", "-o", "two-found.png")

    def test_the_papers_question_in_a_word(self):
        asked = ("net.onnx", "--data", "data", "--images", "0-3", "--norm", "l1")
        named = (*asked, "--target", "shift:5", "--margin", "1.2", "--target-min", "0.001", "--lead", "0")
        self.assertEqual(self.distances(*asked, "--question", "fj"), self.distances(*named))
        other = self.distances(*asked, "--question", "fj", "--target", "any")
        self.assertNotEqual(other, self.distances(*named))
        self.refused("closest", *asked, "--question", "robst", says=["robust", "fj"])

    def test_equal_probabilities_equal_answers(self):
        asked = ("--data", SHIFTED / "data", "--images", "0-5", "--norm", "l1")
        a, b = (self.distances(SHIFTED / f"{name}.onnx", *asked) for name in "ab")
        for one, other in zip(a, b):
            self.assertAlmostEqual(float(one), float(other), delta=1e-4)
        done = self.good("closest", SHIFTED / "a.onnx", *asked, "--question", "fj", "-o", "fj.csv")
        self.assertIn("speak of logits", done.stderr)

    def test_on_relu_outputs_all_zero_is_wrong_but_no_answer(self):
        rows, _ = self.rows("net.onnx", "--data", "data", "--images", "0-5", "--norm", "l1", "--output", "relu")
        for row in rows:
            if row["distance"]:
                self.assertEqual((row["all_zero"], row["float32"]), ("0", "1"))

    def test_norms_in_capitals(self):
        asked = ("net.onnx", "--data", "data", "--images", "0", "--norm")
        for capital, small in (("Linf", "linf"), ("L2", "l2"), ("L1", "l1")):
            self.assertEqual(self.distances(*asked, capital), self.distances(*asked, small))

    def test_papers_form_and_its_old_name(self):
        for name in ("papers", "seed"):
            self.good("export", "net.onnx", "--data", "data", "--image", "0", "--target", "3", "--norm", "l1",
                      "--distance-form", name, "-o", f"{name}.lp")
        self.assertEqual(*((self.folder / f"{name}.lp").read_text() for name in ("papers", "seed")))

    def box(self, low, high):
        write_npz(self.folder / "box.npz", lower=npy(low, (4,), "<f8"), upper=npy(high, (4,), "<f8"))
        return "box.npz"

    ROW = (6.7, 3.0, 5.2, 2.3)

    def features(self, code="<f8"):
        write_npz(self.folder / "rows.npz", x=npy((5.1, 3.5, 1.4, .2, *self.ROW), (2, 4), code),
                  y=npy((0, 2), (2,), "<i8"))
        return (FEATURES / "net.onnx", "--data", "rows.npz", "--images", "1", "--norm", "l1")

    def test_real_features_in_a_box(self):
        frozen = self.distances(*self.features(), "--box", "0:10", "--freeze", "0", "--images-out", "f.npz")
        narrow = self.distances(*self.features(), "--box", self.box((6.7, 0, 0, 0), (6.7, 10, 10, 10)))
        self.assertAlmostEqual(float(frozen[0]), 3.8732807, delta=1e-5)
        self.assertAlmostEqual(float(frozen[0]), float(narrow[0]), delta=1e-6)
        found = read_npz(self.folder / "f.npz")["images"][1]
        self.assertEqual(found[0], self.ROW[0])
        self.assertAlmostEqual(math.fsum(abs(a - b) for a, b in zip(found, self.ROW)), float(frozen[0]), delta=1e-8)
        self.refused("closest", *self.features(), "--box", "0:6", says=["feature 0", "6.7", "0 to 6"])
        self.refused("closest", *self.features(), "--freeze", "0-4", says=["0-4", "below 4"])

    def test_every_type_of_number(self):
        exact = self.distances(*self.features(), "--box", "0:10")
        for code, digits in (("<f4", 5), (">f4", 5), (">f8", 9), ("<f2", 2)):
            with self.subTest(code=code):
                other = self.distances(*self.features(code), "--box", "0:10")
                self.assertAlmostEqual(float(exact[0]), float(other[0]), delta=10 ** (2 - digits))
        found = set()
        for code in ("<i8", "<i4", "<i2", "|i1", "<u8", "<u4", "<u2", ">i4"):
            write_npz(self.folder / "rows.npz", images=npy((6, 3, 5, 2), (1, 4), code), label=npy((2,), (1,), code))
            found.update(self.distances(FEATURES / "net.onnx", "--data", "rows.npz", "--images", "0", "--norm", "l1",
                                        "--box", "0:10"))
        self.assertEqual(len(found), 1)

    def test_splits_as_keras_names_them(self):
        write_npz(self.folder / "k.npz", x_train=npy((0, 0, 0, 0, 9, 9, 9, 9), (2, 4), "<f8"),
                  y_train=npy((0, 1), (2, 1), "<i4"), x_test=npy(self.ROW, (1, 4), "<f8"),
                  y_test=npy((0., 0., 1.), (1, 3), "<f4"))
        asked = (FEATURES / "net.onnx", "--data", "k.npz", "--images", "0", "--norm", "l1")
        self.assertEqual(self.distances(*asked), self.distances(*asked, "--box", "0:9"))
        self.assertEqual(self.rows(*asked)[0][0]["label"], "2")

    def table(self, name="t4.csv", rows=(("5.1", "3.5", "1.4", ".2", "setosa"), ("6.7", "3", "5.2", "2.3", "virginica"),
                                         ("1", "1", "1", "1", "other"))):
        with open(self.folder / name, "w", newline="") as handle:
            csv.writer(handle).writerows([("sepal length", "sepal width", "petal length", "petal width", "kind"), *rows])
        return ("closest", FEATURES / "net.onnx", "--data", name, "--norm", "l1")

    def test_costs_and_ranges_by_name(self):
        command = self.table()[1:]
        names = ("--images", "1", "--classes", "setosa,other,virginica")
        (self.folder / "box.csv").write_text("sepal length,petal width\n6.7,0\n6.7,10\n")
        held = self.distances(*command, *names, "--box", "box.csv")
        self.assertEqual(held, self.distances(*command, *names, "--freeze", "sepal length", "--box",
                                              self.box((6.7, 1, 1, 0), (6.7, 3.5, 5.2, 10))))
        (self.folder / "costs.csv").write_text("sepal length,petal length,petal width\n0.25,7,7\n")
        counted = (*command[:-1], "l0", *names, "--box", "0:10")
        dear, = self.rows(*counted, "--weights", "costs.csv", "--images-out", "f.csv")[0]
        found = read_csv(self.folder / "f.csv")[1][0]
        costs = {"sepal length": .25, "sepal width": 1, "petal length": 7, "petal width": 7}
        changed = [name for name, value in zip(costs, self.ROW) if float(found[name]) != value]
        self.assertEqual((dear["status"], float(dear["distance"])), ("optimal", sum(map(costs.get, changed))))
        self.assertLess(float(dear["distance"]), 7)
        for text, says in (("sepal length\n1\n", "1 row"), ("sepal\n1\n2\n", "no input 'sepal'"),
                           ("sepal length\n2\n1\n", "must not cross")):
            (self.folder / "bad.csv").write_text(text)
            self.refused("closest", *command, *names, "--box", "bad.csv", says=["bad.csv", says])

    def test_a_table_with_names(self):
        command = self.table()
        done = self.good(*command, "--images", "1", "--classes", "setosa,other,virginica", "--box", "0:10",
                         "--freeze", "sepal length", "--images-out", "found.csv", "-o", "n.csv")
        row, = read_csv(self.folder / "n.csv")[1]
        self.assertAlmostEqual(float(row["distance"]), 3.8732807, delta=1e-5)
        columns, found = read_csv(self.folder / "found.csv")
        self.assertEqual(columns[3:7], ["sepal length", "sepal width", "petal length", "petal width"])
        self.assertEqual(found[0]["sepal length"], "6.7")
        self.assertNotIn("Traceback", done.stderr)
        done = self.good(*command, "--images", "1", "-o", "m.csv")
        self.assertIn("each input between its least and greatest value", done.stderr)

    def test_tables_that_are_broken(self):
        bad = (((("1", "2", "3", "4"),), ["line 2", "4 fields", "5"]),
               ((("1", "2", "3", "4", "a"), ("1", "two", "3", "4", "a")), ["line 3", "sepal width", "two"]),
               ((("1", "2", "nan", "4", "a"),), ["line 2", "petal length", "nan"]),
               ((("1", "2", "", "4", "a"),), ["line 2", "petal length"]),
               ((("1", "2", "3", "4", ""),), ["line 2", "kind", "empty"]),
               ((("1", "2", "3", "4", "7"),), ["label 7", "classes 0 to 2"]),
               ((), ["no rows"]))
        for rows, says in bad:
            with self.subTest(rows=rows):
                command = self.table("bad.csv", rows)
                self.refused(*command, "--images", "0", says=says)
        self.refused(*self.table(), "--images", "0", "--label", "sort", says=["sort", "kind"])
        self.refused(*self.table(), "--images", "0", "--label", "none", says=["setosa"])
        self.refused(*self.table(), "--images", "0", "--classes", "setosa,other", says=["virginica", "line 3"])

    def test_arrays_that_are_broken(self):
        good = npy((1, 2, 3, 4), (1, 4), "<f8")
        bad = (({"x": npy((1, 2, math.nan, 4), (1, 4), "<f8")}, ["row 0", "feature 2", "nan"]),
               ({"x": npy((1, 2, 3), (1, 3), "<f8")}, ["3 features", "4 inputs"]),
               ({"x": npy((1, 2, 3, 4), (4,), "<f8")}, ["dimension"]),
               ({"x": good, "y": npy((0, 1), (2,), "<i8")}, ["2 entries", "1 rows"]),
               ({"x": good, "y": npy((3,), (1,), "<i8")}, ["label 3", "0 to 2"]),
               ({"pictures": good}, ["pictures", "images or x"]))
        for arrays, says in bad:
            with self.subTest(says=says):
                write_npz(self.folder / "bad.npz", **arrays)
                self.refused("closest", FEATURES / "net.onnx", "--data", "bad.npz", "--images", "0", says=says)

    def test_without_labels_the_network_s_own_count(self):
        write_npz(self.folder / "u.npz", x=npy(self.ROW, (1, 4), "<f8"))
        asked = (FEATURES / "net.onnx", "--data", "u.npz", "--images", "0", "--box", "0:10")
        done = self.good("closest", *asked, "-o", "u.csv")
        self.assertIn("no labels", done.stderr)
        self.assertEqual(read_csv(self.folder / "u.csv")[1][0]["label"], "2")
        self.refused("eval", FEATURES / "net.onnx", "--data", "u.npz", says=["no labels"])
        self.refused("closest", *asked[:3], "--images", "correct:1", says=["no labels"])

    def test_one_output_above_and_below(self):
        write_npz(self.folder / "r.npz", x=npy((.1, .2, .3, -1, 0, 1), (2, 3), "<f8"))
        asked = (REGRESSION / "net.onnx", "--data", "r.npz", "--images", "0-1", "--box", "-3:3")
        for norm in ("l0", "l1", "l2", "linf"):
            for option, value, sign in (("--above", 2, 1), ("--below", -2, -1)):
                with self.subTest(norm=norm, option=option):
                    search, _ = self.rows(*asked, "--norm", norm, option, value, "--images-out", "o.npz")
                    self.good("eval", REGRESSION / "net.onnx", "--inputs", "o.npz", "--outputs", "y.npz", "--quiet")
                    for y in read_npz(self.folder / "y.npz")["outputs"][1]:
                        self.assertGreaterEqual(sign * y, sign * value)
                    mip, _ = self.rows(*asked, "--norm", norm, option, value, "--engine", "mip")
                    for one, other in zip(search, mip):
                        self.assertEqual((one["label"], one["target"], one["float32"]), ("", "", "1"))
                        slack = 2e-4 if norm == "l2" else 1e-5
                        self.assertAlmostEqual(float(one["distance"]), float(other["distance"]),
                                               delta=slack * max(1, float(one["distance"])))
        self.refused("closest", *asked, says=["--above"])
        self.refused("closest", *asked, "--above", "2", "--target", "1", says=["--target"])
        self.refused("closest", *asked, "--above", "2", "--margin", "1.5", says=["margin"])
        self.refused("closest", "net.onnx", "--data", "data", "--images", "0", "--above", "2", says=["one output"])

    def test_weights(self):
        asked = (*self.features(), "--box", "0:10")
        plain = float(self.distances(*asked)[0])
        write_npz(self.folder / "w.npz", weights=npy((2, 2, 2, 2), (4,), "<f8"))
        self.assertAlmostEqual(float(self.distances(*asked, "--weights", "w.npz")[0]), 2 * plain, delta=1e-4)
        self.assertAlmostEqual(10 * float(self.distances(*asked, "--weights", "range")[0]), plain, delta=1e-4)
        (self.folder / "w.csv").write_text("feature 0,feature 3\n5,7\n")
        self.rows(*asked, "--weights", "w.csv", "--images-out", "w-found.npz")
        found = read_npz(self.folder / "w-found.npz")["images"][1]
        expected = math.fsum(w * abs(a - b) for w, a, b in zip((5, 1, 1, 7), found, self.ROW))
        self.assertAlmostEqual(float(self.distances(*asked, "--weights", "w.csv")[0]), expected, delta=1e-6)
        (self.folder / "bad.csv").write_text("feature 9\n5\n")
        self.refused("closest", *asked, "--weights", "bad.csv", says=["feature 9"])

    def test_normalisation_in_front(self):
        asked = ("net.onnx", "--data", "data", "--images", "0-3", "--norm", "linf")
        self.assertEqual(self.distances(*asked), self.distances(*asked, "--mean", "0", "--std", "1"))
        done = self.good("eval", "net.onnx", "--data", "data", "--mean", "100")
        self.assertIn("100", done.stdout + done.stderr)
        self.refused("closest", *asked, "--std", "0", says=["--std"])
        self.refused("closest", *asked, "--mean", "1,2,3,4", says=["--mean", "4 numbers"])

    def test_answers_without_a_file(self):
        asked = ("closest", "net.onnx", "--data", "data", "--images", "0-3", "--norm", "linf",
                 "--threads", "1")
        done = self.good(*asked)
        self.good(*asked, "-o", "same.csv", "--quiet")
        lines = done.stdout.splitlines()
        kept = (self.folder / "same.csv").read_text().splitlines()
        cut = [[line.split(",")[:9] for line in text] for text in (lines, kept)]
        self.assertEqual(*cut)
        self.assertIn("4 images", done.stderr)
        self.assertIn("begins anew", done.stderr)
        done = self.good("bounds", "net.onnx")
        self.assertEqual(done.stdout.splitlines()[0], "layer,unit,lower,upper,lower by,upper by")
        self.assertEqual(len(done.stdout.splitlines()), 1 + 8 + 6 + 10)
        done = self.good("visualize", "net.onnx", "--layer", "2")
        self.assertEqual(len(done.stdout.splitlines()), 1 + 6)

    def test_bounds_as_arrays(self):
        done = self.good("bounds", "net.onnx", "--arrays", "b.npz")
        arrays = read_npz(self.folder / "b.npz")
        self.assertEqual({name: len(values) for name, (_, values) in arrays.items()},
                         {"lower_1": 8, "upper_1": 8, "lower_2": 6, "upper_2": 6, "lower_3": 10, "upper_3": 10})
        first = done.stdout.splitlines()[1].split(",")
        self.assertAlmostEqual(arrays["lower_1"][1][0], float(first[2]), delta=1e-6)
        self.assertAlmostEqual(arrays["upper_1"][1][0], float(first[3]), delta=1e-6)

    def test_a_table_to_train_on(self):
        import random
        source = random.Random(3)
        with open(self.folder / "train.csv", "w", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(("height", "weight", "kind"))
            for i in range(300):
                writer.writerow((f"{source.gauss(180 - 30 * (i % 2), 6):.1f}", f"{source.gauss(800, 9):.2f}",
                                 ("tall", "small")[i % 2]))
        done = self.good("train", "--data", "train.csv", "--hidden", "4", "--epochs", "60", "-o", "table.onnx")
        self.assertGreater(float(done.stdout.split("accuracy ")[1].split(" ")[0]), 95)
        self.assertIn("no split of its own", done.stderr)
        done = self.good("closest", "table.onnx", "--data", "train.csv", "--images", "correct:3", "--freeze", "weight",
                         "--norm", "l1", "--target", "small", "--json")
        self.assertIn("optimal", done.stdout)


if __name__ == "__main__":
    unittest.main()
