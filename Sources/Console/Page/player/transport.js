// The buttons of playback. Each does what its key does; a click leaves the keys to the page.

import { make, setText } from "/participant/elements.js";
import { SPEEDS, speedWords } from "./actions.js";
import { icon } from "./icons.js";
import { sessionTime, length } from "./times.js";

const THRESHOLDS = [2, 5, 10, 30];

/** A button with a drawing: its name in words, and its key. */
export function iconButton(name, words, key, onclick, attributes = {}) {
  return make("button", { type: "button", class: "icon-button", "aria-label": words, title: key ? `${words} (${key})` : words, onclick, ...attributes }, icon(name));
}

export class Transport {
  #actions;
  #play;
  #time = make("span", { class: "transport-time figures" });
  #end = make("span", { class: "transport-end figures" });
  #speed;
  #loop;
  #skip;
  #follow;
  #skipped = make("span", { class: "hint figures transport-skipped" });
  #shown = "";

  constructor({ actions, workbench, stops }) {
    this.#actions = actions;
    this.workbench = workbench;
    const { clock } = workbench;
    this.#play = iconButton("play", "Play", "Space", () => actions.toggle(), { class: "icon-button primary play-button" });
    this.#speed = make("select", { "aria-label": "Speed", title: "Speed ([ and ])", class: "figures speed", onchange: (event) => actions.setSpeed(Number(event.target.value) * (clock.rate < 0 ? -1 : 1)) });
    this.#loop = iconButton("loop", "Loop in the chosen stretch", "\\", () => actions.toggleLoop(), { "aria-pressed": "false" });
    this.#skip = make("button", { type: "button", "aria-pressed": "false", title: "Skip idle stretches (S)", onclick: () => actions.toggleSkipping() }, icon("skip"), make("span", { class: "wide-only" }, "Skip idle"));
    this.#follow = make("button", { type: "button", "aria-pressed": "true", title: "Follow the playhead (F)", onclick: () => actions.setFollowing(!actions.following) }, "Follow");
    const threshold = make("select", { "aria-label": "Idle is longer than", title: "Idle is longer than", class: "figures", onchange: (event) => actions.setSkipping(actions.skipping, Number(event.target.value)) },
      THRESHOLDS.map((one) => make("option", { value: one, selected: one === actions.threshold }, `> ${one} s`)));
    const kinds = make("select", { "aria-label": "Go to the next or previous", class: "jump-kind", onchange: (event) => actions.setKind(event.target.value) },
      [["event", "Event"], ["turn", "Turn"], ["peak", "Peak"], ["pause", "Pause"], ["annotation", "Annotation"], ["gap", "Gap"]].map(([kind, name]) => make("option", { value: kind }, name)));
    const group = (...children) => make("div", { class: "group" }, children);
    this.element = make("div", { class: "transport toolbar", role: "toolbar", "aria-label": "Playback" },
      group(iconButton("start", "Start of the session", "Home", () => actions.toStart()),
        iconButton("reverse", "Play backwards", "J", () => actions.shuttle(-1)), this.#play,
        iconButton("end", "End of the session", "End", () => actions.toEnd())),
      make("div", { class: "transport-clock" }, this.#time, this.#end),
      make("div", { class: "transport-rest" },
      group(iconButton("previous", "Go to the previous", "", () => actions.jump(actions.kind, -1)), kinds, iconButton("next", "Go to the next", "", () => actions.jump(actions.kind, 1))),
      group(this.#speed, this.#loop),
      group(this.#skip, threshold, this.#skipped),
      make("span", { class: "spacer" }),
      group(this.#follow, iconButton("minus", "Zoom out", "−", () => actions.zoom(2)), iconButton("plus", "Zoom in", "+", () => actions.zoom(0.5)),
        iconButton("fit", "Show the whole session", "0", () => actions.fit()))));
    clock.addEventListener("change", () => this.#update());
    clock.addEventListener("tick", (event) => this.#show(event.position));
    actions.addEventListener("change", () => this.#update());
    this.stops = stops;
    this.#update();
  }

  refresh() { this.#update(); }

  #update() {
    const { clock } = this.workbench;
    const isPlaying = this.#actions.playing;
    const state = `${isPlaying}`;
    if (this.#play.dataset.playing !== state) {
      this.#play.dataset.playing = state;
      this.#play.setAttribute("aria-label", isPlaying ? "Pause" : "Play");
      this.#play.title = `${isPlaying ? "Pause" : "Play"} (Space)`;
      this.#play.replaceChildren(icon(isPlaying ? "pause" : "play"));
    }
    const speed = Math.abs(clock.rate);
    const speeds = SPEEDS.includes(speed) ? SPEEDS : [...SPEEDS, speed].sort((a, b) => a - b);
    const shown = `${clock.rate < 0}|${speeds.join()}|${speed}`;
    if (this.#speed.dataset.shown !== shown) {
      this.#speed.dataset.shown = shown;
      this.#speed.replaceChildren(...speeds.map((one) => make("option", { value: one, selected: one === speed }, speedWords(clock.rate < 0 ? -one : one))));
    }
    this.#loop.setAttribute("aria-pressed", String(Boolean(clock.loop)));
    this.#skip.setAttribute("aria-pressed", String(this.#actions.skipping));
    this.#follow.setAttribute("aria-pressed", String(this.#actions.following));
    const stretches = this.#actions.skipping ? this.#actions.idle(this.#actions.threshold) : [];
    const skipped = stretches.reduce((sum, [from, to]) => sum + to - from, 0);
    setText(this.#skipped, this.#actions.skipping ? `${stretches.length} × , ${length(skipped)}`.replace(" × ,", "×,") : "");
    const [first, last] = clock.range;
    const { selection } = this.workbench;
    setText(this.#end, clock.loop && selection ? `loop ${length(selection.toS - selection.fromS)}` : `of ${sessionTime(last, 0)}${first < 0 ? ` (from ${sessionTime(first, 0)})` : ""}`);
    this.#show(clock.position);
  }

  #show(position) {
    const text = sessionTime(position, 3);
    if (text === this.#shown) return;
    this.#shown = text;
    this.#time.textContent = text;
  }
}
