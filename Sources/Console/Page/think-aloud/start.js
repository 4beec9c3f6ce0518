// Before a think-aloud: what goes on recording, what the participant sees, where the microphone is, and
// whether all is agreed.

import { make, setText } from "/participant/elements.js";
import { get, post } from "../api.js";
import { Microphone } from "./microphone.js";
import { decibels } from "./microphone-box.js";
import { remember } from "./recording.js";
import { clockWords } from "./words.js";

/** What a participant's view can show beside the chat. */
const parts = [
  ["suggestions", "Suggestions, as they were shown"], ["emotions", "The client’s emotions, as they were shown"],
  ["signals", "Traces of the sensors"], ["peaks", "Marks at peaks of the traces"],
];
/** What puts words into a participant's mouth. */
const leading = ["signals", "peaks"];

const warning = "Traces and peaks lead the witness: who sees them explains the curve instead of telling what they thought. Switch them on only where "
  + "your protocol asks about them.";

export async function openStart(main, session) {
  const [{ cues, shows }, listed] = await Promise.all([
    get(`/api/sessions/${encodeURIComponent(session)}/cues`),
    get("/api/sessions").then(({ sessions }) => sessions.find((one) => one.id === session)),
  ]);
  const boxes = new Map(parts.map(([name, label]) => [name, choice(label, shows.includes(name))]));
  const note = make("p", { class: "note warn", role: "note" }, warning);
  const sensors = choice("The participant’s sensors go on recording while they talk", false);
  const views = [["participant", "On the participant’s computer"], ["researcher", "On this computer"]].map(([value, label], index) =>
    make("label", { class: "choice" }, make("input", { type: "radio", name: "microphone", value, checked: index === 1 }), label));
  const consent = choice("The participant knows that what they say is recorded, and agreed to it", false);
  const problem = make("p", { class: "wrong", role: "alert" });
  const begin = make("button", { type: "submit", class: "primary" }, "Begin");
  const tellLeading = () => { note.hidden = !leading.some((name) => boxes.get(name).input.checked); };
  for (const { input } of boxes.values()) input.addEventListener("change", tellLeading);
  tellLeading();
  const check = new MicrophoneCheck();

  const form = make("form", { class: "stack", onsubmit: async (event) => {
    event.preventDefault();
    if (!consent.input.checked) {
      setText(problem, "Ask the participant first, and tick that they agreed.");
      consent.input.focus();
      return;
    }
    setText(problem, "");
    begin.disabled = true;
    try {
      await check.stop();
      const { commentary } = await post("/api/think-aloud", { session, sensors: sensors.input.checked,
        shows: { chat: true, ...Object.fromEntries([...boxes].map(([name, { input }]) => [name, input.checked])) } });
      const here = form.querySelector("[name=microphone]:checked").value === "researcher";
      remember(commentary, here);
      location.assign(`/think-aloud/${encodeURIComponent(commentary)}`);
    } catch (error) {
      begin.disabled = false;
      setText(problem, error.message);
    }
  } },
  make("fieldset", { class: "card" }, make("legend", {}, "What the participant sees"),
    make("p", {}, "The chat alone, as it was on their screen. Beside it, if you wish:"),
    make("div", { class: "choices" }, [...boxes.values()].map(({ label }) => label)), note),
  make("fieldset", { class: "card" }, make("legend", {}, "What is recorded"),
    make("div", { class: "choices" }, sensors.label),
    make("p", { class: "label" }, "The microphone is"), make("div", { class: "choices" }, views), check.element),
  make("fieldset", { class: "card" }, make("legend", {}, "Cue points"),
    cues.length === 0 ? make("p", { class: "soft" }, "The protocol chooses none. You can stop anywhere by hand.")
      : make("p", {}, `${cues.length} by the protocol’s rules: ${kinds(cues)}.`)),
  make("fieldset", { class: "card" }, make("legend", {}, "Consent"), make("div", { class: "choices" }, consent.label)),
  problem, make("div", { class: "actions start" }, begin, make("a", { class: "button", href: `/sessions/${encodeURIComponent(session)}` }, "Back to the session")));

  main.replaceChildren(make("div", { class: "page narrow" },
    make("div", { class: "page-head" }, make("h1", {}, "Think-aloud")),
    make("p", { class: "soft" }, listed ? `Participant ${listed.participant}, ${new Date(listed.started_utc_ns / 1e6).toLocaleString()}`
      + `${listed.duration_s ? `, ${clockWords(listed.duration_s)} long` : ""}.` : `Session ${session}.`), form));
}

function choice(text, isChecked) {
  const input = make("input", { type: "checkbox", checked: isChecked });
  return { input, label: make("label", { class: "choice" }, input, text) };
}

function kinds(cues) {
  const counts = new Map();
  for (const { kind } of cues) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${kind}${count === 1 ? "" : "s"}`).join(", ");
}

/** Shows that a microphone hears something. Nothing is recorded. */
class MicrophoneCheck {
  #microphone = new Microphone();
  #meter = make("meter", { min: -60, max: 0, low: -40, high: -3, optimum: -15, value: -60, "aria-label": "Level of the microphone", hidden: true });
  #words = make("p", { class: "hint", role: "status" }, "Nothing is recorded in this check.");
  #button = make("button", { type: "button", onclick: () => this.#toggle() }, "Check this computer’s microphone");
  #loudest = -60;
  element = make("div", { class: "stack" }, this.#button, this.#meter, this.#words);

  constructor() {
    const microphone = this.#microphone;
    microphone.addEventListener("level", ({ peak }) => {
      const level = decibels(peak);
      this.#meter.value = level;
      if (level <= this.#loudest + 1) return;
      this.#loudest = level;
      const { disobeyed } = microphone;
      setText(this.#words, level > -40 ? `It hears you: loudest ${Math.round(level)} dB of full scale.`
        + (disobeyed.length > 0 ? " The browser changes the voice although it was asked not to: use another browser." : " The browser leaves the voice as it is.")
        : "Please say a few words.");
    });
    microphone.addEventListener("state", () => {
      const isOn = microphone.state === "on";
      this.#meter.hidden = !isOn;
      setText(this.#button, isOn ? "End the check" : "Check this computer’s microphone");
      if (microphone.words) setText(this.#words, microphone.words);
      else if (isOn) setText(this.#words, "Please say a few words.");
    });
  }

  #toggle() {
    this.#loudest = -60;
    return this.#microphone.state === "on" ? this.stop() : this.#microphone.start();
  }

  stop() { return this.#microphone.stop(); }
}
