// Elements, numbers and words. Elements are built node by node, never from text: whatever a store holds
// stays text.

const data = JSON.parse(document.getElementById("data").textContent);

/** An element with attributes (`on...`: listeners) and children; null children are left out. */
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child != null));
  return node;
}

const byId = (id) => document.getElementById(id);

const STATUS = {
  optimal: { mark: "✓", text: "proven closest", short: "proven" },
  gap: { mark: "≈", text: "gap reached", short: "gap" },
  time_limit: { mark: "◷", text: "time limit", short: "time limit" },
  undecided: { mark: "±", text: "left open by rounding", short: "undecided" },
  infeasible: { mark: "∅", text: "proven: no such image", short: "no such image" },
  misclassified: { mark: "✗", text: "wrong to begin with", short: "wrong already" },
  error: { mark: "!", text: "error", short: "error" },
};
const status = (name) => STATUS[name] ?? { mark: "?", text: name, short: name };

const NORMS = { l0: "L0", l1: "L1", l2: "L2", linf: "L∞" };
const NORM_WORDS = { l0: "pixels changed", l1: "sum of changes", l2: "Euclidean", linf: "largest change" };
const normName = (norm) => NORMS[norm] ?? String(norm);

/** Four significant digits; a dash for nothing. */
function number(value, digits = 4) {
  if (value == null) return "–";
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e6)) return value.toExponential(2);
  return Number(value.toPrecision(digits)).toLocaleString("en", { maximumFractionDigits: 8 });
}
const count = (value) => value.toLocaleString("en");
const percent = (share, digits = 1) => `${(100 * share).toFixed(digits)} %`;

function seconds(value) {
  if (value == null) return "–";
  if (value < 0.0995) return `${number(1000 * value, 2)} ms`;
  if (value < 120) return `${number(value, 3)} s`;
  return value < 7200 ? `${number(value / 60, 3)} min` : `${number(value / 3600, 3)} h`;
}

const mean = (list) => (list.length === 0 ? null : list.reduce((a, b) => a + b, 0) / list.length);
function median(list) {
  if (list.length === 0) return null;
  const sorted = [...list].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

const gapOf = (row) => data.answers.gap[row];

/** Networks of one name are told apart by the first digits of their hash. */
const networkNames = data.networks.map((network, i) => {
  const twin = data.networks.some((other, j) => j !== i && other.name === network.name);
  return twin ? `${network.name} (${network.hash.slice(0, 6)})` : network.name;
});

/** A table; `head` of texts, `rows` of lists of texts or nodes. The first column is text, others numbers. The
    caption is for screen readers: others see the heading above. */
function table(caption, head, rows, attributes = {}) {
  return el("table", attributes, el("caption", { class: "unseen" }, caption),
    el("thead", {}, el("tr", {}, head.map((text) => el("th", { scope: "col" }, text)))),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell, i) =>
      i === 0 ? el("th", { scope: "row" }, cell) : el("td", {}, cell))))));
}
