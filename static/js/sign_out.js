/* Who signs out leaves nothing on this device: what is not stored yet is sent first, what cannot be sent is
   asked about, and only who says yes signs out and has it deleted. Without scripts the button just signs out. */

import { device } from "./device.js";
import { sent } from "./unsent.js";

const shown = (words) => (words.length > 60 ? `${words.slice(0, 60)}…` : words);

function question(left) {
  const texts = left.flatMap((one) => Object.values({ ...one.flight, ...one.fields })).map((one) => one.text.trim());
  const first = texts.find((words) => words);
  const kept = first ? ` (“${shown(first)}”${texts.length > 1 ? ` and ${texts.length - 1} more` : ""})` : "";
  return `What you typed${kept} is not stored. Signing out deletes it from this device. Sign out and lose it?`;
}

async function asked(event, form) {
  const before = device.all();
  const isUnstored = form.dataset.unstored !== undefined; // this page tried to save and could not
  if (form.dataset.sure !== undefined || !(before.length || isUnstored)) return;
  event.preventDefault();
  await new Promise((go) => { window.setTimeout(go); }); // a form cannot be sent anew while it says that it is sent
  if (!isUnstored) await Promise.all(before.map(sent));
  delete form.dataset.unstored;
  const left = device.all();
  if ((left.length || isUnstored) && !window.confirm(question(left))) return;
  form.dispatchEvent(new CustomEvent("signing-out", { bubbles: true }));
  left.forEach((one) => device.remove(one.key));
  form.dataset.sure = "";
  form.requestSubmit();
}

/** Ask before what is typed and not stored goes. */
export function start(root) {
  root.querySelectorAll("form[data-sign-out]").forEach((form) => form.addEventListener("submit", (event) => asked(event, form)));
}
