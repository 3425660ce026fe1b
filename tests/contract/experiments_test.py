"""brink harden, curve and reproduce: what they print agrees with what closest and eval say."""

import json
import sqlite3
import pathlib
import unittest

from harness import Contract, read_csv

PNG = b"\x89PNG\r\n\x1a\n"


class Harden(Contract):
    def test_a_convolutional_network_stays_one(self):
        zoo = pathlib.Path(__file__).parent.parent / "data/zoo"
        rows = [",".join(f"{(i % 4 * 9 + j) % 13 / 12:.3f}" for j in range(36)) + f",{i % 4}"
                for i in range(40)]
        names = ",".join([f"f{j}" for j in range(36)] + ["label"])
        (self.folder / "six.csv").write_text("\n".join([names, *rows]) + "\n")
        run = ("--data", "six.csv", "--adversarial", "l2:0.1", "--epochs", "40", "--box", "0:1")
        self.good("harden", zoo / "conv_pool_new.onnx", *run, "-o", "h.onnx")
        self.good("harden", zoo / "conv_pool_new.onnx", *run, "-o", "again.onnx")
        self.assertEqual((self.folder / "h.onnx").read_bytes(),
                         (self.folder / "again.onnx").read_bytes())
        info = self.good("info", "h.onnx").stdout
        self.assertIn("1 Conv, 1 Relu, 1 MaxPool", info)
        self.assertIn("100", self.good("eval", "h.onnx", "--data", "six.csv").stdout)
        self.refused("harden", zoo / "conv_pool_new.onnx", *run, "-o", "h.nnet", says=["write ONNX"])

    def test_a_convolutional_network_is_attacked_and_goes_on(self):
        """Rounds that the store has are not trained again, and a normalisation stays outside of the file."""
        net = pathlib.Path(__file__).parent.parent / "data/zoo/conv_pool_new.onnx"
        rows = [",".join(f"{(i % 4 * 9 + j) % 13 / 12:.3f}" for j in range(36)) + f",{i % 4}"
                for i in range(40)]
        (self.folder / "six.csv").write_text("\n".join([",".join([f"f{j}" for j in range(36)] + ["label"]), *rows]) + "\n")
        normalised = ("--mean", "0.4", "--std", "0.25")
        trained = ("harden", net, "--data", "six.csv", "--box", "0:1", "--epochs", "40", *normalised)
        self.good(*trained, "--weight-decay", "0.0001", "--examples", "0", "-o", "first.onnx")
        run = ("harden", "first.onnx", *trained[2:], "--examples", "3", "--norm", "linf", "--time-limit", "5", "--seed", "1",
               "--store", "conv.db")
        self.good(*run, "--rounds", "1", "-o", "one.onnx")
        two = self.good(*run, "--rounds", "2", "-o", "two.onnx")
        again = self.good(*run, "--rounds", "2", "-o", "again.onnx")
        with sqlite3.connect(self.folder / "conv.db") as store:  # the file of each round, as it is
            kept = {row[0] for row in store.execute("SELECT onnx FROM network")}
        self.assertEqual(len(kept), 3)
        for name in ("first", "one", "two"):
            self.assertIn((self.folder / f"{name}.onnx").read_bytes(), kept)
        self.assertEqual((self.folder / "two.onnx").read_bytes(), (self.folder / "again.onnx").read_bytes())
        self.assertEqual(again.stdout, two.stdout)
        self.good("bounds", "two.onnx", "--box", "0:1", "--store", "bounds.db")
        with sqlite3.connect(self.folder / "bounds.db") as store:
            self.assertEqual(store.execute("SELECT onnx FROM network").fetchone()[0], (self.folder / "two.onnx").read_bytes())
        said = float(two.stdout.splitlines()[-1].split()[2])
        accuracy = json.loads(self.good("eval", "two.onnx", "--data", "six.csv", *normalised, "--json").stdout)["accuracy"]
        self.assertAlmostEqual(100 * accuracy, said, delta=0.01)

    def harden(self, out, *options):
        return self.brink("harden", "net.onnx", "--data", "data", "--epochs", "10", *options, "-o", out)

    def test_rounds_add_examples_and_are_measured(self):
        done = self.harden("h.onnx", "--examples", "20", "--rounds", "2", "--measure", "6", "--store", "h.db",
                           "--measure-norms", "l1", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        rounds = json.loads(done.stdout)["rounds"]
        self.assertEqual([r["examples added"] for r in rounds], [0, 20, 40])
        # The hardened network is what was written; its distances are those of closest.
        self.good("closest", "h.onnx", "--data", "data", "--images", "correct:1", "-o", "h.csv")
        accuracy = json.loads(self.good("eval", "h.onnx", "--data", "data", "--json").stdout)["accuracy"]
        self.assertAlmostEqual(100 * accuracy, rounds[-1]["test accuracy %"], delta=0.01)
        self.good("closest", "net.onnx", "--data", "data", "--images", "correct:6", "-o", "before.csv")
        _, rows = read_csv(self.folder / "before.csv")
        mean = sum(float(r["distance"]) for r in rows) / len(rows)
        self.assertAlmostEqual(mean, rounds[0]["mean l1"], delta=1e-3 * mean)

    def test_the_same_command_takes_everything_from_the_store(self):
        options = ("--examples", "10", "--store", "again.db")
        first = self.harden("one.onnx", *options)
        self.assertEqual(first.returncode, 0, first.stderr)
        with sqlite3.connect(self.folder / "again.db") as database:
            answers = database.execute("SELECT count(*), max(run) FROM closest").fetchone()
        database.close()
        second = self.harden("two.onnx", *options)
        self.assertEqual(first.stdout, second.stdout)
        self.assertEqual((self.folder / "one.onnx").read_bytes(), (self.folder / "two.onnx").read_bytes())
        with sqlite3.connect(self.folder / "again.db") as database:
            self.assertEqual(answers, database.execute("SELECT count(*), max(run) FROM closest").fetchone())
            self.assertEqual(database.execute("SELECT count(*) FROM descent").fetchone(), (1,))
        database.close()

    def test_against_an_adversary(self):
        done = self.harden("pgd.onnx", "--adversarial", "linf:0.1", "--measure", "4")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("mean linf", done.stdout)

    def test_bad_requests(self):
        base = ("harden", "net.onnx", "--data", "data", "-o", "bad.onnx")
        self.refused(*base, says=["--examples"])
        self.refused(*base, "--examples", "-1", says=["--examples"])
        self.refused(*base, "--examples", "5", "--rounds", "0", says=["--rounds"])
        self.refused(*base, "--adversarial", "linf:0.1", "--rounds", "2", says=["--rounds"])
        self.refused(*base, "--adversarial", "l0:3", says=["l0"])
        self.refused(*base, "--examples", "5", "--norm", "l7", says=["l7"])
        self.refused(*base, "--examples", "5000", says=["--examples"])


class CurveOfAnswers(Contract):
    def test_tables_and_stores_give_the_curve_that_asking_gives(self):
        self.assertEqual(self.brink_train("other.onnx", "5", "--seed", "3").returncode, 0)
        asked = ("--data", "data", "--images", "0-5", "--norm", "linf")
        for name in ("net", "other"):
            self.good("closest", f"{name}.onnx", *asked, "-o", f"{name}.csv", "--store", "runs.db")
        self.good("curve", "net.onnx", "other.onnx", *asked, "-o", "asked.csv")
        done = self.good("curve", "--from", "net.csv", "other.csv", "-o", "tables.csv", "--picture", "c.svg")
        self.assertEqual(done.stderr, "")  # the default question in the box 0:1: the hash says so
        self.good("curve", "--from", "runs.db", "-o", "store.csv")
        self.assertEqual((self.folder / "c.svg").read_text()[:5], "<?xml")
        header, rows = read_csv(self.folder / "asked.csv")
        for other in ("tables.csv", "store.csv"):
            again_header, again = read_csv(self.folder / other)
            self.assertEqual(again_header, header)
            by_name = sorted(again, key=lambda r: (r["network"], float(r["radius"])))
            for one, two in zip(sorted(rows, key=lambda r: (r["network"], float(r["radius"]))), by_name):
                self.assertEqual({k: v for k, v in one.items() if k != "radius"},
                                 {k: v for k, v in two.items() if k != "radius"})
                self.assertAlmostEqual(float(one["radius"]), float(two["radius"]), delta=2e-6)
            self.assertEqual(len(rows), len(again))

    def test_only_curves_that_belong_together(self):
        asked = ("closest", "net.onnx", "--data", "data", "--images", "0-9")
        self.good(*asked, "--norm", "linf", "-o", "linf.csv", "--store", "both.db")
        self.good(*asked, "--norm", "l1", "-o", "l1.csv", "--store", "both.db")
        self.good(*asked, "--norm", "linf", "--question", "fj", "-o", "fj.csv", "--store", "fj.db")
        self.good(*asked[:-1], "2-3", "--norm", "linf", "--margin", "1.5", "-o", "margin.csv")
        curve = ("curve", "-o", "c.csv", "--from")
        self.refused(*curve, "linf.csv", "l1.csv", says=["l1.csv", "one norm"])
        self.refused(*curve, "both.db", says=["l1", "linf", "--norm"])
        self.refused(*curve, "fj.db", says=["fj.db", "default question"])
        self.refused(*curve, "fj.csv", says=["fj.csv", "default question", "target"])
        self.refused(*curve, "linf.csv", "--data", "data", says=["--data"])
        self.refused("curve", "--data", "data", "-o", "c.csv", says=["NETWORKS", "--from"])
        done = self.good(*curve, "linf.csv", "margin.csv")
        self.assertIn("'margin.csv' does not say", done.stderr)
        self.assertIn("the 2 images that all have, of 10", done.stderr)
        self.refused(*curve, "linf.csv", says=["c.csv", "another question", "--force"])
        self.good("curve", "-o", "l1-curve.csv", "--norm", "l1", "--from", "both.db")
        self.assertEqual({r["norm"] for r in read_csv(self.folder / "l1-curve.csv")[1]}, {"l1"})


class Curve(Contract):
    def test_shares_are_those_of_the_distances(self):
        self.good("curve", "net.onnx", "--data", "data", "--images", "40-59", "--norm", "linf", "-o", "c.csv",
                  "--png", "c.png", "--store", "c.db")
        header, points = read_csv(self.folder / "c.csv")
        self.assertEqual(header, ["network", "norm", "radius", "surely_right", "possibly_right", "question"])
        self.good("closest", "net.onnx", "--data", "data", "--images", "40-59", "--norm", "linf", "--target", "any",
                  "--margin", "1", "--target-min", "none", "-o", "d.csv")
        _, rows = read_csv(self.folder / "d.csv")
        self.assertIn("misclassified", {r["status"] for r in rows})  # image 59's label is wrong
        for point in points[:-1]:  # the last stands just beyond the largest distance
            for column, of in (("surely_right", "bound"), ("possibly_right", "distance")):
                radius = float(point["radius"])
                share = sum(float(r[of] or 0) >= radius for r in rows) / len(rows)
                self.assertAlmostEqual(float(point[column]), share, delta=1e-6, msg=point)
        self.assertEqual(points[-1]["surely_right"], "0")
        self.assertTrue((self.folder / "c.png").read_bytes().startswith(PNG))

    def test_two_networks_and_bad_requests(self):
        self.assertEqual(self.brink_train("other.onnx", "5").returncode, 0)
        done = self.good("curve", "net.onnx", "other.onnx", "--data", "data", "--images", "0-4", "-o", "two.csv",
                         "--json")
        self.assertEqual([(c["network"], c["images"]) for c in json.loads(done.stdout)], [("net", 5), ("other", 5)])
        base = ("curve", "net.onnx", "--data", "data")
        self.refused(*base, "--images", "0-4", "--norm", "l9", "-o", "x.csv", says=["l9"])
        self.refused(*base, "--images", "900", "-o", "x.csv", says=["900"])
        self.refused(*base, "--images", "0", "-o", "no/such/x.csv", says=["x.csv"])


class Reproduce(Contract):
    def reproduce(self, *what, out="tables"):
        return self.brink("reproduce", *what, "-o", out, "--data", "data", "--images", "2", "--nets", "DNN1",
                          "--time-limit", "20")

    def test_tables_print_published_beside_ours_and_keep_answers(self):
        done = self.reproduce("z1", "z2", "z4", "k5", "figures")
        self.assertEqual(done.returncode, 0, done.stderr)
        for name in ("z1", "z2", "z4", "k5"):
            self.assertTrue((self.folder / f"tables/{name}.md").exists(), name)
        header, rows = read_csv(self.folder / "tables/z2.csv")
        self.assertIn("search solved", header)
        self.assertEqual([(r["dnn"], r["model"]) for r in rows],
                         [("DNN1", "basic"), ("DNN1", "exact"), ("DNN1", "weak")])
        self.assertEqual([r["published nodes"] for r in rows], ["1994", "313", "313"])
        self.assertEqual({r["search solved"] for r in rows}, {"100"})
        self.good("closest", "tables/nets/DNN1.onnx", "--data", "data", "--images", "correct:2", "--question", "fj",
                  "-o", "own.csv")
        _, own = read_csv(self.folder / "own.csv")
        mean = sum(float(r["distance"]) for r in own) / 2
        self.assertAlmostEqual(float(rows[0]["search distance"]), mean, delta=2e-3)
        notes = self.reproduce("k2", "k4").stdout
        for doubtful in ("75.0 s", "294.1 s", "1.3 %", "31.0 %", "296.3 s", "repeated in each of its rows"):
            self.assertIn(doubtful, notes)
        for name, ignored in (("k5", "--nets and --net-dir"), ("figures", "--nets")):
            self.assertIn(f"whatever {ignored}", (self.folder / f"tables/{name}.md").read_text())
        for name in ("figure-z3", "figure-k6"):
            self.assertTrue((self.folder / f"tables/{name}.png").read_bytes().startswith(PNG), name)
        # Nothing is asked again: times, and the threads that they were taken on, are those of the first run.
        before = [(self.folder / f"tables/z2.{kind}").read_bytes() for kind in ("csv", "md", "tex")]
        self.assertEqual(self.reproduce("z2", "--threads", "3").returncode, 0)
        self.assertEqual(before, [(self.folder / f"tables/z2.{kind}").read_bytes() for kind in ("csv", "md", "tex")])

    def test_the_models_give_the_search_s_distances(self):
        done = self.brink("reproduce", "z4", "-o", "models", "--data", "data", "--images", "2", "--nets", "DNN1",
                          "--engine", "both")
        self.assertEqual(done.returncode, 0, done.stderr)
        _, rows = read_csv(self.folder / "models/z4.csv")
        self.assertEqual(len(rows), 2)
        for row in rows:
            self.assertAlmostEqual(float(row["model obj"]), float(row["search obj"]), delta=2e-3)

    def test_retraining_tables(self):
        done = self.reproduce("z7", "z8", out="retrained")
        self.assertEqual(done.returncode, 0, done.stderr)
        _, rows = read_csv(self.folder / "retrained/z7.csv")
        self.assertEqual([r["training data"] for r in rows], ["l0", "l1", "l2", "linf", "mnist", "none, another seed"])
        # The network that the examples were made for gets none of them right.
        for norm in ("l0", "l1", "l2", "linf"):
            self.assertEqual(float(rows[-2][f"ours {norm}"]), 0)
        self.assertGreater(sum(float(rows[-1][f"ours {norm}"]) for norm in ("l0", "l1", "l2", "linf")), 0)
        _, rows = read_csv(self.folder / "retrained/z8.csv")
        self.assertEqual([r["training data"] for r in rows], ["l0", "l1", "l2", "linf", "none, another seed"])
        self.assertEqual(rows[-1]["published obj_l1"], "")
        for name in ("z7", "z8"):
            self.assertIn("whatever --nets and --net-dir", (self.folder / f"retrained/{name}.md").read_text())

    def test_bad_requests(self):
        base = ("reproduce", "z2", "-o", "bad", "--data", "data")
        self.refused("reproduce", "z99", "-o", "bad", says=["z99", "z2"])
        self.refused(*base, "--nets", "DNN9", says=["DNN9"])
        self.refused(*base, "--images", "0", says=["--images"])
        self.refused(*base, "--engine", "magic", says=["magic"])
        self.refused(*base, "--time-limit", "0", says=["--time-limit"])

    def test_what_is_missing_is_found_before_anything_is_made(self):
        base = ("reproduce", "-o", "bad", "--data", "data", "--nets", "DNN1", "--images", "1")
        (self.folder / "given").mkdir()
        self.assertEqual(self.brink_train("given/DNN1.onnx", "8,8,8").returncode, 0)
        self.refused(*base, "figures", "--net-dir", "given", says=["DNN3.onnx"])
        self.refused(*base, "z2", "--store", "net.onnx", says=["net.onnx"])
        self.assertFalse((self.folder / "bad").exists())


if __name__ == "__main__":
    unittest.main()
