/* Sums of the budget come from the server after each change; one sentence is spoken after a rest. */

const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/* The answer is {cells: {id: text}, states: {id: "wrong" or ""}, spoken: "Year 4: short by …"}. */
function show(said) {
  for (const [id, text] of Object.entries(said.cells ?? {})) {
    const cell = document.getElementById(id);
    if (cell && cell.textContent !== text) cell.textContent = text;
  }
  for (const [id, state] of Object.entries(said.states ?? {})) {
    document.getElementById(id)?.classList.toggle("is-wrong", state === "wrong");
  }
}

function watch(form) {
  const speaker = document.createElement("p");
  speaker.className = "usa-sr-only";
  speaker.setAttribute("role", "status");
  form.append(speaker);
  let timer = 0;
  let asked = 0;
  const recalculate = async () => {
    const mine = (asked += 1);
    const headers = { "X-CSRFToken": token(), "X-Requested-With": "fetch", Accept: "application/json" };
    const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
    const response = await fetch(form.dataset.recalculate, { method: "POST", headers, body }).catch(() => null);
    if (!response?.ok || mine !== asked) return;
    const said = await response.json();
    show(said);
    if (said.spoken && speaker.textContent !== said.spoken) speaker.textContent = said.spoken;
  };
  form.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(recalculate, 1000);
  });
  form.addEventListener("change", () => { window.clearTimeout(timer); recalculate(); });
  if ([...form.elements].some((field) => field.type === "text" && field.value !== field.defaultValue)) recalculate();
}

/* "Move with Enter": down the column, as in a spreadsheet; arrow keys stay the text cursor's. */
function moveWithEnter(form) {
  const choice = form.querySelector("[data-enter-down]");
  if (!choice) return;
  choice.closest("[data-enter]").hidden = false;
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !choice.checked || event.target.tagName !== "INPUT" || event.target === choice) return;
    const cell = event.target.closest("td");
    if (!cell) return;
    event.preventDefault();
    const column = cell.cellIndex;
    let row = cell.parentElement;
    do {
      row = event.shiftKey ? row.previousElementSibling : row.nextElementSibling;
      const next = row?.cells[column]?.querySelector("input");
      if (next) { next.focus(); next.select(); return; }
    } while (row);
  });
}

/** Start every budget form. */
export function start(root) {
  for (const form of root.querySelectorAll("form[data-recalculate]")) {
    watch(form);
    moveWithEnter(form);
  }
}
