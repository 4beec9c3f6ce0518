// The session's tracks in small, for the researcher: the same tracks as in playback, on one time axis.

import { make } from "/participant/elements.js";
import { get } from "../api.js";
import { useStyle } from "../app.js";
import { SignalTrack } from "../player/signal-track.js";
import { Theme } from "../player/theme.js";
import { TileStore } from "../player/tiles.js";
import { TrackList } from "../player/track-list.js";
import { TurnsTrack } from "../player/turns-track.js";
import { TimeView } from "../player/view.js";

/** Which tracks tell most, in this order, and how many of them there is room for. */
const telling = ["heart-rate", "phasic", "tonic", "rr", "signal"];
const most = 3;

/**
 * Fills `place` with the tracks of a session.
 * @param {PlayerClock} clock whose position the playhead shows
 * @param {{cues, signals, peaks, onseek}} what `cues`: cue points, for the researcher alone; `signals`, `peaks`: whether they
 *   are shown; `onseek(s)`: where a click goes
 */
export async function showSmallTracks(place, session, clock, { cues = null, signals = true, peaks = false, onseek = null }) {
  const [manifest] = await Promise.all([get(`/api/sessions/${encodeURIComponent(session)}`), useStyle("/page/player/player.css")]);
  const range = clock.range;
  const list = new TrackList({ view: new TimeView(range), clock, theme: new Theme(), study: `${manifest.study}:think-aloud`, edge: () => null });
  const store = new TileStore({ session, onarrival: (track) => list.redraw(`signal:${track}`), onfailure: () => {} });
  list.add(new TurnsTrack({ session: manifest }));
  if (cues) list.add(new MomentTrack("Cue points", cues));
  if (peaks) list.add(new MomentTrack("Peaks", (manifest.peaks ?? []).map((peak) => ({ ...peak, origin: peak.kind }))));
  const chosen = !signals ? [] : [...(manifest.tracks ?? [])].filter(({ kind }) => telling.includes(kind))
    .sort((a, b) => telling.indexOf(a.kind) - telling.indexOf(b.kind)).slice(0, most);
  chosen.forEach((track, series) => list.add(new SignalTrack({ track, session: manifest, store, series })));
  list.rows.addEventListener("click", (event) => {
    const plot = event.target.closest(".track-plot");
    if (!plot || !onseek) return;
    const { left, width } = plot.getBoundingClientRect();
    onseek(range[0] + (event.clientX - left) / width * (range[1] - range[0]));
  });
  place.replaceChildren(list.element);
}

/** Moments as triangles. */
class MomentTrack {
  kind = "moments";
  height = 26;
  #moments;

  constructor(label, moments) {
    this.id = label;
    this.label = label;
    this.#moments = moments;
  }

  draw(context, { height, xOf, theme }) {
    context.fillStyle = theme.accent;
    for (const { t_s: time } of this.#moments) {
      const x = xOf(time);
      context.beginPath();
      context.moveTo(x, height - 5);
      context.lineTo(x - 5, 6);
      context.lineTo(x + 5, 6);
      context.fill();
    }
  }

  hintAt(s, { x, xOf }) {
    const near = this.#moments.find(({ t_s: time }) => Math.abs(xOf(time) - x) < 6);
    return near ? `${near.label} · ${near.origin}` : null;
  }
}
