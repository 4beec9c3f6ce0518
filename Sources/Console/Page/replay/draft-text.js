// The text of a draft after each of its edits. Where the text itself was not recorded, a bar stands for
// each character, and spaces stay spaces: how much there is, and nothing else, can be seen.

/** Stands for a character that was not recorded. */
export const bar = "\u2586";

export class DraftText {
  /** @param {number} caret in UTF-16 units, as all places are */
  constructor(number, text, caret, isMasked) {
    this.number = number;
    this.text = text;
    this.caret = caret;
    /** Whether some of it was not recorded. */
    this.isMasked = isMasked;
    Object.freeze(this);
  }

  static empty(number) { return new DraftText(number, "", 0, false); }

  /**
   * The draft after an edit `[draft, t_s, position, deleted, inserted, class, text]`.
   * @param {string} [known] what was inserted, where that is known from elsewhere: a suggestion
   */
  after([draft, , position, deleted, inserted, kind, text], known) {
    const before = draft === this.number ? this.text : "";
    const start = Math.min(position, before.length);
    const piece = text ?? (known?.length === inserted ? known : (kind === "space" ? " " : bar).repeat(inserted));
    const isMasked = (draft === this.number && this.isMasked) || (text === null && known?.length !== inserted && inserted > 0);
    return new DraftText(draft, before.slice(0, start) + piece + before.slice(start + deleted), start + piece.length, isMasked);
  }
}
