// The commentary's sound beside the session. In session time the sound follows the session's clock: it is
// heard where it was said while the replay went on. In speech time the session follows the sound: it stands
// where the replay stood, and goes back where it went back.

import { SoundMap } from "./sound-map.js";

/** Beyond this the sound jumps to where it has to be, in s; below it its speed is bent. */
const jump = 0.12;
/** No more is bent, and that for some tenths of a second at most; the pitch stays. */
const mostBend = 0.4;
/** So many times what is off would be put right in a second. */
const gain = 8;
/** So much off is put right, in s. */
const goal = 0.004;
/** How long after a jump or a start a sound's own time is not to be trusted, in ms. */
const settling = 150;

export class CommentaryPlayer extends EventTarget {
  /** "off", "session" or "speech" */
  mode = "off";
  audio = new Audio();
  #clock;
  #map = null;
  #sound = new SoundMap([]);
  #stretch = null;
  #told = null;
  #movedAt = 0;
  #isOurs = false;
  /** The last errors of the sound against the clock, in s: what one looks at to see how well it follows. */
  errors = [];

  /** @param {import("../player/clock.js").PlayerClock} clock of the workbench */
  constructor(clock) {
    super();
    this.#clock = clock;
    this.audio.preload = "auto";
    this.audio.preservesPitch = true;
    clock.addEventListener("tick", () => this.mode === "session" && this.#follow());
    clock.addEventListener("change", (event) => this.#changed(event.cause));
    for (const name of ["play", "pause", "seeked", "ended"]) this.audio.addEventListener(name, () => this.#lead());
    this.audio.addEventListener("error", () => this.dispatchEvent(new Event("problem")));
  }

  /** Takes a commentary: its map, where its sound is, and the times of that. */
  load(map, address, sound) {
    this.audio.pause();
    this.#map = map;
    this.#sound = sound;
    this.#stretch = null;
    if (address) this.audio.src = address;
    else this.audio.removeAttribute("src");
  }

  get hasSound() { return this.audio.hasAttribute("src"); }

  /** Where the speech is, in s of speech time. */
  get speech() { return this.#sound.toSpeech(this.audio.currentTime); }

  setMode(mode) {
    if (mode === this.mode) return;
    this.audio.pause();
    this.audio.playbackRate = 1;
    const position = this.#clock.position;
    const wasPlaying = this.#clock.playing;
    this.mode = mode;
    if (mode === "speech" && this.#map) {
      if (wasPlaying) this.#own(() => this.#clock.pause());
      this.seekSpeech(this.#map.nearest(position, this.speech));
      if (wasPlaying) this.audio.play();
    } else if (mode === "session") {
      this.#follow();
    }
    this.dispatchEvent(new Event("mode"));
  }

  toggle() {
    if (this.mode !== "speech") this.#clock.toggle();
    else if (this.audio.paused) this.audio.play();
    else this.audio.pause();
  }

  /** Goes to a moment of speech time, in either mode. */
  seekSpeech(speech) {
    if (this.mode !== "speech") {
      const session = this.#map?.toSession(speech);
      if (session !== null) this.#clock.seek(session);
      return;
    }
    this.#movedAt = performance.now();
    this.audio.currentTime = Math.max(0, this.#sound.toFile(speech));
    this.#told = null;
    this.#lead();
  }

  // In speech time: the sound leads.

  #lead() {
    if (this.mode !== "speech" || !this.#map) return;
    const { speech } = this;
    const stretch = this.#map.at(speech);
    const playing = !this.audio.paused && Boolean(stretch?.playing);
    const position = this.#map.toSession(speech) ?? this.#map.stretches[0]?.session ?? 0;
    const rate = (stretch?.rate || 1) * this.audio.playbackRate;
    const isOff = Math.abs(this.#clock.position - position) > goal * 3 * rate;
    if (stretch !== this.#told?.stretch || playing !== this.#told?.playing || rate !== this.#told?.rate || isOff) {
      this.#told = { stretch, playing, rate };
      this.#own(() => this.#clock.follow({ position_s: position, rate, playing, at_ms: performance.now() }));
    }
    if (!this.audio.paused) {
      this.errors.push(this.#clock.position - position);
      if (this.errors.length > 2000) this.errors.shift();
      this.#again();
    }
    this.dispatchEvent(new Event("tick"));
  }

  #isWaiting = false;

  #again() {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    requestAnimationFrame(() => {
      this.#isWaiting = false;
      this.#lead();
    });
  }

  // In session time: the sound follows.

  #follow() {
    const { audio } = this;
    const clock = this.#clock;
    const found = clock.playing && clock.rate > 0 ? this.#map?.toSpeech(clock.position, this.#stretch) : null;
    const speed = found ? clock.rate / found.stretch.rate / this.#sound.rateAt(found.speech) : 1;
    const wanted = found ? this.#sound.toFile(found.speech) : 0;
    this.#stretch = found?.stretch ?? null;
    // Much quicker or slower than it was said nobody understands it.
    if (!found || wanted < 0 || wanted > (audio.duration || Infinity) || speed < 0.45 || speed > 4) {
      if (!audio.paused) audio.pause();
      return;
    }
    const now = performance.now();
    if (audio.paused) {
      this.#jump(wanted, speed);
      audio.play().catch(() => this.dispatchEvent(new Event("problem")));
      return;
    }
    if (audio.seeking || now - this.#movedAt < settling) return;
    const error = audio.currentTime - wanted;
    this.errors.push(error);
    if (this.errors.length > 2000) this.errors.shift();
    if (this.#isNew) {
      // How long it takes to begin is known for the next time.
      this.#isNew = false;
      this.#delay = Math.min(0.4, Math.max(0, this.#delay - error / speed / 2));
    }
    if (Math.abs(error) > jump) {
      this.#jump(wanted, speed);
    } else {
      const bend = Math.abs(error) < goal ? 0 : Math.max(-mostBend, Math.min(mostBend, error * gain));
      audio.playbackRate = speed * (1 - bend);
    }
  }

  /** How long the sound takes to go on after a jump, in s. */
  #delay = 0.08;
  #isNew = false;

  #jump(wanted, speed) {
    this.audio.playbackRate = speed;
    this.audio.currentTime = wanted + this.#delay * speed;
    this.#movedAt = performance.now();
    this.#isNew = true;
  }

  /** Changes of the clock that the reader made. */
  #changed(cause) {
    if (this.#isOurs) return;
    if (this.mode === "session") {
      this.#stretch = null;
      this.#follow();
    } else if (this.mode === "speech" && this.#map) {
      if (cause === "play") this.audio.play();
      else if (cause === "pause") this.audio.pause();
      else if (cause === "seek") {
        const { position } = this.#clock;
        this.seekSpeech(this.#map.nearest(position, this.speech));
      } else if (cause === "rate") {
        this.audio.playbackRate = Math.min(4, Math.max(0.5, Math.abs(this.#clock.rate) / (this.#map.at(this.speech)?.rate || 1)));
      }
    }
  }

  #own(change) {
    this.#isOurs = true;
    change();
    this.#isOurs = false;
  }
}
