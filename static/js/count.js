/* "1,180 of 1,500 words", by the server's rule; spoken when a tenth is left and when over. */

const number = new Intl.NumberFormat("en-US");

/** Count as the server does: runs of characters between white space. */
export function wordsIn(text) {
  const found = text.match(/\S+/gu);
  return found ? found.length : 0;
}

function sentence(used, limit, unit) {
  const plain = `${number.format(used)} of ${number.format(limit)} ${unit}`;
  return used > limit ? `Over by ${number.format(used - limit)} ${unit}: ${plain}` : plain;
}

function watch(area) {
  const line = document.querySelector(`[data-count-for="${CSS.escape(area.id)}"]`);
  if (!line) return;
  const byWords = Boolean(area.dataset.words);
  const limit = Number(area.dataset.words ?? area.dataset.characters);
  const unit = byWords ? "words" : "characters";
  const spoken = document.createElement("p");
  spoken.className = "usa-sr-only";
  spoken.setAttribute("role", "status");
  line.after(spoken);
  let stage = "";
  const show = (speak) => {
    const used = byWords ? wordsIn(area.value) : area.value.length;
    line.textContent = sentence(used, limit, unit);
    line.classList.toggle("count--over", used > limit);
    const now = used > limit ? "over" : used >= limit * 0.9 ? "near" : "";
    if (speak && now && now !== stage) {
      spoken.textContent = now === "over" ? line.textContent : `${number.format(limit - used)} ${unit} left`;
    }
    stage = now;
  };
  show(false);
  area.addEventListener("input", () => show(true));
}

/** Watch every text area that has a limit. */
export function start(root) {
  root.querySelectorAll("[data-words], [data-characters]").forEach(watch);
}
