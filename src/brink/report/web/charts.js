// Charts: Chart.js draws, and around each stand what it lacks: a legend of buttons that a keyboard reaches, and
// the same numbers as a table.

// After Okabe and Ito: told apart by colour-blind readers too, the blue lighter for dark pages.
const COLOURS = ["#1f87cf", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8f7ee6", "#7a7a7a"];
const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3]];
const MOST_POINTS = 600;  // of a curve as drawn
const drawn = new Map();  // canvas -> chart

const colour = (i) => COLOURS[i % COLOURS.length];
const dash = (i) => DASHES[Math.floor(i / COLOURS.length) % DASHES.length].concat();
const faint = (hex) => `${hex}38`;
const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

Chart.defaults.font.family = "system-ui,-apple-system,'Segoe UI',Roboto,sans-serif";
Chart.defaults.animation = false;
Chart.defaults.maintainAspectRatio = false;
Chart.defaults.plugins.legend.display = false;
Chart.defaults.plugins.tooltip.boxPadding = 4;

/** Steps through sorted values: `value(i)` holds from the i-th on; thinned to what a screen can show. */
function steps(values, start, value, end) {
  const points = [{ x: start, y: value(-1) }];
  const every = Math.max(1, Math.ceil(values.length / MOST_POINTS));
  values.forEach((x, i) => {
    if (i % every !== every - 1 && i !== values.length - 1) return;
    const at = Math.max(start, x);
    points.push({ x: at, y: points.at(-1).y }, { x: at, y: value(i) });
  });
  if (end > points.at(-1).x) points.push({ x: end, y: points.at(-1).y });
  return points;
}

const powerOfTen = (value) => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9;

function axis(title, { log = false, percentages = false, min, max, step, labels = null, unit = number } = {}) {
  return {
    type: labels ? "category" : log ? "logarithmic" : "linear", min, max, labels: labels ?? undefined,
    title: { display: true, text: title, color: style("--soft") },
    grid: { color: style("--line"), borderColor: style("--line") },
    ticks: {
      color: style("--soft"), maxRotation: 0, autoSkip: true, stepSize: step,
      callback: labels ? function text(value) { return this.getLabelForValue(value); }
        : (value) => (log && !powerOfTen(value) ? null : percentages ? `${Math.round(100 * value)} %` : unit(value)),
    },
  };
}

/** A chart with its title, its legend and its numbers. `series`: [{name, colour, sets: Chart.js data sets}]. */
function chart(title, { type = "line", series, x, y, summary, head, rows, note, stacked = false, tooltip }) {
  const canvas = el("canvas", { role: "img", "aria-label": `${title}. ${summary}` });
  const legend = el("div", { class: "legend" }, series.length < 2 ? el("span", { class: "soft" }, series[0].name) : series.map((one) => el("button", {
    type: "button", "aria-pressed": "true", title: "show or hide",
    onclick: (event) => {
      const on = event.currentTarget.getAttribute("aria-pressed") !== "true";
      event.currentTarget.setAttribute("aria-pressed", String(on));
      for (const set of one.sets) set.hidden = !on;
      drawn.get(canvas)?.update();
    },
  }, el("i", { class: type === "bar" ? "box" : one.sets[0].borderDash?.length ? "dashed" : "", style: `--colour:${one.colour}` }), one.name)));
  const figure = el("figure", { class: "chart" }, el("figcaption", {}, title), note ? el("p", { class: "soft" }, note) : null, legend,
    el("div", { class: "plot" }, canvas),
    el("details", {}, el("summary", {}, "The numbers"), el("div", { class: "wide" }, table(title, head, rows))));
  const configuration = () => {
    const axes = { x: axis(...x), y: axis(...y) };
    axes.x.stacked = axes.y.stacked = stacked;
    return {
      type, data: { datasets: series.flatMap((one) => one.sets) },
      options: {
        scales: axes, parsing: type === "bar" ? undefined : false, interaction: { mode: "nearest", axis: "x", intersect: false },
        plugins: { tooltip: { callbacks: tooltip, filter: (item) => !item.dataset.silent } },
      },
    };
  };
  pending.push([canvas, configuration]);
  return figure;
}

/** Charts are made one after another, so that the page stays responsive meanwhile. */
const pending = [];
let working = false;
function drawPending() {
  if (working) return;
  working = true;
  setTimeout(function next() {
    for (const [canvas, one] of drawn) {
      if (canvas.isConnected) continue;
      one.destroy();
      drawn.delete(canvas);
    }
    let made = null;
    while (pending.length > 0 && made === null) {
      const [canvas, configuration] = pending.shift();
      if (!canvas.isConnected) continue;
      made = new Chart(canvas, configuration());
      made.remake = configuration;
      drawn.set(canvas, made);
    }
    document.documentElement.dataset.charts = drawn.size;
    if (pending.length > 0) setTimeout(next);
    else working = false;
  });
}

/** After a change of colours. */
function redrawCharts() {
  for (const one of drawn.values()) {
    one.options.scales = one.remake().options.scales;
    one.update();
  }
}

/** One curve; with `upper`, a band between the two. */
function curve(name, index, points, upper = null) {
  const line = { borderColor: colour(index), borderWidth: 2, borderDash: dash(index), pointRadius: 0, pointHitRadius: 0, label: name };
  const lower = { ...line, data: points };
  if (!upper) return { name, colour: colour(index), sets: [lower] };
  return { name, colour: colour(index), sets: [lower, {
    ...line, data: upper, borderWidth: 1, fill: "-1", backgroundColor: faint(colour(index)), silent: true }] };
}
