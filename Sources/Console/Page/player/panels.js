// The panels beside the tracks, one shown at a time.

import { identity, make } from "/participant/elements.js";

/** Event: `show`, with `id`, when another panel is shown. */
export class Panels extends EventTarget {
  #tabs = make("div", { class: "tabs", role: "tablist", "aria-label": "Beside the tracks" });
  #bodies = make("div", { class: "panel-bodies" });
  #panels = [];
  shown = null;

  constructor() {
    super();
    this.element = make("aside", { class: "panels", "aria-label": "Transcript and more" }, this.#tabs, this.#bodies);
    this.#tabs.addEventListener("keydown", (event) => this.#key(event));
  }

  /** Adds a panel `{id, title, element}`, once for each id. */
  add({ id, title, element }) {
    const [tabId, bodyId] = [identity("tab"), identity("panel")];
    const tab = make("button", { type: "button", role: "tab", id: tabId, "aria-controls": bodyId, "aria-selected": "false", tabindex: "-1", "data-panel": id }, title);
    const body = make("div", { class: "panel-body", role: "tabpanel", id: bodyId, "aria-labelledby": tabId, tabindex: "0", hidden: true }, element);
    const panel = { id, tab, body };
    tab.addEventListener("click", () => this.show(id));
    this.#panels.push(panel);
    this.#tabs.append(tab);
    this.#bodies.append(body);
    if (!this.shown) this.show(id);
    return {
      show: () => this.show(id),
      remove: () => {
        this.#panels = this.#panels.filter((other) => other !== panel);
        tab.remove();
        body.remove();
        if (this.shown === id && this.#panels[0]) this.show(this.#panels[0].id);
      },
    };
  }

  show(id) {
    this.shown = id;
    for (const panel of this.#panels) {
      const isShown = panel.id === id;
      panel.tab.setAttribute("aria-selected", String(isShown));
      panel.tab.tabIndex = isShown ? 0 : -1;
      panel.body.hidden = !isShown;
    }
    this.dispatchEvent(Object.assign(new Event("show"), { id }));
  }

  /** Among the tabs the arrows go from tab to tab, as in all lists of tabs. */
  #key(event) {
    const place = this.#panels.findIndex(({ id }) => id === this.shown);
    const next = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: this.#panels.length - 1 }[event.key];
    if (next === undefined || event.ctrlKey || event.shiftKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const panel = this.#panels[(next + this.#panels.length) % this.#panels.length];
    this.show(panel.id);
    panel.tab.focus();
  }
}
