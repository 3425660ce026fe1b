"""Wrong requests and broken files: exit code 2, one clear line on stderr, nothing written."""

import gzip
import os
import unittest

from harness import (ONNX_FILES, Contract, digits, idx_images, idx_labels, onnx_with_nan, write_dataset)


class Requests(Contract):
    def closest_refused(self, *options, says=(), images="0-1", network="net.onnx", data="data",
                        output="out.csv"):
        return self.refused("closest", network, "--data", data, "--images", images, "-o", output,
                            *options, says=says)

    def test_unknown_command_and_option(self):
        self.refused("frobnicate")
        self.closest_refused("--norm", "l1", "--frobnicate", says=["--frobnicate"])

    def test_missing_required_option(self):
        self.refused("closest", "net.onnx", "--data", "data", "-o", "out.csv", says=["--images"])
        self.refused("train", "--data", "data", "--hidden", "4")

    def test_unknown_names(self):
        self.closest_refused("--norm", "l3", says=["l3"])
        self.closest_refused("--target", "sideways", says=["sideways"])
        self.closest_refused("--engine", "magic", says=["magic"])
        for option in ("--solver", "--formulation", "--distance-form", "--bounds", "--pooling"):
            self.closest_refused("--engine", "mip", option, "magic", says=["magic"])
        self.refused("bounds", "net.onnx", "--method", "magic", "-o", "b.json", says=["magic"])

    def test_options_of_the_other_engine(self):
        for option, value in (("--bounds", "lp"), ("--solver", "cbc"), ("--formulation", "bigm"),
                              ("--distance-form", "tight"), ("--pooling", "direct")):
            self.closest_refused("--engine", "search", option, value, says=[option, "mip"])
        self.closest_refused("--engine", "mip", "--log", "log.jsonl", says=["--log"])
        for option, value in (("--solver", "cbc"), ("--formulation", "bigm"),
                              ("--pooling", "direct")):
            self.refused("visualize", "net.onnx", "--unit", "1:0", "-o", "units", option, value,
                         says=[option, "mip"])

    def test_what_was_misspelt_is_named_and_where_to_read(self):
        self.refused("nosuch", says=["'nosuch'", "brink --help"])
        self.refused("clossest", says=["did you mean closest?"])
        self.refused("data", "lst", says=["did you mean list?", "brink data --help"])
        self.refused("table", "x.csv", "--format", "latx", says=["did you mean latex?"])
        self.refused("bounds", "net.onnx", "--method", "exat", says=["did you mean exact?"])
        self.closest_refused("--norm", "linff", says=["did you mean linf?"])
        self.closest_refused("--engine", "serch", says=["did you mean search?"])
        self.closest_refused("--question", "robsut", says=["did you mean robust?"])
        self.closest_refused("-norm", "l1", says=["did you mean --norm?"])
        self.refused("visualize", "net.onnx", "--all", "-o", "units", "--layers", "1",
                     says=["no option --layers", "brink visualize --help"])
        # the required --images is missing because it was misspelt
        self.refused("closest", "net.onnx", "--imagess", "0", "--data", "data", "-o", "out.csv",
                     says=["no option --imagess; did you mean --images?"])
        self.refused("closest", "net.onnx", "other.onnx", "--images", "0", "--data", "data",
                     "-o", "out.csv", says=["no use for 'other.onnx'", "brink closest --help"])

    def test_numbers_out_of_range(self):
        self.closest_refused("--cap", "-0.1", says=["cap"])
        self.closest_refused("--margin", "0.99", says=["margin"])
        self.closest_refused("--margin", "nan", says=["margin"])
        self.closest_refused("--margin", "1e308", says=["margin"])
        self.closest_refused("--target-min", "1e300", says=["target-min"])
        self.closest_refused("--target-min", "-1", says=["target-min"])
        self.closest_refused("--lead", "-1", says=["lead"])
        self.closest_refused("--lead", "much", says=["lead", "auto"])
        self.closest_refused("--levels", "1", says=["levels", "256"])
        self.closest_refused("--time-limit", "-3", says=["time-limit"])
        self.closest_refused("--gap", "-0.5", says=["gap"])
        self.closest_refused("--target", "10", says=["10"])
        self.closest_refused("--norm", "l2", "--breakpoints", "1", says=["breakpoints"])
        self.closest_refused("--norm", "l2", "--breakpoints", "10001", says=["breakpoints"])
        self.closest_refused("--norm", "l1", "--breakpoints", "9", says=["breakpoints"])
        self.closest_refused("--box", "1:0", says=["box"])
        self.closest_refused("--box", "zero", says=["box"])
        self.closest_refused("--threads", "0", says=["threads"])
        self.closest_refused("--seed", "-1", says=["seed", "whole number"])
        self.closest_refused("--seed", "18446744073709551616", says=["seed", "whole number"])
        self.closest_refused("--memory-limit", "1", says=["memory-limit", "MB"])
        self.closest_refused("--memory-limit", "-1", says=["memory-limit"])
        self.closest_refused("--margin", "much", says=["much"])

    def test_floor_none_needs_linear_outputs(self):
        self.closest_refused("--target-min", "none", "--output", "relu", says=["target-min"])

    def test_image_lists(self):
        self.closest_refused(images="60", says=["60"])
        self.closest_refused(images="5-70", says=["0 to 59"])
        self.closest_refused(images="7-3", says=["7-3"])
        self.closest_refused(images="one", says=["one"])
        self.closest_refused(images="correct:61", says=["61"])
        self.closest_refused(images="-1")

    def test_unwritable_outputs(self):
        self.closest_refused(output="no/such/folder/out.csv", says=["no/such/folder"])
        self.closest_refused(output="data", says=["data"])
        self.closest_refused("--images-out", "no/such/images.npz", says=["no/such"])
        self.refused("train", "--data", "data", "--hidden", "4", "-o", "no/such/net.onnx",
                     says=["no/such"])
        self.refused("bounds", "net.onnx", "-o", "no/such/b.json", says=["no/such"])
        self.refused("visualize", "net.onnx", "--unit", "1:0", "-o", "net.onnx", says=["net.onnx"])
        self.refused("export", "net.onnx", "--data", "data", "--image", "0", "--target", "3", "-o",
                     "no/such/m.mps", says=["no/such"])

    def test_outputs_over_what_is_read_or_kept(self):
        asked = ["closest", "net.onnx", "--data", "data", "--images", "0-1", "--norm", "l1"]
        self.refused(*asked, "--store", "new.db", "-o", "new.db", says=["new.db"])
        self.refused(*asked, "-o", "net.onnx", says=["net.onnx"])
        self.refused(*asked, "-o", "out.csv", "--images-out", "out.csv", says=["out.csv"])
        self.good(*asked, "--store", "kept.db", "--quiet")
        kept = (self.folder / "kept.db").read_bytes()
        self.refused(*asked, "--store", "kept.db", "-o", "./kept.db", says=["kept.db"])
        self.refused(*asked, "-o", "kept.db", says=["kept.db", "results store"])
        self.refused(*asked, "--store", "kept.db", "--images-out", "kept.db", says=["kept.db"])
        self.refused("bounds", "net.onnx", "--store", "kept.db", "-o", "kept.db", says=["kept.db"])
        self.refused("report", "kept.db", "-o", "kept.db", says=["kept.db"])
        self.refused("runs", "kept.db", "--csv", "kept.db", says=["kept.db"])
        self.refused("curve", "net.onnx", "--data", "data", "--images", "0-1", "--norm", "l1",
                     "--store", "kept.db", "-o", "kept.db", says=["kept.db"])
        self.refused("harden", "net.onnx", "--data", "data", "--examples", "2", "--norm", "l1",
                     "--store", "kept.db", "-o", "kept.db", says=["kept.db"])
        self.assertEqual(kept, (self.folder / "kept.db").read_bytes())
        os.remove(self.folder / "kept.db")

    def test_visualize_units(self):
        self.refused("visualize", "net.onnx", "--unit", "9:0", "-o", "units", says=["9"])
        self.refused("visualize", "net.onnx", "--unit", "1:8", "-o", "units", says=["8"])
        self.refused("visualize", "net.onnx", "--unit", "one", "-o", "units", says=["one"])
        self.refused("visualize", "net.onnx", "--layer", "0", "-o", "units", says=["0"])
        self.refused("visualize", "net.onnx", "-o", "units")

    def test_train_options(self):
        self.refused("train", "--data", "data", "--hidden", "8,0", "-o", "x.onnx")
        self.refused("train", "--data", "data", "--hidden", "8,x", "-o", "x.onnx")
        self.refused("train", "--data", "data", "--hidden", "8", "--epochs", "-1", "-o", "x.onnx")

    def test_hardening_options(self):
        def refused(*options, says):
            self.refused("train", "--data", "data", "--hidden", "4", "-o", "x.onnx", *options,
                         says=says)

        for ball in ("linf", "linf:", "linf:much", "linf:0", "linf:-1", "linf:nan", "linf:0.1:2",
                     "l1:1,linf:0"):
            refused("--adversarial", ball, says=["radius"] if ":" in ball else ["NORM:RADIUS"])
        refused("--adversarial", "l3:1", says=["l3"])
        refused("--adversarial", "l0:5", says=["l0"])
        attack = ("--adversarial", "linf:0.1")
        refused(*attack, "--attack-steps", "0", says=["steps"])
        refused(*attack, "--attack-reach", "0", says=["reach"])
        refused(*attack, "--attack-ramp", "-1", says=["ramp"])
        refused(*attack, "--clean-share", "1", says=["clean share"])
        for option in ("--attack-steps", "--attack-reach", "--attack-ramp", "--clean-share"):
            refused(option, "1", says=[option, "--adversarial"])
        refused("--weight-decay", "-0.1", says=["weight decay"])
        refused("--weight-decay", "1000", says=["weight decay"])

    def test_export_suffix(self):
        self.refused("export", "net.onnx", "--data", "data", "--image", "0", "-o", "model.txt",
                     says=["model.txt"])

    def test_missing_data_set_says_where_it_was_looked_for(self):
        message = self.refused("eval", "net.onnx", "--data", "fashion-mnist-of-mars")
        self.assertIn("fashion-mnist-of-mars", message)
        (self.folder / "empty").mkdir(exist_ok=True)
        self.refused("eval", "net.onnx", "--data", "empty", says=["empty"])
        self.refused("data", "fetch", "nothing-known", says=["nothing-known"])


