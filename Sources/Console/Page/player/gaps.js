// Gaps of streams: how they are drawn and what is said about them.

import { length } from "./times.js";

/** A gap is at least this wide on the screen, px: one of a millisecond in an hour is seen too. */
const SMALLEST = 3;

/** The gaps of one stream, in order. */
export function gapsOf(session, stream) {
  return (session.gaps ?? []).filter((gap) => gap.stream === stream).sort((a, b) => a.from_s - b.from_s);
}

/** The gap at a moment; `slackS` to each side of it, for pointers. */
export function gapAt(gaps, seconds, slackS = 0) {
  return gaps.find(({ from_s: from, to_s: to }) => seconds >= from - slackS && seconds <= to + slackS);
}

/** Whether a gap lies between two samples. */
export function isApart(gaps, before, after) {
  return gaps.some(({ from_s: from, to_s: to }) => from < after && to > before);
}

/** "Gap of 3.2 s: the device restarted; 412 samples lost." */
export function gapWords({ from_s: from, to_s: to, cause, lost, lost_bound: bound }) {
  const why = cause ? `: ${String(cause).replaceAll("_", " ").replaceAll("-", " ")}` : "";
  let what = "";
  if (Number.isFinite(lost)) {
    const about = Number.isFinite(bound) && bound > 0;
    what = `; ${about ? "about " : ""}${lost.toLocaleString("en")} samples lost${about ? ` (± ${bound.toLocaleString("en")})` : ""}`;
  }
  return `Gap of ${length(to - from)}${why}${what}.`;
}

/** Hatches the gaps. */
export function drawGaps(context, gaps, { fromS, toS, xOf, height, theme }) {
  let reached = -Infinity;
  for (const { from_s: from, to_s: to } of gaps) {
    if (to < fromS || from > toS) continue;
    let [left, right] = [Math.max(-4, xOf(from)), Math.min(xOf(toS) + 4, xOf(to))];
    if (right - left < SMALLEST) [left, right] = [(left + right - SMALLEST) / 2, (left + right + SMALLEST) / 2];
    // Thousands of short gaps in one pixel are one mark.
    if (right <= reached) continue;
    reached = right;
    context.fillStyle = theme["warn-soft"];
    context.fillRect(left, 0, right - left, height);
    context.fillStyle = theme.hatch(context, theme["warn-line"]);
    context.fillRect(left, 0, right - left, height);
    context.fillStyle = theme["warn-line"];
    context.fillRect(left, 0, 1, height);
    context.fillRect(right - 1, 0, 1, height);
  }
}
