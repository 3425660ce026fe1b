"""Tables, pictures and JSON say what they are about: questions, endings, gaps, proofs."""

import json
import pathlib
import shutil
import sqlite3
import unittest
import xml.etree.ElementTree

from harness import Contract, read_csv, read_npz


def question_of(path):
    """The one hash that all rows of a table carry, in its last column."""
    header, rows = read_csv(path)
    assert header[-1] == "question", header
    questions = {row["question"] for row in rows}
    assert len(questions) == 1, questions
    return questions.pop()


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

    def test_pictures_are_what_their_names_say(self):
        self.good("closest", "net.onnx", "--data", "data", "--images", "0-2", "-o", "one.csv",
                  "--images-out", "one.npz")
        question = question_of(self.folder / "one.csv")
        curve = ("curve", "net.onnx", "--data", "data", "--images", "0", "--norm", "linf", "-o", "c.csv", "--picture")
        sheet = ("picture", "one.csv", "--data", "data", "--title", "a <b>", "-o")
        for name in ("x.jpg", "x.eps", "x.svg.gz", "x."):
            for command in (curve, sheet):
                self.refused(*command, name, says=[name, ".png", ".svg", ".pdf"])
        for name, begins in (("x.PNG", b"\x89PNG"), ("x.svg", b"<?xml"), ("x.pdf", b"%PDF-"), ("x", b"\x89PNG")):
            for command in (curve, sheet):
                self.good(*command, name)
                first = (self.folder / name).read_bytes()
                self.assertEqual(first[:len(begins)], begins)
                self.good(*command, name)
                self.assertEqual((self.folder / name).read_bytes(), first, name)
            self.assertIn(question.encode(), first)

    def test_svg_holds_its_text_within_its_size(self):
        self.good("curve", "net.onnx", "--data", "data", "--images", "0-4", "--norm", "l2", "-o", "l2.csv",
                  "--picture", "l2.svg", "--size", "300x250")
        svg = xml.etree.ElementTree.parse(self.folder / "l2.svg").getroot()
        self.assertEqual((svg.get("width"), svg.get("height")), ("300", "250"))
        texts = {}
        for text in svg.iter("{http://www.w3.org/2000/svg}text"):
            texts[text.text] = text
            if text.get("transform"):
                continue
            length = float(text.get("textLength"))
            left = float(text.get("x")) - length * {"start": 0, "middle": 0.5, "end": 1}[text.get("text-anchor")]
            self.assertGreaterEqual(left, 0, text.text)
            self.assertLessEqual(left + length, 300, text.text)
            self.assertTrue(10 <= float(text.get("y")) <= 247, text.text)
        for label in ("net", "0", "100", "share of 5 images (%)", "r: L2 (Euclidean), inputs in [0,1]"):
            self.assertIn(label, texts)
        for size in ("300", "300x", "x300", "100x300", "300x99999", "300x300x300", "-300x300"):
            self.refused("curve", "net.onnx", "--data", "data", "--images", "0", "-o", "n.csv", f"--size={size}",
                         says=["--size"])

    def test_contact_sheets_of_units_have_a_format(self):
        for kind in ("svg", "pdf"):
            self.good("visualize", "net.onnx", "--unit", "1:0", "--sheet", kind, "-o", "sheets")
            self.assertGreater((self.folder / f"sheets/units.{kind}").stat().st_size, 500)
        self.assertFalse((self.folder / "sheets/units.png").exists())
        self.refused("visualize", "net.onnx", "--unit", "1:0", "--sheet", "gif", "-o", "sheets", says=["--sheet"])

    def test_tables_in_other_formats(self):
        self.good("closest", "net.onnx", "--data", "data", "--images", "0-2", "-o", "t.csv", "--store", "t.db")
        _, rows = read_csv(self.folder / "t.csv")
        latex = self.good("table", "t.csv", "--columns", "image,status,distance", "--format", "latex").stdout
        lines = [rf"{r['image']} & {r['status']} & {r['distance']} \\".replace("_", r"\_") for r in rows]
        self.assertEqual(latex.splitlines(), [r"\begin{tabular}{rlr}", r"\toprule", r"image & status & distance \\",
                                              r"\midrule", *lines, r"\bottomrule", r"\end{tabular}"])
        self.assertEqual(self.good("table", "t.csv", "--format", "csv").stdout, (self.folder / "t.csv").read_text())
        self.assertIn("|---:|", self.good("table", "t.csv", "--format", "markdown").stdout)
        document = json.loads(self.good("table", "t.csv", "--columns", "image,status", "--json").stdout)
        self.assertEqual(document, [{"image": int(r["image"]), "status": r["status"]} for r in rows])
        on = ("net.onnx", "--data", "data")
        for command in (("runs", "t.db"), ("curve", *on, "--images", "0-2", "-o", "tc.csv"),
                        ("harden", *on, "--weight-decay", "0.1", "--epochs", "1", "-o", "t.onnx")):
            said = self.good(*command, "--format", "latex").stdout
            self.assertTrue(said.startswith(r"\begin{tabular}") and r"\bottomrule" in said, said)
        self.refused("table", "t.csv", "--columns", "image,nothing", says=["nothing"])
        self.refused("table", "t.csv", "--format", "word", says=["word", "latex"])
        self.refused("table", "t.csv", "--format", "latex", "--json", says=["--json"])
        self.refused("runs", "t.db", "--format", "latex", "--csv", "r.csv", says=["--csv"])


