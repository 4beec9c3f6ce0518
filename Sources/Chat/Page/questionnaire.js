// A questionnaire: its items as they are asked, with what is wrong said at each and above all.

import { problem, visibleItems } from "./answers.js";
import { identity, make, paragraphs } from "./elements.js";
import { field } from "./items.js";
import { t } from "./texts.js";

/** How long changes are collected before they are told. */
const patience = 400;

export class Questionnaire extends HTMLElement {
  #context;
  #definition;
  #answers;
  #rows = new Map();
  #summary;
  #timer = null;
  #onDone;

  /**
   * @param {object} definition as in the room's state
   * @param {string} button what the button that ends it says
   * @param {() => void} onDone called when it is complete and told
   */
  prepare(context, definition, button, onDone) {
    this.#context = context;
    this.#definition = definition;
    this.#onDone = onDone;
    this.#answers = { ...(definition.answers ?? {}), ...(context.storage.get(this.#place) ?? {}) };
    this.#summary = make("div", { class: "problems", role: "alert", tabindex: -1, hidden: true });
    const title = identity("questionnaire");
    this.append(make("form", { class: "questionnaire", novalidate: true, "aria-labelledby": title, onsubmit: (event) => {
      event.preventDefault();
      this.#submit();
    } }, make("h3", { id: title }, definition.title ?? definition.name), paragraphs(definition.instructions),
    (definition.items ?? []).some((item) => item.required) && make("p", { class: "hint" }, t("item.requiredNote")),
    this.#summary, (definition.items ?? []).map((item, index) => this.#row(item, index)),
    make("div", { class: "actions" }, make("button", { type: "submit", class: "primary" }, button))));
    this.#branch();
  }

  get #place() {
    return `answers:${this.#definition.name}`;
  }

  #row(item) {
    const id = identity("question");
    const isGroup = item.kind !== "text" && item.kind !== "slider";
    const problemLine = make("p", { class: "problem", id: `${id}-problem`, hidden: true });
    const control = field(item, this.#answers[item.name] ?? null, (answer) => this.#answered(item, answer));
    const mark = item.required ? make("span", { class: "required", "aria-hidden": "true" }, " *") : null;
    let element;
    if (isGroup) {
      // Required is said of the group in words: aria-required is no property of it.
      element = make("fieldset", { class: "item", id, "aria-describedby": `${id}-problem` },
        make("legend", {}, item.text, mark, item.required && make("span", { class: "visually-hidden" }, ` ${t("item.required")}`)),
        control, problemLine);
    } else {
      const input = control.matches("input, textarea") ? control : control.querySelector("input");
      input.id = `${id}-field`;
      input.setAttribute("aria-describedby", `${id}-problem`);
      if (item.required && item.kind === "text") input.setAttribute("aria-required", "true");
      element = make("div", { class: "item", id }, make("label", { class: "question", for: `${id}-field` }, item.text, mark,
        item.required && item.kind !== "text" && make("span", { class: "visually-hidden" }, ` ${t("item.required")}`)),
      control, problemLine);
    }
    element.dataset.item = item.name;
    this.#rows.set(item.name, { item, element, problemLine });
    return element;
  }

  #answered(item, answer) {
    if (answer === null) delete this.#answers[item.name];
    else this.#answers[item.name] = answer;
    this.#context.storage.set(this.#place, this.#answers);
    this.#mark(this.#rows.get(item.name), null);
    this.#branch();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(false), patience);
  }

  #branch() {
    const visible = visibleItems(this.#definition.items ?? [], this.#answers);
    for (const [name, row] of this.#rows) {
      row.element.hidden = !visible.has(name);
      if (row.element.hidden) this.#mark(row, null);
    }
  }

  #tell(isFinal) {
    clearTimeout(this.#timer);
    this.#timer = null;
    const visible = visibleItems(this.#definition.items ?? [], this.#answers);
    const answers = {};
    for (const { name } of this.#definition.items ?? []) {
      // What was answered before another answer hid the question does not count.
      if (visible.has(name)) answers[name] = this.#answers[name] ?? null;
      else if (this.#answers[name] !== undefined) answers[name] = null;
    }
    this.#context.outbox.add("answers", { questionnaire: this.#definition.name, answers, final: isFinal }, undefined, isFinal);
  }

  /** Tells what waits to be told, when the page goes away. */
  flush() {
    if (this.#timer !== null) this.#tell(false);
  }

  #submit() {
    const visible = visibleItems(this.#definition.items ?? [], this.#answers);
    const wrong = [];
    for (const [name, row] of this.#rows) {
      const kind = visible.has(name) ? problem(row.item, this.#answers[name]) : null;
      this.#mark(row, kind);
      if (kind) wrong.push(row);
    }
    if (wrong.length > 0) {
      this.#summarise(wrong);
      return;
    }
    this.#summary.hidden = true;
    this.#tell(true);
    this.#onDone();
  }

  #mark(row, kind) {
    row.problemLine.hidden = kind === null;
    row.problemLine.textContent = kind ? t(`item.problem.${kind}`, { most: row.item.maximum_length ?? "" }) : "";
    row.element.classList.toggle("wrong", kind !== null);
    // A radio button cannot be invalid by itself; its group's problem line says it.
    for (const input of row.element.querySelectorAll("[data-value]:not([type=radio])")) {
      if (kind) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  }

  #summarise(wrong) {
    this.#summary.replaceChildren(make("p", {}, t(wrong.length === 1 ? "item.oneMissing" : "item.someMissing", { count: wrong.length })),
      make("ul", {}, wrong.map((row) => make("li", {}, make("a", { href: `#${row.element.id}`, onclick: (event) => {
        event.preventDefault();
        const target = row.element.querySelector("input:checked, [data-value]");
        row.element.scrollIntoView({ block: "center" });
        target?.focus({ preventScroll: true });
      } }, row.item.text)))));
    this.#summary.hidden = false;
    this.#summary.focus();
  }
}

customElements.define("attune-questionnaire", Questionnaire);
