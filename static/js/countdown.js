/* Counts on from the server's clock. No live region; spoken at one hour, ten minutes and one minute. */

const MARKS = [3600, 600, 60];

function plural(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The words the server writes: days and hours, then hours and minutes, then minutes, at last seconds. */
export function left(seconds) {
  if (seconds <= 0) return "closed";
  const minutes = Math.floor(seconds / 60);
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  if (days >= 7) return `${plural(days, "day")} left`;
  if (days) return hours ? `${plural(days, "day")} ${plural(hours, "hour")} left` : `${plural(days, "day")} left`;
  if (hours) return rest ? `${plural(hours, "hour")} ${plural(rest, "minute")} left` : `${plural(hours, "hour")} left`;
  if (rest >= 3) return `${plural(rest, "minute")} left`;
  const last = plural(Math.floor(seconds % 60), "second");
  return rest ? `${plural(rest, "minute")} ${last} left` : `${last} left`;
}

function count(box, speaker, opened) {
  const until = Date.parse(box.dataset.countdown);
  const base = Date.parse(box.dataset.now);
  const text = box.querySelector("[data-countdown-text]");
  if (!text) return;
  let before = (until - base) / 1000;
  window.setInterval(() => {
    const seconds = (until - base - (performance.now() - opened)) / 1000;
    const words = left(seconds);
    if (text.textContent !== words) text.textContent = words;
    const passed = MARKS.find((mark) => before > mark && seconds <= mark);
    if (passed) speaker.textContent = words;
    before = seconds;
  }, 1000);
}

/** Start every countdown on the page. */
export function start(root) {
  const speaker = document.createElement("p");
  speaker.className = "usa-sr-only";
  speaker.setAttribute("role", "status");
  document.body.append(speaker);
  const opened = performance.now();
  root.querySelectorAll("[data-countdown]").forEach((box) => count(box, speaker, opened));
}
