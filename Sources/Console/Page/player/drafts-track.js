// How long the draft in the message field was while it was written.

import { drawText } from "./canvas-text.js";
import { length, number } from "./times.js";

/** Where more than this is shown, s, drafts are only told from the turns. */
const LONGEST = 3600;

export class DraftsTrack {
  id = "drafts";
  kind = "drafts";
  label = "Drafts";
  height = 36;

  /** `drafts`: the Drafts that are read on demand. */
  constructor({ session, drafts }) {
    this.drafts = drafts;
    this.refresh(session);
  }

  refresh(session) {
    this.session = session;
    this.note = session.consent?.draft_text ? "length, in characters" : "length (text not consented)";
  }

  draw(context, { fromS, toS, xOf, height, theme, secondsPerPixel }) {
    const stretches = this.drafts.stretches.filter(({ from_s: from, to_s: to }) => to >= fromS && from <= toS);
    if (toS - fromS <= LONGEST) this.drafts.want(fromS, toS);
    const colour = theme.series[0];
    const lengths = stretches.map((stretch) => this.drafts.lengths(stretch));
    const most = Math.max(20, ...lengths.map((one) => one?.most ?? 0));
    const yOf = (count) => height - 4 - (height - 10) * count / most;
    this.caption = lengths.some(Boolean) ? { high: number(most) } : null;
    stretches.forEach((stretch, index) => {
      const [left, right] = [xOf(stretch.from_s), Math.max(xOf(stretch.from_s) + 1.5, xOf(stretch.to_s))];
      const course = lengths[index];
      if (!course) {
        context.fillStyle = theme.sunk;
        context.fillRect(left, 6, right - left, height - 10);
        context.fillStyle = colour;
        context.fillRect(left, height - 5, right - left, 1.5);
        return;
      }
      context.fillStyle = colour;
      context.globalAlpha = 0.28;
      context.beginPath();
      context.moveTo(xOf(course.times[0] ?? stretch.from_s), yOf(0));
      let count = 0;
      course.times.forEach((time, place) => {
        const x = xOf(time);
        context.lineTo(x, yOf(count));
        count = course.counts[place];
        context.lineTo(x, yOf(count));
      });
      context.lineTo(right, yOf(count));
      context.lineTo(right, yOf(0));
      context.fill();
      context.globalAlpha = 1;
      if (secondsPerPixel > 0.2) return;
      for (let place = 0; place < course.times.length; place += 1) {
        context.fillStyle = course.deletes[place] ? theme.danger : colour;
        context.fillRect(xOf(course.times[place]) - 0.5, height - 6, 1, 5);
      }
    });
    if (stretches.length === 0) {
      context.font = theme.font;
      context.textBaseline = "middle";
      context.fillStyle = theme.soft;
      drawText(context, "no draft here", 8, height / 2, 200);
    }
  }

  valueAt(seconds) {
    const state = this.drafts.at(seconds);
    return state && state.units.length > 0 ? { text: `${state.units.length} characters` } : { text: "–" };
  }

  hintAt(seconds) {
    const stretch = this.drafts.stretches.find(({ from_s: from, to_s: to }) => seconds >= from && seconds <= to);
    return stretch ? `Draft of turn ${stretch.turn ?? "that was not sent"}: ${length(stretch.to_s - stretch.from_s)} of writing` : null;
  }
}
