// Asking the console's server. Whatever goes wrong becomes an error whose message is for people.

let token = "";

/** Sets what goes with each request that changes something. */
export function setToken(value) { token = value; }

/** What the server refused, with its status, and all that it answered. */
export class Refusal extends Error {
  constructor(status, message, answer = null) {
    super(message);
    this.status = status;
    this.answer = answer;
  }
}

let leavesUntil = 0;
let whenSignedOut = () => {
  // Several questions are refused at once: leaving anew would break off the leaving that is under way.
  if (performance.now() < leavesUntil) return;
  leavesUntil = performance.now() + 5000;
  location.assign(`/sign-in?from=${encodeURIComponent(location.pathname + location.search)}`);
};

/** Has something else done than to leave the page where nobody is signed in any more: it may hold what is not sent. */
export function stayWhenSignedOut(handler) { whenSignedOut = handler; }

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, { ...options, credentials: "same-origin" });
  } catch {
    throw new Refusal(0, "The console does not answer. Is it running, and is the network there?");
  }
  if (response.ok) return response;
  let message = `The console answered with an error (${response.status}).`;
  let answer = null;
  try {
    answer = await response.json();
    message = answer.error ?? message;
  } catch { /* the status has to do */ }
  if (response.status === 401) whenSignedOut();
  throw new Refusal(response.status, message, answer);
}

/** The JSON at an address. `signal` aborts it. */
export async function get(path, { signal } = {}) { return (await ask(path, { signal })).json(); }

/** The bytes at an address, as an ArrayBuffer. */
export async function getBytes(path, { signal } = {}) { return (await ask(path, { signal })).arrayBuffer(); }

/** Sends JSON; gives the JSON of the answer. */
export async function post(path, body = {}, { signal, keepalive } = {}) {
  const response = await ask(path, {
    method: "POST", body: JSON.stringify(body), signal, keepalive,
    headers: { "content-type": "application/json", "x-attune-csrf": token },
  });
  return response.json();
}

/** Sends bytes; gives the JSON of the answer. */
export async function postBytes(path, bytes, type, { signal, keepalive } = {}) {
  const response = await ask(path, {
    method: "POST", body: bytes, signal, keepalive, headers: { "content-type": type, "x-attune-csrf": token },
  });
  return response.json();
}

/**
 * Server-sent events at an address: `handlers` by the event's name, each with its JSON; `onstate` hears
 * "open" and "lost". The browser connects anew by itself. Returns what closes it.
 */
export function follow(path, handlers, onstate = () => {}) {
  const source = new EventSource(path);
  source.onopen = () => onstate("open");
  source.onerror = () => onstate("lost");
  for (const [name, handler] of Object.entries(handlers)) {
    source.addEventListener(name, (event) => handler(JSON.parse(event.data)));
  }
  return () => source.close();
}
