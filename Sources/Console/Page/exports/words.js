// What is said of exports: options, reasons, how far one is.

const reasons = {
  pilot: "a trial run: choose “Trial runs, too” to take it in",
  withdrawn: "consent was withdrawn",
  recording: "still being recorded",
  participant: "not one of the chosen participants",
  unreadable: "cannot be read",
};

/** Why a session is left out. What cannot be read tells more of it. */
export function reasonOf({ reason, message }) {
  const words = reasons[reason] ?? message;
  return reason === "unreadable" && message ? `${words} (${message})` : words;
}

/** "1 session", "2 sessions". */
export function count(number, word) { return `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`; }

/** The choices of an export, each in words; `choices` is what the form offers. */
export function optionsOf(request, choices) {
  const titles = new Map(choices.tiers.flatMap(({ name, title, kinds }) => [...kinds.map((kind) => [kind.name, kind.title]), [name, title]]));
  const only = (name, list) => (list.length ? `only ${name}: ${list.join(", ")}` : null);
  return [
    request.is_packed ? "packed" : null,
    only("participants", request.participants), only("phases", request.phases), only("streams", request.streams),
    request.left_out.length ? `without: ${request.left_out.map((name) => titles.get(name) ?? name).join(", ")}` : null,
    request.takes_pilots ? "with trial runs" : "without trial runs",
    request.has_pseudonyms ? "pseudonyms" : "names as they are",
    request.moves_dates ? "dates moved" : null,
  ].filter(Boolean);
}

/** The titles of an export's formats, without what stands in brackets. */
export function formatsOf(request, choices) {
  const titles = new Map(choices.formats.map(({ name, title }) => [name, title.replace(/ \(.*/, "")]));
  return request.formats.map((name) => titles.get(name) ?? name).join(", ");
}

/** How an export ended, as a badge has it. */
export const states = {
  done: ["ok", "Done"],
  failed: ["bad", "Failed"],
  cancelled: ["idle", "Cancelled"],
  interrupted: ["warn", "Cut off"],
};

/** How far the export that is being written is: a share from 0 to 1, or null, and in words. */
export function progressOf({ rows, expected, table, sessions, is_cancelled: isCancelled }) {
  if (isCancelled) return { share: null, words: "Being cancelled …" };
  if (sessions === null || sessions === undefined) return { share: null, words: "Looking which sessions there are …" };
  if (!expected) return { share: null, words: `Reading ${count(sessions, "session")} …` };
  const share = Math.min(1, rows / expected);
  if (table === "manifest") return { share: 1, words: "Checking what was written …" };
  return { share, words: `${Math.floor(100 * share)}%: ${rows.toLocaleString("en")} of ${expected.toLocaleString("en")} rows and samples` };
}
