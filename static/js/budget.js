/* Sums and verdict of the budget come with each save, of what is stored; one sentence is spoken. */

/* The answer holds {cells: {id: text}, states: {id: "wrong" or ""}, parts: {id: html}, spoken: "Year 4: short by …"}. */
function show(said) {
  for (const [id, text] of Object.entries(said.cells ?? {})) {
    const cell = document.getElementById(id);
    if (cell && cell.textContent !== text) cell.textContent = text;
  }
  for (const [id, state] of Object.entries(said.states ?? {})) {
    document.getElementById(id)?.classList.toggle("is-wrong", state === "wrong");
  }
  for (const [id, html] of Object.entries(said.parts ?? {})) {
    const part = document.getElementById(id);
    if (part) part.innerHTML = html;
  }
}

function watch(form) {
  const speaker = document.createElement("p");
  speaker.className = "usa-sr-only";
  speaker.setAttribute("role", "status");
  form.append(speaker);
  form.addEventListener("saved", (event) => {
    const said = event.detail ?? {};
    show(said);
    if (said.spoken && speaker.textContent !== said.spoken) speaker.textContent = said.spoken;
  });
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
  for (const form of root.querySelectorAll("#year-form")) {
    watch(form);
    moveWithEnter(form);
  }
}
