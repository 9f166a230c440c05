/* What a reviewer reads leaves the screen when its door closes while the page stands open: a conflict found
   meanwhile, a role that ended. Asked on return to the tab, before another page of a PDF, and every 20 seconds. */

const EVERY = 20000;
const REST = 3000;
const GONE = new Set([403, 404]);

class OpenDoor {
  constructor(box) {
    this.box = box;
    this.asked = 0;
  }

  watch() {
    document.addEventListener("visibilitychange", () => this.ask());
    window.addEventListener("focus", () => this.ask());
    this.box.addEventListener("viewer-turn", () => this.ask());
    this.timer = window.setInterval(() => this.ask(), EVERY);
  }

  /* No answer is no answer: a line that is dead closes nothing. */
  async ask() {
    if (document.hidden || Date.now() - this.asked < REST) return;
    this.asked = Date.now();
    try {
      const answer = await fetch(this.box.dataset.stillOpen, { headers: { "X-Still-Open": "?" }, redirect: "manual" });
      if (GONE.has(answer.status)) this.close();
    } catch { /* asked again later */ }
  }

  close() {
    window.clearInterval(this.timer);
    const said = document.createElement("p");
    said.setAttribute("role", "status");
    said.className = "usa-alert usa-alert--warning usa-alert--slim door-closed";
    this.box.dispatchEvent(new CustomEvent("door-closed"));
    this.box.replaceChildren(said);
    said.textContent = "This application is not open to you any more. Your program officer can say why.";
  }
}

/** Watch every part of the page whose door may close. */
export function start(root) {
  root.querySelectorAll("[data-still-open]").forEach((box) => new OpenDoor(box).watch());
}
