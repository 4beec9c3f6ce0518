// How times and states are said.

/** `4:07`, or `1:04:07`; tenths where wanted. */
export function clockWords(seconds, tenths = false) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(whole / 3600);
  const text = hours > 0 ? `${hours}:${parts.join(":")}` : parts.join(":").replace(/^0/, "");
  return tenths ? `${text}.${Math.floor(Math.max(0, seconds) * 10) % 10}` : text;
}

/** A delay since the task, in words: `12 min`, `3 h 5 min`, `2 days`. */
export function delayWords(ms) {
  if (!Number.isFinite(ms)) return "unknown";
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return "under a minute";
  if (minutes < 90) return `${minutes} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `${Math.round(minutes / 1440)} days`;
}
