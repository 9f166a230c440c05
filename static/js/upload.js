/* Sends a file in pieces of 1 MiB that resume after a lost connection; words and a bar say how far it is. */

const PIECE = 1024 * 1024;
const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";
const pause = (milliseconds) => new Promise((done) => { window.setTimeout(done, milliseconds); });
const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1e6).toFixed(1)} MB`);

/* The same file chosen again resumes: its name, size and time make its key. */
function keyOf(file) {
  return btoa(unescape(encodeURIComponent(`${file.name}|${file.size}|${file.lastModified}`))).replace(/[^A-Za-z0-9]/g, "").slice(-60);
}

class Sending {
  constructor(form, file) {
    this.form = form;
    this.file = file;
    this.url = form.dataset.upload;
    this.box = form.querySelector("[data-upload-progress]");
    this.bar = this.box.querySelector("progress");
    this.words = this.box.querySelector("[data-upload-words]");
    this.spoken = form.querySelector("[data-upload-spoken]");
    this.quarter = 0;
  }

  headers(at) {
    return {
      "Content-Type": "application/octet-stream",
      "Content-Range": `bytes ${at}-${Math.min(at + PIECE, this.file.size) - 1}/${this.file.size}`,
      "X-CSRFToken": token(),
      "X-Requested-With": "fetch",
      "X-File-Name": encodeURIComponent(this.file.name),
      "X-File-Key": keyOf(this.file),
      Accept: "application/json",
    };
  }

  /* The server answers {received: bytes} after each piece and {url: where to go} after the last one. */
  async run() {
    this.box.hidden = false;
    let at = 0;
    let failures = 0;
    while (at < this.file.size || this.file.size === 0) {
      const body = this.file.slice(at, at + PIECE);
      const response = await fetch(this.url, { method: "PUT", headers: this.headers(at), body }).catch(() => null);
      if (!response || response.status >= 500) {
        failures += 1;
        const told = await response?.json().catch(() => ({}));
        this.say(told?.findings?.[0]?.message ?? `No connection. It goes on from ${size(at)} when you are back.`);
        await pause(Math.min(30000, 1000 * 2 ** failures));
        continue;
      }
      failures = 0;
      const said = await response.json().catch(() => ({}));
      if (!response.ok && response.status !== 409) return this.refuse(said);
      if (said.url) return this.finish(said.url);
      at = said.received ?? at + body.size;
      this.show(at);
    }
    return undefined;
  }

  show(at) {
    const percent = Math.floor((at / this.file.size) * 100);
    this.bar.value = percent;
    this.words.textContent = `${size(at)} of ${size(this.file.size)}, resumes if the connection drops`;
    const quarter = Math.floor(percent / 25);
    if (quarter > this.quarter) { this.quarter = quarter; this.spoken.textContent = `${quarter * 25} percent`; }
  }

  say(words) { this.words.textContent = words; this.spoken.textContent = words; }

  refuse(said) {
    this.bar.value = 0;
    this.say(said.findings?.[0]?.message ?? said.message ?? "This file was not accepted. Choose another one.");
    this.words.classList.add("usa-error-message");
    this.form.querySelector('input[type="file"]').focus();
  }

  finish(url) {
    this.say("Received and checked.");
    window.location.assign(url);
  }
}

/** Take over every upload form that names where its pieces go. */
export function start(root) {
  for (const form of root.querySelectorAll("form[data-upload]")) {
    form.addEventListener("submit", (event) => {
      const file = form.querySelector('input[type="file"]').files[0];
      if (!file) return;
      event.preventDefault();
      new Sending(form, file).run();
    });
  }
}
