/* SHA-256 of a text, at once: the browser's own answers later, and on plain http not at all. */

const PRIMES = Array.from({ length: 312 }, (_, n) => n).filter((n) => n > 1 && ![2, 3, 5, 7, 11, 13, 17].some((d) => n > d && n % d === 0));
const part = (x) => ((x - Math.floor(x)) * 2 ** 32) | 0;
const ROUNDS = PRIMES.slice(0, 64).map((prime) => part(Math.cbrt(prime)));
const START = PRIMES.slice(0, 8).map((prime) => part(Math.sqrt(prime)));
const turned = (x, by) => (x >>> by) | (x << (32 - by));

function padded(bytes) {
  const whole = new Uint8Array(((bytes.length + 8) >> 6) * 64 + 64);
  whole.set(bytes);
  whole[bytes.length] = 0x80;
  new DataView(whole.buffer).setUint32(whole.length - 4, bytes.length * 8);
  return new DataView(whole.buffer);
}

function mixed(state, view, at) {
  const w = new Int32Array(64);
  for (let i = 0; i < 64; i += 1) {
    if (i < 16) { w[i] = view.getInt32(at + i * 4); continue; }
    const low = turned(w[i - 15], 7) ^ turned(w[i - 15], 18) ^ (w[i - 15] >>> 3);
    const high = turned(w[i - 2], 17) ^ turned(w[i - 2], 19) ^ (w[i - 2] >>> 10);
    w[i] = (w[i - 16] + low + w[i - 7] + high) | 0;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let i = 0; i < 64; i += 1) {
    const one = (h + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + ROUNDS[i] + w[i]) | 0;
    const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  return [a, b, c, d, e, f, g, h].map((x, i) => (x + state[i]) | 0);
}

/** Return the fingerprint as the server computes it (`grants/versions.py`): UTF-8, line ends as one sign. */
export function fingerprint(text) {
  const view = padded(new TextEncoder().encode(text.replace(/\r\n?/g, "\n")));
  let state = START;
  for (let at = 0; at < view.byteLength; at += 64) state = mixed(state, view, at);
  return state.map((x) => (x >>> 0).toString(16).padStart(8, "0")).join("");
}
