// The client's emotion as it was judged turn by turn: valence and arousal, each held until the next judgement.

import { plain } from "./canvas-text.js";
import { number, sessionTime } from "./times.js";

export class EmotionsTrack {
  id = "emotions";
  kind = "emotions";
  label = "Emotion";
  legend = [{ label: "valence", series: 2 }, { label: "arousal", series: 3, dash: "dashed" }];
  height = 58;

  constructor({ session }) { this.refresh(session); }

  refresh(session) {
    this.session = session;
    // What was read from the words counts; where nothing was, what the persona was told, or what was displayed.
    const all = session.emotions ?? [];
    const which = ["scored", "intended", "displayed"].find((one) => all.some((emotion) => emotion.which === one));
    this.note = which ?? "";
    this.emotions = all.filter((one) => one.which === which).sort((a, b) => a.t_s - b.t_s);
  }

  draw(context, { fromS, toS, xOf, width, height, theme }) {
    const yOf = (value) => height / 2 - (height / 2 - 8) * Math.max(-1, Math.min(1, value));
    context.fillStyle = theme.line;
    context.fillRect(0, Math.round(height / 2), width, 1);
    this.caption = { high: "1", low: "−1" };
    const shown = this.emotions.filter((one, index) => one.t_s <= toS && (this.emotions[index + 1]?.t_s ?? Infinity) >= fromS);
    for (const [name, { series, dash }] of [["valence", this.legend[0]], ["arousal", this.legend[1]]]) {
      context.strokeStyle = theme.series[series];
      context.fillStyle = theme.series[series];
      context.lineWidth = 1.5;
      context.setLineDash(dash ? [4, 3] : []);
      context.beginPath();
      shown.forEach((one, index) => {
        if (!Number.isFinite(one[name])) return;
        const end = index + 1 < shown.length ? xOf(shown[index + 1].t_s) : Math.min(width, xOf(this.session.last_s));
        context.moveTo(xOf(one.t_s), yOf(one[name]));
        context.lineTo(end, yOf(one[name]));
      });
      context.stroke();
      context.setLineDash([]);
      for (const one of shown) {
        if (!Number.isFinite(one[name])) continue;
        const [x, y] = [xOf(one.t_s), yOf(one[name])];
        context.beginPath();
        if (name === "valence") context.arc(x, y, 3, 0, 2 * Math.PI);
        else context.rect(x - 2.75, y - 2.75, 5.5, 5.5);
        context.fill();
      }
    }
    this.#drawFaces(context, shown, xOf, height, theme);
  }

  #drawFaces(context, shown, xOf, height, theme) {
    context.font = `${1.1 * theme.size}px sans-serif`;
    context.textBaseline = "alphabetic";
    context.fillStyle = theme.ink;
    let free = -Infinity;
    for (const one of shown) {
      const x = xOf(one.t_s);
      if (x < free || !one.emoji) continue;
      context.fillText(plain(one.emoji, 3), x + 4, height - 4);
      free = x + 26;
    }
  }

  #at(seconds) { return this.emotions.findLast(({ t_s: at }) => at <= seconds + 1e-6); }

  valueAt(seconds) {
    const one = this.#at(seconds);
    if (!one) return { text: "–" };
    return { text: `${number(one.valence, 2)} · ${number(one.arousal, 2)}`, detail: plain(one.label ?? one.category, 30) };
  }

  hintAt(seconds) {
    const one = this.#at(seconds);
    if (!one) return null;
    const how = one.corrected ? ` · corrected to ${plain(one.corrected.category ?? "", 40)} by ${plain(one.corrected.actor ?? "the participant", 40)}` : "";
    return `${sessionTime(one.t_s)} · turn ${one.turn}: ${plain(one.label ?? one.category, 60)} · valence ${number(one.valence, 2)}, arousal ${number(one.arousal, 2)} (of −1 to 1)${how}`;
  }
}
