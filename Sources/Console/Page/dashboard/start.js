// Starting a session: whom, by which protocol, with which devices.

import { identity, make, setText } from "/participant/elements.js";
import { get } from "../api.js";

/** Asks for all that a start needs; gives the body of the request, or null. */
export async function askStart() {
  const choices = await get("/api/dashboard/choices");
  return new Promise((resolve) => new StartDialog(choices, resolve).open());
}

const newOne = "\u0000new";

class StartDialog {
  #choices;
  #resolve;
  #answer = null;
  #study = make("input", { id: identity("study"), type: "text", required: true, maxlength: 64, pattern: "[A-Za-z0-9_\\-]+", list: "start-studies", autocomplete: "off" });
  #participant = make("select", { id: identity("participant") });
  #code = make("input", { id: identity("code"), type: "text", maxlength: 64, pattern: "[A-Za-z0-9_\\-]+", autocomplete: "off" });
  #codeField;
  #protocol = make("select", { id: identity("protocol") });
  #pilot = make("input", { type: "checkbox", id: identity("pilot") });
  #consent = make("p", { class: "hint", role: "status" });
  #devices = [];
  #roster = null;
  #dialog;

  constructor(choices, resolve) {
    this.#choices = choices;
    this.#resolve = resolve;
    const { studies, protocols, devices } = choices;
    this.#protocol.append(make("option", { value: "" }, "As the study plans"), ...protocols.map((name) => make("option", { value: name }, name)));
    const free = devices.filter(({ state }) => state !== "unbound");
    this.#devices = free.map((device) => ({ device, input: make("input", { type: "checkbox", checked: !device.session || null, disabled: device.session ? true : null }) }));
    this.#codeField = field("Code of the participant", this.#code, "Letters, digits, - and _; never a name.");
    const form = make("form", { method: "dialog", class: "start-form" },
      make("h2", { id: "start-title" }, "Start a session"),
      make("div", { class: "start-columns" },
        field("Study", this.#study, studies.length ? "One of the list, or a new code." : "A code of your own: letters, digits, - and _."),
        field("Participant", this.#participant), this.#codeField,
        field("Protocol", this.#protocol)),
      make("datalist", { id: "start-studies" }, studies.map(({ study, title }) => make("option", { value: study }, title ?? ""))),
      this.#consent,
      make("fieldset", { class: "start-devices" }, make("legend", {}, "Devices"),
        this.#devices.map(({ device, input }) => make("label", { class: "choice" }, input, make("span", { class: "anywhere" }, device.name),
          make("span", { class: "badge", "data-state": device.session ? "idle" : device.state === "streaming" ? "ok" : "warn" }, device.session ? "in another session" : device.state))),
        free.length ? null : make("p", { class: "hint" }, "The station knows no device; a session without any records the chat alone.")),
      make("label", { class: "choice" }, this.#pilot, "A trial run, which uses up no place in the study's conditions"),
      make("div", { class: "actions" },
        make("button", { type: "button", onclick: () => this.#dialog.close() }, "Back"), make("button", { type: "submit", class: "primary" }, "Start recording")));
    this.#dialog = make("dialog", { "aria-labelledby": "start-title", class: "wide start-dialog" }, form);
    form.addEventListener("submit", () => { this.#answer = this.#read(); });
    this.#dialog.addEventListener("close", () => { this.#dialog.remove(); resolve(this.#answer); });
    this.#study.addEventListener("change", () => this.#readRoster());
    this.#participant.addEventListener("change", () => this.#showParticipant());
    if (studies.length) this.#study.value = studies[0].study;
  }

  open() {
    document.body.append(this.#dialog);
    this.#dialog.showModal();
    this.#study.focus();
    this.#study.select();
    this.#readRoster();
  }

  get #isPlanned() { return this.#roster?.study.planned ?? false; }

  async #readRoster() {
    const study = this.#study.value.trim();
    this.#roster = null;
    if (this.#choices.studies.some((one) => one.study === study)) {
      this.#roster = await get(`/api/dashboard/studies/${encodeURIComponent(study)}`).catch(() => null);
    }
    if (study !== this.#study.value.trim()) return;
    const people = this.#roster?.participants ?? [];
    const options = people.map((person) => make("option", { value: person.participant, disabled: ["dropped-out", "withdrawn"].includes(person.status) || null },
      `${person.participant}${person.status === "enrolled" ? "" : ` (${person.status})`}${visits(person)}`));
    this.#participant.replaceChildren(...options, make("option", { value: newOne }, this.#isPlanned ? "Next new participant of the roster" : "Another code …"));
    const due = people.find((person) => person.visits.some(({ state }) => state === "open") && person.status === "enrolled");
    if (due) this.#participant.value = due.participant;
    this.#showParticipant();
  }

  #showParticipant() {
    const isNew = this.#participant.value === newOne;
    // A planned study gives the code; else somebody has to say one.
    this.#codeField.hidden = !isNew || this.#isPlanned;
    this.#code.required = isNew && !this.#isPlanned;
    const person = this.#roster?.participants.find(({ participant }) => participant === this.#participant.value);
    const answers = Object.entries(person?.consent ?? {});
    setText(this.#consent, isNew ? "Consent: nothing is known yet; what needs it is not recorded before it is given."
      : !answers.length ? "Consent: not asked yet; what needs it is not recorded before it is given."
        : `Consent: ${answers.map(([tier, yes]) => `${tier} ${yes ? "yes" : "no"}`).join(", ")}.`);
  }

  #read() {
    const isNew = this.#participant.value === newOne;
    const all = this.#devices.filter(({ device }) => !device.session);
    const chosen = all.filter(({ input }) => input.checked);
    return {
      study: this.#study.value.trim(), participant: isNew ? (this.#isPlanned ? null : this.#code.value.trim()) : this.#participant.value,
      protocol: this.#protocol.value || null, pilot: this.#pilot.checked,
      devices: chosen.length === all.length ? null : chosen.map(({ device }) => device.name),
    };
  }
}

function field(label, input, hint) {
  return make("div", { class: "field" }, make("label", { for: input.id }, label), input, hint ? make("p", { class: "hint" }, hint) : null);
}

function visits({ visits, sessions }) {
  if (!visits.length) return sessions ? `, ${sessions} sessions` : "";
  return `, ${visits.filter(({ state }) => state === "done").length} of ${visits.length} visits done`;
}
