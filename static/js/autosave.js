/* Saves a field group while the person rests, keeps on this device what could not be sent, says which it is. */

const REST = 1200;
const RETRY = 15000;
const person = () => document.querySelector('meta[name="person"]')?.content ?? "";
const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

/** What is kept on this device: one entry for each person and address. */
export const device = {
  key: (url) => `unsent:${person()}:${url}`,
  keep(url, body, version) { localStorage.setItem(device.key(url), JSON.stringify({ body, version })); },
  kept(url) { return JSON.parse(localStorage.getItem(device.key(url)) ?? "null"); },
  drop(url) { localStorage.removeItem(device.key(url)); },
};

const WORDS = {
  saving: "Saving",
  lost: "Not saved: no connection. Your text is kept on this device.",
  signed_out: "Not saved: you are signed out. Your text is kept on this device. Sign in again, then come back to this page.",
  closed: "Not saved: this page is not open to you any more. Your text is kept on this device. Ask your program officer.",
  failed: "Not saved: something failed on our side. Your text is kept on this device and sent again.",
  clash: "Not saved: somebody saved this while you wrote. Nothing is lost.",
  refused: "Not saved: look at what is marked.",
};

class ServerFault extends Error {}

class Group {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.autosave;
    this.box = form.querySelector("[data-save-state]");
    this.words = form.querySelector("[data-save-text]");
    this.link = form.querySelector("[data-save-difference]");
    this.spoken = form.querySelector("[data-save-spoken]");
    this.zone = this.box?.dataset.zone || "America/New_York";
    this.kind = "";
    this.timer = 0;
    this.busy = false;
    this.again = false;
    this.sent = this.served();
  }

  /* What the page came with: a person may type before this part has loaded, and that must be sent too. */
  served() {
    const copy = this.form.cloneNode(true);
    copy.reset();
    return this.body(copy);
  }

  body(form = this.form) {
    const data = new FormData(form);
    data.delete("csrf_token");
    data.delete("version");
    return new URLSearchParams([...data].filter(([, value]) => typeof value === "string")).toString();
  }

  watch() {
    this.form.addEventListener("input", () => this.later());
    this.form.addEventListener("change", () => this.soon());
    this.form.addEventListener("focusout", () => this.soon());
    this.form.addEventListener("submit", (event) => this.submitted(event));
    window.addEventListener("online", () => this.save());
    window.addEventListener("pagehide", () => { if (!this.leaving && this.dirty()) this.keep(this.body()); });
    this.offer();
    this.soon();
  }

  /* With the version it was written on, so that the server still sees who was first. */
  keep(body) { device.keep(this.url, body, this.version()?.value); }

  version() { return this.form.querySelector('[name="version"]'); }

  submitted(event) {
    window.clearTimeout(this.timer);
    if (navigator.onLine) { this.leaving = true; device.drop(this.url); return; }
    event.preventDefault();
    this.keep(this.body());
    this.show("lost");
  }

  dirty() { return this.body() !== this.sent; }

  later() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.save(), REST);
  }

  soon() { if (this.dirty()) { window.clearTimeout(this.timer); this.timer = window.setTimeout(() => this.save(), 150); } }

  async save() {
    if (!this.dirty() || this.leaving) return;
    if (this.busy) { this.again = true; return; }
    this.busy = true;
    this.again = false;
    this.show("saving");
    const body = this.body();
    try {
      await this.answer(await this.send(body), body);
    } catch (fault) {
      this.keep(body);
      this.show(fault instanceof ServerFault ? "failed" : "lost");
      this.timer = window.setTimeout(() => this.save(), RETRY);
    }
    this.busy = false;
    if (this.again) this.later();
  }

  send(body) {
    const version = this.version()?.value;
    const whole = new URLSearchParams(body);
    if (version) whole.set("version", version);
    const headers = { "X-CSRFToken": token(), "X-Requested-With": "fetch", Accept: "application/json" };
    return fetch(this.url, { method: "POST", headers, body: whole, signal: AbortSignal.timeout(20000) });
  }

  async answer(response, body) {
    const said = await response.json().catch(() => ({}));
    if (response.ok) return this.stored(said, body);
    this.keep(body);
    if (response.status === 401) return this.show("signed_out");
    if (response.status === 403 || response.status === 404) return this.show("closed");
    if (response.status === 409) return this.clash(said);
    if (response.status === 422) { this.sent = body; device.drop(this.url); return this.refuse(said); }
    throw new ServerFault(`status ${response.status}`);
  }

  stored(said, body) {
    this.sent = body;
    device.drop(this.url);
    const version = this.version();
    if (version && said.version !== undefined) version.value = said.version;
    this.show("saved", `Saved ${said.saved ?? this.clock()}`);
    this.form.dispatchEvent(new CustomEvent("saved", { bubbles: true, detail: said }));
  }

  /* With a page of both texts to go to, the server holds this one as well; else the device keeps it. */
  clash(said) {
    if (said.difference) { this.sent = this.body(); device.drop(this.url); }
    if (this.link && said.difference) { this.link.href = said.difference; this.link.hidden = false; }
    this.show("clash", said.message ?? said.findings?.[0]?.message);
  }

  refuse(said) {
    const first = said.findings?.[0]?.message;
    this.show("refused", first ? `Not saved: ${first}` : undefined);
  }

  clock() {
    const parts = { hour: "numeric", minute: "2-digit", second: "2-digit", timeZone: this.zone, timeZoneName: "short" };
    return new Intl.DateTimeFormat("en-US", parts).format(new Date()).replace("AM", "a.m.").replace("PM", "p.m.");
  }

  show(kind, words = WORDS[kind]) {
    if (this.words) this.words.textContent = words;
    this.box?.classList.toggle("save-state--lost", kind === "lost" || kind === "failed" || kind === "signed_out" || kind === "closed" || kind === "refused");
    this.box?.classList.toggle("save-state--clash", kind === "clash");
    if (this.link && kind !== "clash") this.link.hidden = true;
    if (kind === "saving" || kind === this.kind) return;
    if (this.spoken && !(kind === "saved" && this.kind === "")) this.spoken.textContent = kind === "saved" ? "Saved" : words;
    this.kind = kind;
  }

  /* Text that an earlier visit could not send comes back into the form and is sent. */
  offer() {
    const kept = device.kept(this.url);
    if (!kept || kept.body === this.sent) { device.drop(this.url); return; }
    if (this.version() && kept.version !== undefined) this.version().value = kept.version;
    for (const [name, value] of new URLSearchParams(kept.body)) this.fill(name, value);
    if (this.words) this.words.textContent = "Your text from this device is back in the page. It is being saved.";
    this.save();
  }

  fill(name, value) {
    for (const field of this.form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (field.type === "hidden") continue;
      if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === value;
      else field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }
}

/** Watch every form that names where its parts are saved. */
export function start(root) {
  root.querySelectorAll("form[data-autosave]").forEach((form) => new Group(form).watch());
}
