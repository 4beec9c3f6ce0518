// What was said, as text: typed while listening, or taken from a recogniser's file. Each save is a new
// version; nothing is overwritten.

import { make, setText } from "/participant/elements.js";
import { clockWords } from "../think-aloud/words.js";

const speakers = [["", "–"], ["participant", "Participant"], ["researcher", "Researcher"]];
const kinds = { vtt: "webvtt", srt: "srt", json: "json" };

/** Events: `seek` (`speech`), `save` (`segments`), `import` (`format`, `text`). */
export class SpeechTranscript extends EventTarget {
  element;
  #segments = [];
  #rows = [];
  #list = make("ol", { class: "speech-segments" });
  #words = make("p", { class: "hint", role: "status" });
  #field = make("textarea", { rows: 2, "aria-label": "What is said now", placeholder: "Type what you hear; Enter adds it" });
  #speaker = make("select", { "aria-label": "Who says it" }, speakers.map(([value, label]) => make("option", { value }, label)));
  #save = make("button", { type: "button", class: "primary", disabled: true, onclick: () => this.save() }, "Save");
  #began = null;
  #current = null;
  #position = 0;

  constructor() {
    super();
    this.#speaker.value = "participant";
    const file = make("input", { type: "file", accept: ".vtt,.srt,.json", "aria-label": "A transcript from a file", onchange: () => this.#import(file) });
    this.#field.addEventListener("input", () => { this.#began = this.#field.value === "" ? null : this.#began ?? this.#position; });
    this.#field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#add();
      } else if (event.key === "Escape") {
        this.#field.blur();
      }
    });
    this.element = make("div", { class: "stack speech-transcript" },
      make("div", { class: "said-row" }, this.#field, this.#speaker),
      make("div", { class: "toolbar" }, this.#save, this.#words, make("span", { class: "spacer" }), make("label", { class: "field" }, make("span", { class: "label" }, "From a file (WebVTT, SRT, JSON)"), file)),
      this.#list);
  }

  focus() { this.#field.focus(); }

  /** Shows a version: `segments` with from_s and to_s in speech time. */
  show(segments, words) {
    this.#segments = segments.map((segment) => ({ from_s: segment.from_s, to_s: segment.to_s, speaker: segment.speaker ?? "", text: segment.text }));
    this.#save.disabled = true;
    setText(this.#words, words);
    this.#draw();
  }

  /** Speech time moved on. */
  set position(position) {
    this.#position = position;
    const current = this.#segments.findLast(({ from_s: from, to_s: to }) => from <= position && position < (to ?? Infinity)) ?? null;
    if (current === this.#current) return;
    this.#current = current;
    this.#rows.forEach((row, index) => {
      if (this.#segments[index] !== current) {
        row.removeAttribute("aria-current");
        return;
      }
      row.setAttribute("aria-current", "true");
      if (!this.#list.contains(document.activeElement)) row.scrollIntoView({ block: "nearest" });
    });
  }

  save() { this.dispatchEvent(Object.assign(new Event("save"), { segments: this.#segments.map((segment) => ({ ...segment, speaker: segment.speaker || null })) })); }

  #add() {
    const text = this.#field.value.trim();
    if (text === "") return;
    const from = this.#began ?? this.#position;
    this.#segments.push({ from_s: from, to_s: Math.max(from + 0.2, this.#position), speaker: this.#speaker.value, text });
    this.#segments.sort((a, b) => a.from_s - b.from_s);
    this.#field.value = "";
    this.#began = null;
    this.#changed();
    this.#draw();
  }

  #changed() {
    this.#save.disabled = false;
    setText(this.#words, "Not saved yet");
  }

  #draw() {
    this.#current = null;
    this.#rows = this.#segments.map((segment) => this.#row(segment));
    this.#list.replaceChildren(...this.#rows);
    if (this.#segments.length === 0) this.#list.append(make("li", { class: "soft" }, "Nothing was written down yet."));
    this.position = this.#position;
  }

  #row(segment) {
    const text = make("textarea", { rows: 1, "aria-label": `Said at ${clockWords(segment.from_s)}`, onchange: () => {
      segment.text = text.value.trim();
      if (segment.text === "") {
        this.#segments = this.#segments.filter((one) => one !== segment);
        this.#draw();
      }
      this.#changed();
    } });
    text.value = segment.text;
    const speaker = make("select", { "aria-label": `Who spoke at ${clockWords(segment.from_s)}`, onchange: () => { segment.speaker = speaker.value; this.#changed(); } },
      speakers.map(([value, label]) => make("option", { value }, label)));
    speaker.value = segment.speaker;
    return make("li", {}, make("button", { type: "button", class: "quiet small figures", title: "Go there",
      onclick: () => this.dispatchEvent(Object.assign(new Event("seek"), { speech: segment.from_s })) }, clockWords(segment.from_s, true)), speaker, text);
  }

  async #import(input) {
    const [file] = input.files;
    if (!file) return;
    const format = kinds[file.name.split(".").at(-1).toLowerCase()];
    if (!format) {
      setText(this.#words, "Choose a file that ends in .vtt, .srt or .json.");
      return;
    }
    const text = await file.text();
    input.value = "";
    this.dispatchEvent(Object.assign(new Event("import"), { format, text }));
  }
}