class Files(Contract):
    def variant(self, name, content):
        (self.folder / name).write_bytes(content)
        return name

    def test_networks(self):
        content = (self.folder / "net.onnx").read_bytes()
        self.refused("eval", "missing.onnx", "--data", "data", says=["missing.onnx"])
        for name, broken in {
                "truncated.onnx": content[:len(content) // 2],
                "empty.onnx": b"",
                "garbage.onnx": bytes(range(256)) * 8,
                "text.onnx": b"this is no network\n",
                "nan.onnx": onnx_with_nan(content),
        }.items():
            self.refused("eval", self.variant(name, broken), "--data", "data", says=[name])
            self.refused("bounds", name, "-o", "b.json", says=[name])

    def test_networks_with_weights_elsewhere(self):
        name = self.variant("external.onnx", (ONNX_FILES / "external.onnx").read_bytes())
        self.refused("bounds", name, "-o", "b.json", says=[name, "external.weights", "beside the model"])
        whole = (ONNX_FILES / "external.weights").read_bytes()
        self.variant("external.weights", whole[:-8])
        self.refused("bounds", name, "-o", "b.json", says=[name, "external.weights", "cut short"])
        self.variant("away.weights", whole)
        for elsewhere in (b"/etc/passwd/////", b"../away.weights/"):
            content = (ONNX_FILES / "external.onnx").read_bytes()
            name = self.variant("away.onnx", content.replace(b"external.weights", elsewhere))
            self.refused("bounds", name, "-o", "b.json", says=[name, "outside"])

    def test_outputs_by_name(self):
        name = self.variant("two.onnx", (ONNX_FILES / "sklearn_binary.onnx").read_bytes())
        self.refused("bounds", name, "-o", "b.json", "--output-name", "prob", says=["prob", "'label'"])
        self.assertIn("ArgMax is dropped", self.good("info", name, "--output-name", "label").stdout)

    def test_network_of_another_size(self):
        other = self.folder / "other"
        test, _ = write_dataset(other)
        (other / "t10k-images-idx3-ubyte.gz").write_bytes(
            gzip.compress(idx_images([pixels[:20] for pixels in test], 4, 5)))
        self.refused("eval", "net.onnx", "--data", "other", says=["30", "20"])
        self.refused("closest", "net.onnx", "--data", "other", "--images", "0", "-o", "o.csv",
                     says=["30", "20"])

    def broken_set(self, name, file, content):
        """A copy of the data set with one of its four files replaced (None: removed)."""
        folder = self.folder / name
        write_dataset(folder)
        (folder / file).unlink()
        if content is not None:
            (folder / file).write_bytes(content)
        self.refused("eval", "net.onnx", "--data", name, says=[name])

    def test_idx_images(self):
        images, _ = digits(60, 2)
        whole = idx_images(images)
        file = "t10k-images-idx3-ubyte.gz"
        self.broken_set("gone", file, None)
        self.broken_set("short", file, gzip.compress(whole[:-10]))
        self.broken_set("cut", file, gzip.compress(whole)[:-40])
        self.broken_set("header", file, gzip.compress(whole[:9]))
        self.broken_set("none", file, b"")
        self.broken_set("long", file, gzip.compress(whole + b"more"))
        self.broken_set("magic", file, gzip.compress(b"\0\0\x08\x01" + whole[4:]))
        self.broken_set("noise", file, b"\x1f\x8bnot really gzip at all")
        self.broken_set("zero", file, gzip.compress(idx_images([], 0, 0)))

    def test_idx_labels(self):
        _, labels = digits(60, 2)
        whole = idx_labels(labels)
        file = "t10k-labels-idx1-ubyte.gz"
        self.broken_set("fewer", file, gzip.compress(idx_labels(labels[:-1])))
        self.broken_set("cutlabels", file, gzip.compress(whole[:-1]))
        self.broken_set("labelmagic", file, gzip.compress(b"\0\0\x08\x03" + whole[4:]))

    def test_bounds_files(self):
        self.good("bounds", "net.onnx", "--method", "interval", "-o", "bounds.json")
        self.assertEqual(self.brink_train("second.onnx", "8,6", "--seed", "9").returncode, 0)
        base = ("--data", "data", "--images", "0", "--engine", "mip", "-o", "o.csv")
        arguments = ("closest", "second.onnx", *base)
        self.refused(*arguments, "--bounds", "bounds.json", says=["bounds.json"])
        content = (self.folder / "bounds.json").read_bytes()
        own = ("closest", "net.onnx", *base)
        for name, broken in {"half.json": content[:len(content) // 2], "empty.json": b"",
                             "noise.json": b"{]", "list.json": b"[1, 2]", "object.json": b"{}"}.items():
            self.refused(*own, "--bounds", self.variant(name, broken), says=[name])
        self.refused(*own, "--bounds", "missing.json", says=["missing.json"])
        self.refused(*own, "--bounds", "bounds.json", "--box", "-1:2", says=["box"])

    def test_npz_files(self):
        train = ("train", "--data", "data", "--hidden", "4", "-o", "more.onnx", "--add")
        self.refused(*train, "missing.npz", says=["missing.npz"])
        self.refused(*train, self.variant("garbage.npz", b"PK but no archive"), says=["garbage.npz"])
        self.refused(*train, self.variant("empty.npz", b""), says=["empty.npz"])


if __name__ == "__main__":
    unittest.main()
