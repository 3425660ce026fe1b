// Profiles (what was solved by when, with which gap) and robustness curves, from sorted lists.

const LIMIT_SECONDS = [0.01, 0.1, 1, 10, 60, 300, 3600];
const curvesShown = () => data.curves.filter((c) => questionPasses(c.question));

/** How many of a sorted list are at most `value`. */
function upTo(list, value) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Infinity is null in JSON, and at the end of a sorted list. */
const finite = (list) => list.filter((value) => value !== null);

/** Names for the curves of one chart: network, norm and options, without what all of them share. */
function curveNames(list) {
  const parts = list.map((c) => {
    const question = data.questions[c.question];
    return [networkNames[question.network], normName(question.options.norm), ...question.label.split(", ").filter(Boolean)];
  });
  const shared = (part) => parts.every((other) => other.includes(part));
  return new Map(list.map((c, i) => [c, parts[i].filter((part) => !shared(part)).join(", ") || parts[i][0]]));
}

function cactus(list) {
  const title = "Instances solved against time";
  if (list.every((c) => c.solved.length === 0)) {
    return el("figure", { class: "chart" }, el("figcaption", {}, title), el("p", { class: "nothing" },
      "No image was solved before its search was stopped. The gaps say how much of each distance is proven."));
  }
  const longest = Math.max(0.01, ...list.map((c) => c.solved.at(-1) ?? 0));
  const limits = LIMIT_SECONDS.filter((limit, i) => i === 0 || LIMIT_SECONDS[i - 1] < longest);
  const searched = (c) => c.asked - c.misclassified;
  const names = curveNames(list);
  const series = list.map((c, i) => curve(`${names.get(c)} (${count(c.solved.length)} of ${count(searched(c))})`, i,
    steps(c.solved, 0.001, (k) => k + 1, longest)));
  return chart(title, {
    series, x: ["seconds for one image", { log: true, min: 0.001, max: longest, unit: (v) => String(v) }], y: ["images solved", { min: 0 }],
    note: "Solved: proven closest, proven that there is none, or the gap asked for reached. Higher and further left is better.",
    summary: list.map((c) => `${names.get(c)}: ${c.solved.length} of ${searched(c)} solved`).join("; "),
    head: ["curve", "searched", "solved", ...limits.map((limit) => `by ${seconds(limit)}`), "median"],
    rows: list.map((c) => [names.get(c), count(searched(c)), count(c.solved.length),
      ...limits.map((limit) => count(upTo(c.solved, limit))), seconds(median(c.solved))]),
    tooltip: { title: (items) => `by ${seconds(items[0].parsed.x)}`, label: (item) => `${item.dataset.label}: ${count(item.parsed.y)}` },
  });
}

function gapProfile(list) {
  const shares = [0, 0.01, 0.05, 0.1, 0.2, 0.5];
  const share = (c, gap) => percent(upTo(c.gaps, gap) / c.gaps.length, 0);
  const names = curveNames(list);
  const series = list.map((c, i) => curve(names.get(c), i,
    steps(c.gaps, 0, (k) => Math.max(k + 1, upTo(c.gaps, 0)) / c.gaps.length, 1)));
  return chart("Gap at the end", {
    series, x: ["relative gap at most", { percentages: true, min: 0, max: 1 }], y: ["share of images searched", { percentages: true, min: 0, max: 1 }],
    note: "The gap is the part of the distance that is not proven; an image without any answer counts 100 %.",
    summary: list.map((c) => `${names.get(c)}: ${share(c, 0)} without a gap`).join("; "),
    head: ["curve", "no gap", ...shares.slice(1).map((gap) => `≤ ${percent(gap, 0)}`)],
    rows: list.map((c) => [names.get(c), ...shares.map((gap) => share(c, gap))]),
    tooltip: { title: (items) => `gap at most ${percent(items[0].parsed.x)}`, label: (item) => `${item.dataset.label}: ${percent(item.parsed.y)}` },
  });
}

/** #{values >= radius} / asked; null values are infinite. */
const survive = (values, asked, radius) => (asked - finite(values).filter((v) => v < radius).length) / asked;

/** Share of images whose radius is at least r: falls by one image just after each. */
function survivalSteps(values, asked, end) {
  const sorted = finite(values);
  const zeros = upTo(sorted, 0);
  return steps(sorted.slice(zeros), 0, (k) => (asked - zeros - k - 1) / asked, end);
}

