// What is asked before a stage is locked, and the list of keys.

import { make } from "/participant/elements.js";

function show(dialog) {
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => { dialog.remove(); resolve(dialog.returnValue); });
  });
}

/** Asks whether a stage is to be locked; resolves to "lock", "missing" or "". */
export function askToLock({ isLast, lacking, unexplained }) {
  const words = [];
  if (lacking) words.push(lacking === 1 ? "One answer is still missing." : `${lacking} answers are still missing.`);
  if (unexplained) words.push(unexplained === 1 ? "One reason is still missing." : `${unexplained} reasons are still missing.`);
  const isOpen = words.length > 0;
  return show(make("dialog", { "aria-labelledby": "lock-title" }, make("form", { method: "dialog" },
    make("h2", { id: "lock-title" }, isOpen ? "Not yet" : isLast ? "Finish this conversation?" : "Lock this stage?"),
    isOpen ? words.map((text) => make("p", {}, text))
      : make("p", {}, isLast ? "Your answers and flags then stay as they are." : "Your answers and flags then stay as they are. After that you see the suggestions and the feelings that were shown, and are asked a little more."),
    make("div", { class: "actions" },
      make("button", { value: "", class: "quiet" }, isOpen ? "Close" : "Not yet"),
      isOpen ? make("button", { value: "missing", class: "primary" }, "Show me") : make("button", { value: "lock", class: "primary" }, isLast ? "Finish" : "Lock and go on")))));
}

/** Lists the keys. */
export function showKeys(state) {
  const keys = [["↑ ↓", "Message before, message after"], ["1 … 9", "Rate; goes on to the next question"], ["← →", "Another value of the question"], ...(state.items.some(({ rationale }) => rationale) ? [["Enter", "Say why"], ["Esc", "Back to the question"]] : []), ["f", "Choose words of the message"],
    ["← →", "… another word"], ["Shift ← →", "… more or fewer words"], ["Home End", "… the first word, the last"], ["Enter", "… go to the flags"], ["Esc", "Leave the words"]];
  for (const { key, title } of state.flag_codes) if (key) keys.push([key, `Flag what is chosen: ${title}`]);
  keys.push(["?", "This list"]);
  return show(make("dialog", { "aria-labelledby": "keys-title" }, make("form", { method: "dialog" },
    make("h2", { id: "keys-title" }, "Keys"),
    make("dl", { class: "keys" }, keys.flatMap(([key, text]) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, text)])),
    make("div", { class: "actions" }, make("button", { class: "primary" }, "Close")))));
}
