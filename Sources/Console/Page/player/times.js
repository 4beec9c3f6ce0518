// Times for people: session time, wall clock, time within a phase, lengths.

/** Session time as h:mm:ss with `digits` after the point: "0:02:03.456". */
export function sessionTime(seconds, digits = 3) {
  if (!Number.isFinite(seconds)) return "–";
  const scale = 10 ** digits;
  const whole = Math.round(Math.abs(seconds) * scale);
  const [parts, rest] = [Math.floor(whole / scale), whole % scale];
  const two = (value) => String(value).padStart(2, "0");
  const text = `${Math.floor(parts / 3600)}:${two(Math.floor(parts / 60) % 60)}:${two(parts % 60)}`;
  return (seconds < 0 && whole > 0 ? "−" : "") + text + (digits ? `.${String(rest).padStart(digits, "0")}` : "");
}

/** A length of time: "2 h 5 min", "3.2 s", "410 ms". */
export function length(seconds) {
  if (!Number.isFinite(seconds)) return "unknown";
  const size = Math.abs(seconds);
  if (size < 1) return `${number(1000 * seconds)} ms`;
  if (size < 60) return `${number(seconds)} s`;
  const whole = Math.round(size);
  const pieces = [[Math.floor(whole / 3600), "h"], [Math.floor(whole / 60) % 60, "min"], [whole % 60, "s"]];
  return pieces.filter(([value]) => value).slice(0, 2).map(([value, unit]) => `${value} ${unit}`).join(" ");
}

/** A number with three to four figures that count, without an exponent where that can be. */
export function number(value, figures = 3) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return value.toExponential(2).replace("-", "−").replace("e−", "e-");
  const digits = size === 0 ? 0 : Math.max(0, figures - 1 - Math.floor(Math.log10(size)));
  return String(Number(value.toFixed(Math.min(digits, 6)))).replace("-", "−");
}

/** Milliseconds since 1970 of a session's start, which comes as ISO 8601 or as nanoseconds. */
export function startOf(session) {
  const { started_utc: started } = session;
  return typeof started === "number" ? started / 1e6 : Date.parse(started);
}

/** The wall clock at a moment of a session, in UTC: "2026-11-21 09:30:12.345 UTC". */
export function wallClock(session, seconds) {
  const ms = startOf(session) + 1000 * seconds;
  if (!Number.isFinite(ms)) return "wall clock unknown";
  return `${new Date(Math.round(ms)).toISOString().replace("T", " ").replace("Z", "")} UTC`;
}

/** The phase at a moment, or undefined. */
export function phaseAt(session, seconds) {
  return session.phases?.findLast((phase) => phase.from_s <= seconds && (phase.to_s === null || phase.to_s === undefined || seconds < phase.to_s));
}

/** Time within the phase: "chat 0:01:20.0"; empty outside of phases. */
export function phaseTime(session, seconds, digits = 1) {
  const phase = phaseAt(session, seconds);
  return phase ? `${phase.name} ${sessionTime(seconds - phase.from_s, digits)}` : "";
}
