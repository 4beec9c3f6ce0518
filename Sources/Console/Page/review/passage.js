// A turn's text with flags drawn in it, and what is selected of it, in UTF-16 code units.

import { make } from "/participant/elements.js";

/**
 * The text in pieces, each within the same flags. `flags`: {start, end, label, index, own}. Text is always
 * set as text.
 */
export function passage(text, flags) {
  const edges = new Set([0, text.length]);
  for (const { start, end } of flags) { edges.add(Math.min(start, text.length)); edges.add(Math.min(end, text.length)); }
  const places = [...edges].sort((a, b) => a - b);
  const pieces = [];
  for (let place = 0; place + 1 < places.length; place += 1) {
    const [from, to] = [places[place], places[place + 1]];
    const over = flags.filter(({ start, end }) => start <= from && end >= to);
    const piece = text.slice(from, to);
    if (!over.length) { pieces.push(document.createTextNode(piece)); continue; }
    const names = [...new Set(over.map(({ label }) => label))].join(", ");
    pieces.push(make("mark", { class: "flagged", "data-series": over[0].index % 8 + 1, "data-layers": Math.min(over.length, 3), title: names }, piece));
  }
  return pieces;
}

/** Where a point of the document lies in an element's text; null where it is not in it. */
function offset(element, node, place) {
  if (!element.contains(node)) return null;
  const range = document.createRange();
  range.selectNodeContents(element);
  range.setEnd(node, place);
  return range.toString().length;
}

/** What is selected in one of some elements: {element, start, end}; null where nothing is, or in several. */
export function selected(elements) {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  const element = elements.find((candidate) => candidate.contains(range.startContainer));
  if (!element) return null;
  const start = offset(element, range.startContainer, range.startOffset);
  // A selection that runs out of the text ends with it.
  const end = offset(element, range.endContainer, range.endOffset) ?? element.textContent.length;
  if (start === null || end <= start) return null;
  return { element, ...trimmed(element.textContent, start, end) };
}

function trimmed(text, start, end) {
  while (start < end && /\s/.test(text[start])) start += 1;
  while (end > start && /\s/.test(text[end - 1])) end -= 1;
  return { start, end };
}

/** The words of a text as {start, end}, for choosing with the keyboard. */
export function words(text) {
  if (globalThis.Intl?.Segmenter) {
    return [...new Intl.Segmenter(undefined, { granularity: "word" }).segment(text)]
      .filter(({ isWordLike }) => isWordLike).map(({ index, segment }) => ({ start: index, end: index + segment.length }));
  }
  return [...text.matchAll(/\S+/g)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
}

/** Selects a piece of an element's text. */
export function select(element, start, end) {
  const range = document.createRange();
  const find = (place, isEnd) => {
    let left = place;
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (left < node.length || (isEnd && left === node.length)) return [node, left];
      left -= node.length;
    }
    return [element, element.childNodes.length];
  };
  range.setStart(...find(start, false));
  range.setEnd(...find(end, true));
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}
