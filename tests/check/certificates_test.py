"""brink-check and tools/check_certificate.py: certificates of tiny networks, those of docs/certificates.md, and what both must refuse alike.

Usage: certificates_test.py BRINK_CHECK SOURCE_FOLDER
"""

import hashlib
import json
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile
import unittest

CHECK, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
DATA = SOURCE / "tests/check/data"


def run(*words):
    return subprocess.run([str(w) for w in words], capture_output=True, text=True, timeout=600)


def blocks(text):
    """Indented blocks of a page."""
    return [re.sub(r"(?m)^    ", "", b) for b in re.findall(r"(?:^    .*\n)+", text, re.M)]


class Certificates(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        page = (SOURCE / "docs/certificates.md").read_text()
        layers, = [b for b in blocks(page) if b.startswith("brink-layers 1\n")]
        certificate, = [b for b in blocks(page) if b.startswith("brink-certificate 1\n")]
        self.net, self.text = self.folder / "net.layers", certificate.replace("0" * 64, hashlib.sha256(layers.encode()).hexdigest())
        self.net.write_text(layers)

    def ask(self, text, net=None, *options, python=True):
        """(exit code, what is said) of a certificate with this text; both checkers agree."""
        path = self.folder / "proof.cert"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        answer = run(CHECK, net or self.net, path, *options)
        if python and not options:
            second = run(sys.executable, SOURCE / "tools/check_certificate.py", net or self.net, path)
            self.assertEqual(second.returncode, answer.returncode, (answer.stderr, second.stderr, text[:3000]))
        return answer.returncode, answer.stdout + answer.stderr

    def refused(self, text, why, **more):
        code, said = self.ask(text, **more)
        self.assertEqual(code, 1, said)
        self.assertRegex(said, why)

    def changed(self, old, new):
        self.assertIn(old, self.text)
        return self.text.replace(old, new, 1)

    def test_the_page_s_example_is_proven(self):
        code, said = self.ask(self.text)
        self.assertEqual(code, 0, said)
        self.assertIn("no input within 0.12 in Linf", said)
        self.assertIn("an input that is: at 0.125 or less", said)

    def test_a_larger_claim_is_refused_where_it_fails(self):
        self.refused(self.changed("radius 0.12", "radius 0.125"), r"line 21: .* value is 0, not above 0")
        self.refused(self.changed("radius 0.12", "radius none"), "line 21")

    def test_steps_that_do_not_hold_are_named(self):
        self.refused(self.changed("s 1 -\nc 0 1 /\n", "c 0 1 /\n"), "line 20: .* not above 0")
        self.refused(self.changed("c 0 1 /\nc 0 1 /\n", "c 0 1 /\n"), "line 21: .*ends early")
        self.refused(self.changed("c 0 1 /\nc 0 1 /\n", "c 0 -1 /\nc 0 1 /\n"), "line 21: .* below 0")
        self.refused(self.changed("c 0 1 /\nc 0 1 /\n", "i\nc 0 1 /\n"), "line 21: interval arithmetic")
        self.refused(self.changed("facts\n", "facts\nf 0 hi 0.5 0 /\n"), "line 19: the multipliers prove unit 0 of layer 1 <= 0.74, not <= 0.5")
        self.refused(self.changed("facts\n", "facts\nt 1 hi 0.1\ni\n"), "line 20")
        self.refused(self.changed("region 0\n", "region 1\n"), "line 19: expected 'region 0'")
        self.refused(self.changed("end\n", ""), "has not 1 regions and an 'end'")
        self.refused(self.text + "end\n", "line 23: the region's tree has ended before")
        self.refused(self.changed("end\n", "region 1\nend\n"), "line 23: expected 'end'")
        for cut in range(0, len(self.text) - 1, 7):
            code, said = self.ask(self.text[:cut], python=False)
            self.assertEqual(code, 1, said)

    def test_lemmas(self):
        good = "facts\nf 0 hi 0.74 0 /\nt 1 hi 0.24\nc -8 / .1 256\n"
        self.assertEqual(self.ask(self.changed("facts\n", good.replace("0.24\nc", "0.25\nc")))[0], 0)
        self.refused(self.changed("facts\n", good), "line 21")  # the value is exactly 0

    def test_chords_that_are_not_written(self):
        near = self.changed("radius 0.12", "radius 0.08")
        self.refused(near.replace("s 1 -\nc 0 1 /\n", ""), "not above 0")
        self.assertEqual(self.ask(near.replace("s 1 -\nc 0 1 /\nc 0 1 /\n", "c 0 1 ~\n"))[0], 0)
        self.refused(near.replace("0.08", "0.0834").replace("s 1 -\nc 0 1 /\nc 0 1 /\n", "c 0 1 ~\n"), "not above 0")  # 1/12 is the most
        self.refused(self.changed("c 0 1 /", "c 0 1 / ~"), "line 21")
        self.refused(self.changed("c 0 1 /", "c 0 1 ~ /"), "line 21")
        self.assertEqual(self.ask(self.changed("c 0 1 /", "b\nc 0 1 ~"))[0], 0)  # nothing to substitute
        self.refused(self.changed("facts\n", "facts\nb 1\n"), "line 19")

    def test_substitution(self):
        """By hand: x in [-1, 1]; y = x, -x; z = relu y0 + relu y1 - 1/2 <= 1/2 by the chords, 3/2 by intervals; below z the slope is 1/2 at s = 1/2."""
        layers = "brink-layers 1\ninputs 1\nlayers 3\noutput linear\nlayer 2\nunit relu 0 0:1\nunit relu 0 0:-1\nlayer 1\nunit relu -0.5 0:1 1:1\nlayer 1\nunit linear 0 0:1\nend\n"
        self.net.write_text(layers)
        head = f"brink-certificate 1\nnetwork layers {hashlib.sha256(layers.encode()).hexdigest()}\nquestion bounds\ninputs 1\nbox -1 1\nclaims 2\nclaim 2 hi %s\nclaim 3 hi %s\nfacts\n%send\n"
        self.assertEqual(self.ask(head % ("1.5", "1.5", ""))[0], 0)
        self.refused(head % ("0.51", "0.51", ""), "not proven")
        self.assertEqual(self.ask(head % ("0.50001", "0.50001", "b\n"))[0], 0)
        self.refused(head % ("0.49", "0.51", "b\n"), "not proven")
        self.refused(head % ("0.51", "0.49", "b\n"), "not proven")

    def test_subtrees_side_by_side(self):
        leaf = "s 1 -\nc 0 1 /\nc 0 1 /\n"
        def tree(depth, low, high):
            if depth == 0:
                return leaf
            middle = (low + high) / 2
            return f"x 0 {middle}\n" + tree(depth - 1, low, middle) + tree(depth - 1, middle, high)
        text = self.changed(leaf, tree(13, 0.625, 0.875))
        lines = text.splitlines(keepends=True)
        at = len(lines) * 2 // 3
        while not lines[at].startswith("c"):
            at += 1
        bad = "".join(lines[:at] + ["c 0 -1 /\n"] + lines[at + 1:])
        short = "".join(lines[:at] + lines[at + 1:])
        for threads in ("1", "2", "5"):
            code, said = self.ask(text, None, "--threads", threads)
            self.assertEqual(code, 0, said)
            self.assertIn("16383 splits, 16384 leaves", said)
            code, said = self.ask(bad, None, "--threads", threads)
            self.assertEqual((code, f"line {at + 1}: " in said), (1, True), said)
            self.assertEqual(self.ask(short, None, "--threads", threads)[0], 1)
            self.assertEqual(self.ask(text.replace("end\n", "c 0 1 /\nend\n"), None, "--threads", threads)[0], 1)

    def test_other_networks_and_images(self):
        other = self.folder / "other.layers"
        other.write_text(self.net.read_text().replace("0.25 1:1", "0.26 1:1"))
        self.refused(self.text, "another network", net=other)
        self.refused(self.changed("image 0.75", "image 0.74"), "line 2[12]|outside|witness")
        self.refused(self.changed("label 0", "label 1"), "not proven")
        self.refused(self.changed("witness 0.625 0.375", "witness 0.625 0.365"), "line 17: the witness does not fool")

    def test_data(self):
        image = bytes([51, 204])
        (self.folder / "images").write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, 2, 1, 2) + bytes([1, 2]) + image)
        (self.folder / "labels").write_bytes(struct.pack(">4BI", 0, 0, 8, 1, 2) + bytes([1, 0]))
        text = self.changed("image 0.75 0.25", f"image {(204 / 255).hex()} {(51 / 255).hex()}").replace("index none", "index 1").replace("witness 0.625 0.375", "witness none")
        options = ("--data", self.folder / "images", "--labels", self.folder / "labels")
        self.assertEqual(self.ask(text, None, *options)[0], 1)  # the pixels are the other way round
        (self.folder / "images").write_bytes(struct.pack(">4B3I", 0, 0, 8, 3, 2, 1, 2) + bytes([1, 2]) + image[::-1])
        code, said = self.ask(text, None, *options)
        self.assertEqual(code, 0, said)
        self.assertIn("image: number 1 of", said)
        self.assertIn("does not say which image", self.ask(self.text, None, *options)[1])
        (self.folder / "labels").write_bytes(struct.pack(">4BI", 0, 0, 8, 1, 2) + bytes([0, 1]))
        self.assertIn("label is not that", self.ask(text, None, *options)[1])
        (self.folder / "images").write_bytes(b"\x1f\x8b")
        self.assertEqual(self.ask(text, None, *options)[0], 2)

    def test_verify_and_bounds(self):
        head = self.text.split("question")[0]
        cell = "cell 1\nlower 0 0\nupper 1 0.5\nrow 1.5 x0:%s y1:1\n"
        verify = head + "question verify\ninputs 2\nproperty none\ncells 1\n" + cell % "0.25" + "facts\nregion 0\nx 0 0.5\nc 0 1 /\nc -1 2 / .1 1\nend\n"
        self.assertEqual(self.ask(verify)[0], 0)  # 0.25 x0 + 0.25 + relu(x0 + x1 - 1) is 1 at most
        self.refused(verify.replace("row 1.5", "row 0.9"), "line 15")
        bounds = head + "question bounds\ninputs 2\nbox 0 1\nclaims 2\nclaim 1 hi 1\nclaim 3 hi %s\nfacts\n%send\n"
        code, said = self.ask(bounds % ("1.25", ""))
        self.assertEqual(code, 0, said)
        self.assertIn("unit 1 of layer 2 is at most 1.25", said)
        self.refused(bounds % ("1.2", ""), "not proven: unit 1 of layer 2 <= 1.2; proven is 1.25")
        self.refused(bounds % ("1.2", "t 3 hi 1.2\nc 0 / .3 1\n"), "line 11")

    def test_a_property_s_cases_are_the_cells(self):
        declared = "(declare-const X_0 Real) (declare-const X_1 Real)\n(declare-const Y_0 Real) (declare-const Y_1 Real) ; outputs\n"
        box = "(assert (and (>= X_0 0) (<= X_0 1.0) (>= X_1 0.0) (<= X_1 0.5)))\n"
        rows = "(assert (or (and (>= (+ (* 0.5 X_0) (* 2 Y_1)) 3)) (and (> X_0 2) (<= Y_0 -5)) (and (<= X_1 0.25) (>= Y_1 1.1))))\n"
        path = self.folder / "p.vnnlib"
        path.write_text(declared + box + rows)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        cells = ["cell 1\nlower 0 0\nupper 1 0.5\nrow 1.5 x0:0.25 y1:1\n", "cell 1\nlower 0 -1\nupper 1 0.25\nrow 1.0625 y1:1\n"]
        proofs = ["x 0 0.5\nc 0 1 /\nc -1 2 / .1 1\n", "c -8 256 / .1 28\n"]
        def text(which):
            regions = "".join(f"region {i}\n" + proofs[c] for i, c in enumerate(which))
            return self.text.split("question")[0] + f"question verify\ninputs 2\nproperty {digest}\ncells {len(which)}\n" + "".join(cells[c] for c in which) + "facts\n" + regions + "end\n"
        code, said = self.ask(text([0, 1]), None, "--property", path)
        self.assertEqual(code, 0, said)
        self.assertIn("so nothing meets", said)
        for which, case in (([0], 3), ([1], 1), ([], 1)):
            code, said = self.ask(text(which), None, "--property", path)
            self.assertEqual(code, 1, said)
            self.assertIn(f"case {case} of the property lies in no cell", said)
        for old, new in (("0.5\nrow 1.5", "0.4\nrow 1.5"), ("row 1.5", "row 1.6"), ("x0:0.25", "x0:0.24")):
            code, said = self.ask(text([0, 1]).replace(old, new), None, "--property", path)
            self.assertEqual((code, "case 1 of the property" in said), (1, True), said)
        path.write_text(declared + box)
        self.assertIn("another property", self.ask(text([0, 1]), None, "--property", path)[1])

    def test_files_of_frameworks(self):
        """What is read of an ONNX file at one input is proven to be what ONNX's reference evaluator says."""
        read = []
        for name, expected in json.loads((SOURCE / "tests/data/zoo/expected.json").read_text()).items():
            net = SOURCE / "tests/data/zoo" / name
            if not net.exists() or "inputs" not in expected:
                continue
            x, y = expected["inputs"][0], expected["outputs"][0]
            head = f"brink-certificate 1\nnetwork onnx {hashlib.sha256(net.read_bytes()).hexdigest()}\nquestion bounds\ninputs {len(x)}\n"
            point = " ".join(float(v).hex() for v in x)
            text = head + f"lower {point}\nupper {point}\nclaims {{}}\n{{}}facts\nend\n"
            code, said = self.ask(text.format(1, "claim 99999999 lo 0\n"), net, python=False)
            if code == 2:  # with one line that says to use a dump
                self.assertRegex(said, r"^brink-check: [^\n]*\n$")
                continue
            last = int(re.search(r"from 0 to (\d+)", said).group(1))
            if "softmax" in name:
                continue
            claims = [f"claim {last - len(y) + 1 + j} {side} {v + d:.9f}\n" for j, v in enumerate(y) for side, d in (("lo", -1e-6), ("hi", 1e-6))]
            code, said = self.ask(text.format(len(claims), "".join(claims)), net, python=False)
            self.assertEqual(code, 0, (name, said))
            wrong = claims[0].replace("lo", "hi").replace(claims[0].split()[3], f"{y[0] - 1e-6:.9f}")
            self.assertEqual(self.ask(text.format(1, wrong), net, python=False)[0], 1, name)
            read.append(name)
        self.assertGreater(len(read), 8)

    def test_files_that_are_none(self):
        for words in ((), (self.net,), (self.net, self.net, "--data"), (self.net, self.folder / "none"), ("--no", "a", "b")):
            answer = run(CHECK, *words)
            self.assertEqual(answer.returncode, 2)
            self.assertEqual(len(answer.stderr.splitlines()), 1, answer.stderr)
        self.assertEqual(run(CHECK, "--help").returncode, 0)
        broken = self.folder / "broken.layers"
        broken.write_text("brink-layers 1\ninputs 2\n")
        text = re.sub("layers [0-9a-f]{64}", "layers " + hashlib.sha256(broken.read_bytes()).hexdigest(), self.text)
        code, said = self.ask(text, broken)
        self.assertEqual(code, 2, said)

    def test_certificates_of_tiny_networks(self):
        self.assertGreater(len(list(DATA.glob("*.cert"))), 15)
        rng = random.Random(1)
        for path in sorted(DATA.glob("*.cert")):
            onnx = path.with_suffix(".onnx")
            net = onnx if onnx.exists() else path.with_suffix(".layers")
            python = not onnx.exists()  # its package may not be there
            text = path.read_text()
            with self.subTest(path.name):
                code, said = self.ask(text, net, python=python)
                self.assertEqual(code, 0, said)
                lines = text.splitlines()
                start = lines.index("facts") + 1
                for _ in range(4 if python else 20):  # both checkers say the same of what is changed
                    other = list(lines)
                    at = rng.randrange(start, len(lines))
                    fields = other[at].split(" ")
                    which = rng.randrange(len(fields))
                    fields[which] = fields[which].lstrip("-") if fields[which][:1] == "-" and len(fields[which]) > 1 else "-" + fields[which]
                    other[at] = " ".join(fields)
                    self.ask("\n".join(other) + "\n", net, python=python)

    def test_lemmas_that_are_not_needed_go(self):
        net, proof, out = DATA / "trees-3.layers", DATA / "trees-3.cert", self.folder / "trimmed.cert"
        trim = lambda *words: run(sys.executable, SOURCE / "tools/trim_certificate.py", *words, "--checker", CHECK)
        done = trim(net, proof, out)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertLess(out.stat().st_size, proof.stat().st_size)
        code, said = self.ask(out.read_text(), net)
        self.assertEqual(code, 0, said)
        claims = lambda path: path.read_text().split("facts\n")[0]
        self.assertEqual(claims(out), claims(proof))
        self.assertEqual(trim(DATA / "trees-2.layers", proof, out).returncode, 1)
        cut = self.folder / "cut.cert"
        cut.write_text(proof.read_text()[:3000])
        self.assertEqual(trim(net, cut, out).returncode, 1)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