class Questions(Contract):
    """Finished tables are not lost to other questions, and pictures not shown under wrong captions."""

    ASKED = ("closest", "net.onnx", "--data", "data", "--images", "0-3", "--norm", "linf")

    def ask(self, stem, *options):
        return self.good(*self.ASKED, *options, "-o", f"{stem}.csv", "--images-out", f"{stem}.npz")

    def test_table_and_images_carry_the_question(self):
        self.ask("own")
        question = question_of(self.folder / "own.csv")
        self.assertRegex(question, "^[0-9a-f]{64}$")
        self.assertEqual(read_npz(self.folder / "own.npz")["question"], ((), question))
        hashes = {question}
        shutil.copytree(self.folder / "data", self.folder / "changed", dirs_exist_ok=True)
        labels = self.folder / "changed" / "train-labels-idx1-ubyte"
        labels.write_bytes(labels.read_bytes()[:-1] + b"\0")
        self.brink_train("second.onnx", "5")
        base = ["closest", "net.onnx", "--data", "data", "--images", "0", "--norm", "linf", "--question", "fj"]
        for n, change in enumerate((
                ["--norm", "l1"], ["--target", "any"], ["--margin", "1.3"], ["--target-min", "none"],
                ["--cap", "0.5"], ["--box", "-1:1"], ["--split", "train"], ["--output", "relu"])):
            known = {o: change[1] if o == change[0] else v for o, v in zip(base[2::2], base[3::2])}
            known.setdefault(change[0], change[1])
            self.good("closest", "net.onnx", *[w for pair in known.items() for w in pair],
                      "-o", f"other{n}.csv")
            hashes.add(question_of(self.folder / f"other{n}.csv"))
        self.good(base[0], "second.onnx", *base[2:], "-o", "net2.csv")
        self.good(*base[:3], "changed", *base[4:], "--split", "train", "-o", "data2.csv")
        hashes |= {question_of(self.folder / name) for name in ("net2.csv", "data2.csv")}
        self.assertEqual(len(hashes), 1 + 8 + 2)
        # How it is answered, how far, and what the files are called is no part of the question.
        shutil.copytree(self.folder / "data", self.folder / "copy", dirs_exist_ok=True)
        shutil.copy(self.folder / "net.onnx", self.folder / "same.onnx")
        for n, same in enumerate((["--engine", "mip"], ["--time-limit", "9"], ["--gap", "0.1"],
                                  ["--seed", "3"], ["--store", "q.db"])):
            self.good("closest", "same.onnx", "--data", "copy", "--images", "5", "--norm", "linf", *same,
                      "-o", f"same{n}.csv")
            self.assertEqual(question_of(self.folder / f"same{n}.csv"), question, same)

    def test_a_finished_table_of_another_question_is_kept_unless_forced(self):
        self.ask("kept")
        before = [(self.folder / f"kept.{e}").read_bytes() for e in ("csv", "npz")]
        other = (*self.ASKED, "--margin", "1.4")
        for store in ((), ("--store", "kept.db")):
            self.refused(*other, *store, "-o", "kept.csv", says=["kept.csv", "another question", "--force"])
            self.refused(*other, *store, "-o", "new.csv", "--images-out", "kept.npz",
                         says=["kept.npz", "another question", "--force"])
        self.assertEqual(before, [(self.folder / f"kept.{e}").read_bytes() for e in ("csv", "npz")])
        self.ask("kept", "--margin", "1.4", "--force")
        forced = question_of(self.folder / "kept.csv")
        self.assertEqual(read_npz(self.folder / "kept.npz")["question"][1], forced)
        self.ask("kept", "--margin", "1.4", "--time-limit", "100")  # the same question, asked again
        self.assertEqual(question_of(self.folder / "kept.csv"), forced)
        self.refused(*self.ASKED, "--engine", "mip", "-o", "kept.csv", says=["another question"])

    def test_tables_of_an_earlier_brink(self):
        self.ask("old")
        header, rows = read_csv(self.folder / "old.csv")
        lines = [",".join(header[:-1])] + [",".join(r[c] for c in header[:-1]) for r in rows]
        (self.folder / "old.csv").write_text("\n".join(lines) + "\n")
        self.refused("picture", "old.csv", "--data", "data", "-o", "o.png", says=["old.npz", "another question"])
        (self.folder / "old.npz").unlink()
        for command in (("picture", "old.csv", "--data", "data", "-o", "o.png"),
                        ("page", "net.onnx", "--data", "data", "--closest", "old.csv", "-o", "o.html")):
            done = self.good(*command)
            self.assertIn("does not say which question", done.stderr)
            self.assertEqual(self.good(*command, "--quiet").stderr, "")
        self.refused(*self.ASKED, "-o", "old.csv", says=["earlier brink", "--force"])
        (self.folder / "notes.csv").write_text("no table of brink")
        self.good(*self.ASKED, "-o", "notes.csv")
        question_of(self.folder / "notes.csv")

    def test_pairs_that_do_not_belong_together_are_refused(self):
        self.ask("a")
        self.ask("b", "--margin", "1.4")
        picture = ("picture", "pair.csv", "--data", "data", "-o", "pair.png")
        page = ("page", "net.onnx", "--data", "data", "--closest", "pair.csv", "-o", "pair.html")
        shutil.copy(self.folder / "a.csv", self.folder / "pair.csv")
        shutil.copy(self.folder / "b.npz", self.folder / "pair.npz")
        for command in (picture, page):
            self.refused(*command, says=["pair.npz", "another question"])
        # The same question, but the images of a run that got less far.
        self.good(*self.ASKED, "--gap", "0.9", "-o", "pair.csv", "--force")
        shutil.copy(self.folder / "a.npz", self.folder / "pair.npz")
        own = [(r["distance"], r["image"]) for r in read_csv(self.folder / "a.csv")[1]]
        far = [(r["distance"], r["image"]) for r in read_csv(self.folder / "pair.csv")[1]]
        if own != far:
            for command in (picture, page):
                self.refused(*command, says=["different runs"])
        shutil.copy(self.folder / "a.csv", self.folder / "pair.csv")
        for command in (picture, page):
            self.assertEqual(self.good(*command).stderr, "")

    def test_pages_and_pictures_are_of_one_network_and_its_images(self):
        self.ask("here")
        self.ask("margin", "--margin", "1.4")
        self.brink_train("page.onnx", "5")
        page = ("page", "net.onnx", "--data", "data", "-o", "p.html", "--closest")
        self.refused("page", "page.onnx", *page[2:], "here.csv", says=["here.csv", "another network"])
        self.refused(*page, "here.csv", "margin.csv", says=["linf", "different questions"])
        self.refused(*page, "here.csv", "--split", "train", says=["here.csv", "other images"])
        self.refused("picture", "here.csv", "--data", "data", "--split", "train", "-o", "p.png",
                     says=["here.csv", "other images"])
        self.good(*page, "here.csv")
        self.good("picture", "here.csv", "margin.csv", "--data", "data", "-o", "p.png")

    def test_units_carry_question_and_proof(self):
        show = ("visualize", "net.onnx", "--unit", "3:1")
        self.good(*show, "-o", "units")
        question = question_of(self.folder / "units/units.csv")
        self.assertEqual(read_csv(self.folder / "units/units.csv")[1][0]["proof"], "search")
        self.good(*show, "--engine", "mip", "-o", "units")
        self.assertEqual(question_of(self.folder / "units/units.csv"), question)
        self.assertEqual(read_csv(self.folder / "units/units.csv")[1][0]["proof"], "multipliers")
        self.brink_train("unit.onnx", "5")
        other = ("visualize", "unit.onnx", "--unit", "2:1", "-o", "units")
        self.refused(*other, says=["units.csv", "another question", "--force"])
        self.refused(*other, "--store", "units.db", says=["units.csv", "another question", "--force"])
        self.refused(*show, "--box", "-1:1", "-o", "units", says=["another question"])
        page = ("page", "net.onnx", "--data", "data", "--units", "units", "-o", "u.html")
        self.good(*page)
        self.assertIn("max (multipliers)", (self.folder / "u.html").read_text())
        self.good(*other, "--force")
        self.refused(*page, says=["units", "another network"])
        self.assertNotEqual(question_of(self.folder / "units/units.csv"), question)
        self.good(*show, "-o", "mixed")
        self.good(*show, "--box", "0:0.5", "-o", "half")
        shutil.copy(self.folder / "half/unit_3_1.png", self.folder / "mixed/unit_3_1.png")
        self.refused("page", "net.onnx", "--data", "data", "--units", "mixed", "-o", "u.html",
                     says=["unit_3_1.png", "another run"])

    def test_bounds_of_a_solver_are_named_in_the_proof(self):
        for solver in ("search", "cbc"):
            self.good("bounds", "net.onnx", "--method", "exact", "--solver", solver, "-o", f"{solver}.json")
            done = self.good("visualize", "net.onnx", "--unit", "3:1", "--bounds", f"{solver}.json", "--json",
                             "--store", "proofs.db", "-o", f"by-{solver}")
            proof = "search" if solver == "search" else "multipliers"
            self.assertEqual(json.loads(done.stdout)["units"][0]["proof"], proof)
            again = self.good("visualize", "net.onnx", "--unit", "3:1", "--bounds", f"{solver}.json", "--json",
                              "--store", "proofs.db")  # from the store
            self.assertEqual(json.loads(again.stdout)["units"][0]["proof"], proof)
        units = json.loads(self.good("runs", "proofs.db", "--list", "units", "--json").stdout)
        self.assertEqual([u["proof"] for u in units], ["search", "multipliers"])
        self.good("report", "proofs.db", "-o", "proofs.html")
        self.assertIn('"proof":"multipliers"', (self.folder / "proofs.html").read_text())

    def test_curves_carry_networks_images_and_norm(self):
        curve = ("curve", "net.onnx", "--data", "data", "--norm", "linf", "-o", "curve.csv", "--images")
        self.good(*curve, "0-2")
        question = question_of(self.folder / "curve.csv")
        self.good(*curve, "0-2", "--time-limit", "9")
        self.assertEqual(question_of(self.folder / "curve.csv"), question)
        for other in ((*curve, "0-3"), (*curve, "0-2", "--norm", "l1")[:5] + ("l1",) + curve[6:] + ("0-2",)):
            self.refused(*other, says=["curve.csv", "another question", "--force"])
        self.good(*curve, "0-3", "--force")
        self.assertNotEqual(question_of(self.folder / "curve.csv"), question)


