// The fitting: what the protocol wants to be green, what to do, and what has to be noted.

import { make, setText } from "/participant/elements.js";
import { keyed, setAttribute } from "./keyed.js";

const names = {
  contact: "Contact", "leads-off": "Electrodes", "flat-line": "Flat line", clipping: "Clipping", "eda-response": "Skin conductance responds",
  settle: "Settling", battery: "Battery", microphone: "Microphone", model: "Model", disk: "Disk",
  "electrode-site": "Electrode site", hand: "Hand", "room-temperature": "Room temperature",
};
const hints = { "electrode-site": "such as index and middle finger", hand: "left or right", "room-temperature": "in °C" };
const badges = { green: ["ok", "Good"], amber: ["warn", "Doubtful"], red: ["bad", "Bad"] };
const rank = { red: 0, amber: 1, green: 2 };

/** Below the phases: checks, worst first, and the notes. */
export class Fitting {
  #page;
  #summary = make("p", { class: "soft" });
  #open = make("ul", { class: "check-list" });
  #good = make("ul", { class: "check-list" });
  #goodCount = make("summary", {});
  #more = make("details", {}, this.#goodCount, this.#good);
  #others = make("ul", { class: "check-list" });
  #otherCount = make("summary", {});
  #beside = make("details", {}, this.#otherCount, this.#others);
  #notes = make("form", { class: "fitting-notes", hidden: true });
  #save = make("button", { type: "submit" }, "Save the notes");
  #again = make("button", { type: "button", class: "small", onclick: () => this.#page.commands.send("check", {}, "The signals were looked at.") }, "Look again");
  #fields = make("div", { class: "fitting-fields" });
  #asked = "";

  constructor(page) {
    this.#page = page;
    this.#notes.append(this.#fields, this.#save);
    this.#notes.addEventListener("submit", (event) => { event.preventDefault(); this.#send(); });
    this.element = make("section", { class: "fitting", "aria-labelledby": "fitting-title" },
      make("div", { class: "card-head" }, make("h3", { id: "fitting-title" }, "Fitting"), this.#again),
      this.#summary, this.#open, this.#notes, this.#beside, this.#more);
  }

  /** Puts the cursor where the first note is missing. */
  focus() {
    const inputs = [...this.#fields.querySelectorAll("input")];
    const first = inputs.find((input) => !input.value) ?? inputs[0];
    if (first) first.focus(); else this.#page.commands.tell("The protocol asks for no notes of the fitting.", "bad");
  }

  update(session) {
    const checks = session?.checks ?? [];
    const asks = session?.procedure?.asks ?? [];
    const sorted = checks.filter(({ check }) => !asks.includes(check))
      .sort((left, right) => rank[left.state] - rank[right.state] || Number(right.required) - Number(left.required));
    const open = sorted.filter(({ state }) => state !== "green");
    const good = sorted.filter(({ state }) => state === "green");
    const missing = asks.filter((name) => !session.procedure.notes[name]);
    this.element.hidden = !session;
    const required = open.filter((check) => check.required).length;
    setText(this.#summary, session?.checked_ns == null ? "The signals have not been looked at yet."
      : !open.length && !missing.length ? "All is well."
        : `${required || "None"} of what the protocol asks for is not well${missing.length ? `, ${missing.length} to be noted` : ""}.`);
    const show = (list, some) => keyed(list, some, ({ check, source }) => `${check}\n${source ?? ""}`, makeCheck, showCheck);
    // What the protocol does not ask for stands behind what it does, where it asks for anything.
    const asksAny = sorted.some((check) => check.required);
    const others = asksAny ? open.filter((check) => !check.required) : [];
    show(this.#open, asksAny ? open.filter((check) => check.required) : open);
    show(this.#others, others);
    this.#beside.hidden = !others.length;
    setText(this.#otherCount, `${others.length} more to look at`);
    show(this.#good, good);
    this.#more.hidden = !good.length;
    setText(this.#goodCount, `${good.length} good`);
    this.#again.hidden = !this.#page.mayAct;
    this.#showNotes(asks, session?.procedure?.notes ?? {});
  }

  #showNotes(asks, notes) {
    this.#notes.hidden = !asks.length;
    if (this.#asked !== asks.join()) {
      this.#asked = asks.join();
      this.#fields.replaceChildren(...asks.map((name) => {
        const id = `fitting-${name}`;
        return make("div", { class: "field" }, make("label", { for: id }, names[name] ?? name),
          make("input", { id, "data-name": name, type: "text", maxlength: 500, placeholder: hints[name] ?? "", autocomplete: "off" }));
      }));
    }
    this.#save.hidden = !this.#page.mayAct;
    for (const input of this.#fields.querySelectorAll("input")) {
      const known = notes[input.dataset.name] ?? "";
      // What somebody else noted is shown; what is being typed here is left alone.
      if (input.dataset.known !== known && (input !== document.activeElement || !input.value)) { input.value = known; }
      input.dataset.known = known;
      setAttribute(input, "data-missing", !known);
    }
  }

  #send() {
    const notes = {};
    for (const input of this.#fields.querySelectorAll("input")) {
      const text = input.value.trim();
      if (text && text !== input.dataset.known) notes[input.dataset.name] = text;
    }
    if (!Object.keys(notes).length) return this.#page.commands.tell("There is nothing new to note.", "bad");
    return this.#page.commands.send("fitting", { notes }, "Noted.");
  }
}

function makeCheck() {
  return make("li", { class: "check" }, make("div", { class: "check-head" }, make("strong", {}), make("span", { class: "badge" })), make("p", {}));
}

function showCheck(item, check) {
  const [state, words] = badges[check.state];
  setText(item.querySelector("strong"), `${names[check.check] ?? check.check}${check.source ? ` · ${check.source}` : ""}`);
  setAttribute(item.querySelector(".badge"), "data-state", state);
  setText(item.querySelector(".badge"), check.required ? `${words}, required` : words);
  setText(item.querySelector("p"), check.text);
}
