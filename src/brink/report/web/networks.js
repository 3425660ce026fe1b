// What belongs to networks and not to images: pictures of units, bounds on neurons.

const questionsOf = (kind) => data.questions.map((q, i) => [q, i]).filter(([q]) => q.kind === kind);
const passes = (index) => allows("network", networkKey(data.questions[index].network));

/** Layer by its number; the last one has a unit for every class. */
function layerName(layer, network) {
  const depth = data.networks[network].shape.split("-").length - 1;
  return layer === depth ? "Output: one unit a class" : `Layer ${layer}`;
}

const isLeast = (question) => question.options?.extreme === "min";

function unitFigure(unit) {
  const least = isLeast(data.questions[unit.question]);
  const proven = unit.status === "optimal";
  return el("figure", {}, picture(unit.found, `layer ${unit.layer}, unit ${unit.unit}`),
    el("figcaption", {}, el("b", {}, String(unit.unit)), ` ${number(unit.activation)}`,
      el("span", { class: `status ${unit.status}` }, proven ? `✓ ${least ? "least" : "largest"}${unit.proof && unit.proof !== "search" ? ` (${unit.proof})` : ""}` : unit.bound == null ? status(unit.status).short : `at ${least ? "least" : "most"} ${number(unit.bound)}`)));
}

function showUnits() {
  const parts = [];
  for (const [question, index] of questionsOf("visualize").filter(([, i]) => passes(i))) {
    const units = data.units.filter((unit) => unit.question === index);
    if (units.length === 0) continue;
    const name = [networkNames[question.network], question.label, isLeast(question) && "least pre-activations"].filter(Boolean).join(", ");
    parts.push(el("h3", {}, name));
    for (const [layer, group] of by(units, (unit) => unit.layer)) {
      parts.push(el("h4", {}, layerName(layer, question.network)), el("div", { class: "units" }, group.map(unitFigure)));
    }
  }
  byId("unit-list").replaceChildren(...(parts.length > 0 ? parts : [el("p", { class: "nothing" }, "No network passes these filters.")]));
}

/** What one set of bounds says of each layer. */
function layerFacts(entry) {
  return entry.layers.map(({ lower, upper }) => ({
    width: mean(lower.map((low, j) => upper[j] - low)),
    open: lower.filter((low, j) => low < 0 && upper[j] > 0).length,
    off: lower.filter((_, j) => upper[j] <= 0).length,
    count: lower.length,
  }));
}

const sum = (list) => list.reduce((a, b) => a + b, 0);
const layerTitle = (k, depth) => (k === depth - 1 ? "output" : `layer ${k + 1}`);

function boundsTable(entries, facts) {
  const depth = facts[0].length;
  return table("Bounds by method", ["method", "time", "open neurons", "always off", "always on", ...facts[0].map((_, k) => `mean width, ${layerTitle(k, depth)}`)],
    entries.map((entry, i) => {
      const hidden = facts[i].slice(0, -1);
      const open = sum(hidden.map((l) => l.open));
      const off = sum(hidden.map((l) => l.off));
      const all = sum(hidden.map((l) => l.count));
      return [`${methodName(entry)}${entry.complete ? "" : " (unfinished)"}`, seconds(entry.seconds),
        `${count(open)} of ${count(all)}`, count(off), count(all - open - off), ...facts[i].map((l) => number(l.width))];
    }));
}

const methodName = (entry) => data.questions[entry.question].label || String(data.questions[entry.question].options.method ?? "bounds");

function widthChart(entries, facts) {
  const depth = facts[0].length;
  const labels = facts[0].map((_, k) => layerTitle(k, depth));
  const largest = Math.max(...facts.flat().map((l) => l.width));
  const least = Math.min(...facts.flat().map((l) => l.width).filter((w) => w > 0));
  return chart("Mean width of the bounds, by layer", {
    type: "bar",
    series: entries.map((entry, i) => ({ name: methodName(entry), colour: colour(i),
      sets: [{ label: methodName(entry), backgroundColor: colour(i), borderRadius: 3, data: facts[i].map((l) => l.width) }] })),
    x: ["", { labels }], y: ["upper - lower", { log: true, min: 10 ** Math.floor(Math.log10(least || 1)), max: 10 ** Math.ceil(Math.log10(largest || 1)) }],
    note: "Narrower is tighter; the scale is logarithmic.",
    summary: entries.map((entry, i) => `${methodName(entry)}: ${facts[i].map((l, k) => `${labels[k]} ${number(l.width)}`).join(", ")}`).join("; "),
    head: ["method", ...labels], rows: entries.map((entry, i) => [methodName(entry), ...facts[i].map((l) => number(l.width))]),
    tooltip: { label: (item) => `${item.dataset.label}: ${number(item.parsed.y)}` },
  });
}

/** Every hidden neuron's interval by the tightest bounds. */
function rangeChart(entry) {
  const neurons = entry.layers.slice(0, -1).flatMap(({ lower, upper }, k) => lower.map((low, j) => ({ name: `${k + 1}:${j}`, low, high: upper[j] })));
  const kinds = [["open", (n) => n.low < 0 && n.high > 0, colour(1)], ["always on", (n) => n.low >= 0, colour(0)], ["always off", (n) => n.high <= 0 && n.low < 0, colour(3)]];
  const values = (kind) => neurons.map((n) => (kind(n) ? [n.low, n.high] : null));
  return chart(`Range of every hidden neuron, by ${methodName(entry)}`, {
    type: "bar", stacked: false,
    series: kinds.map(([name, kind, tint]) => ({ name: `${name} (${neurons.filter(kind).length})`, colour: tint,
      sets: [{ label: name, backgroundColor: tint, grouped: false, data: values(kind), minBarLength: 2 }] })),
    x: ["layer : unit", { labels: neurons.map((n) => n.name) }], y: ["pre-activation", {}],
    summary: kinds.map(([name, kind]) => `${neurons.filter(kind).length} ${name}`).join(", "),
    head: ["neuron", "lower", "upper"], rows: neurons.map((n) => [n.name, number(n.low), number(n.high)]),
    tooltip: { label: (item) => { const n = neurons[item.dataIndex]; return `${item.dataset.label}: ${number(n.low)} to ${number(n.high)}`; } },
  });
}

function showBounds() {
  const parts = [];
  const entries = data.bounds.filter((entry) => entry.layers.length > 0 && passes(entry.question));
  for (const [network, all] of by(entries, (entry) => data.questions[entry.question].network)) {
    const total = (entry) => sum(layerFacts(entry).map((l) => l.width * l.count));
    const group = [...all].sort((a, b) => total(b) - total(a));
    const facts = group.map(layerFacts);
    parts.push(el("h3", {}, networkNames[network]), el("div", { class: "wide" }, boundsTable(group, facts)),
      el("div", { class: "charts" }, widthChart(group, facts), group[0].layers.length > 1 ? rangeChart(group.at(-1)) : null));
  }
  byId("bound-list").replaceChildren(...(parts.length > 0 ? parts : [el("p", { class: "nothing" }, "No network passes these filters.")]));
  drawPending();
}