class StoresOfTheFirstSchema(Contract):
    """Stores that an earlier brink wrote lack the proofs of units, leads, and what came after them."""

    def old_store(self, name):
        self.good("visualize", "net.onnx", "--layer", "2", "--store", name)
        with sqlite3.connect(self.folder / name) as db:
            db.execute("ALTER TABLE unit DROP COLUMN proof")
            for column in ("lead", "lead_bound", "float32"):
                db.execute(f"ALTER TABLE closest DROP COLUMN {column}")
            for table in ("radius", "compare"):
                db.execute(f"DROP TABLE {table}")
            db.execute("PRAGMA user_version = 1")
        db.close()

    def proofs(self, name):
        units = json.loads(self.good("runs", name, "--list", "units", "--json").stdout)
        return [u["proof"] for u in units]

    def test_are_read_as_they_are_and_converted_by_a_run(self):
        self.old_store("old.db")
        self.assertEqual(self.proofs("old.db"), [""] * 6)
        self.good("report", "old.db", "-o", "old.html")
        with sqlite3.connect(self.folder / "old.db") as db:
            self.assertEqual(db.execute("PRAGMA user_version").fetchone(), (1,))
        db.close()
        self.good("visualize", "net.onnx", "--all", "--store", "old.db")
        self.assertEqual(sorted(self.proofs("old.db")), [""] * 6 + ["search"] * 18)

    def test_are_merged(self):
        self.old_store("part.db")
        self.good("visualize", "net.onnx", "--unit", "3:0", "--store", "new.db")
        self.good("runs", "merge", "part.db", "new.db", "-o", "all.db")
        self.assertEqual(sorted(self.proofs("all.db")), [""] * 6 + ["search"])


