/* Two panes: the divider moves by buttons, arrow keys or pointer; narrow screens get two tabs that keep their places. */

const KEY = "split-width";

function divider(split) {
  const bar = split.querySelector("[data-split-divider]");
  const handle = split.querySelector("[data-split-handle]");
  bar.hidden = false;
  const set = (percent) => {
    const width = Math.max(25, Math.min(75, Math.round(percent)));
    split.style.setProperty("--read", `${width}%`);
    handle.setAttribute("aria-valuenow", String(width));
    localStorage.setItem(KEY, String(width));
  };
  const now = () => Number(handle.getAttribute("aria-valuenow"));
  set(Number(localStorage.getItem(KEY)) || 55);
  for (const button of bar.querySelectorAll("[data-split-move]")) {
    button.addEventListener("click", () => set(now() + Number(button.dataset.splitMove)));
  }
  handle.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -2, ArrowRight: 2, Home: -100, End: 100 }[event.key];
    if (step) { event.preventDefault(); set(now() + step); }
  });
  handle.addEventListener("pointerdown", (event) => {
    handle.setPointerCapture(event.pointerId);
    const move = (moved) => {
      const box = split.getBoundingClientRect();
      set(((moved.clientX - box.left) / box.width) * 100);
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("pointerup", () => handle.removeEventListener("pointermove", move), { once: true });
  });
}

function tabs(split) {
  const list = split.querySelector("[data-split-tabs]");
  const buttons = [...list.querySelectorAll('[role="tab"]')];
  const panes = buttons.map((button) => document.getElementById(button.getAttribute("aria-controls")));
  const places = panes.map(() => 0);
  let shown = 1;
  const choose = (index, focus) => {
    places[shown] = window.scrollY;
    shown = index;
    buttons.forEach((button, at) => {
      button.setAttribute("aria-selected", String(at === index));
      button.tabIndex = at === index ? 0 : -1;
      panes[at].toggleAttribute("data-away", at !== index);
    });
    if (narrow.matches) window.scrollTo({ top: places[index], behavior: "instant" });
    if (focus) buttons[index].focus();
  };
  const narrow = window.matchMedia("(max-width: 63.99em)");
  const arrange = () => { list.hidden = !narrow.matches; split.classList.toggle("split--tabbed", narrow.matches); };
  narrow.addEventListener("change", arrange);
  arrange();
  buttons.forEach((button, index) => {
    button.addEventListener("click", () => choose(index, false));
    button.addEventListener("keydown", (event) => {
      if (event.key === "ArrowLeft" || event.key === "ArrowRight") choose(1 - index, true);
    });
  });
  choose(1, false);
}

/** Start every split page. */
export function start(root) {
  for (const split of root.querySelectorAll("[data-split]")) {
    divider(split);
    tabs(split);
  }
}
