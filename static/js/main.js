/* One entry for every page: each part loads only where the page has its mark. */

const parts = [
  ["[data-focus]", "./error_focus.js"],
  ["[data-menu], .side-nav__fold", "./menu.js"],
  ["[data-words], [data-characters]", "./count.js"],
  ["[data-countdown]", "./countdown.js"],
  ["form[data-sign-out]", "./sign_out.js"],
  ["form[data-autosave]", "./autosave.js"],
  ["[data-unsent-under]", "./unsent.js"],
  ["#year-form", "./budget.js"],
  ["form[data-upload]", "./upload.js"],
  ["[data-viewer]", "./viewer.js"],
  ["[data-still-open]", "./still_open.js"],
  ["[data-split]", "./split.js"],
  ["[data-sheet-total]", "./sheet.js"],
  ["[data-stream]", "./sse.js"],
  ["[data-board]", "./board.js"],
  ["[data-fold-narrow]", "./fold.js"],
];

for (const [mark, path] of parts) {
  if (document.querySelector(mark)) {
    import(path).then((part) => part.start(document)).catch((fault) => console.error(path, fault));
  }
}
