/* The score sheet adds itself up: what the server answers to a save stands in the heading at once. */

/** Follow every save on the page. */
export function start(root) {
  const total = root.querySelector("[data-sheet-total]");
  const given = root.querySelector("[data-sheet-given]");
  root.addEventListener("saved", (event) => {
    if (event.detail?.total !== undefined && total) total.textContent = event.detail.total;
    if (event.detail?.given !== undefined && given) given.textContent = event.detail.given;
  });
}
