// Idle stretches: where for longer than a threshold nobody pressed a key, said something or caused an event.

import { turnTime } from "./turns-track.js";

/** So much before and after what happened is played too, s. */
const ROOM = 0.5;

/** All moments at which something happened, in order. */
export function activity(session, keyTimes) {
  const times = [...keyTimes];
  for (const turn of session.turns ?? []) times.push(turn.composed_from_s, turn.sent_s, turnTime(turn));
  for (const list of ["marks", "suggestions", "insertions", "events", "emotions"]) for (const { t_s: at } of session[list] ?? []) times.push(at);
  for (const { from_s: from, to_s: to } of session.phases ?? []) times.push(from, to);
  return times.filter(Number.isFinite).sort((a, b) => a - b);
}

/** The stretches that are skipped: `[[from, to], …]`, each with room left at its ends. */
export function idleStretches(times, [first, last], thresholdS) {
  const stretches = [];
  let before = first;
  for (const time of [...times.filter((at) => at > first && at < last), last]) {
    if (time - before > Math.max(thresholdS, 2 * ROOM)) {
      stretches.push([before === first ? first : before + ROOM, time === last ? last : time - ROOM]);
    }
    before = time;
  }
  return stretches;
}
