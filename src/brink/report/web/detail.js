// A closer look at one answer: large pictures, a slider from the original to the adversarial image, all
// that is known about it. Arrow keys go to the neighbours.

let shownRows = [];  // in the order of the gallery
let shown = -1;

function facts(pairs) {
  return el("dl", { class: "detail-facts" }, pairs.filter(([, value]) => value != null && value !== "").map(([name, value, wide]) =>
    el("div", { class: wide }, el("dt", {}, name), el("dd", {}, value))));
}

/** The adversarial image with a slider that leads back to the original. */
function morph(row) {
  const { found, image } = data.answers;
  const original = data.images.sprite[image[row]];
  const canvas = picture(found[row], "adversarial image");
  if (found[row] < 0 || original < 0) return el("figure", {}, canvas, el("figcaption", {}, "closest image found"));
  const mix = async (share) => {
    await paint(canvas, original);
    await paint(canvas, found[row], share);
  };
  return el("figure", {}, canvas, el("figcaption", {}, el("label", {}, "original to adversarial", el("input", {
    type: "range", min: 0, max: 100, value: 100, oninput: (event) => mix(Number(event.target.value) / 100),
  }))));
}

function pictures(row) {
  const { found, change, image } = data.answers;
  if (!isPicture(image[row])) return changeTable(row);
  return el("div", { class: "trio" },
    el("figure", {}, picture(data.images.sprite[image[row]], "original image"), el("figcaption", {}, "original")),
    morph(row),
    found[row] < 0 ? null : el("figure", {}, picture(change[row], "rescaled change", "change"), el("figcaption", {}, "change, rescaled")));
}

function answerFacts(row) {
  const a = data.answers;
  const question = data.questions[a.question[row]];
  const run = data.runs[a.run[row]];
  return facts([
    ["distance", a.distance[row] == null ? "no image known" : number(a.distance[row], 9)],
    ["proven bound", a.status[row] === "infeasible" ? "no such image exists" : a.status[row] === "misclassified" ? null : number(a.bound[row], 9)],
    ["gap", ["misclassified", "infeasible"].includes(a.status[row]) ? null : percent(gapOf(row), 2)],
    ["status", `${status(a.status[row]).mark} ${status(a.status[row]).text}`],
    ["checked by the forward pass", a.distance[row] == null ? null : a.verified[row] ? "yes" : "no"],
    ["all outputs zero", a.allZero[row] ? "yes" : null],
    ["search", `${seconds(a.seconds[row])}, ${count(a.nodes[row])} nodes`],
    ["bounds for this image", a.boundSeconds[row] > 0 ? seconds(a.boundSeconds[row]) : null],
    ["network", `${networkNames[question.network]}, ${data.networks[question.network].shape}`],
    ["question", `Q${question.id}: ${question.title}`],
    ["note", a.note[row]],
    ["run", run ? el("code", {}, run.command) : null, "whole-row"],
  ]);
}

function showDetail(position) {
  shown = Math.min(Math.max(0, position), shownRows.length - 1);
  const row = shownRows[shown];
  const a = data.answers;
  const image = a.image[row];
  const set = data.sets[data.images.set[image]];
  const taken = a.target[row] == null ? "" : `, taken for ${className(row, a.target[row])}`;
  const step = (text, by, disabled) => el("button", { type: "button", class: "plain", "data-step": by, disabled, onclick: () => showDetail(shown + by) }, text);
  const dialog = byId("detail");
  const focused = document.activeElement?.dataset.step;
  dialog.replaceChildren(
    el("div", { class: "detail-head" },
      el("h2", { id: "detail-title" }, `${isPicture(image) ? "A " : ""}${className(row, data.images.label[image])}${taken}`),
      el("p", {}, `${isPicture(image) ? "image" : "row"} ${data.images.number[image]} of ${set[0]} (${set[1]}), ${normName(data.questions[a.question[row]].options.norm)}`),
      el("button", { type: "button", class: "plain close", "aria-label": "Close", onclick: closeDetail }, "✕")),
    pictures(row), answerFacts(row),
    el("div", { class: "pager" }, step("← Previous", -1, shown === 0),
      el("span", {}, `${count(shown + 1)} of ${count(shownRows.length)}`), step("Next →", 1, shown === shownRows.length - 1)));
  state.show = row;
  writeHash();
  if (!dialog.open) dialog.showModal();
  // What had the focus is gone with the former contents.
  (dialog.querySelector(`[data-step="${focused}"]:enabled`) ?? dialog.querySelector(".close")).focus();
}

/** The answer that the address names, among those that pass its filters. */
function showNamed() {
  const position = shownRows.indexOf(state.show);
  if (position >= 0) showDetail(position);
}

/** Called again by the event, which Escape causes too but which comes only with the next frame. */
function forgetShown() {
  if (state.show === null) return;
  state.show = null;
  writeHash();
}
byId("detail").addEventListener("close", forgetShown);

function closeDetail() {
  byId("detail").close();
  forgetShown();
}

byId("detail").addEventListener("keydown", (event) => {
  if (event.target.type === "range") return;
  if (event.key === "ArrowLeft") showDetail(shown - 1);
  if (event.key === "ArrowRight") showDetail(shown + 1);
});
byId("detail").addEventListener("click", (event) => {
  if (event.target === event.currentTarget) closeDetail();  // outside of its content
});
