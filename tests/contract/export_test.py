"""tools/export_certificate.py: certificates rewritten for other checkers, checked by a reader of theirs; what changes a step is found."""

import itertools
import pathlib
import random
import re
import subprocess
import sys
import unittest

SOURCE = pathlib.Path(sys.argv.pop(2)).resolve()

import vipr  # noqa: E402
from harness import Contract, read_csv  # noqa: E402



def nnet(sizes, draw):
    lines = ["// random", f"{len(sizes) - 1},{sizes[0]},{sizes[-1]},{max(sizes)},", ",".join(map(str, sizes)) + ",", "0",
             *(",".join([v] * n) + "," for v, n in (("0", sizes[0]), ("1", sizes[0]), ("0", sizes[0] + 1), ("1", sizes[0] + 1)))]
    for before, here in itertools.pairwise(sizes):
        lines += [",".join(f"{draw.gauss(0, 1.5):.4f}" for _ in range(before)) + "," for _ in range(here)]
        lines += [f"{draw.gauss(0, 0.3):.4f}," for _ in range(here)]
    return "\n".join(lines) + "\n"


class Export(Contract):
    def export(self, kind, network, certificate, code=0):
        done = subprocess.run([sys.executable, SOURCE / "tools/export_certificate.py", kind, network, certificate, f"{certificate}-{kind}"], cwd=self.folder, text=True,
                              check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.assertEqual(done.returncode, code, done.stdout)
        return sorted((self.folder / f"{certificate}-{kind}").glob("region-*")), done.stdout

    def random_network(self, seed):
        draw = random.Random(seed)
        (self.folder / "random.nnet").write_text(nnet([4, 6, 5, 3], draw))
        rows = [[f"{draw.random():.3f}" for _ in range(4)] for _ in range(4)]
        (self.folder / "points.csv").write_text("a,b,c,d\n" + "".join(",".join(row) + "\n" for row in rows))

    def test_closest_images_of_random_networks(self):
        steps = splits = 0
        for seed in range(3):
            self.random_network(seed)
            for norm in ("l1", "linf"):
                folder = f"{norm}-{seed}"
                self.good("closest", "random.nnet", "--data", "points.csv", "--label", "none", "--box", "0:1", "--images", "0-3", "--norm", norm, "-o", f"{folder}.csv",
                          "--certificate", folder)
                for row in read_csv(self.folder / f"{folder}.csv")[1]:
                    file = f"{folder}/image-{row['image']}.cert"
                    if not (self.folder / file).exists():
                        continue
                    regions, _ = self.export("vipr", f"{folder}/network.layers", file)
                    self.assertEqual(len(regions), 2)
                    for region in regions:
                        steps += vipr.check(region.read_text())[1]
                        splits += region.read_text().count("{ uns")
        self.assertGreater(steps, 200)
        self.assertGreater(splits, 50)

    def test_properties(self):
        self.random_network(7)
        box = "".join(f"(declare-const X_{i} Real)(assert (>= X_{i} 0.25))(assert (<= X_{i} 0.375))" for i in range(4))
        outputs = "".join(f"(declare-const Y_{i} Real)" for i in range(3))
        (self.folder / "p.vnnlib").write_text(box + outputs + "(assert (or (and (>= Y_0 50)) (and (<= Y_1 -40) (<= Y_1 Y_2))))")
        self.assertEqual(self.good("verify", "random.nnet", "p.vnnlib", "--certificate", "p.cert").stdout, "unsat\n")
        regions, said = self.export("vipr", "p.cert.layers", "p.cert")
        self.assertIn("2 regions", said)
        for region in regions:
            vipr.check(region.read_text())
        patterns, _ = self.export("aptp", "p.cert.layers", "p.cert")
        self.assertIn("(assert (<= Y_1 -40))", patterns[1].read_text())
        self.assertIn("(assert (<= X_3 0.375))", patterns[1].read_text())

    def test_leaves_of_phases_are_all_that_can_be(self):
        self.random_network(1)
        self.good("closest", "random.nnet", "--data", "points.csv", "--label", "none", "--box", "0:1", "--images", "0-3", "--norm", "linf", "-o", "a.csv", "--certificate", "a")
        seen = 0
        for file in sorted((self.folder / "a").glob("*.cert")):
            for region in self.export("aptp", "a/network.layers", str(file.relative_to(self.folder)))[0]:
                text = region.read_text()
                self.assertEqual(text.count("declare-pwl"), 11)
                leaves = [dict(re.findall(r"\((?:<|>=) (N_\d+) 0\)", line) and [(n, sign) for sign, n in re.findall(r"\((<|>=) (N_\d+) 0\)", line)])
                          for line in text.splitlines() if line.startswith("    (and")]
                names = sorted({name for leaf in leaves for name in leaf})
                for signs in itertools.product(("<", ">="), repeat=len(names)):
                    here = dict(zip(names, signs))
                    self.assertEqual(sum(all(here[n] == s for n, s in leaf.items()) for leaf in leaves), 1 if leaves else 0)
                seen += len(leaves)
        self.assertGreater(seen, 3)

    def test_what_changes_a_step_is_found(self):
        self.random_network(0)
        self.good("closest", "random.nnet", "--data", "points.csv", "--label", "none", "--box", "0:1", "--images", "0-3", "--norm", "linf", "-o", "m.csv", "--certificate", "m")
        files = sorted((self.folder / "m").glob("*.cert"))
        region = max((r for f in files for r in self.export("vipr", "m/network.layers", str(f.relative_to(self.folder)))[0]), key=lambda r: r.stat().st_size)
        lines = region.read_text().split("\n")
        first = lines.index("SOL 0") + 2
        draw, found = random.Random(1), 0
        for _ in range(150):
            at = draw.randrange(first, len(lines) - 1)
            words = lines[at].split(" ")
            place = draw.choice([i for i, w in enumerate(words[2:], 2) if re.fullmatch(r"-?\d+(/\d+)?", w)])
            changed = list(lines)
            changed[at] = " ".join([*words[:place], str(-int(words[place])) if "/" not in words[place] else "7" + words[place], *words[place + 1:]])
            try:
                vipr.check("\n".join(changed))
            except vipr.Wrong:
                found += 1
        self.assertGreater(found, 110)  # some changes only make a step weaker, or negate a 0

    def test_refusals(self):
        self.random_network(2)
        ask = ("closest", "random.nnet", "--data", "points.csv", "--label", "none", "--box", "0:1", "--images", "0")
        self.good(*ask, "--norm", "l2", "--certificate", "l2.cert")
        self.assertIn("l2 balls", self.export("vipr", "l2.cert.layers", "l2.cert", 1)[1])
        self.good(*ask, "--norm", "l1", "--certificate", "l1.cert")
        self.assertIn("l1 balls", self.export("aptp", "l1.cert.layers", "l1.cert", 1)[1])
        self.assertIn("another network", self.export("vipr", "l2.cert", "l1.cert", 1)[1])
        self.assertIn("cannot be read", self.export("vipr", "nowhere", "l1.cert", 2)[1])
        (self.folder / "cut.cert").write_text("\n".join((self.folder / "l1.cert").read_text().split("\n")[:-4]))
        self.assertIn("not written", self.export("vipr", "l1.cert.layers", "cut.cert", 1)[1])
        self.assertFalse((self.folder / "cut.cert-vipr").exists())


if __name__ == "__main__":
    unittest.main()
