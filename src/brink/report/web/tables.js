// The facts at the top, the table of answers in numbers, hardening, questions and runs.

const isProven = (row) => data.answers.status[row] === "optimal" || data.answers.status[row] === "infeasible";
const isSearched = (row) => data.answers.status[row] !== "misclassified";

function fact(value, name) {
  return el("div", {}, el("b", {}, value), el("span", {}, name));
}

function showFacts() {
  const rows = data.answers.question.map((_, row) => row);
  const searched = rows.filter(isSearched);
  const list = [];
  if (rows.length > 0) {
    list.push(fact(count(rows.length), rows.length === 1 ? "answer" : "answers"), fact(count(data.images.number.length), "images"));
  }
  if (searched.length > 0) {
    list.push(fact(percent(searched.filter(isProven).length / searched.length, searched.every(isProven) ? 0 : 1), "proven"),
      fact(seconds(median(searched.map((row) => data.answers.seconds[row]))), "median search"));
  }
  if (data.units.length > 0) list.push(fact(count(data.units.length), "units drawn"));
  list.push(fact(count(data.networks.length), data.networks.length === 1 ? `network, ${data.networks[0].shape}` : "networks"));
  for (const e of data.networks.length === 1 ? data.networks[0].evaluations : []) {
    list.push(fact(percent(e.right / e.count, 2), `right, ${e.data} ${e.split}`));
  }
  byId("facts").replaceChildren(...list);
}

function summaryRow(index, rows) {
  const a = data.answers;
  const question = data.questions[index];
  const searched = rows.filter(isSearched);
  const known = searched.filter((row) => a.distance[row] != null);
  const withGap = searched.filter((row) => a.status[row] !== "infeasible"); // no image, no gap
  const times = searched.map((row) => a.seconds[row]);
  const wrong = rows.filter((row) => a.status[row] === "misclassified").length;
  const proven = searched.filter(isProven).length;
  return [
    el("span", { class: "question" }, el("b", {}, `Q${question.id} `), [data.networks.length > 1 ? networkNames[question.network] : null, normName(question.options.norm), question.label].filter(Boolean).join(", ")),
    count(rows.length), count(wrong), searched.length > 0 ? `${count(proven)} (${percent(proven / searched.length, 0)})` : "–",
    number(mean(known.map((row) => a.distance[row]))), withGap.length > 0 ? percent(mean(withGap.map(gapOf))) : "–",
    seconds(mean(times)), seconds(median(times)), times.length > 0 ? seconds(times.reduce((p, q) => Math.max(p, q), 0)) : "–",
  ];
}

function showSummary() {
  const groups = by(matchingRows(), (row) => data.answers.question[row]).sort((p, q) => p[0] - q[0]);
  byId("summary").replaceChildren(groups.length > 0
    ? table("Answers in numbers", ["question", "images", "wrong already", "proven", "mean distance", "mean gap", "mean time", "median", "longest"],
      groups.map(([index, rows]) => summaryRow(index, rows)))
    : el("p", { class: "nothing" }, "No answer passes these filters."));
}

function showRadii() {
  const rows = data.radii.filter((row) => passes(row.question)).map((row) => {
    const question = data.questions[row.question];
    const all = row.robust + row.not_robust + row.unknown + row.misclassified + row.error;
    const name = [data.networks.length > 1 ? networkNames[question.network] : null, normName(question.options.norm), question.label].filter(Boolean).join(", ");
    return [el("span", { class: "question" }, el("b", {}, `Q${question.id} `), name), number(question.options.radius), count(all), percent(row.robust / all, 1),
      count(row.robust), count(row.not_robust), count(row.unknown + row.error), count(row.misclassified), seconds(row.seconds / all)];
  });
  byId("radius-list").replaceChildren(rows.length > 0
    ? table("Right within a radius", ["question", "radius", "images", "provably right", "robust", "not robust", "unknown", "wrong already", "mean time"], rows)
    : el("p", { class: "nothing" }, "No network passes these filters."));
}

