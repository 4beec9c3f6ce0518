// Changes of a text field as edits: at `position`, `deleted` units of UTF-16 went and `inserted` came.
// Each is found by comparing the text before and after, not from what the browser says it did:
// keyboards of phones, input methods, autocorrection and undo say it in different ways, or not at all.

const segmenter = typeof Intl.Segmenter === "function" ? new Intl.Segmenter() : null;

/**
 * The one edit that leads from a text to another; null where they are equal.
 * @param {number} caret the end of the selection afterwards: tells which of equal letters was typed
 */
export function difference(before, after, caret = after.length) {
  if (before === after) return null;
  const shorter = Math.min(before.length, after.length);
  let suffix = commonSuffix(before, after, shorter);
  const wanted = after.length - Math.min(Math.max(caret, 0), after.length);
  if (wanted < suffix) suffix = wanted;
  let prefix = commonPrefix(before, after, shorter - suffix);
  // What is typed at the end of equal letters: the prefix gave all of them to the text before.
  suffix = Math.min(commonSuffix(before, after, shorter - prefix), shorter - prefix);
  // A pair of surrogates is one character: an edit holds both halves.
  if (splitsPair(before, prefix) || splitsPair(after, prefix)) prefix -= 1;
  if (splitsPair(before, before.length - suffix) || splitsPair(after, after.length - suffix)) suffix -= 1;
  return {
    position: prefix, deleted: before.length - prefix - suffix,
    inserted: after.length - prefix - suffix, text: after.slice(prefix, after.length - suffix),
  };
}

/** A text after an edit. */
export function apply(text, edit) {
  return text.slice(0, edit.position) + edit.text + text.slice(edit.position + edit.deleted);
}

function commonPrefix(a, b, most) {
  let length = 0;
  while (length < most && a.charCodeAt(length) === b.charCodeAt(length)) length += 1;
  return length;
}

function commonSuffix(a, b, most) {
  let length = 0;
  while (length < most && a.charCodeAt(a.length - 1 - length) === b.charCodeAt(b.length - 1 - length)) length += 1;
  return length;
}

function splitsPair(text, place) {
  return place > 0 && place < text.length
    && /[\uD800-\uDBFF]/.test(text[place - 1]) && /[\uDC00-\uDFFF]/.test(text[place]);
}

/**
 * The class of an edit: letter, digit, space, punctuation, emoji, paste, delete, other.
 * @param {string} text what came
 * @param {string} inputType as the browser names it; empty where the page itself changed the text
 */
export function editClass(text, inputType = "") {
  if (text === "") return "delete";
  if (/^insertFrom(Paste|Drop|Yank)/.test(inputType)) return "paste";
  if (!/^insert(Text|CompositionText|FromComposition|LineBreak|Paragraph)$/.test(inputType)) return "other";
  const classes = new Set(characters(text).map(classOfCharacter));
  return classes.size === 1 ? [...classes][0] : "other";
}

function characters(text) {
  return segmenter ? [...segmenter.segment(text)].map((piece) => piece.segment) : [...text];
}

/** As `EditClass` of the chat in the terminal does it. */
function classOfCharacter(character) {
  if (/^\p{Alphabetic}/u.test(character)) return "letter";
  if (/^[0-9]$/.test(character)) return "digit";
  if (/^\s/.test(character)) return "space";
  if (/\p{Emoji_Presentation}/u.test(character)) return "emoji";
  if (/^[\p{P}\p{S}]/u.test(character)) return "punctuation";
  return "other";
}
