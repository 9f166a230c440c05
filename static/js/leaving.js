/* The page is left when what was typed is stored: links and buttons wait for the save; where it does not come
   to pass, the person is asked. Closing the tab asks as well; the text is on this device either way. */

const PATIENCE = 10000;
const ASK = "Not everything that you typed here is saved. It is kept on this device and sent when you are back on this page. Leave the page?";
const groups = [];
const passing = new WeakSet();
let leaving = false;

/** Have this form's saving be waited for. */
export function hold(group) {
  if (groups.push(group) > 1) return;
  document.addEventListener("click", followed, true);
  document.addEventListener("submit", submitted, true);
  document.addEventListener("signing-out", () => { leaving = true; groups.forEach((one) => { one.gone = true; }); });
  window.addEventListener("beforeunload", (event) => {
    const dirty = groups.filter((one) => one.isDirty());
    dirty.forEach((one) => one.keep());
    if (dirty.length && !leaving) event.preventDefault();
  });
}

const dirty = () => groups.some((one) => one.isDirty());

/** Save everything; true where all of it is stored within ten seconds. */
async function flushed() {
  const patience = new Promise((resolve) => { window.setTimeout(resolve, PATIENCE); });
  await Promise.race([Promise.all(groups.map((one) => one.save())), patience]);
  return !dirty();
}

function goes(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0) return null;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return null;
  if ((link.target && link.target !== "_self") || link.hasAttribute("download") || link.origin !== window.location.origin) return null;
  const here = link.pathname === window.location.pathname && link.search === window.location.search;
  return here && link.hash ? null : link;
}

async function followed(event) {
  const link = goes(event);
  if (!link || !dirty()) return;
  event.preventDefault();
  event.stopPropagation();
  if (!(await flushed()) && !window.confirm(ASK)) return;
  leaving = true;
  window.location.assign(link.href);
}

/* A button of the form itself stays where something is marked, lost or stands against somebody else's text. */
async function submitted(event) {
  const form = event.target;
  if (passing.has(form)) { passing.delete(form); return; }
  if (form.dataset.sure !== undefined) return;
  const own = groups.find((one) => one.form === form);
  if ((!dirty() && own?.kind !== "clash") || form.target) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { submitter } = event;
  const isStored = await flushed();
  if (own?.kind === "clash" && own.difference) { leave(own.difference); return; }
  if (form.dataset.signOut !== undefined) {
    if (!isStored) form.dataset.unstored = ""; // sign_out.js asks
    passing.add(form);
    form.requestSubmit();
    return;
  }
  if (!isStored && (own || !window.confirm(ASK))) { own?.form.querySelector('[aria-invalid="true"]')?.focus(); return; }
  leaving = !isStored;
  passing.add(form);
  form.requestSubmit(submitter?.isConnected ? submitter : undefined);
}

function leave(url) {
  leaving = true;
  window.location.assign(url);
}
