// Sprites: sheets are text until one of their pictures is near the screen, then decoded once.

const SHEET = 256;
const PER_ROW = 16;
const sheets = new Map();  // number -> promise of an image

function sheet(numberOfSheet) {
  if (!sheets.has(numberOfSheet)) {
    const image = new Image();
    image.src = `data:image/png;base64,${byId(`sheet-${numberOfSheet}`).textContent}`;
    sheets.set(numberOfSheet, image.decode().then(() => image));
  }
  return sheets.get(numberOfSheet);
}

const shapeOf = (sprite) => data.sheets[Math.floor(sprite / SHEET)];

/** Draws a sprite over all of a canvas of the sprite's own size; `alpha` mixes it with what is there. */
async function paint(canvas, sprite, alpha = 1) {
  const [rows, columns] = shapeOf(sprite);
  const image = await sheet(Math.floor(sprite / SHEET));
  const cell = sprite % SHEET;
  const context = canvas.getContext("2d");
  context.globalAlpha = alpha;
  context.drawImage(image, (cell % PER_ROW) * columns, Math.floor(cell / PER_ROW) * rows, columns, rows,
    0, 0, columns, rows);
}

const waiting = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    waiting.unobserve(target);
    paint(target, Number(target.dataset.sprite));
  }
}, { rootMargin: "600px" });

/** A picture that draws itself when it comes near the screen; a dashed place for none. One with a
 *  class stands in a frame, since a filter would colour a frame of its own. */
function picture(sprite, label, className = "") {
  if (sprite < 0) return el("span", { class: `none ${className}` }, "none");
  const [rows, columns] = shapeOf(sprite);
  const ratio = Math.max(1 / 4, Math.min(16, columns / rows)); // a single row of numbers would be a hair
  const canvas = el("canvas", {
    width: columns, height: rows, role: "img", "aria-label": label, class: className, "data-sprite": sprite,
    style: `aspect-ratio:${ratio}`,
  });
  waiting.observe(canvas);
  return className === "" ? canvas : el("span", { class: "framed" }, canvas);
}
