// How numbers and times are told, with their units.

/** A duration as m:ss or h:mm:ss; below zero with a minus. */
export function duration(ms) {
  if (!Number.isFinite(ms)) return "–";
  const seconds = Math.floor(Math.abs(ms) / 1000);
  const sign = ms < 0 && seconds > 0 ? "−" : "";
  const two = (value) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${sign}${hours}:${two(minutes)}:${two(seconds % 60)}` : `${sign}${minutes}:${two(seconds % 60)}`;
}

/** How long ago something was, in its largest unit. */
export function ago(ms) {
  if (!Number.isFinite(ms)) return "–";
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
}

/** A time of day on this computer's wall clock. */
export function timeOfDay(utcMs) {
  return new Date(utcMs).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
}

/** Bytes in binary units. */
export function bytes(count) {
  if (!Number.isFinite(count)) return "–";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let place = 0;
  while (count >= 1024 && place < units.length - 1) { count /= 1024; place += 1; }
  return `${count >= 100 || place === 0 ? Math.round(count) : count.toFixed(1)} ${units[place]}`;
}

/** A value with about four digits. */
export function value(number) {
  if (!Number.isFinite(number)) return "–";
  const size = Math.abs(number);
  if (size !== 0 && (size >= 100_000 || size < 0.001)) return number.toExponential(2);
  return number.toFixed(size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 2 : 3);
}

/** Hours and minutes of recording that fit. */
export function hours(count) {
  if (!Number.isFinite(count)) return "–";
  if (count >= 1000) return "over 1000 h";
  return count >= 10 ? `${Math.round(count)} h` : `${Math.floor(count)} h ${Math.floor((count % 1) * 60)} min`;
}
