// Puts the page together: leaves out what the store has nothing of, links the sections, keeps the theme.

const CONTENTS = {
  gallery: data.answers.question.length, numbers: data.answers.question.length, robustness: data.curves.length, radii: data.radii.length, comparisons: data.comparisons.length,
  time: data.curves.length, units: data.units.length, bounds: data.bounds.length, hardening: data.hardening.length, runs: data.questions.length,
};

function goTo(id) {
  byId(id)?.scrollIntoView();
  byId(id)?.focus({ preventScroll: true });
}

/** Sections without contents go; the others get a link. Links scroll and leave the filters in the address. */
function buildNavigation() {
  for (const [id, contents] of Object.entries(CONTENTS)) {
    if (contents === 0) byId(id).remove();
    else byId("nav").append(el("a", { href: `#${id}` }, byId(id).dataset.nav));
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#"]');
    if (!link) return;
    event.preventDefault();
    goTo(link.getAttribute("href").slice(1));
  });
  const visible = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      for (const link of byId("nav").children) {
        if (link.getAttribute("href") === `#${target.id}`) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      }
    }
  }, { rootMargin: "-20% 0px -70% 0px" });
  document.querySelectorAll("main > section").forEach((section) => visible.observe(section));
}

const THEMES = { "": "◐ Auto", light: "☀ Light", dark: "☾ Dark" };
function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  byId("theme").textContent = THEMES[theme];
  byId("theme").setAttribute("aria-label", `Colours: ${THEMES[theme].slice(2)}. Change`);
  redrawCharts();
}

function buildTheme() {
  const names = Object.keys(THEMES);
  byId("theme").addEventListener("click", () =>
    setTheme(names[(names.indexOf(document.documentElement.dataset.theme) + 1) % names.length]));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawCharts);
  setTheme("");
}

function start() {
  const narrow = matchMedia("(max-width: 60rem)");
  byId("filter-box").open = !narrow.matches;
  narrow.addEventListener("change", () => { byId("filter-box").open = !narrow.matches; });
  buildNavigation();
  buildTheme();
  showFacts();
  const views = { gallery: [changeLegend, showGallery], numbers: [showSummary], robustness: [showRobustness], radii: [showRadii], comparisons: [showComparisons], time: [showProfiles],
    units: [showUnits], bounds: [showBounds], hardening: [showHardening], runs: [showRuns] };
  readHash();
  if (CONTENTS.gallery > 0) buildFilters();
  else document.querySelector("aside").remove();
  for (const [id, show] of Object.entries(views)) if (CONTENTS[id] > 0) show.forEach((view) => view());
  const follow = { gallery: showGallery, numbers: showSummary, robustness: showRobustness, radii: showRadii, comparisons: showComparisons, time: showProfiles, units: showUnits, bounds: showBounds, hardening: showHardening };
  for (const [id, view] of Object.entries(follow)) if (CONTENTS[id] > 0) onFilter(view);
  // Milliseconds since the page was asked for.
  document.documentElement.dataset.ready = Math.round(performance.now());
}

start();
