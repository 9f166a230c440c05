/* The main navigation folds under one button on a narrow screen, the side navigation under its title. */

/** Wire the menu button and fold the side navigation when the screen is narrow. */
export function start(root) {
  const button = root.querySelector("[data-menu]");
  if (button) {
    button.hidden = false;
    const nav = button.closest("nav");
    const narrow = window.matchMedia("(max-width: 47.99em)");
    const arrange = () => { button.hidden = !narrow.matches; };
    narrow.addEventListener("change", arrange);
    arrange();
    button.addEventListener("click", () => {
      const open = nav.classList.toggle("is-open");
      button.setAttribute("aria-expanded", String(open));
    });
  }
  const beside = window.matchMedia("(min-width: 64em)");
  const unfold = () => root.querySelectorAll(".side-nav__fold").forEach((fold) => { fold.open = beside.matches; });
  beside.addEventListener("change", unfold);
  unfold();
}
