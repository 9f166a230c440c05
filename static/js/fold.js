/* On a narrow page only the first of several open folds stays open; the others are one touch away. */

const NARROW = "(max-width: 39.99em)";

/** Close what would make a phone's page long, and again when the page becomes narrow. */
export function start(root) {
  const folds = [...root.querySelectorAll("details[data-fold-narrow]")];
  const narrow = window.matchMedia(NARROW);
  const close = () => { if (narrow.matches) folds.slice(1).forEach((fold) => { fold.open = false; }); };
  narrow.addEventListener("change", close);
  close();
}
