/* The score sheet adds itself up, and the bar at the foot says whether what was typed is saved. */

const ANSWERS = { total: "[data-sheet-total]", out_of: "[data-sheet-out-of]", given: "[data-sheet-given]" };

function mirror(root) {
  const words = root.querySelector("#score [data-save-text]");
  const copy = root.querySelector("[data-save-mirror]");
  if (!words || !copy) return;
  const write = () => { copy.textContent = words.textContent.split(":")[0].startsWith("Not saved") ? "Not saved" : words.textContent; };
  new MutationObserver(write).observe(words, { childList: true, characterData: true, subtree: true });
  write();
}

/** Follow every save on the page. */
export function start(root) {
  mirror(root);
  root.addEventListener("saved", (event) => {
    for (const [name, place] of Object.entries(ANSWERS)) {
      const said = event.detail?.[name];
      if (said !== undefined) root.querySelectorAll(place).forEach((element) => { element.textContent = said; });
    }
  });
}
