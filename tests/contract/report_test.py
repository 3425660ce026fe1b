"""brink report: one page of everything a store holds. Where there is a chromium, the page is loaded and used too."""

import contextlib
import html.parser
import json
import re
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

from harness import Contract
from store_filler import fill

CHROMIUM = shutil.which("chromium")
# Appended to a page: what a reader would do, then the outcome as an attribute of the document.
DRIVER = """<script>
(async () => {
  const settle = () => new Promise((done) => setTimeout(done, 200));
  const outcome = [];
  const note = () => outcome.push(document.getElementById("count").dataset.answers);
  %s
  document.documentElement.dataset.outcome = JSON.stringify(outcome);
})();
</script>"""


class Elements(html.parser.HTMLParser):
    """What a test asks of a document: attributes of elements with an id, the text of tables, a few counts."""

    def __init__(self, text):
        super().__init__()
        self.by_id, self.tables, self.counts = {}, [], {}
        self.root = None
        self.cell = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.root = self.root if self.root is not None or tag != "html" else found
        self.by_id[found.get("id")] = found
        for name in [tag, *(found.get("class") or "").split()]:
            self.counts[name] = self.counts.get(name, 0) + 1
        if tag == "table":
            self.tables.append([])
        if tag == "tr":
            self.tables[-1].append([])
        self.cell = tag in ("td", "th") or (self.cell and tag != "tr")
        if tag in ("td", "th"):
            self.tables[-1][-1].append("")

    def handle_endtag(self, tag):
        self.cell = self.cell and tag not in ("td", "th", "table")

    def handle_data(self, text):
        if self.cell:
            self.tables[-1][-1][-1] += text

    def table_with(self, *heads):
        """The head of the first table that has all these columns, and its rows."""
        return next((table[0], table[1:]) for table in self.tables if set(heads) <= set(table[0]))


