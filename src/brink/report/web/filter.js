// The filters: their state, its form in the address after '#', the controls. Everything on the page that
// depends on them listens with `onFilter`. An address like #norm=l1&status=optimal can be shared.

const SORTS = {
  image: "image number", near: "nearest first", far: "farthest first", slow: "slowest first", gap: "largest gap first",
};
const SETS = ["network", "norm", "question", "digit", "target", "status"];
const state = { min: null, max: null, sort: "image", page: 1, show: null };
for (const name of SETS) state[name] = new Set();
const listeners = [];
const onFilter = (listener) => listeners.push(listener);

const networkKey = (index) => data.networks[index].hash.slice(0, 8);
const questionKey = (index) => String(data.questions[index].id);

/** What a filter compares, as text, for row `row` of the answers. */
const fieldOf = {
  network: (row) => networkKey(data.questions[data.answers.question[row]].network),
  norm: (row) => data.questions[data.answers.question[row]].options.norm,
  question: (row) => questionKey(data.answers.question[row]),
  digit: (row) => String(data.images.label[data.answers.image[row]]),
  target: (row) => String(data.answers.target[row] ?? "–"),
  status: (row) => data.answers.status[row],
};

function readHash() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const name of SETS) state[name] = new Set((given.get(name) ?? "").split(",").filter(Boolean));
  for (const name of ["min", "max"]) {
    const text = given.get(name);
    state[name] = text === null || text === "" || !Number.isFinite(Number(text)) ? null : Number(text);
  }
  state.sort = Object.hasOwn(SORTS, given.get("sort") ?? "") ? given.get("sort") : "image";
  const show = given.get("show");
  state.show = /^\d+$/.test(show ?? "") && Number(show) < data.answers.question.length ? Number(show) : null;
  state.page = Math.max(1, Math.floor(Number(given.get("page")) || 1));
}

function writeHash() {
  const parts = SETS.filter((name) => state[name].size > 0).map((name) =>
    `${name}=${[...state[name]].map(encodeURIComponent).join(",")}`);
  for (const name of ["min", "max"]) if (state[name] !== null) parts.push(`${name}=${state[name]}`);
  if (state.sort !== "image") parts.push(`sort=${state.sort}`);
  if (state.page > 1) parts.push(`page=${state.page}`);
  if (state.show !== null) parts.push(`show=${state.show}`);
  history.replaceState(null, "", parts.length > 0 ? `#${parts.join("&")}` : location.pathname + location.search);
}

const allows = (name, value) => state[name].size === 0 || state[name].has(value);

/** Rows of the answers that pass. */
function matchingRows() {
  const { distance, question } = data.answers;
  const rows = [];
  for (let row = 0; row < question.length; ++row) {
    if (!SETS.every((name) => allows(name, fieldOf[name](row)))) continue;
    if (state.min !== null && !(distance[row] >= state.min && distance[row] !== null)) continue;
    if (state.max !== null && !(distance[row] <= state.max && distance[row] !== null)) continue;
    rows.push(row);
  }
  return rows;
}

/** Does a question pass the filters of network, norm and question? For the charts. */
function questionPasses(index) {
  const question = data.questions[index];
  return allows("network", networkKey(question.network)) && allows("question", questionKey(index)) &&
    (question.kind !== "closest" || allows("norm", question.options.norm));
}

function changed(keepPage = false) {
  if (!keepPage) state.page = 1;
  writeHash();
  showState();
  for (const listener of listeners) listener();
}

/** How many filters are set, beside the word "Filters". */
function showState() {
  const set = SETS.filter((name) => state[name].size > 0).length + (state.min !== null) + (state.max !== null);
  byId("filter-state").textContent = set > 0 ? `(${set} set)` : "";
  byId("filters").querySelectorAll("[data-clear]").forEach((button) => { button.disabled = set === 0; });
}

/** A group of check boxes that look like chips; none checked means all. */
function chips(name, title, choices) {
  if (choices.length < 2) return null;
  return el("fieldset", { class: `chips chips-${name}` }, el("legend", {}, title),
    choices.map(([value, text, hint]) => el("label", { title: hint },
      el("input", {
        type: "checkbox", name, value, checked: state[name].has(value),
        onchange: (event) => {
          if (event.target.checked) state[name].add(value);
          else state[name].delete(value);
          changed();
        },
      }), el("span", {}, text))));
}

function distanceField(name, text) {
  return el("label", { class: "field" }, text, el("input", {
    type: "number", name, step: "any", min: "0", value: state[name],
    onchange: (event) => {
      state[name] = event.target.value === "" ? null : Number(event.target.value);
      changed();
    },
  }));
}

/** The values that occur, in order. */
const present = (name, order) => {
  const values = new Set(data.answers.question.map((_, row) => fieldOf[name](row)));
  return order ? order.filter((v) => values.has(v)).concat([...values].filter((v) => !order.includes(v)))
    : [...values].sort((a, b) => Number(a) - Number(b) || Number(a === "–") - Number(b === "–"));
};

function questionChoices() {
  const closest = data.questions.map((q, i) => [q, i]).filter(([q]) => q.kind === "closest");
  if (closest.every(([q]) => q.label === "")) return [];  // network and norm say it all
  return closest.map(([q, i]) => [questionKey(i), `Q${q.id}`,
    `${networkNames[q.network]}, ${normName(q.options.norm)}: ${q.label || q.title}`]);
}

/** A class in words, where all questions call it the same. */
function classWord(number) {
  const closest = data.questions.filter((q) => q.kind === "closest");
  const [first] = closest;
  const same = first?.options.classes && closest.every((q) => String(q.options.classes) === String(first.options.classes));
  return same ? first.options.classes[Number(number)] ?? number : number;
}

function buildFilters() {
  const words = (name, order, text) => present(name, order).map((value) => [value, ...text(value)]);
  byId("filters").replaceChildren(...[
    chips("network", "Network", data.networks.map((n, i) => [networkKey(i), networkNames[i], `${n.shape}, ${n.output} output`])),
    chips("norm", "Norm", words("norm", Object.keys(NORMS), (v) => [normName(v), NORM_WORDS[v]])),
    chips("status", "Status", words("status", Object.keys(STATUS), (v) => [`${status(v).mark} ${status(v).short}`, status(v).text])),
    chips("digit", "Class", words("digit", null, (v) => [classWord(v), `images of class ${classWord(v)}`])),
    chips("target", "Taken for", words("target", null, (v) => [classWord(v), v === "–" ? "no image known" : `taken for class ${classWord(v)}`])),
    chips("question", "Question", questionChoices()),
    el("fieldset", { class: "range" }, el("legend", {}, "Distance"), distanceField("min", "from"), distanceField("max", "to")),
    el("label", { class: "field wide-field" }, "Order", el("select", {
      name: "sort", onchange: (event) => { state.sort = event.target.value; changed(); },
    }, Object.entries(SORTS).map(([value, text]) => el("option", { value, selected: state.sort === value }, text)))),
    el("button", { type: "button", class: "plain", "data-clear": true, onclick: clearFilters }, "Clear all filters"),
  ].filter(Boolean));
  showState();
}

function clearFilters() {
  for (const name of SETS) state[name].clear();
  state.min = state.max = null;
  buildFilters();
  changed();
}

addEventListener("hashchange", () => {
  if (location.hash !== "" && !location.hash.includes("=")) return;  // the name of a section
  readHash();
  buildFilters();
  changed(true);
});
byId("filters").addEventListener("submit", (event) => event.preventDefault());
