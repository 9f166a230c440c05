/* Pages that check, certify or submit know of nothing older than what was typed: what this device still holds
   of this sheet or application is sent from here, and what cannot be sent is said before anything is submitted. */

import { device } from "./device.js";
import { fingerprint } from "./sha256.js";
import { post } from "./talk.js";

const SURE = "data-unsent-sure";
const printed = (base) => (base === null ? "" : fingerprint(base));

/** Send what an entry of the device holds; what is stored then is forgotten. */
export async function sent(entry) {
  const now = {}; // what was on its way was stored meanwhile: the newer text stands on that
  for (const part of [entry.flight, entry.fields]) {
    const parcel = Object.entries(part ?? {}).filter(([name, one]) => now[name]?.mine !== one.text);
    if (!parcel.length) continue;
    const base = (name, one) => now[name]?.stored ?? one.base;
    const pairs = parcel.flatMap(([name, one]) => [[`base:${name}`, printed(base(name, one))], [name, one.text]]);
    const answer = await post(entry.url, [["saving", "fields"], ["version", "0"], ...pairs]);
    if (answer.kind !== "saved") return;
    const held = (name, one) => {
      const mine = fingerprint(one.text);
      return answer.said.stored?.[name]?.sha256 === mine || (answer.said.difference && answer.said.clashes?.[name]?.sha256 === mine);
    };
    const settled = parcel.filter(([name, one]) => held(name, one)).map(([name, one]) => [name, one.text]);
    for (const [name, mine] of settled) if (answer.said.stored?.[name]) now[name] = { mine, stored: answer.said.stored[name].text ?? mine };
    device.settle(entry.key, Object.fromEntries(settled));
  }
}

function listed(box, left) {
  const list = box.querySelector("[data-unsent-list]");
  list.replaceChildren(...left.map((entry) => {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.className = "usa-link";
    link.href = entry.url;
    const words = Object.values(entry.fields ?? {}).map((one) => one.text.trim()).filter(Boolean).join("; ");
    link.textContent = `“${words.length > 80 ? `${words.slice(0, 80)}…` : words || "emptied"}”`;
    item.append(link);
    return item;
  }));
  box.hidden = left.length === 0;
}

/* Nothing is sent from a closed page: the whole texts stand there until somebody has them forgotten. */
function closed(box, left) {
  const texts = left.flatMap((entry) => Object.values({ ...entry.flight, ...entry.fields })).map((one) => one.text).filter((text) => text.trim());
  box.querySelector("[data-unsent-list]").replaceChildren(...texts.map((text) => {
    const item = document.createElement("li");
    const words = document.createElement("pre");
    words.className = "quoted";
    words.textContent = text;
    item.append(words);
    return item;
  }));
  box.querySelector("[data-unsent-forget]").addEventListener("click", () => {
    left.forEach((entry) => device.remove(entry.key));
    box.hidden = true;
  });
  box.hidden = texts.length === 0;
}

/** Look for what this device holds under the addresses that the box names. */
export async function start(root) {
  const box = root.querySelector("[data-unsent-under]");
  const under = box.dataset.unsentUnder;
  const before = device.all(under);
  if ("unsentClosed" in box.dataset) { closed(box, before.filter((entry) => entry.url === under)); return; }
  document.addEventListener("submit", (event) => held(event, box, under), true);
  if (!before.length) return;
  listed(box, before);
  await Promise.all(before.map(sent));
  const left = device.all(under);
  if (left.length < before.length) { window.location.reload(); return; }
  listed(box, left);
}

function held(event, box, under) {
  const left = device.all(under);
  const isDeed = event.target.method === "post" && event.target.closest("main");
  if (!left.length || !isDeed || event.target.hasAttribute(SURE)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  listed(box, left);
  event.target.setAttribute(SURE, "");
  box.querySelector("[data-unsent-again]").hidden = false;
  box.focus();
}
