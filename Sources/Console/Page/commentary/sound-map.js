// Times of a sound's file and of the commentary, both ways: the microphone's own clock ran a little off, and
// it may have been interrupted. Pure.

/** Pieces whose ends are no further apart follow on each other, in s: their times were estimated apart. */
const seamS = 0.05;

export class SoundMap {
  #pieces;

  /** @param {object[]} pieces `{file_s, speech_s, seconds, speech_per_file}`, in order */
  constructor(pieces) { this.#pieces = pieces.length > 0 ? pieces : [{ file_s: 0, speech_s: 0, seconds: 0, speech_per_file: 1 }]; }

  /** Where a moment of the commentary is in the file, in s; before the first piece it is below 0. */
  toFile(speech) {
    const piece = this.#pieces.findLast((one) => one.speech_s <= speech) ?? this.#pieces[0];
    return piece.file_s + (speech - piece.speech_s) / piece.speech_per_file;
  }

  /** The same, but null where there is no sound: before the microphone was on, and while it was interrupted. */
  soundAt(speech) {
    const piece = this.#pieces.findLast((one) => one.speech_s <= speech);
    const place = piece ? (speech - piece.speech_s) / piece.speech_per_file : Infinity;
    return place < piece?.seconds + seamS ? piece.file_s + place : null;
  }

  /** Which moment of the commentary a place of the file is. */
  toSpeech(file) {
    const piece = this.#pieces.findLast((one) => one.file_s <= file) ?? this.#pieces[0];
    return piece.speech_s + (file - piece.file_s) * piece.speech_per_file;
  }

  /** Seconds of the commentary in a second of the file, there. */
  rateAt(speech) { return (this.#pieces.findLast((one) => one.speech_s <= speech) ?? this.#pieces[0]).speech_per_file; }
}
