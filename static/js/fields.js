/* The fields of a form as texts by name: what stands in the page, what the page came with. */

const OURS = new Set(["csrf_token", "version", "saving"]);
const PLAIN = /^(hidden|submit|button|reset|file|image|password)$/;
const boxes = (control) => control.type === "radio" || control.type === "checkbox";
const even = (text) => text.replace(/\r\n?/g, "\n").replaceAll("\0", "");

function controls(form, name) {
  return [...form.elements].filter((one) => one.name === name && !PLAIN.test(one.type) && one.tagName !== "FIELDSET");
}

/** The names of everything that a person can fill in and that is saved by itself. */
export function names(form) {
  const found = [...form.elements].filter((one) => one.name && !OURS.has(one.name) && !one.disabled && one.tagName !== "FIELDSET" && !PLAIN.test(one.type) && !one.closest("[data-not-saved]"));
  return [...new Set(found.map((one) => one.name))];
}

/** What stands in a field; several values of one name stand on lines. */
export function text(form, name) {
  return even(controls(form, name).flatMap((one) => {
    if (boxes(one)) return one.checked ? [one.value] : [];
    if (one.type === "select-multiple") return [...one.selectedOptions].map((option) => option.value);
    return [one.value];
  }).join("\n"));
}

/** What the page came with in a field. */
export function came(form, name) {
  return even(controls(form, name).flatMap((one) => {
    if (boxes(one)) return one.defaultChecked ? [one.value] : [];
    if (one.options) return chosen(one);
    return [one.defaultValue];
  }).join("\n"));
}

function chosen(select) {
  const marked = [...select.options].filter((option) => option.defaultSelected).map((option) => option.value);
  return marked.length || select.multiple ? marked : [select.options[0]?.value ?? ""];
}

/** Put a text into a field, as if it had come with the page. */
export function write(form, name, words) {
  const lines = words.split("\n");
  for (const one of controls(form, name)) {
    if (boxes(one)) one.checked = lines.includes(one.value);
    else if (one.type === "select-multiple") for (const option of one.options) option.selected = lines.includes(option.value);
    else one.value = words;
    one.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

/** Say whether a person's cursor stands in a field. */
export const inUse = (form, name) => controls(form, name).includes(document.activeElement);
