/* Server-sent changes: land in the cells they name, outlined for half a minute; one sentence every five seconds. */

const OUTLINE = 30000;
const SPEAK = 5000;

class Stream {
  constructor(box) {
    this.box = box;
    this.spoken = box.querySelector("[data-job-spoken], [data-stream-spoken]");
    this.pause = document.querySelector("[data-stream-pause]");
    this.said = [];
  }

  open() {
    this.source = new EventSource(this.box.dataset.stream);
    this.source.addEventListener("cells", (event) => this.cells(JSON.parse(event.data)));
    this.source.addEventListener("progress", (event) => this.progress(JSON.parse(event.data)));
    this.source.addEventListener("done", () => { this.source.close(); window.location.reload(); });
    window.setInterval(() => this.speak(), SPEAK);
    this.pause?.addEventListener("click", () => this.toggle());
  }

  toggle() {
    const paused = this.pause.getAttribute("aria-pressed") !== "true";
    this.pause.setAttribute("aria-pressed", String(paused));
    if (paused) this.source.close(); else window.location.reload();
  }

  /* {cells: {id: text}, classes: {id: "heat heat--3"}, spoken: "Chu, Mesa Works, 71 to 76"} */
  cells(change) {
    for (const [id, text] of Object.entries(change.cells ?? {})) {
      const cell = document.getElementById(id);
      if (!cell) continue;
      cell.textContent = text;
      if (change.classes?.[id]) cell.className = change.classes[id];
      cell.classList.add("heat--changed");
      window.setTimeout(() => cell.classList.remove("heat--changed"), OUTLINE);
    }
    if (change.spoken) this.said.push(change.spoken);
  }

  /* {done, total, words} */
  progress(job) {
    const bar = this.box.querySelector("[data-job-bar]");
    const count = this.box.querySelector("[data-job-count]");
    const before = bar ? Math.floor((bar.value / bar.max) * 10) : 0;
    if (bar) { bar.max = job.total; bar.value = job.done; }
    if (count) count.textContent = job.words ?? `${job.done.toLocaleString("en-US")} of ${job.total.toLocaleString("en-US")}`;
    if (Math.floor((job.done / job.total) * 10) > before && count) this.said = [count.textContent];
  }

  speak() {
    if (!this.said.length || !this.spoken) return;
    this.spoken.textContent = this.said.join(". ");
    this.said = [];
  }
}

/** Open every stream that the page names. */
export function start(root) {
  root.querySelectorAll("[data-stream]").forEach((box) => new Stream(box).open());
}
