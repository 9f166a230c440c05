/* What this device keeps of what is typed until the server has said that it is stored: one entry for each
   person, address and tab. An entry is {fields: {name: {text, base}}, flight: the same or null}. */

const PREFIX = "unsent:";
const TAB = Math.random().toString(36).slice(2, 10);

/** Who this page was made for, by the random mark that every page carries. */
export const person = () => document.querySelector('meta[name="person"]')?.content ?? "";

function entry(key) {
  try {
    return [{ key, ...JSON.parse(localStorage.getItem(key)) }];
  } catch {
    return []; // not ours, or cut off while it was written: no reason to lose the others
  }
}

function entries(prefix) {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix)).flatMap(entry);
  } catch {
    return [];
  }
}

const own = (url) => `${PREFIX}${person()}:${url}#${TAB}`;

export const device = {
  /** Keep what this tab holds for an address; false where the browser has no room for it or forbids it. */
  keep(url, entry) {
    try {
      localStorage.setItem(own(url), JSON.stringify({ ...entry, at: Date.now() }));
      return true;
    } catch {
      return false;
    }
  },
  /** Forget what this tab holds for an address: all of it is stored. */
  drop(url) { device.remove(own(url)); },
  remove(key) { try { localStorage.removeItem(key); } catch { /* forbidden: then nothing was kept either */ } },
  /** What other tabs and earlier visits left for an address, oldest first. */
  left(url) {
    return entries(`${PREFIX}${person()}:${url}#`).filter((one) => one.key !== own(url)).sort((a, b) => a.at - b.at);
  },
  /** Everything that this device holds of this person for addresses that begin so. */
  all(start = "") {
    const mine = `${PREFIX}${person()}:`;
    return entries(mine + start).map((one) => ({ ...one, url: one.key.slice(mine.length).split("#")[0] }));
  },
  /** Take these texts out of an entry that another tab left; the entry goes when it is empty. */
  settle(key, texts) {
    const [left] = entries(key);
    if (!left) return;
    for (const part of ["fields", "flight"]) {
      for (const [name, text] of Object.entries(texts)) {
        if (left[part]?.[name]?.text === text) delete left[part][name];
      }
    }
    const empty = !Object.keys(left.fields ?? {}).length && !Object.keys(left.flight ?? {}).length;
    if (empty) { device.remove(key); return; }
    delete left.key;
    try { localStorage.setItem(key, JSON.stringify(left)); } catch { /* it stays as it was */ }
  },
};
