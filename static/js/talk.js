/* One save to the server and what its answer means. Only an answer that speaks our protocol counts as one:
   a portal of a hotel answers 200 as well. */

import { person } from "./device.js";

const PATIENCE = 20000;
const SESSION = "/accounts/session";
const field = 'input[name="csrf_token"]';
const meta = () => document.querySelector('meta[name="csrf-token"]');

/** Take a fresh token, for saves and for every form of the page. */
function renew(token) {
  meta()?.setAttribute("content", token);
  document.querySelectorAll(field).forEach((input) => { input.value = token; });
}

async function posted(url, body) {
  const headers = { "X-CSRFToken": meta()?.content ?? "", "X-Requested-With": "fetch", "X-Person": person(), Accept: "application/json" };
  const response = await fetch(url, { method: "POST", headers, body, signal: AbortSignal.timeout(PATIENCE) });
  const said = await response.json().catch(() => null);
  return { status: response.status, said: said && typeof said === "object" ? said : null };
}

function meant({ status, said }) {
  const ours = said && (said.kind === "saved" || Array.isArray(said.findings));
  const message = said?.message || said?.findings?.[0]?.message;
  if (said?.kind === "saved") return { kind: "saved", said };
  if (said?.kind === "session") return { kind: "session" };
  if (said?.kind === "token") return said.person && said.person !== person() ? { kind: "another" } : { kind: "failed" };
  if (status === 413) return { kind: "refused", message: message ?? "it is larger than what can be taken at once." };
  if (!ours) return { kind: status >= 500 ? "failed" : "lost" };
  if (status === 403 || status === 404) return { kind: "closed", message };
  if (status >= 500 || status === 429) return { kind: "failed" };
  return { kind: "refused", message };
}

/** Post fields; the answer's kind is saved, lost, failed, session, another, closed or refused. */
export async function post(url, pairs) {
  const body = new URLSearchParams(pairs);
  try {
    let answer = await posted(url, body);
    if (answer.said?.kind === "token" && answer.said.token && (answer.said.person ?? person()) === person()) {
      renew(answer.said.token);
      answer = await posted(url, body);
    }
    return meant(answer);
  } catch {
    return { kind: "lost" };
  }
}

/** Ask who is signed in: "same" with a fresh token taken, "another", "nobody", or "lost". */
export async function session() {
  try {
    const response = await fetch(SESSION, { headers: { "X-Requested-With": "fetch", Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE) });
    const said = await response.json();
    if (!response.ok || said?.kind !== "session") return "lost";
    if (!said.person) return "nobody";
    if (said.person !== person()) return "another";
    renew(said.token);
    return "same";
  } catch {
    return "lost";
  }
}
