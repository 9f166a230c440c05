/* Server-sent changes land in the parts they name, outlined for half a minute; one sentence every five seconds.
   A page that is not seen, or paused, keeps no stream; it catches up when it is seen again. */

const OUTLINE = 30000;
const SPEAK = 5000;
const MOST_SAID = 4;
const WORDS = { live: "Live", paused: "Paused", lost: "No connection, trying again", off: "Not live" };

class Stream {
  constructor(box) {
    this.box = box;
    this.since = box.dataset.streamSince ?? "";
    this.spoken = box.querySelector("[data-job-spoken], [data-stream-spoken]");
    this.state = box.querySelector("[data-stream-state]");
    this.pause = box.querySelector("[data-stream-pause]");
    this.refresh = box.querySelector("[data-stream-refresh]");
    this.stale = box.querySelector("[data-stream-stale]");
    this.said = [];
    this.fading = new Map();
    this.isPaused = false;
    this.isOver = false;
  }

  begin() {
    document.addEventListener("visibilitychange", () => this.follow());
    window.addEventListener("pagehide", () => this.close());
    window.addEventListener("pageshow", (event) => { if (event.persisted) this.follow(); });
    window.setInterval(() => this.speak(), SPEAK);
    if (this.pause) {
      this.pause.hidden = false;
      this.pause.addEventListener("click", () => this.toggle());
    }
    this.follow();
  }

  toggle() {
    this.isPaused = !this.isPaused;
    this.pause.textContent = this.isPaused ? "Resume live changes" : "Pause live changes";
    this.follow();
    if (this.isPaused) this.show("paused");
  }

  /* Open or close the stream as the page needs it now. */
  follow() {
    const isWanted = !this.isPaused && !this.isOver && !document.hidden;
    if (isWanted && !this.source) this.open();
    if (!isWanted) this.close();
  }

  open() {
    const address = new URL(this.box.dataset.stream, window.location.href);
    if (this.since) address.searchParams.set("since", this.since);
    const source = new EventSource(address);
    this.source = source;
    source.addEventListener("open", () => this.show("live"));
    source.addEventListener("error", () => this.failed(source));
    source.addEventListener("parts", (event) => this.take(event));
    source.addEventListener("stale", (event) => this.reshaped(JSON.parse(event.data)));
    source.addEventListener("progress", (event) => this.progress(JSON.parse(event.data)));
    source.addEventListener("done", () => { source.close(); window.location.reload(); });
  }

  close() {
    this.source?.close();
    this.source = null;
  }

  /* A stream that ends comes back by itself; one that is refused does not. */
  failed(source) {
    if (source !== this.source) return;
    if (source.readyState !== EventSource.CLOSED) {
      this.show("lost");
      return;
    }
    this.outdated("New changes do not arrive on this page.");
    this.leaveIfClosed();
  }

  /* What is no longer open to its reader does not stay on the screen. */
  async leaveIfClosed() {
    if (!this.refresh) return;
    const answer = await fetch(this.refresh.href, { method: "HEAD" }).catch(() => null);
    if (answer && [403, 404].includes(answer.status)) window.location.reload();
  }

  /* {words, open: [ids of the sections that are still open]} */
  reshaped({ words, open }) {
    const closed = [...document.querySelectorAll("[data-stream-section]")].filter(({ id }) => !open.includes(id));
    const hasFocus = closed.some((section) => section.contains(document.activeElement));
    closed.forEach((section) => section.remove());
    this.outdated(words);
    if (hasFocus) this.stale?.focus();
  }

  outdated(words) {
    this.isOver = true;
    this.close();
    this.show("off");
    if (this.pause) this.pause.hidden = true;
    if (this.stale) {
      this.stale.textContent = `${words} Refresh to see the newest state.`;
      this.stale.hidden = false;
    }
    if (words) this.said.push(words);
  }

  show(state) {
    if (this.state) this.state.textContent = WORDS[state];
    this.box.dataset.streamIs = state;
    if (this.refresh) this.refresh.hidden = state === "live";
  }

  /* {parts: {id: {html, class, value}}}; the id of the event names the state that the page then shows */
  take(event) {
    this.since = event.lastEventId || this.since;
    for (const [id, part] of Object.entries(JSON.parse(event.data).parts)) {
      const place = document.getElementById(id);
      if (place) this.put(place, part);
    }
  }

  put(place, part) {
    const { who, value } = place.dataset;
    const before = who ? value : place.textContent;
    place.innerHTML = part.html;
    if (part.class) place.className = part.class;
    if (who) place.dataset.value = part.value;
    const after = who ? part.value : place.textContent;
    if (after === before) return;
    if (who) this.said.push(`${who}, ${before} to ${after}`);
    const cell = place.closest("td, .comment");
    if (cell) this.outline(cell);
  }

  outline(cell) {
    window.clearTimeout(this.fading.get(cell));
    cell.classList.add("heat--changed");
    this.fading.set(cell, window.setTimeout(() => cell.classList.remove("heat--changed"), OUTLINE));
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
    const more = this.said.length - MOST_SAID;
    const told = more > 0 ? [...this.said.slice(0, MOST_SAID), `and ${more} more`] : this.said;
    this.spoken.textContent = told.join("; ");
    this.said = [];
  }
}

/** Open every stream that the page names. */
export function start(root) {
  root.querySelectorAll("[data-stream]").forEach((box) => new Stream(box).begin());
}
