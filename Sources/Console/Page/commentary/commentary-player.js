// The commentary's sound beside the session. In session time the sound follows the session's clock: it is
// heard where it was said while the replay went on. In speech time the session follows the sound: it stands
// where the replay stood, and goes back where it went back.

import { SessionSound } from "./session-sound.js";
import { SoundMap } from "./sound-map.js";

/** In speech time the session's clock is set anew where it is so much off, in s. */
const most = 0.012;

/** Events: `mode`; `playing`, when it begins or ends to play; `tick`, in speech time; `problem`. */
export class CommentaryPlayer extends EventTarget {
  /** "off", "session" or "speech" */
  mode = "off";
  /** Is heard in speech time. */
  audio = new Audio();
  /** Is heard in session time. */
  sound;
  #clock;
  #map = null;
  #times = new SoundMap([]);
  #told = null;
  #isOurs = false;
  #isWaiting = false;

  /** @param {import("../player/clock.js").PlayerClock} clock of the workbench */
  constructor(clock) {
    super();
    this.#clock = clock;
    this.sound = new SessionSound(clock);
    // In session time it is not needed, and would only keep the line busy.
    this.audio.preload = "metadata";
    this.audio.preservesPitch = true;
    clock.addEventListener("change", (event) => this.#changed(event.cause));
    for (const name of ["play", "pause", "seeked", "ended"]) {
      this.audio.addEventListener(name, () => {
        this.#lead();
        this.dispatchEvent(new Event("playing"));
      });
    }
    for (const one of [this.audio, this.sound]) {
      one.addEventListener(one === this.audio ? "error" : "problem", () => this.dispatchEvent(new Event("problem")));
    }
  }

  /**
   * Takes a commentary.
   * @param {CommentaryMap} map
   * @param {{address: string, times: SoundMap, reader: SoundReader}|null} sound
   */
  load(map, sound) {
    this.audio.pause();
    this.#map = map;
    this.#times = sound?.times ?? new SoundMap([]);
    if (sound) this.audio.src = sound.address;
    else this.audio.removeAttribute("src");
    this.sound.load(map, this.#times, sound?.reader ?? null);
    if (this.mode === "session") this.sound.start();
  }

  /** Where the speech is, in s of speech time; null where none is heard. */
  get speech() {
    if (this.mode === "session") return this.sound.speechAt(this.#clock.position);
    return this.mode === "speech" ? this.#times.toSpeech(this.audio.currentTime) : null;
  }

  setMode(mode) {
    if (mode === this.mode) return;
    const wasPlaying = this.playing || this.#clock.playing;
    const position = this.#clock.position;
    this.audio.pause();
    this.audio.playbackRate = 1;
    this.sound.stop();
    this.mode = mode;
    this.audio.preload = mode === "speech" ? "auto" : "metadata";
    if (mode === "speech" && this.#map) {
      if (wasPlaying) this.#own(() => this.#clock.pause());
      this.seekSpeech(this.#map.nearest(position, this.#times.toSpeech(this.audio.currentTime)));
      if (wasPlaying) this.play();
    } else if (mode === "session") {
      this.sound.start();
    }
    this.dispatchEvent(new Event("mode"));
  }

  // Whoever plays in speech time plays the sound, also where the session stands still.

  get playing() { return this.mode === "speech" && !this.audio.paused; }

  play() {
    this.audio.play().catch((error) => error.name !== "AbortError" && this.dispatchEvent(new Event("problem")));
    return true;
  }

  pause() { this.audio.pause(); }

  /** Goes to a moment of speech time, in either mode. */
  seekSpeech(speech) {
    if (this.mode !== "speech") {
      const session = this.#map?.toSession(speech) ?? null;
      if (session !== null) this.#clock.seek(session);
      return;
    }
    this.audio.currentTime = Math.max(0, this.#times.toFile(speech));
    this.#told = null;
    this.#lead();
  }

  /** In speech time: the session is where the sound was said. */
  #lead() {
    if (this.mode !== "speech" || !this.#map) return;
    const { speech } = this;
    const stretch = this.#map.at(speech);
    const playing = !this.audio.paused && Boolean(stretch?.playing);
    const position = this.#map.toSession(speech) ?? this.#map.stretches[0]?.session ?? 0;
    const rate = (stretch?.rate || 1) * this.audio.playbackRate;
    // At its end the session stands, though the sound may go on.
    const isOff = Math.abs(this.#clock.position - position) > most * rate
      || (this.#clock.playing !== playing && position < this.#clock.range[1] - most);
    if (stretch !== this.#told?.stretch || playing !== this.#told?.playing || rate !== this.#told?.rate || isOff) {
      this.#told = { stretch, playing, rate };
      this.#own(() => this.#clock.follow({ position_s: position, rate, playing, at_ms: performance.now() }));
    }
    if (!this.audio.paused) this.#again();
    this.dispatchEvent(new Event("tick"));
  }

  #again() {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    requestAnimationFrame(() => {
      this.#isWaiting = false;
      this.#lead();
    });
  }

  /** In speech time: changes of the clock that the reader made. */
  #changed(cause) {
    if (this.#isOurs || this.mode !== "speech" || !this.#map) return;
    if (cause === "play") this.play();
    else if (cause === "pause") this.pause();
    else if (cause === "seek") this.seekSpeech(this.#map.nearest(this.#clock.position, this.speech));
    else if (cause === "rate") this.audio.playbackRate = Math.min(4, Math.max(0.5, Math.abs(this.#clock.rate) / (this.#map.at(this.speech)?.rate || 1)));
  }

  #own(change) {
    this.#isOurs = true;
    change();
    this.#isOurs = false;
  }
}
