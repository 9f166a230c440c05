/* Saves a form field by field while a person types, and forgets nothing before the server has named its
   fingerprint. The protocol is described in grants/web/saving.py; what it says over the wire is talk.js, what
   stays on this device is device.js, and what waits for a save before the page is left is leaving.js. */

import { device } from "./device.js";
import { came, inUse, names, text, write } from "./fields.js";
import { hold } from "./leaving.js";
import { both, found, label, mark } from "./marks.js";
import { fingerprint } from "./sha256.js";
import { post, session } from "./talk.js";

const REST = 1200;
const SOON = 150;
const RETRY = 15000;
const PEEK = 2000;
const NOTE = 300;

const WORDS = {
  saving: "Saving",
  lost: "Not saved: no connection.",
  session: "Not saved: you are signed out. Sign in again, here or in another tab: it is sent then by itself.",
  another: "Not saved: somebody else is signed in in this browser, and what you typed is not theirs.",
  closed: "Not saved: this page is not open to you any more. Ask your program officer.",
  failed: "Not saved: something failed on our side. It is sent again.",
  clash: "Not saved: somebody saved this while you wrote. Nothing is lost.",
};
const CHOOSE = "Both texts stand at the field: choose one.";
const KEPT = "Your text is kept on this device.";
const NOT_KEPT = "This device cannot keep it: leave this page open.";
const LOST = new Set(["lost", "failed", "session", "another", "closed", "refused"]);

class Group {
  constructor(form) {
    this.form = form;
    this.url = form.dataset.autosave;
    this.box = form.querySelector("[data-save-state]");
    this.words = form.querySelector("[data-save-text]");
    this.link = form.querySelector("[data-save-difference]");
    this.spoken = form.querySelector("[data-save-spoken]");
    this.version = form.querySelector('[name="version"]');
    this.states = new Map();
    this.refused = new Map();
    this.orphans = [];
    this.adopted = [];
    this.restored = new Map();
    this.typed = new Set();
    this.flight = null;
    this.running = null;
    this.peeked = 0;
    this.kind = "";
    this.said = this.words?.textContent.trim() ?? "";
    this.gone = false;
    this.noted = 0;
    this.isAnswer = form.dataset.answered !== undefined;
  }

  /* What the server holds of a field (`base`), and how that stands in the page (`shown`). A page that answers a
     refused form holds what was typed: of the server nothing is known before it was asked. */
  state(name) {
    const held = this.isAnswer ? null : came(this.form, name);
    if (!this.states.has(name)) this.states.set(name, { base: held, shown: held });
    return this.states.get(name);
  }

  watch() {
    this.form.autocomplete = "off"; // Back shows what is stored and what this device keeps, never older text
    this.form.addEventListener("input", (event) => { this.typed.add(event.target.name); this.later(REST); this.note(); });
    this.form.addEventListener("change", (event) => { this.typed.add(event.target.name); this.later(SOON); });
    this.form.addEventListener("focusout", (event) => { this.tidy(event.target.name); if (this.isDirty()) this.later(SOON); });
    window.addEventListener("online", () => this.save());
    window.addEventListener("storage", () => { if (this.kind === "session" || this.kind === "another") this.again(); });
    document.addEventListener("visibilitychange", () => (document.hidden ? this.keep() : this.back()));
    window.addEventListener("focus", () => this.back());
    window.addEventListener("pageshow", (event) => { if (event.persisted) this.back(); });
    window.addEventListener("pagehide", () => this.keep());
    hold(this);
    this.adopt();
    this.form.dataset.watched = "";
    if (this.isDirty() || this.orphans.length) this.later(SOON);
  }

  /* What stands in the page and is not stored, by name. */
  changed() {
    const found = {};
    for (const name of names(this.form)) {
      const state = this.state(name);
      const here = text(this.form, name);
      if (here !== state.shown) found[name] = { text: here, base: state.base };
    }
    return found;
  }

  /** Say whether anything stands here that the server does not hold. */
  isDirty() { return this.flight !== null || Object.keys(this.changed()).length > 0; }

  /** Say whether something could be sent now: what was refused as it stands is not. */
  canSend() { return this.flight !== null || this.parcel() !== null; }

  parcel() {
    const found = Object.entries(this.changed()).filter(([name, one]) => this.refused.get(name) !== one.text);
    return found.length ? Object.fromEntries(found) : null;
  }