function showComparisons() {
  const rows = data.comparisons.filter((row) => passes(row.question)).map((row) => {
    const { options, network, id } = data.questions[row.question];
    const second = data.networks.findIndex((other) => other.hash === options.second);
    const asked = options.choices ? "other choices" : options.tolerance == null ? "largest difference" : `more than ${number(options.tolerance)}`;
    return [el("span", { class: "question" }, el("b", {}, `Q${id} `), `${networkNames[network]}, ${networkNames[second] ?? "?"}`), asked, number(options.radius),
      count(row.closed), count(row.differ), count(row.open), number(row.difference), number(row.bound)];
  });
  byId("comparison-list").replaceChildren(rows.length > 0
    ? table("Two networks compared", ["question", "asked", "radius", "proven", "differ", "open", "largest found", "at most"], rows)
    : el("p", { class: "nothing" }, "No network passes these filters."));
}

const share = ([right, all]) => percent(right / all, 2);

function times(child, parent) {
  return parent > 0 ? `× ${number(child / parent, 3)}` : "–";
}

function meanCells(m) {
  return m.images === 0 ? ["0", "–", "–", "–"] : [count(m.images), `${number(m.parent)} (≥ ${number(m.parentBound)})`,
    `${number(m.child)} (≥ ${number(m.childBound)})`, times(m.child, m.parent)];
}

/** "attack: l1, rounds: 2"; what is nested stays JSON. */
function recipeText(recipe) {
  if (typeof recipe !== "object" || Array.isArray(recipe)) return String(recipe);
  return Object.entries(recipe).map(([name, value]) => `${name}: ${typeof value === "object" ? JSON.stringify(value) : value}`).join(", ");
}

function hardeningPart(row) {
  const parts = [el("h3", {}, `${networkNames[row.parent]} → ${networkNames[row.child]}`)];
  if (row.recipe != null) parts.push(el("p", { class: "soft recipe" }, recipeText(row.recipe)));
  if (row.accuracies.length > 0) {
    parts.push(el("div", { class: "wide" }, table("Accuracy before and after", ["images right", "before", "after", "difference"], row.accuracies.map((a) =>
      [`${a.data}, ${a.split}`, share(a.parent), share(a.child),
        `${a.child[0] / a.child[1] >= a.parent[0] / a.parent[1] ? "+" : "−"}${(100 * Math.abs(a.child[0] / a.child[1] - a.parent[0] / a.parent[1])).toFixed(2)} points`]))));
  }
  const rows = row.distances.flatMap((d) => [
    [el("span", { class: "question" }, data.questions[d.question].title), "all asked of both", ...meanCells(d.all), count(d.leftOut)],
    ["", "right for both", ...meanCells(d.right), ""]]);
  parts.push(rows.length > 0
    ? el("div", { class: "wide" }, table("Mean distances before and after", ["mean distance", "images", "count", "before (proven)", "after (proven)", "ratio", "left out"], rows, { class: "words" }))
    : el("p", { class: "soft" }, "No question was asked of both networks with the same options."));
  return el("div", { class: "panel" }, parts);
}

function showHardening() {
  const list = data.hardening.filter((row) => allows("network", networkKey(row.parent)) || allows("network", networkKey(row.child)));
  byId("hardening-list").replaceChildren(...(list.length > 0 ? list.map(hardeningPart) : [el("p", { class: "nothing" }, "No network passes these filters.")]));
}

const KINDS = { visualize: "what excites each unit most", bounds: "bounds on every neuron" };

function showRuns() {
  const parts = [el("div", { class: "wide" }, table("Questions", ["question", "network", "asks for", "in full"], data.questions.map((q) =>
    [el("b", {}, `Q${q.id}`), networkNames[q.network], el("span", { class: "question" }, q.title ?? (isLeast(q) ? "what excites each unit least" : KINDS[q.kind]) ?? q.kind), el("code", {}, q.text)]), { class: "words" }))];
  if (data.runs.length > 0) {
    parts.push(el("h3", {}, "Runs"), el("div", { class: "wide" }, table("Runs", ["started (UTC)", "command", "machine", "threads", "brink"],
      data.runs.map((r) => [r.started, el("code", {}, r.command), r.machine, String(r.threads), r.version]), { class: "words" })));
  }
  byId("run-list").replaceChildren(...parts);
}
