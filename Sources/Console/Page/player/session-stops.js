// Where "next" and "previous" lead in a session, by kind.

import { happenings, isPause } from "./events-panel.js";
import { turnTime } from "./turns-track.js";

export function addSessionStops(stops, session) {
  const timesOf = (list, member = "t_s") => () => (session()[list] ?? []).map((one) => one[member]);
  stops.add({ kind: "event", times: () => happenings(session()).map(({ t_s: at }) => at) });
  stops.add({ kind: "turn", times: () => (session().turns ?? []).map(turnTime) });
  stops.add({ kind: "peak", times: () => (session().peaks ?? []).filter(({ kind }) => !isPause(kind)).map(({ t_s: at }) => at) });
  stops.add({ kind: "pause", times: () => (session().peaks ?? []).filter(({ kind }) => isPause(kind)).map(({ t_s: at }) => at) });
  stops.add({ kind: "pause", times: timesOf("pauses", "from_s") });
  stops.add({ kind: "gap", times: timesOf("gaps", "from_s") });
}
