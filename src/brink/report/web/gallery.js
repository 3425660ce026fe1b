// The gallery: answers grouped by network and image, a screenful of groups at a time. Pages and not an
// endless list: the sections below stay within reach, and no number of images slows the page down.

const PER_PAGE = 24;
const sortKey = {
  near: (row) => data.answers.distance[row] ?? Infinity,
  far: (row) => -(data.answers.distance[row] ?? -1),
  slow: (row) => -data.answers.seconds[row],
  gap: (row) => -gapOf(row),
};

/** Groups of rows of one network and image, in the order chosen. */
function groupsOf(rows) {
  const groups = new Map();
  for (const row of rows) {
    const key = `${data.answers.image[row]} ${data.questions[data.answers.question[row]].network}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(row);
  }
  const list = [...groups.values()];
  const key = sortKey[state.sort];
  if (!key) return list;
  const least = new Map(list.map((group) => [group, Math.min(...group.map(key))]));
  return list.sort((a, b) => least.get(a) - least.get(b));
}

/** How much of the distance is proven. */
function proofBar(row) {
  const share = 1 - gapOf(row);
  return el("span", { class: "bar", title: `${percent(share)} of the distance proven` }, el("i", { style: `width:${100 * share}%` }));
}

function caption(row) {
  const a = data.answers;
  const question = data.questions[a.question[row]];
  const result = a.status[row];
  const open = ["time_limit", "undecided", "gap"].includes(result) && a.bound[row] > 0;
  return el("span", { class: "caption" },
    el("span", { class: "value" }, `${normName(question.options.norm)} `, el("b", {}, number(a.distance[row]))),
    a.target[row] == null ? null : el("span", { class: "as" }, `as ${className(row, a.target[row])}`),
    a.distance[row] == null ? null : proofBar(row),
    el("span", { class: `status ${result}` }, `${status(result).mark} ${open ? `at least ${number(a.bound[row], 3)}` : status(result).short}`),
    a.distance[row] != null && !a.verified[row] ? el("span", { class: "status error" }, "not verified") : null,
    question.label ? el("span", { class: "soft", title: question.label }, `Q${question.id}`) : null);
}

function describe(row) {
  const a = data.answers;
  const norm = normName(data.questions[a.question[row]].options.norm);
  const found = a.distance[row] == null ? "no image" : `distance ${number(a.distance[row])}${a.target[row] == null ? "" : `, taken for ${className(row, a.target[row])}`}`;
  return `${norm}: ${found}, ${status(a.status[row]).text}. Closer look`;
}

/** Of the row of a table: what changed, from what to what; at most so many lines. */
function changeTable(row, most = Infinity) {
  const changes = data.answers.changes[row];
  const { features } = data.questions[data.answers.question[row]].options;
  const lines = changes.slice(0, most).map(([feature, from, to]) =>
    el("tr", {}, el("th", { scope: "row" }, features[feature]), el("td", {}, number(from)), el("td", {}, "→ ", el("b", {}, number(to)))));
  if (changes.length > most) lines.push(el("tr", {}, el("td", { colspan: 3 }, `and ${changes.length - most} more`)));
  return el("table", { class: "changes" }, lines);
}

const isPicture = (image) => data.images.picture[image] === 1;

/** The class's name, or its number. */
function className(row, number) {
  if (number < 0) return "";
  return data.questions[data.answers.question[row]].options.classes?.[number] ?? String(number);
}

function answerButton(row) {
  const a = data.answers;
  const pair = a.distance[row] != null && !isPicture(a.image[row]) ? [changeTable(row, 5)] : a.found[row] < 0 ? [el("span", { class: "none pair-none" }, status(a.status[row]).short)]
    : [picture(a.found[row], "adversarial image"), a.change[row] < 0 ? null : picture(a.change[row], "change", "change")];
  return el("li", {}, el("button", {
    type: "button", class: "answer", "data-row": row, "aria-label": describe(row), onclick: () => showDetail(shownRows.indexOf(row)),
  }, el("span", { class: "pair" }, pair), caption(row)));
}

function card(rows) {
  const image = data.answers.image[rows[0]];
  const set = data.sets[data.images.set[image]];
  const network = data.questions[data.answers.question[rows[0]]].network;
  const label = className(rows[0], data.images.label[image]);
  return el("article", { class: isPicture(image) ? "card" : "card of-row" },
    el("figure", { class: "original" }, isPicture(image) ? picture(data.images.sprite[image], `image ${data.images.number[image]}, a ${label}`) : null,
      el("figcaption", {}, el("b", { class: label.length > 6 ? "label long" : "label" }, label),
        el("span", { class: "soft" }, `${data.sets.length > 1 ? `${set[0]} ` : ""}${set[1]} ${data.images.number[image]}`),
        data.networks.length > 1 ? el("span", { class: "soft" }, networkNames[network]) : null)),
    el("ul", { class: "answers" }, rows.map(answerButton)));
}

function pager(pages) {
  const go = (text, page, label) => el("button", {
    type: "button", class: "plain", disabled: page < 1 || page > pages || page === state.page, "aria-label": label,
    onclick: () => {
      state.page = page;
      changed(true);
      byId("gallery").scrollIntoView();
      byId("gallery").focus({ preventScroll: true });
    },
  }, text);
  return pages < 2 ? [] : [go("«", 1, "First page"), go("← Previous", state.page - 1),
    el("span", {}, `page ${count(state.page)} of ${count(pages)}`), go("Next →", state.page + 1), go("»", pages, "Last page")];
}

function showGallery() {
  const rows = matchingRows();
  const groups = groupsOf(rows);
  const pages = Math.max(1, Math.ceil(groups.length / PER_PAGE));
  state.page = Math.min(state.page, pages);
  const shownGroups = groups.slice((state.page - 1) * PER_PAGE, state.page * PER_PAGE);
  shownRows = groups.flat();
  const total = data.answers.question.length;
  const images = new Set(rows.map((row) => data.answers.image[row])).size;
  const line = byId("count");
  line.textContent = `${rows.length === total ? "" : `${count(rows.length)} of `}${count(total)} answers, ${count(images)} ${images === 1 ? "image" : "images"}`;
  line.dataset.answers = rows.length;
  line.dataset.images = images;
  const cards = byId("cards");
  const most = Math.max(1, ...shownGroups.map((group) => group.length));
  cards.style.setProperty("--answers", most <= 5 ? most : 4);
  cards.replaceChildren(...(groups.length > 0 ? shownGroups.map(card)
    : [el("p", { class: "nothing" }, "No answer passes these filters. ", el("button", { type: "button", class: "plain", onclick: clearFilters }, "Clear all filters"))]));
  byId("pager").replaceChildren(...pager(pages));
  if (state.show !== null && !byId("detail").open) showNamed();
}

/** What the colours of a change mean, and the choice between the two ways to draw it. */
function changeLegend() {
  const choice = (value, text) => el("label", {}, el("input", {
    type: "radio", name: "change-style", value, checked: value === "signed",
    onchange: () => { document.body.classList.toggle("plain-changes", value === "plain"); },
  }), text);
  if (!data.images.picture.includes(1)) return;
  byId("change-legend").replaceChildren(el("span", {}, "Changes:"),
    choice("signed", el("span", {}, el("i", { class: "swatch darker" }), " darker ", el("i", { class: "swatch lighter" }), " lighter")),
    choice("plain", el("span", {}, el("i", { class: "swatch black" }), " largest, either way")));
}