function rangeText(c, radius) {
  const safe = percent(survive(c.safe, c.asked, radius), 0);
  const lost = percent(survive(c.lost, c.asked, radius), 0);
  return safe === lost ? safe : `${safe} to ${lost}`;
}

/** Round numbers, the last of them not below `end`. */
function radiiUpTo(end) {
  const raw = end / 6;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((f) => f * power).find((s) => s >= raw);
  const radii = [];
  for (let i = 1; (i - 1) * step < end; ++i) radii.push(Number((i * step).toPrecision(6)));
  return radii;
}

function survivalChart(title, list, axisText, note) {
  const radii = radiiUpTo(Math.max(1e-9, ...list.flatMap((c) => [finite(c.safe).at(-1) ?? 0, finite(c.lost).at(-1) ?? 0])));
  const end = radii.at(-1);
  const names = curveNames(list);
  const name = (c) => names.get(c);
  return chart(title, {
    series: list.map((c, i) => curve(`${name(c)} (${count(c.asked)} images)`, i,
      survivalSteps(c.safe, c.asked, end), survivalSteps(c.lost, c.asked, end))),
    x: [axisText, { min: 0, max: end, step: radii[0] }], y: ["share of images", { percentages: true, min: 0, max: 1 }], note,
    summary: list.map((c) => `${name(c)}: ${rangeText(c, radii[0])} at ${number(radii[0])}`).join("; "),
    head: ["curve", "images", ...radii.map((radius) => `r = ${number(radius)}`)],
    rows: list.map((c) => [name(c), count(c.asked), ...radii.map((radius) => rangeText(c, radius))]),
    tooltip: { title: (items) => `radius ${number(items[0].parsed.x)}`, label: (item) => `${item.dataset.label}: at least ${percent(item.parsed.y)}` },
  });
}

function by(list, key) {
  const groups = new Map();
  for (const item of list) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups];
}

function showRobustness() {
  const list = curvesShown();
  const order = Object.keys(NORMS);
  const normOf = (c) => data.questions[c.question].options.norm;
  list.sort((p, q) => order.indexOf(normOf(p)) - order.indexOf(normOf(q)));
  const titleOf = (c) => data.questions[c.question].title;
  const robust = by(list.filter((c) => data.questions[c.question].robust), normOf);
  const others = by(list.filter((c) => !data.questions[c.question].robust), titleOf);
  const parts = [];
  if (robust.length > 0) {
    parts.push(el("p", { class: "lead" }, "Share of images that the network still gets right after any change smaller than r. The line is proven; " +
      "the band above it reaches to what is known to fail, so a band is where a search stopped early. Images wrong to begin with count at 0."),
    el("div", { class: "charts" }, robust.map(([norm, group]) =>
      survivalChart(`Robustness in ${normName(norm)}`, group, `r, ${normName(norm)} (${NORM_WORDS[norm] ?? ""})`))));
  } else {
    parts.push(el("p", { class: "lead" }, "No question shown here measures robustness. That takes --target any --margin 1 --target-min none (relu outputs: 0) " +
      "and changes of every kind, without --box, --cap, --freeze, --weights, --levels and --breakpoints: distances to one class, with a margin, with a floor " +
      "or of fewer changes overestimate what a network withstands."));
  }
  if (others.length > 0) {
    parts.push(el("details", { open: robust.length === 0 }, el("summary", {}, "Distances of other questions, which are no measure of robustness"),
      el("div", { class: "charts" }, others.map(([title, group]) =>
        survivalChart(`Share of images with no answer below r: ${title}`, group, `r, ${normName(normOf(group[0]))}`)))));
  }
  byId("robust").replaceChildren(...parts);
  drawPending();
}

function showProfiles() {
  const shown = curvesShown();
  const list = shown.filter((c) => c.gaps.length > 0);
  const nothing = shown.length > 0 ? "Nothing was searched: the networks get all of these images wrong to begin with." : "No question passes these filters.";
  byId("profiles").replaceChildren(...(list.length > 0 ? [cactus(list), gapProfile(list)] : [el("p", { class: "nothing" }, nothing)]));
  drawPending();
}
