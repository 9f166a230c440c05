/* A PDF in the pane: one page at a time as a picture with its text over it, so that it can be selected and found. */

import { GlobalWorkerOptions, TextLayer, getDocument } from "../vendor/pdfjs/pdf.min.mjs";

GlobalWorkerOptions.workerSrc = new URL("../vendor/pdfjs/pdf.worker.min.mjs", import.meta.url).href;

class Viewer {
  constructor(box) {
    this.box = box;
    this.bar = box.querySelector("[data-viewer-bar]");
    this.sheet = box.querySelector("[data-viewer-sheet]");
    this.said = box.querySelector("[data-viewer-said]");
    this.input = box.querySelector("[data-viewer-page]");
    this.find = box.querySelector("[data-viewer-find]");
    this.number = Number(box.dataset.page) || 1;
    this.zoom = 1;
    this.turn = 0;
    this.texts = new Map();
  }

  async open() {
    const { viewer, cmaps, fonts, decoders } = this.box.dataset;
    const options = { url: viewer, cMapUrl: cmaps, cMapPacked: true, standardFontDataUrl: fonts, wasmUrl: decoders };
    try {
      this.file = await getDocument({ ...options, useWasm: false, isEvalSupported: false, enableXfa: false }).promise;
    } catch {
      this.say("This PDF cannot be shown here. Open it in its own tab.");
      return;
    }
    this.box.querySelector("[data-viewer-pages]").textContent = String(this.file.numPages);
    this.bar.hidden = false;
    this.sheet.hidden = false;
    this.wire();
    await this.show(this.number);
  }

  wire() {
    for (const button of this.bar.querySelectorAll("[data-go]")) {
      button.addEventListener("click", () => this.show(this.number + Number(button.dataset.go), true));
    }
    for (const button of this.bar.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => {
        this.zoom = Math.max(0.5, Math.min(3, this.zoom * 1.25 ** Number(button.dataset.zoom)));
        this.show(this.number);
      });
    }
    this.input.addEventListener("change", () => this.show(Number(this.input.value) || this.number, true));
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") { event.preventDefault(); this.show(Number(this.input.value) || this.number, true); }
    });
    this.bar.querySelector("[data-find]").addEventListener("click", () => this.search());
    this.find.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); this.search(); } });
  }

  async show(number, speak = false) {
    this.number = Math.max(1, Math.min(this.file.numPages, number));
    this.box.dispatchEvent(new CustomEvent("viewer-turn", { bubbles: true }));
    this.input.value = String(this.number);
    const turn = (this.turn += 1);
    const page = await this.file.getPage(this.number);
    const plain = page.getViewport({ scale: 1 });
    const scale = ((this.sheet.clientWidth || 600) / plain.width) * this.zoom;
    const viewport = page.getViewport({ scale });
    const { canvas, sheet } = this.paper(viewport);
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.floor(viewport.width * ratio);
    canvas.height = Math.floor(viewport.height * ratio);
    await page.render({ canvas, viewport, transform: ratio === 1 ? undefined : [ratio, 0, 0, ratio, 0, 0] }).promise;
    const layer = document.createElement("div");
    layer.className = "text-layer";
    layer.style.setProperty("--total-scale-factor", String(scale));
    const text = new TextLayer({ textContentSource: await page.getTextContent(), container: layer, viewport });
    await text.render();
    if (turn !== this.turn) return;
    sheet.append(layer);
    this.sheet.replaceChildren(sheet);
    this.mark(layer);
    if (speak) this.say(`Page ${this.number} of ${this.file.numPages}`);
  }

  paper(viewport) {
    const sheet = document.createElement("div");
    sheet.className = "viewer__sheet";
    sheet.style.width = `${Math.floor(viewport.width)}px`;
    sheet.style.height = `${Math.floor(viewport.height)}px`;
    const canvas = document.createElement("canvas");
    canvas.style.width = "100%";
    canvas.style.height = "100%";
    canvas.setAttribute("aria-hidden", "true");
    sheet.append(canvas);
    return { sheet, canvas };
  }

  async textOf(number) {
    if (!this.texts.has(number)) {
      const content = await (await this.file.getPage(number)).getTextContent();
      this.texts.set(number, content.items.map((item) => item.str ?? "").join(" ").toLowerCase());
    }
    return this.texts.get(number);
  }

  async search() {
    const words = this.find.value.trim().toLowerCase();
    if (!words) return;
    for (let step = 1; step <= this.file.numPages; step += 1) {
      const number = ((this.number - 1 + step) % this.file.numPages) + 1;
      if ((await this.textOf(number)).includes(words)) {
        await this.show(number);
        this.say(`Found on page ${number} of ${this.file.numPages}`);
        return;
      }
    }
    this.say(`“${this.find.value.trim()}” is not in the text of this file.`);
  }

  mark(layer) {
    const words = this.find.value.trim().toLowerCase();
    if (!words) return;
    for (const span of layer.querySelectorAll("span")) {
      if (!span.childElementCount && span.textContent.toLowerCase().includes(words)) span.classList.add("is-found");
    }
  }

  say(words) { this.said.textContent = words; }
}

/** Open every viewer on the page. */
export function start(root) {
  root.querySelectorAll("[data-viewer]").forEach((box) => new Viewer(box).open());
}
