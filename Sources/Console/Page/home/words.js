// Times, durations and states as the list of sessions has them.

const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** A moment, from nanoseconds since 1970. */
export function when(utcNs) { return moment.format(new Date(utcNs / 1e6)); }

/** A moment as HTML's `datetime` has it. */
export function machineTime(utcNs) { return new Date(utcNs / 1e6).toISOString(); }

/** A duration with its units, such as "1 h 02 min" or "4 min 09 s". */
export function duration(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value) => String(value).padStart(2, "0");
  if (hours > 0) return `${hours} h ${two(minutes)} min`;
  return minutes > 0 ? `${minutes} min ${two(rest)} s` : `${rest} s`;
}

const states = {
  recording: ["ok", "Recording"],
  stopping: ["idle", "Stopping"],
  stopped: ["idle", "Being finished"],
  finishing: ["idle", "Being finished"],
  finished: ["idle", "Finished"],
  interrupted: ["warn", "Interrupted"],
  aborted: ["warn", "Aborted"],
  withdrawn: ["bad", "Withdrawn"],
};

/** A session's state as a badge has it: how it stands, and in words. */
export function stateOf(session) { return states[session.state] ?? ["idle", session.state]; }

/** What a session is, in words. */
export function kindOf(session) { return session.kind === "commentary" ? "Think-aloud" : session.kind === "chat" ? "Chat" : session.kind; }
