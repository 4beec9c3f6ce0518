// Why something was said: a few words that are kept while they are typed.

import { make } from "/participant/elements.js";

/** Milliseconds without a key after which what was typed is kept. */
const pause = 1500;

/**
 * A field for a reason. `onreason` hears the trimmed text when it is another than before: after a pause, when
 * the field is left, and when the page goes. Each state is a row of its own at the station, so not each key.
 */
export function reasonField({ value = "", label, needed, onreason }) {
  let known = value.trim();
  let timer = 0;
  const keep = () => {
    clearTimeout(timer);
    const text = field.value.trim();
    if (text === known) return;
    known = text;
    onreason(text);
  };
  const field = make("textarea", {
    class: "reason", rows: "1", maxlength: "2000", dir: "auto", placeholder: needed ? "Why? (needed)" : "Why?", "aria-label": label,
    oninput: () => { clearTimeout(timer); timer = setTimeout(keep, pause); }, onchange: keep,
  });
  field.value = value;
  // A phone that puts the page away may never come back to it.
  const leave = () => {
    if (!field.isConnected) removeEventListener("pagehide", leave);
    else keep();
  };
  addEventListener("pagehide", leave);
  return field;
}
