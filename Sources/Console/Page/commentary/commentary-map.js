// Speech time and session time, both ways: each stretch of the position log is a line. Pure.

export class CommentaryMap {
  #stretches;

  /**
   * @param {object[]} map as the server gives it: `{speech_s, session_s, rate, playing}`, in order of time
   * @param {number} end where the commentary ends, in s of speech time
   */
  constructor(map, end) {
    this.end = end;
    this.#stretches = map.map((entry, index) => ({
      from: entry.speech_s, to: Math.max(entry.speech_s, map[index + 1]?.speech_s ?? end), session: entry.session_s,
      rate: entry.playing ? entry.rate : 0, playing: entry.playing, by: entry.by, cause: entry.cause,
    })).filter((stretch, index, all) => stretch.to > stretch.from || index === all.length - 1);
  }

  /** All stretches `{from, to, session, rate, playing, by}`; `rate` is 0 where the replay stood. */
  get stretches() { return this.#stretches; }

  /** The stretch at a moment of speech time; null before the first. */
  at(speech) {
    let low = 0;
    let high = this.#stretches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#stretches[middle].from <= speech) low = middle + 1;
      else high = middle;
    }
    return this.#stretches[low - 1] ?? null;
  }

  /** Where the replay was at a moment of speech time; null before it began. */
  toSession(speech) {
    const stretch = this.at(speech);
    return stretch ? stretch.session + stretch.rate * (Math.min(speech, stretch.to) - stretch.from) : null;
  }

  /** The stretches in which the replay passed a position, or stood there, in order. */
  passing(session) {
    return this.#stretches.filter((stretch) => {
      const end = stretch.session + stretch.rate * (stretch.to - stretch.from);
      return stretch.playing ? session >= stretch.session && session < end : Math.abs(session - stretch.session) < 1e-6;
    });
  }

  /**
   * When the replay played through a position, in speech time: in the stretch `current` where it still does,
   * else the first time. null where it never did.
   */
  toSpeech(session, current = null) {
    const stretches = this.passing(session).filter(({ playing }) => playing);
    const stretch = stretches.find((one) => one === current) ?? stretches[0];
    return stretch ? { speech: stretch.from + (session - stretch.session) / stretch.rate, stretch } : null;
  }

  /** The moment of speech time that is nearest to a position, wherever the replay was. */
  nearest(session, speech = 0) {
    const passing = this.passing(session);
    if (passing.length > 0) {
      // Of several passes the next one, as one listens.
      const chosen = passing.find(({ to }) => to > speech) ?? passing[0];
      return chosen.playing ? chosen.from + (session - chosen.session) / chosen.rate : chosen.from;
    }
    let best = null;
    for (const { from, to, session: start, rate } of this.#stretches) {
      for (const [moment, position] of [[from, start], [to, start + rate * (to - from)]]) {
        const distance = Math.abs(position - session);
        if (best === null || distance < best.distance) best = { distance, moment };
      }
    }
    return best?.moment ?? 0;
  }

  /** Times at which the replay stood: `{session, from, to}`, longer than so many seconds. */
  pauses(least = 0.5) { return this.#stretches.filter(({ playing, from, to }) => !playing && to - from >= least); }
}
