// Which tracks are shown, in which order, how high, and what their scale covers.

import { identity, make } from "/participant/elements.js";
import { plain } from "./canvas-text.js";
import { icon } from "./icons.js";

/** Shows the list of a TrackList; each change counts at once. */
export function showTracks(list) {
  const { settings } = list;
  const items = make("ol", { class: "track-choices" });
  const dialog = make("dialog", { class: "tracks-dialog", "aria-labelledby": "tracks-title" });
  const fill = (focus) => {
    items.replaceChildren(...list.ordered.map((track, place) => choice(list, track, place, fill)));
    if (focus) (items.querySelector(`[data-track="${CSS.escape(focus.id)}"] [data-act="${focus.act}"]:not(:disabled)`) ?? items.querySelector("input"))?.focus();
  };
  const reset = () => {
    settings.reset();
    list.settle();
    fill();
  };
  fill();
  dialog.append(
    make("h2", { id: "tracks-title" }, "Tracks"),
    make("p", { class: "soft" }, "Kept in this browser for all sessions of the study."),
    items,
    make("div", { class: "actions" },
      make("button", { type: "button", onclick: reset }, "As at first"),
      make("button", { type: "button", class: "primary", onclick: () => dialog.close() }, "Close")));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function choice(list, track, place, fill) {
  const { settings } = list;
  const name = plain(track.label, 60);
  const id = identity("track");
  const shown = make("input", {
    type: "checkbox", id, "data-act": "show", checked: !settings.isHidden(track),
    onchange: (event) => {
      settings.hide(track, !event.target.checked);
      list.settle();
    },
  });
  const height = make("input", {
    type: "range", min: 20, max: 240, step: 4, value: settings.height(track), "aria-label": `Height of ${name} in pixels`,
    oninput: (event) => {
      settings.setHeight(track, Number(event.target.value));
      list.settle();
    },
  });
  const move = (by, act) => {
    const order = [...list.ordered];
    order.splice(place, 1);
    order.splice(place + by, 0, track);
    settings.setOrder(order);
    list.settle();
    fill({ id: track.id, act });
  };
  const scaling = "scaling" in track ? make("select", {
    "aria-label": `Scale of ${name}`,
    onchange: (event) => {
      settings.setScaling(track, event.target.value);
      list.settle();
    },
  }, make("option", { value: "session", selected: settings.scaling(track) === "session" }, "scale of the session"),
  make("option", { value: "shown", selected: settings.scaling(track) === "shown" }, "scale of what is shown")) : make("span");
  const button = (act, words, by, disabled) => make("button", {
    type: "button", class: "small quiet", "data-act": act, disabled, "aria-label": `Move ${name} ${words}`, onclick: () => move(by, act),
  }, icon(act));
  return make("li", { "data-track": track.id }, make("label", { class: "choice", for: id }, shown, make("span", { class: "anywhere" }, name)),
    scaling, height, make("span", { class: "group" },
      button("up", "up", -1, place === 0), button("down", "down", 1, place === list.ordered.length - 1)));
}
