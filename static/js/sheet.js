/* The score sheet adds itself up, and the bar at the foot says whether what was typed is saved. */

import { device } from "./device.js";

const ANSWERS = { total: "[data-sheet-total]", out_of: "[data-sheet-out-of]", given: "[data-sheet-given]" };

function mirror(root) {
  const words = root.querySelector("#score [data-save-text]");
  const copy = root.querySelector("[data-save-mirror]");
  if (!words || !copy) return;
  const write = () => { copy.textContent = words.textContent.split(":")[0].startsWith("Not saved") ? "Not saved" : words.textContent; };
  new MutationObserver(write).observe(words, { childList: true, characterData: true, subtree: true });
  write();
}

/* A sheet that was locked meanwhile has no form; what this device still holds for it is shown all the same. */
function unsent(root) {
  const box = root.querySelector("[data-unsent]");
  const kept = box ? device.left(box.dataset.unsent) : [];
  const typed = kept.flatMap((one) => Object.values(one.fields ?? {})).map((one) => one.text).filter((text) => text.trim());
  if (!typed.length) return;
  box.querySelector("[data-unsent-text]").textContent = [...new Set(typed)].join("\n\n");
  box.querySelector("[data-unsent-forget]").addEventListener("click", () => { kept.forEach((one) => device.remove(one.key)); box.hidden = true; });
  box.hidden = false;
}

/** Follow every save on the page. */
export function start(root) {
  mirror(root);
  unsent(root);
  root.addEventListener("saved", (event) => {
    for (const [name, place] of Object.entries(ANSWERS)) {
      const said = event.detail?.[name];
      if (said !== undefined) root.querySelectorAll(place).forEach((element) => { element.textContent = said; });
    }
  });
}
