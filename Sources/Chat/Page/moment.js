// Times on the page's own clock, performance.now(), whose zero is the page's load. The server
// puts them onto the session's clock with the round trips of clock.js; the wall clock is never used.

/** Now, in nanoseconds. */
export function now() {
  return nanoseconds(performance.now());
}

/** The time of a browser event in nanoseconds; now, where the browser gives none that can be. */
export function timeOf(event) {
  const current = performance.now();
  const stamp = event?.timeStamp;
  const isPossible = Number.isFinite(stamp) && stamp > 0 && stamp <= current + 1;
  return nanoseconds(isPossible ? stamp : current);
}

export function nanoseconds(milliseconds) {
  return Math.round(milliseconds * 1e6);
}

/** Calls back with the time in nanoseconds at which what is in the document now has been painted. */
export function whenPainted(report) {
  requestAnimationFrame(() => requestAnimationFrame(() => report(now())));
}