class StoresOfTheSecondSchema(Contract):
    """A store of today is read, continued and merged by whatever comes later."""

    STORES = pathlib.Path(__file__).resolve().parent.parent / "data" / "stores"
    NET = STORES.parent / "08_float_features" / "net.onnx"

    def setUp(self):
        super().setUp()
        for name in ("schema2.db", "rows.npz"):
            shutil.copy(self.STORES / name, self.folder / name)

    def rows(self, store, kind="answers"):
        return json.loads(self.good("runs", store, "--list", kind, "--json").stdout)

    def ask(self, norm, store):
        return self.good("closest", self.NET, "--data", "rows.npz", "--images", "0-2", "--box", "0:10",
                         "--norm", norm, "--store", store)

    def test_is_read(self):
        answers = self.rows("schema2.db")
        self.assertEqual([a["status"] for a in answers], 2 * ["misclassified", "optimal", "optimal"])
        self.assertAlmostEqual(float(answers[1]["distance"]), 3.43224689, delta=1e-7)
        self.assertEqual(len(self.rows("schema2.db", "units")), 9)
        self.good("report", "schema2.db", "-o", "old.html")

    def test_is_continued(self):
        before = self.rows("schema2.db")
        self.ask("l1", "schema2.db")
        self.assertEqual(self.rows("schema2.db"), before)  # seconds and all: nothing was asked again
        self.ask("linf", "schema2.db")
        self.assertEqual(len(self.rows("schema2.db")), 9)

    def within(self, store):
        return self.good("verify", self.NET, "--data", "rows.npz", "--images", "0-2", "--box", "0:10", "--norm", "l1",
                         "--radius", "3.4", "--store", store)

    def test_answers_about_radii(self):
        self.assertEqual(self.rows("schema2.db", "radius"), [])
        self.within("schema2.db")
        known = self.rows("schema2.db", "radius")
        self.assertEqual([r["status"] for r in known][:2], ["misclassified", "robust"])
        self.assertEqual({r["note"] for r in known}, {"known from an earlier answer"})
        for name in ("old.db", "fresh.db"):  # merged both ways
            shutil.copy(self.STORES / "schema2.db", self.folder / "old.db")
            (self.folder / "fresh.db").unlink(missing_ok=True)
            self.within("fresh.db")
            parts = ("old.db", "fresh.db") if name == "old.db" else ("fresh.db", "old.db")
            self.good("runs", "merge", *parts, "-o", f"all-{name}")
            self.assertEqual(len(self.rows(f"all-{name}", "radius")), 3)
            self.assertEqual(len(self.rows(f"all-{name}")), 6)

    def test_is_merged(self):
        self.ask("linf", "new.db")
        self.good("runs", "merge", "schema2.db", "new.db", "-o", "all.db")
        self.assertEqual(len(self.rows("all.db")), 9)
        self.assertEqual(len(self.rows("all.db", "units")), 9)


if __name__ == "__main__":
    unittest.main()
