/* After a page that came back with faults, or with news: the alert takes focus. */

/** Put focus on the first marked alert. */
export function start(root) {
  const marked = root.querySelector("#error-summary") ?? root.querySelector("[data-focus]");
  marked?.focus({ preventScroll: false });
}
