// Who speaks, whether they were asked, and what the researcher asks and notes. A note belongs to the moment
// of its first keystroke.

import { make, setText } from "/participant/elements.js";
import { clockWords } from "./words.js";

const speakers = [["participant", "Participant"], ["researcher", "Researcher"], [null, "Nobody"]];

/** So many remarks are listed, the newest first. */
const mostShown = 20;

export class SaidBox {
  element;
  #room;
  #command;
  #clock;
  #buttons;
  #speaker = null;
  #prompted;
  #field = make("input", { type: "text", maxlength: 2000, autocomplete: "off", "aria-label": "A question or a note" });
  #stamp = make("span", { class: "hint figures", role: "status" });
  #kind = "note";
  #kinds;
  #began = null;
  #list = make("ol", { class: "said-list" });

  constructor({ room, command, clock }) {
    this.#room = room;
    this.#command = command;
    this.#clock = clock;
    this.#buttons = speakers.map(([speaker, label]) => make("button", { type: "button", class: "small", "aria-pressed": String(speaker === null),
      onclick: () => this.speak(speaker) }, label));
    this.#prompted = make("input", { type: "checkbox", onchange: () => this.#tell() });
    this.#kinds = ["note", "prompt"].map((kind) => make("button", { type: "button", class: "small", "aria-pressed": String(kind === "note"), onclick: () => this.begin(kind) },
      kind === "note" ? "Note" : "Question"));
    this.#field.addEventListener("input", () => this.#typed());
    this.element = make("div", { class: "stack" },
      make("div", { class: "toolbar", role: "group", "aria-label": "Who speaks" }, this.#buttons,
        make("label", { class: "choice" }, this.#prompted, "after a question")),
      make("form", { class: "stack", onsubmit: (event) => { event.preventDefault(); this.#send(); } },
        make("div", { class: "toolbar" }, this.#kinds, this.#stamp),
        make("div", { class: "said-row" }, this.#field, make("button", { type: "submit" }, "Log"))), this.#list);
  }

  /** What was said and noted before this page was opened, as the station tells it. */
  restore({ notes, prompts, speech }) {
    const said = [...notes, ...prompts].sort((a, b) => a.speech_s - b.speech_s).slice(-mostShown);
    for (const { kind, text, session_s: position } of said) this.#show(kind, text, position ?? 0);
    const last = speech.at(-1);
    if (!last) return;
    this.#prompted.checked = last.prompted;
    this.#mark(last.speaker ?? null);
  }

  /** Somebody speaks from now on. */
  speak(speaker) {
    // What a participant says after a question was asked for, until they go on by themselves.
    if (speaker === "researcher") this.#prompted.checked = true;
    this.#mark(speaker);
    this.#tell();
  }

  #mark(speaker) {
    this.#speaker = speaker;
    speakers.forEach(([name], index) => this.#buttons[index].setAttribute("aria-pressed", String(name === speaker)));
  }

  #tell() { this.#room.report("speech", { speaker: this.#speaker, prompted: this.#prompted.checked }); }

  /** Takes the focus for a note or a question. */
  begin(kind) {
    this.#kind = kind;
    ["note", "prompt"].forEach((name, index) => this.#kinds[index].setAttribute("aria-pressed", String(name === kind)));
    this.#field.focus();
  }

  #typed() {
    if (this.#field.value === "") this.#began = null;
    else this.#began ??= { position_s: this.#clock(), at_ns: this.#room.clock.toStation(performance.now()) };
    setText(this.#stamp, this.#began ? `at ${clockWords(this.#began.position_s, true)}` : "");
  }

  async #send() {
    const text = this.#field.value.trim();
    if (text === "") return;
    const kind = this.#kind;
    const stamp = this.#began ?? { position_s: this.#clock(), at_ns: this.#room.clock.toStation(performance.now()) };
    this.#field.value = "";
    this.#typed();
    await this.#command(kind, { text, ...stamp });
    this.#show(kind, text, stamp.position_s);
    if (kind === "prompt") this.speak("researcher");
    this.#field.blur();
  }

  #show(kind, text, position) {
    this.#list.prepend(make("li", {}, make("span", { class: "figures" }, clockWords(position)), make("b", {}, kind === "note" ? "Note" : "Question"),
      make("span", { class: "anywhere" }, text)));
    while (this.#list.children.length > mostShown) this.#list.lastChild.remove();
  }
}