  keep() {
    if (this.gone) return true;
    const fields = this.changed();
    const isKept = Object.keys(fields).length || this.flight ? device.keep(this.url, { fields, flight: this.flight }) : true;
    if (!Object.keys(fields).length && !this.flight) device.drop(this.url);
    if (isKept) this.release();
    return isKept;
  }

  /* What came from an earlier visit is this page's own: changed here, the older copy of it goes. */
  release() {
    for (const [name, words] of this.restored) {
      if (!this.typed.has(name) || text(this.form, name) === words) continue;
      for (const key of this.adopted) device.settle(key, { [name]: words });
      this.restored.delete(name);
    }
  }

  /* A browser that is killed while somebody types loses a third of a second. */
  note() {
    this.noted ||= window.setTimeout(() => { this.noted = 0; this.keep(); }, NOTE);
  }

  later(pause) {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.save(), pause);
  }

  /** Send everything that can be sent; true where the server holds all of this page afterwards. */
  async save() {
    window.clearTimeout(this.timer);
    if (!this.running) this.running = this.rounds().finally(() => { this.running = null; });
    await this.running;
    return !this.isDirty();
  }

  /* A parcel whose answer never came goes first and unchanged: the server takes the same twice. */
  async rounds() {
    if (this.isAnswer && !(await this.learn())) return;
    for (;;) {
      const orphan = this.flight ? null : this.orphans.shift();
      const parcel = orphan?.fields ?? this.flight ?? this.parcel();
      if (this.gone) return;
      if (!parcel) { this.rest(); return; }
      if (!orphan) this.flight = parcel;
      this.keep();
      this.show("saving");
      const answer = await post(this.url, this.pairs(parcel));
      const isTaken = answer.kind === "saved" ? this.stored(answer.said, parcel, orphan) : this.unsaved(answer, parcel, orphan);
      if (!isTaken) return;
    }
  }

  /* Nothing is left to send. What was typed back to what is stored is neither refused nor kept any longer. */
  rest() {
    for (const [name, words] of this.refused) {
      const here = text(this.form, name);
      if (here === words || here !== this.state(name).shown) continue;
      this.refused.delete(name);
      mark(this.form, name, "");
    }
    this.keep();
    if (!this.isDirty() && LOST.has(this.kind)) this.show("saved", this.said || "Saved");
  }

  pairs(parcel) {
    const pairs = [["saving", "fields"], ["version", this.version?.value ?? "0"]];
    for (const [name, one] of Object.entries(parcel)) {
      pairs.push([`base:${name}`, one.base === null ? "" : fingerprint(one.base)], [name, one.text]);
    }
    return pairs;
  }

  /* True where every text of the parcel came back by its fingerprint or was refused by name. */
  stored(said, parcel, orphan) {
    const settled = {};
    for (const [name, one] of Object.entries(parcel)) {
      const mine = fingerprint(one.text);
      if (said.stored?.[name]?.sha256 === mine) settled[name] = said.stored[name].text ?? one.text;
      else if (said.clashes?.[name]?.sha256 === mine && said.difference) settled[name] = null;
      else if (said.clashes?.[name]?.sha256 === mine && !orphan) this.ask(name, one.text, said.clashes[name].text);
    }
    for (const [name, now] of Object.entries(settled)) if (!orphan) this.settle(name, parcel[name], now);
    if (orphan?.isFlight) this.rebase(parcel, settled);
    for (const one of this.adopted ?? []) device.settle(one, Object.fromEntries(Object.keys(settled).map((name) => [name, parcel[name].text])));
    const faults = (said.findings ?? []).filter((one) => one.field in parcel);
    if (!orphan) for (const one of faults) this.refuse(one.field, parcel[one.field].text, one.message);
    const rest = Object.keys(parcel).filter((name) => !(name in settled) && !(name in (said.clashes ?? {})) && !faults.some((one) => one.field === name));
    if (!orphan) this.flight = null;
    if (orphan) this.earlier(parcel, [...Object.keys(settled), ...rest]);
    this.others(said);
    const isKept = this.keep();
    this.tell(said, parcel, rest, isKept);
    return rest.length === 0;
  }

  /* What was on its way when the page ended is stored: what was typed after it stands on that. */
  rebase(parcel, settled) {
    for (const [name, now] of Object.entries(settled)) {
      const state = this.state(name);
      if (now !== null && state.base === parcel[name].base) state.base = now;
    }
  }

  settle(name, sent, now) {
    const state = this.state(name);
    if (now !== null) state.base = now;
    state.isAside = now === null; // the server holds both texts; this one stays in view
    state.shown = sent.text;
    this.refused.delete(name);
    mark(this.form, name, "");
    this.tidy(name);
  }

  /* Shows a stored text as it is stored, once nobody's cursor stands in it. */
  tidy(name) {
    const state = name && this.states.get(name);
    if (!state || state.shown === state.base || text(this.form, name) !== state.shown) return;
    const control = this.form.elements[name];
    if (control?.tagName !== "INPUT" || inUse(this.form, name)) return;
    state.shown = state.base;
    write(this.form, name, state.base);
  }

  /* Where the server keeps one text only, both stand at the field until somebody chooses. */
  ask(name, mine, theirs) {
    this.refused.set(name, mine);
    const keep = () => { this.state(name).base = theirs; this.refused.delete(name); this.later(SOON); };
    const take = () => {
      Object.assign(this.state(name), { base: theirs, shown: theirs });
      this.refused.delete(name);
      write(this.form, name, theirs);
      this.keep();
      this.show("saved", "What is stored stands here.");
    };
    both(this.form, name, theirs, keep, take);
  }

  /* What an earlier visit left and the server cannot take stands below its field until somebody decides. */
  earlier(parcel, others) {
    for (const [name, one] of Object.entries(parcel)) {
      if (others.includes(name)) continue;
      const forget = () => this.adopted.forEach((key) => device.settle(key, { [name]: one.text }));
      const take = () => { write(this.form, name, one.text); forget(); };
      found(this.form, name, one.text, take, forget);
    }
  }

  refuse(name, words, sentence) {
    this.state(name);
    this.refused.set(name, words);
    mark(this.form, name, sentence);
  }

  /* What somebody else changed appears in fields that are not changed here. Where one of mine stands in its
     way this page has not taken up that version, and does not say that it has. */
  others(said) {
    const changed = [];
    let isBehind = Object.keys(said.clashes ?? {}).length > 0;
    for (const [name, words] of Object.entries(said.others ?? {})) {
      const state = this.state(name);
      const here = text(this.form, name);
      if (words === state.base) continue;
      if (here !== state.shown || state.isAside) { isBehind = true; continue; }
      state.base = words;
      state.shown = words;
      write(this.form, name, words);
      changed.push(label(this.form, name));
    }
    isBehind ||= [...this.states.values()].some((state) => state.isAside);
    if (this.version && said.version !== undefined && !isBehind) this.version.value = said.version;
    this.news = changed.length ? ` Changed by somebody else and shown here now: ${changed.join("; ")}.` : "";
    this.form.dispatchEvent(new CustomEvent("saved", { bubbles: true, detail: said }));
  }

  tell(said, parcel, rest, isKept) {
    const marked = [...this.refused.keys()].filter((name) => text(this.form, name) === this.refused.get(name));
    if (rest.length) return this.show("lost", `${WORDS.lost} ${isKept ? KEPT : NOT_KEPT}`, true);
    if (Object.keys(said.clashes ?? {}).length) return this.clash(said);
    if (this.asides && [...this.states.values()].some((state) => state.isAside)) return this.clash(this.asides);
    if (marked.length) return this.show("refused", `${this.marked(said, marked)} ${isKept ? KEPT : NOT_KEPT}${this.news}`);
    const at = said.saved ? `Saved ${said.saved}` : Object.keys(parcel).length ? "Saved" : this.said;
    this.said = at;
    if (Object.keys(parcel).length || this.kind !== "clash") this.show("saved", `${at}${this.news}`);
    return undefined;
  }

  marked(said, names_) {
    const [first] = names_;
    const sentence = said.findings?.find((one) => one.field === first)?.message ?? "look at what is marked.";
    const others = names_.length > 1 ? ` ${names_.length - 1} more marked.` : "";
    return `Not saved: ${label(this.form, first)}: ${sentence}${others}`;
  }

  clash(said) {
    if (this.link && said.difference) { this.link.href = said.difference; this.link.hidden = false; }
    this.difference = said.difference;
    if (said.difference) this.asides = said;
    this.show("clash", said.difference ? said.message || WORDS.clash : `${WORDS.clash} ${CHOOSE}`);
  }

  /* Nothing was stored, or nobody knows: true never, so that the round ends. */
  unsaved(answer, parcel, orphan) {
    const unknown = answer.kind === "lost" || answer.kind === "failed";
    if (orphan && (unknown || answer.kind === "session")) this.orphans.unshift(orphan);
    if (!unknown) this.flight = null;
    if (answer.kind === "refused" || answer.kind === "closed") {
      for (const [name, one] of Object.entries(parcel)) if (!orphan) this.refused.set(name, one.text);
    }
    const kept = this.keep() ? KEPT : NOT_KEPT;
    const words = answer.kind === "refused" ? `Not saved: ${answer.message ?? "look at what is marked."}` : WORDS[answer.kind];
    this.show(answer.kind, `${words} ${kept}`, unknown);
    if (answer.kind === "session" || answer.kind === "another") this.wait();
    return false;
  }

  wait() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.again(), RETRY);
  }

  /* Signed in again, here or in another tab: what waits is sent with a fresh token. */
  async again() {
    const who = await session();
    if (who === "same") { this.save(); return; }
    if (who === "another" && this.kind !== "another") this.show("another", `${WORDS.another} ${this.keep() ? KEPT : NOT_KEPT}`);
    this.wait();
  }

  /* Back at this tab: ask what others changed, and whether one is still signed in. */
  async back() {
    if (this.kind === "session" || this.kind === "another") { this.again(); return; }
    if (this.canSend() || this.orphans.length) { this.save(); return; }
    if (this.running || this.gone || Date.now() - this.peeked < PEEK) return;
    this.peeked = Date.now();
    const answer = await this.asked([]);
    if (answer.kind === "saved" && !this.running) this.heard(answer.said);
  }

  asked(more) {
    return post(this.url, [["saving", "peek"], ["version", this.version?.value ?? "0"], ...more]);
  }

  heard(said) {
    const shown = this.kind;
    this.others(said);
    if (shown === "" || shown === "saved") this.tell(said, {}, [], true);
  }

  /* A page that answers a refused form holds what was typed, not what is stored: ask for that first. */
  async learn() {
    const answer = await this.asked([["all", "1"]]);
    if (answer.kind !== "saved") { this.unsaved(answer, {}, null); return false; }
    for (const [name, words] of Object.entries(answer.said.others ?? {})) this.states.set(name, { base: words, shown: words });
    this.isAnswer = false;
    return true;
  }

  /* Text that an earlier visit or another tab could not send comes back into the form and is sent. */
  adopt() {
    const left = device.left(this.url);
    this.adopted = left.map((one) => one.key);
    const newest = {};
    for (const one of left) Object.assign(newest, one.fields);
    for (const one of left) this.sort(one, newest);
    for (const [name, one] of Object.entries(newest)) if (names(this.form).includes(name)) this.restore(name, one);
    if (!this.isDirty()) return;
    if (this.words) this.words.textContent = "Your text from this device is back in the page. It is being saved.";
  }

  /* Of several texts for one field the newest comes into the page; the others go to the server by themselves. */
  sort(entry, newest) {
    const older = {};
    for (const [name, one] of Object.entries({ ...entry.flight, ...entry.fields })) {
      if (one.text !== newest[name]?.text || !names(this.form).includes(name)) older[name] = one;
    }
    for (const part of [entry.flight, older]) {
      const fields = Object.fromEntries(Object.entries(part ?? {}).filter(([name, one]) => older[name] || newest[name]?.text !== one.text));
      if (Object.keys(fields).length) this.orphans.push({ fields, isFlight: part === entry.flight });
    }
  }

  restore(name, kept) {
    const state = this.state(name);
    if (kept.text === state.shown) { for (const key of this.adopted) device.settle(key, { [name]: kept.text }); return; }
    state.base = kept.base;
    this.restored.set(name, kept.text);
    write(this.form, name, kept.text);
  }

  show(kind, words = WORDS[kind], retry = false) {
    if (retry) this.later(RETRY);
    if (this.words) this.words.textContent = words;
    this.box?.classList.toggle("save-state--lost", LOST.has(kind));
    this.box?.classList.toggle("save-state--clash", kind === "clash");
    if (this.link && kind !== "clash") this.link.hidden = true;
    if (kind === "saving" || kind === this.kind) return;
    if (this.spoken && !(kind === "saved" && this.kind === "")) this.spoken.textContent = kind === "saved" ? "Saved" : words;
    this.kind = kind;
  }
}

/** Watch every form that names where its parts are saved. */
export function start(root) {
  root.querySelectorAll("form[data-autosave]").forEach((form) => new Group(form).watch());
}