class Reports(Contract):
    """run.html of a small real run, filled.html of the same store with invented answers besides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        case = cls()
        for norm in ("l1", "linf"):
            case.good("closest", "net.onnx", "--data", "data", "--images", "0-5", "--norm", norm, "--target",
                      "any", "--margin", "1", "--target-min", "none", "--store", "run.db")
        case.good("closest", "net.onnx", "--data", "data", "--images", "0-5", "--norm", "l1", "--question", "fj",
                  "--store", "run.db")
        shutil.copy(cls.folder / "run.db", cls.folder / "filled.db")
        fill(cls.folder / "filled.db", 480)
        for store in ("run", "filled"):
            case.good("report", f"{store}.db", "-o", f"{store}.html", "--title", f"{store} <b>&")

    def sql(self, store, statement):
        with contextlib.closing(sqlite3.connect(self.folder / store)) as database:
            return database.execute(statement).fetchone()[0]


class Document(Reports):
    def test_the_document(self):
        text = (self.folder / "run.html").read_text()
        self.assertIn("<title>run &lt;b&gt;&amp;</title>", text)
        self.assertIn("default-src 'none'", text)
        for outside in (" src=", "<link", "@import", "url(http", "fetch(", "XMLHttpRequest"):
            self.assertNotIn(outside, text)
        data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.S).group(1))
        self.assertEqual(len(data["answers"]["question"]), 18)
        self.assertEqual(data["images"]["number"], list(range(6)))
        self.assertEqual([q["robust"] for q in data["questions"]], [True, True, False])
        for row, found in enumerate(data["answers"]["found"]):
            self.assertEqual(found < 0, data["answers"]["distance"][row] is None)
        self.assertEqual(text.count('<script type="text/plain" id="sheet-'), len(data["sheets"]))

    def test_what_stdout_says(self):
        done = self.good("report", "filled.db", "-o", "again.html", "--json")
        said = json.loads(done.stdout)
        self.assertEqual(said["answers"], 480 + 18)
        self.assertEqual(said["bytes"], (self.folder / "again.html").stat().st_size)
        self.assertIn("498 answers", self.good("report", "filled.db", "-o", "again.html").stdout)

    def test_refusals(self):
        self.refused("report", "gone.db", "-o", "x.html", says=["gone.db"])
        self.refused("report", "net.onnx", "-o", "x.html", says=["net.onnx", "not a results store"])
        self.refused("report", "run.db", "-o", "no/such/folder/x.html", says=["no/such/folder"])
        self.refused("report", "run.db", says=["--out"])
        shutil.copy(self.folder / "run.db", self.folder / "empty.db")
        with contextlib.closing(sqlite3.connect(self.folder / "empty.db")) as database:
            database.execute("DELETE FROM closest")
            database.commit()
        self.refused("report", "empty.db", "-o", "x.html", says=["empty.db", "no answers yet"])

    def test_a_damaged_store(self):
        shutil.copy(self.folder / "run.db", self.folder / "damaged.db")
        with contextlib.closing(sqlite3.connect(self.folder / "damaged.db")) as database:
            database.execute("UPDATE closest SET found = x'00' WHERE found IS NOT NULL")
            database.commit()
        done = self.brink("report", "damaged.db", "-o", "damaged.html")
        self.assertEqual(done.returncode, 2)
        self.assertIn("damaged.db' is damaged", done.stderr)
        self.assertFalse((self.folder / "damaged.html").exists())


@unittest.skipUnless(CHROMIUM, "no chromium on PATH")
class InTheBrowser(Reports):
    def load(self, page, state="", script=None, width=1280):
        """The document once its scripts are done; fails if anything went wrong in it."""
        path = self.folder / page
        if script:
            path = self.folder / f"driven-{page}"
            path.write_text((self.folder / page).read_text().replace("</body>", DRIVER % script + "</body>"))
        with tempfile.TemporaryDirectory() as profile:
            done = subprocess.run(
                [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}",
                 f"--window-size={width},4000", "--virtual-time-budget=15000", "--dump-dom", f"file://{path}{state}"],
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, timeout=240)
        elements = Elements(done.stdout.decode())
        self.assertEqual(elements.root["data-errors"], "")
        self.assertIn("data-ready", elements.root)
        return elements

    def answers(self, elements):
        return int(elements.by_id["count"]["data-answers"])

    def test_everything_is_there(self):
        page = self.load("filled.html")
        self.assertEqual(self.answers(page), 498)
        self.assertEqual(int(page.root["data-charts"]), page.counts["plot"])
        self.assertGreaterEqual(page.counts["plot"], 7)
        self.assertNotIn("i-note", page.counts)
        for section in ("gallery", "numbers", "robustness", "time", "units", "bounds", "hardening", "runs"):
            self.assertIn(section, page.by_id)
        self.assertNotIn("b", page.by_id)

    def test_where_nothing_was_solved_no_empty_chart_is_drawn(self):
        shutil.copy(self.folder / "run.db", self.folder / "stopped.db")
        with contextlib.closing(sqlite3.connect(self.folder / "stopped.db")) as database, database:
            database.execute("UPDATE closest SET status = 'time_limit', bound = bound / 2 WHERE status = 'optimal'")
        self.good("report", "stopped.db", "-o", "stopped.html")
        solved, stopped = self.load("run.html"), self.load("stopped.html")
        self.assertEqual(stopped.counts["plot"], solved.counts["plot"] - 1)
        self.assertEqual(int(stopped.root["data-charts"]), stopped.counts["plot"])
        self.assertEqual(stopped.counts["nothing"], solved.counts["nothing"] + 1)

    def test_sections_without_contents_are_left_out(self):
        page = self.load("run.html")
        for section in ("units", "bounds", "hardening"):
            self.assertNotIn(section, page.by_id)
        self.assertIn("robustness", page.by_id)

    def test_the_address_filters(self):
        joined = "SELECT count(*) FROM closest JOIN question ON id = question WHERE "
        for state, condition in (
                ("norm=l1", "json_extract(options, '$.norm') = 'l1'"),
                ("norm=l1&status=optimal", "json_extract(options, '$.norm') = 'l1' AND status = 'optimal'"),
                ("digit=3,5&status=time_limit,gap", "label IN (3, 5) AND status IN ('time_limit', 'gap')"),
                ("target=7&min=0.02&max=2", "target = 7 AND distance BETWEEN 0.02 AND 2"),
                ("question=2", "question = 2"), ("norm=%3Cb%3E", "0"), ("min=nonsense&page=-3&sort=x&show=99999", "1")):
            with self.subTest(state):
                self.assertEqual(self.answers(self.load("filled.html", "#" + state)),
                                 self.sql("filled.db", joined + condition))

    def test_the_numbers_are_those_of_the_store(self):
        page = self.load("filled.html", "#norm=linf&question=" + ",".join(
            str(i) for i in range(4, 20)))
        head, rows = page.table_with("searched", "solved")
        solved = sum(int(row[head.index("solved")]) for row in rows)
        self.assertEqual(solved, self.sql("filled.db", """SELECT count(*) FROM closest JOIN question ON id = question
            WHERE question > 3 AND json_extract(options, '$.norm') = 'linf' AND status IN ('optimal', 'gap', 'infeasible')"""))
        head, rows = page.table_with("curve", "images")
        radius = float(head[2].removeprefix("r = "))
        where = f"""FROM closest JOIN question q ON id = question JOIN network ON hash = network WHERE question > 3 AND
            json_extract(options, '$.norm') = 'linf' AND name = 'hardened'"""
        safe = self.sql("filled.db", f"""SELECT 100.0 * sum(CASE status WHEN 'infeasible' THEN 1 WHEN 'misclassified'
            THEN 0 ELSE bound >= {radius} END) / count(*) {where}""")
        lost = self.sql("filled.db", f"""SELECT 100.0 * sum(CASE status WHEN 'misclassified' THEN 0 ELSE
            distance IS NULL OR distance >= {radius} END) / count(*) {where}""")
        shown = [float(part) for part in re.findall(r"[\d.]+", dict((r[0], r[2]) for r in rows)["hardened"])]
        self.assertAlmostEqual(shown[0], safe, delta=0.51)
        self.assertAlmostEqual(shown[-1], lost, delta=0.51)

    def test_it_can_be_read_aloud(self):
        page = self.load("filled.html", script="""
          await settle();
          document.getElementById('time').scrollIntoView(); await settle(); await settle();
          outcome.push([...document.querySelectorAll('#nav [aria-current]')].every((link) => link.getAttribute('aria-current') === 'true'),
            [...document.querySelectorAll('table')].every((one) => one.caption?.textContent !== '' && one.caption !== null),
            [...document.querySelectorAll('th')].every((head) => head.scope !== 'col' || head.textContent !== ''),
            [...document.querySelectorAll('.legend-line input')].every((input) => input.getBoundingClientRect().height >= 24));""")
        self.assertEqual(json.loads(page.root["data-outcome"]), [True, True, True, True])

    def test_an_error_counts_as_searched(self):
        _, rows = self.load("filled.html").table_with("question", "proven", "mean gap")
        searched = "FROM closest WHERE status <> 'misclassified' AND question = "
        for question, _, _, proven, *_ in rows:
            number = re.match(r"Q(\d+)", question).group(1)
            share = self.sql("filled.db", f"SELECT 100.0 * avg(status IN ('optimal', 'infeasible')) {searched}{number}")
            self.assertAlmostEqual(float(re.search(r"\((\d+) %", proven).group(1)), share, delta=0.51, msg=question)

    def test_controls(self):
        page = self.load("filled.html", script="""
          await settle(); note();
          document.querySelector('input[name=status][value=optimal]').click(); note();
          outcome.push(location.hash);
          document.querySelector('input[name=digit][value="4"]').click(); note();
          document.querySelector('[data-clear]').click(); note();
          document.querySelector('#pager [aria-label="Last page"]').click();
          outcome.push(/page=\\d+/.test(location.hash));
          document.querySelector('#gallery .answer').click(); await settle();
          const first = document.getElementById('detail-title').textContent;
          outcome.push(document.getElementById('detail').open, /show=\\d+/.test(location.hash));
          document.querySelector('#detail .close').dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowLeft', bubbles: true}));
          await settle();
          outcome.push(document.getElementById('detail').contains(document.activeElement));
          document.querySelector('#detail .close').click(); await settle(); await settle();
          outcome.push(document.getElementById('detail').open, /show=/.test(location.hash));
          document.getElementById('theme').click();
          document.querySelector('#nav a[href="#time"]').click();
          outcome.push(document.documentElement.dataset.theme, document.activeElement.id);""")
        right = "SELECT count(*) FROM closest WHERE status = 'optimal'"
        self.assertEqual(json.loads(page.root["data-outcome"]), [
            "498", str(self.sql("filled.db", right)), "#status=optimal",
            str(self.sql("filled.db", right + " AND label = 4")), "498", True, True, True, True, False, False, "light", "time"])

    def test_nothing_sticks_out_of_a_phone(self):
        page = self.load("filled.html", width=500, script="""
          await settle();
          outcome.push(document.documentElement.scrollWidth <= innerWidth, document.getElementById('filter-box').open);""")
        self.assertEqual(json.loads(page.root["data-outcome"]), [True, False])

    def test_every_picture_is_drawn(self):
        page = self.load("filled.html", script="""
          await settle(); await settle();
          const blank = [...document.querySelectorAll('#gallery canvas')].filter((canvas) =>
            canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.every((v) => v === 0));
          const near = blank.filter((canvas) => canvas.getBoundingClientRect().top < innerHeight);
          outcome.push(document.querySelectorAll('#gallery canvas').length > 100, near.length);""")
        self.assertEqual(json.loads(page.root["data-outcome"]), [True, 0])


if __name__ == "__main__":
    unittest.main()
