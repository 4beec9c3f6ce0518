// The tracks that a session's manifest asks for, in the order in which they stand at first.

import { DraftsTrack } from "./drafts-track.js";
import { EmotionsTrack } from "./emotions-track.js";
import { isPause } from "./events-panel.js";
import { IntervalTrack } from "./interval-track.js";
import { KeysTrack } from "./keys-track.js";
import { PointTrack } from "./point-track.js";
import { SignalTrack } from "./signal-track.js";
import { length } from "./times.js";
import { TurnsTrack } from "./turns-track.js";

/** What was derived stands before what it was derived from: heart rate, then the ECG. */
const ORDER = ["heart-rate", "rr", "tonic", "phasic", "signal"];

/** The colour of each kind, so that all sessions look alike. */
const SERIES = { "heart-rate": 3, rr: 3, tonic: 2, phasic: 2 };

/** `session()`: the manifest as it is now; `store`: the TileStore; `drafts`: the Drafts; `edge()`: the end of what there is. */
export function sessionTracks({ session, store, drafts, edge }) {
  const now = session();
  const tracks = [
    new IntervalTrack({ id: "phases", kind: "phases", label: "Phases", items: () => session().phases ?? [], edge, height: 26 }),
  ];
  const labelled = { items: () => (session().phases ?? []).map((phase) => ({ ...phase, label: phase.name })) };
  Object.assign(tracks[0], labelled);
  tracks.push(new TurnsTrack({ session: now }), new DraftsTrack({ session: now, drafts }));
  const keys = now.tracks?.find(({ kind }) => kind === "keys");
  if (keys) tracks.push(new KeysTrack({ session: now, track: keys }));
  if (now.suggestions?.length || now.insertions?.length) tracks.push(suggestionsTrack(session));
  if (now.emotions?.length) tracks.push(new EmotionsTrack({ session: now }));
  const signals = (now.tracks ?? []).filter(({ kind }) => kind !== "keys");
  // A kind that is not known yet is drawn as what it comes as: values over time.
  const place = (kind) => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);
  let channel = 0;
  for (const track of [...signals].sort((a, b) => place(a.kind) - place(b.kind))) {
    tracks.push(new SignalTrack({ track, session: now, store, series: SERIES[track.kind] ?? [6, 5, 0, 1, 4, 7][channel++ % 6] }));
  }
  tracks.push(
    new PointTrack({
      id: "marks", kind: "marks", label: "Marks", series: 3, shape: "flag", items: () => session().marks ?? [],
    }),
    new PointTrack({
      id: "peaks", kind: "peaks", label: "Peaks", series: 1, shape: "triangle",
      items: () => (session().peaks ?? []).filter(({ kind }) => !isPause(kind)).map((peak) => ({ ...peak, label: peak.label || peak.kind })),
    }),
    new PointTrack({
      id: "events", kind: "events", label: "Events", series: 7, shape: "tick",
      items: () => (session().events ?? []).map(({ t_s: at, kind, text }) => ({ t_s: at, label: [kind, text].filter(Boolean).join(": ") })),
    }),
    new IntervalTrack({
      id: "pauses", kind: "pauses", label: "Pauses", look: "hatched", edge,
      items: () => (session().pauses ?? []).map(({ from_s: from, to_s: to, reason }) => ({ from_s: from, to_s: to, label: reason || "paused", detail: length(to - from) })),
    }));
  // Rows with nothing in them are there to be shown, and out of the way until then.
  for (const track of tracks) {
    if (["marks", "peaks", "events", "pauses"].includes(track.id)) track.hidden = track.items().length === 0;
  }
  return tracks;
}

function suggestionsTrack(session) {
  return new PointTrack({
    id: "suggestions", kind: "suggestions", label: "Suggestions", series: 4, shape: "square",
    items: () => [
      ...(session().suggestions ?? []).map(({ t_s: at, turn, groups }) => ({
        t_s: at, label: `for turn ${turn}`, detail: (groups ?? []).map((group) => group.title ?? group.name ?? group).join(", "),
      })),
      ...(session().insertions ?? []).map(({ t_s: at, turn }) => ({ t_s: at, label: "inserted", detail: turn ? `into turn ${turn}` : "", shape: "diamond" })),
    ].sort((a, b) => a.t_s - b.t_s),
  });
}
