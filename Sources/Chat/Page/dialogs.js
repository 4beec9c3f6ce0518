// Dialogs: stop, withdraw, finish, and where help is. The browser's own <dialog> keeps the focus in
// and gives it back.

import { identity, make, paragraphs } from "./elements.js";
import { t } from "./texts.js";

/**
 * Asks once. Done with whether the participant said so.
 * @param {object} question title, text, action (the button's words), danger
 */
export function confirm({ title, text, action, danger = true }) {
  return new Promise((answer) => {
    const id = identity("dialog");
    const dialog = make("dialog", { class: "dialog", "aria-labelledby": id, "aria-describedby": `${id}-text` },
      make("h2", { id }, title), make("div", { id: `${id}-text` }, paragraphs(text)),
      make("div", { class: "actions" },
        make("button", { type: "button", autofocus: true, onclick: () => dialog.close("") }, t("dialog.cancel")),
        make("button", { type: "button", class: danger ? "danger" : "primary", onclick: () => dialog.close("yes") }, action)));
    dialog.addEventListener("close", () => {
      dialog.remove();
      answer(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** Shows something until it is closed. */
export function show(title, content) {
  const id = identity("dialog");
  const dialog = make("dialog", { class: "dialog", "aria-labelledby": id }, make("h2", { id }, title), content,
    make("div", { class: "actions" }, make("button", { type: "button", class: "primary", autofocus: true,
      onclick: () => dialog.close() }, t("dialog.close"))));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
