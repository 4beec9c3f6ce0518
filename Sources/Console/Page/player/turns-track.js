// Who said what when: the participant's turns with the time they were composed, all turns from when they were sent to
// when they were shown, and their words where there is room.

import { drawText, plain } from "./canvas-text.js";
import { length, sessionTime } from "./times.js";

/** How the authors are called. */
export const AUTHORS = { participant: "Participant", client: "Client", operator: "Operator" };

export function authorName(author) { return AUTHORS[author] ?? plain(author, 30); }

/** When a turn stood on the participant's screen, s; for one that never did, when it was sent. */
export function turnTime(turn) { return turn.shown_s ?? turn.sent_s; }

export class TurnsTrack {
  id = "turns";
  kind = "turns";
  label = "Chat";
  note = "composed ▸ sent ▸ shown";
  height = 58;

  constructor({ session }) { this.refresh(session); }

  refresh(session) {
    this.session = session;
    this.turns = session.turns ?? [];
  }

  #lane(turn, height) {
    const tall = (height - 8) / 2;
    return { top: turn.author === "participant" ? 4 + tall : 3, tall: tall - 2 };
  }

  draw(context, { fromS, toS, xOf, width, height, theme }) {
    context.font = theme.font;
    context.textBaseline = "middle";
    const after = { participant: Infinity, client: Infinity };
    // From the last to the first: each knows how far its words may reach.
    for (let place = this.turns.length - 1; place >= 0; place -= 1) {
      const turn = this.turns[place];
      const own = turn.author === "participant" ? "participant" : "client";
      const begin = turn.composed_from_s ?? turn.sent_s ?? turn.shown_s;
      const shown = turnTime(turn);
      const next = after[own];
      after[own] = begin;
      if (begin > toS || next < fromS || !Number.isFinite(shown)) continue;
      const { top, tall } = this.#lane(turn, height);
      const colour = theme.series[own === "participant" ? 0 : 1];
      const [left, x] = [Math.max(-4, xOf(begin)), xOf(shown)];
      const sent = Number.isFinite(turn.sent_s) ? xOf(turn.sent_s) : x;
      if (sent - left > 1) {
        context.fillStyle = theme.sunk;
        context.fillRect(left, top, sent - left, tall);
        context.strokeStyle = colour;
        context.lineWidth = 1;
        context.setLineDash([3, 2]);
        context.strokeRect(left + 0.5, top + 0.5, sent - left - 1, tall - 1);
        context.setLineDash([]);
      }
      context.fillStyle = colour;
      if (x > sent) context.fillRect(sent, top + tall / 2 - 1.5, x - sent, 3);
      context.fillRect(sent - 0.75, top, 1.5, tall);
      context.fillRect(x - 1, top, 2.5, tall);
      this.#drawBound(context, turn, x, top + tall - 2, xOf);
      const until = Math.min(next === Infinity ? width : xOf(next), width);
      const start = Math.max(x + 5, 4);
      context.fillStyle = theme.ink;
      drawText(context, turn.text, start, top + tall / 2 + 0.5, until - start - 6);
    }
  }

  /** How exactly the moment is known: a bar with ends, where it is wide enough to be seen. */
  #drawBound(context, turn, x, y, xOf) {
    if (!Number.isFinite(turn.bound_ms)) return;
    const half = xOf(turnTime(turn) + turn.bound_ms / 1000) - x;
    if (half < 2) return;
    context.fillRect(x - half, y, 2 * half, 1);
    context.fillRect(x - half, y - 3, 1, 7);
    context.fillRect(x + half, y - 3, 1, 7);
  }

  valueAt(seconds) {
    const turn = this.turns.findLast((one) => turnTime(one) <= seconds + 1e-6);
    return turn ? { text: `${authorName(turn.author)} ${turn.number}`, detail: plain(turn.text, 60) } : { text: "–" };
  }

  hintAt(seconds, { secondsPerPixel, y, height }) {
    const lower = y > height / 2;
    const turn = this.turns.findLast((one) =>
      (one.author === "participant") === lower && (one.composed_from_s ?? turnTime(one)) <= seconds + 3 * secondsPerPixel);
    if (!turn) return null;
    const pieces = [`${authorName(turn.author)}, turn ${turn.number}`];
    if (Number.isFinite(turn.composed_from_s)) pieces.push(`composed from ${sessionTime(turn.composed_from_s)}`);
    if (Number.isFinite(turn.sent_s)) pieces.push(`sent ${sessionTime(turn.sent_s)}`);
    if (Number.isFinite(turn.shown_s)) pieces.push(`shown ${sessionTime(turn.shown_s)}`);
    if (Number.isFinite(turn.bound_ms)) pieces.push(`± ${length(turn.bound_ms / 1000)}`);
    return `${pieces.join(" · ")}: ${plain(turn.text, 160)}`;
  }
}
