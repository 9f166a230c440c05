/* What is wrong with one field, said where it stands, as the server's own pages say it. */

const group = (control) => control.closest(".usa-input-group") ?? control.closest(".usa-form-group");

/** Mark a field with a sentence; an empty one takes the mark away. */
export function mark(form, name, sentence) {
  const control = [...form.elements].find((one) => one.name === name && one.type !== "hidden");
  if (!control) return;
  const id = `${control.id || name}-error`;
  let line = document.getElementById(id);
  if (!sentence && !line) return;
  if (!line) {
    line = document.createElement("div");
    line.className = "usa-error-message";
    line.id = id;
    (control.closest(".usa-input-group") ?? control.closest(".options") ?? control).before(line);
  }
  line.textContent = sentence;
  line.hidden = !sentence;
  describe(control, id, Boolean(sentence));
}

function describe(control, id, wrong) {
  const ids = new Set((control.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  ids[wrong ? "add" : "delete"](id);
  if (ids.size) control.setAttribute("aria-describedby", [...ids].join(" "));
  else control.removeAttribute("aria-describedby");
  if (wrong) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
  control.classList.toggle("usa-input--error", wrong);
  const around = group(control);
  around?.classList.toggle(around.classList.contains("usa-input-group") ? "usa-input-group--error" : "usa-form-group--error", wrong);
}

/** Name a field for a sentence, by its label. */
export function label(form, name) {
  const control = [...form.elements].find((one) => one.name === name && one.type !== "hidden");
  const words = control?.getAttribute("aria-label") ?? control?.labels?.[0]?.textContent ?? name;
  return words.replace(/\*|\(optional\)/g, "").replace(/\s+/g, " ").trim();
}

/** Show what somebody else stored beside what was typed, with a button for each. */
export function both(form, name, theirs, keep, take) {
  const said = "Somebody else saved this field while you wrote. Stored now:";
  beside(form, name, { said, words: theirs, title: "stored now", choices: [["Keep mine", keep], ["Take what is stored", take]] });
}

/** Show what was typed on this device earlier and is not stored, with a button for each way out. */
export function found(form, name, words, take, forget) {
  const said = "Typed on this device earlier and not stored:";
  beside(form, name, { said, words, title: "typed earlier", choices: [["Take this text", take], ["Forget it", forget]] });
}

function beside(form, name, { said, words, title, choices }) {
  const control = [...form.elements].find((one) => one.name === name && one.type !== "hidden");
  if (!control) return;
  const id = `${control.id || name}-${title.replaceAll(" ", "-")}`;
  document.getElementById(id)?.remove();
  const box = document.createElement("div");
  box.className = "both-texts";
  box.id = id;
  const line = document.createElement("p");
  line.textContent = said;
  const quoted = document.createElement("pre");
  quoted.className = "quoted";
  quoted.tabIndex = 0;
  quoted.setAttribute("aria-label", `${label(form, name)}, ${title}`);
  quoted.textContent = words || "nothing";
  box.append(line, quoted, ...choices.map(([text, act]) => choice(text, () => { box.remove(); control.focus(); act(); })));
  (control.closest(".usa-input-group") ?? control.closest(".options") ?? control).after(box);
}

function choice(text, act) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "usa-button usa-button--outline";
  button.textContent = text;
  button.addEventListener("click", act);
  return button;
}
