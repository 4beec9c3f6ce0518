// The turns that annotations are put on, and the words of one that are selected in the transcript.

/** When a turn stood on the participant's screen, s. */
export function timeOf(turn) { return turn.shown_s ?? turn.sent_s; }

/** The turns as the transcript has them: in the order of their times. */
export function turnsOf(session) {
  return [...session.turns ?? []].filter((turn) => Number.isFinite(timeOf(turn))).sort((a, b) => timeOf(a) - timeOf(b));
}

/** The turn that was the last one at a moment, or null. */
export function turnAt(session, at) { return turnsOf(session).findLast((turn) => timeOf(turn) <= at + 1e-6) ?? null; }

/** The element of the transcript with a turn's words; null where it is not there. */
export function elementOf(session, number) {
  const place = turnsOf(session).findIndex((turn) => turn.number === number);
  return place < 0 ? null : document.querySelector(`.transcript-turn[data-turn="${place}"] .transcript-text`);
}

/** What is selected in the transcript: `{turn, start, end, text}` in UTF-16 code units of the turn's text; null for nothing. */
export function selectedSpan(session) {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  const item = elementAround(range.startContainer)?.closest(".transcript-turn");
  const words = item?.querySelector(".transcript-text");
  const turn = turnsOf(session)[Number(item?.dataset.turn)];
  if (!words || !turn?.text) return null;
  // What reaches beyond the turn's words is cut there.
  const cut = document.createRange();
  cut.selectNodeContents(words);
  if (range.compareBoundaryPoints(Range.START_TO_START, cut) > 0) cut.setStart(range.startContainer, range.startOffset);
  if (range.compareBoundaryPoints(Range.END_TO_END, cut) < 0) cut.setEnd(range.endContainer, range.endOffset);
  const before = document.createRange();
  before.selectNodeContents(words);
  before.setEnd(cut.startContainer, cut.startOffset);
  let start = before.toString().length;
  let end = start + cut.toString().length;
  // Spaces at the edges are slips of the hand.
  while (start < end && /\s/.test(turn.text[start])) start += 1;
  while (end > start && /\s/.test(turn.text[end - 1])) end -= 1;
  // A character of two units is taken whole.
  if (isTrailing(turn.text, start)) start -= 1;
  if (isTrailing(turn.text, end)) end += 1;
  return end > start ? { turn, start, end, text: turn.text.slice(start, end) } : null;
}

function isTrailing(text, place) {
  const unit = text.charCodeAt(place);
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

function elementAround(node) { return node instanceof Element ? node : node?.parentElement; }

/** The range of the page that shows a piece of a turn's words; null where it does not. */
export function rangeOf(session, { turn, span_start: start, span_end: end }) {
  const words = elementOf(session, turn);
  if (!words) return null;
  const range = document.createRange();
  let place = 0;
  let isOpen = false;
  const walker = document.createTreeWalker(words, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const length = node.data.length;
    if (!isOpen && start < place + length) {
      range.setStart(node, start - place);
      isOpen = true;
    }
    if (isOpen && end <= place + length) {
      range.setEnd(node, end - place);
      return range;
    }
    place += length;
  }
  return null;
}
