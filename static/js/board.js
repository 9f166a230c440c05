/* The assignment board: a change is sent without leaving the page, and a reviewer can be dragged onto a line.
   Everything here is also a form or a link of the page; drag and drop only fills in the form. */

const KEPT = "application/x-reviewer";

class Board {
  constructor(box) {
    this.box = box;
    this.last = Promise.resolve();
    box.addEventListener("submit", (event) => this.submit(event));
    box.addEventListener("dragstart", (event) => this.lift(event));
    box.addEventListener("dragover", (event) => this.over(event));
    box.addEventListener("dragleave", (event) => this.mark(event, false));
    box.addEventListener("dragend", () => this.clear());
    box.addEventListener("drop", (event) => this.drop(event));
    this.prepare();
  }

  prepare() {
    const rows = this.box.querySelectorAll("tr[data-person]");
    for (const row of rows) row.draggable = Boolean(this.box.querySelector("[data-board-add]"));
    const hint = this.box.querySelector("[data-board-drag]");
    if (hint && this.box.querySelector("[data-board-add]")) hint.hidden = false;
  }

  submit(event) {
    const form = event.target.closest("form[data-board-form]");
    if (!form) return;
    event.preventDefault();
    /* One after the other; a second press on the same button is the same deed. */
    if (form.dataset.sent) return;
    form.dataset.sent = "yes";
    this.last = this.last.then(() => this.send(form));
  }

  async send(form) {
    const line = form.closest("[data-line]")?.dataset.line;
    const focus = document.activeElement?.id ?? "";
    this.say("Saving.");
    try {
      const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "text/html" } });
      const text = await answer.text();
      const page = new DOMParser().parseFromString(text, "text/html");
      const board = page.querySelector("[data-board]");
      if (!board) {
        /* Another page answers, with a question of its own. */
        window.location.assign(answer.redirected ? answer.url : form.action);
        return;
      }
      this.take(board, page, focus, line);
    } catch {
      delete form.dataset.sent;
      this.say("No connection. Look at the board again before you press once more.");
    }
  }

  /* Put the new board in the old one's place: open parts stay open, focus stays on the control or its line. */
  take(board, page, focus, line) {
    const open = [...this.box.querySelectorAll("details[open]")].map((one) => one.id);
    const answer = page.querySelector(".usa-alert--success[data-focus] .usa-alert__text");
    answer?.querySelector(".usa-sr-only")?.remove();
    const said = answer?.textContent.trim() ?? "";
    this.box.replaceChildren(...board.childNodes);
    for (const id of open) {
      const part = id && document.getElementById(id);
      if (part) part.open = true;
    }
    this.prepare();
    const fault = this.box.querySelector("#error-summary");
    const place = fault ?? document.getElementById(focus) ?? document.getElementById(`summary-${line}`) ?? document.getElementById(`line-${line}`);
    place?.focus({ preventScroll: !fault && place.id === focus });
    this.say(said);
  }

  say(words) {
    const region = this.box.querySelector("[data-board-said]");
    /* The region is new on the page after a change; screen readers speak what is put into it later. */
    window.setTimeout(() => { if (region.isConnected) region.textContent = words; }, 50);
  }

  lift(event) {
    const row = event.target.closest?.("tr[data-person]");
    if (!row) return;
    event.dataTransfer.setData(KEPT, row.dataset.person);
    event.dataTransfer.setData("text/plain", row.querySelector("th").textContent.trim());
    event.dataTransfer.effectAllowed = "copy";
  }

  over(event) {
    if (!event.dataTransfer.types.includes(KEPT) || !event.target.closest("[data-line]")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    this.mark(event, true);
  }

  mark(event, on) {
    const line = event.target.closest?.("[data-line]");
    if (!line || (!on && line.contains(event.relatedTarget))) return;
    line.classList.toggle("is-over", on);
  }

  clear() {
    for (const line of this.box.querySelectorAll(".is-over")) line.classList.remove("is-over");
  }

  drop(event) {
    const line = event.target.closest("[data-line]");
    const person = event.dataTransfer.getData(KEPT);
    this.clear();
    if (!line || !person) return;
    event.preventDefault();
    const form = line.querySelector("[data-board-add]");
    const choice = form && [...form.elements.person.options].find((one) => one.value === person);
    if (!choice) {
      const why = line.querySelector(`[data-refused="${CSS.escape(person)}"]`)?.textContent;
      this.say(why ? `Not added: ${why}.` : "Not added: this reviewer is on the application already.");
      return;
    }
    form.elements.person.value = person;
    form.requestSubmit();
  }
}

export function start(page) {
  for (const box of page.querySelectorAll("[data-board]")) new Board(box);
}
