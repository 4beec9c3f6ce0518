// Consent: a yes or no to each tier, none of them chosen before.

import { identity, make, paragraphs } from "./elements.js";
import { t } from "./texts.js";

export class Consent extends HTMLElement {
  #context;
  #answers = new Map();
  #rows = [];
  #problem;
  #refusal;
  #onDone;

  /** @param {() => void} onDone called when all is answered and told, and nothing required is refused */
  prepare(context, onDone) {
    this.#context = context;
    this.#onDone = onDone;
    const kept = context.storage.get("consent") ?? {};
    this.#problem = make("p", { class: "problems", role: "alert", tabindex: -1, hidden: true });
    this.#refusal = make("div", { class: "problems", role: "alert", tabindex: -1, hidden: true });
    const tiers = context.state.consent?.tiers ?? [];
    for (const tier of tiers) {
      const answer = kept[tier.name] ?? tier.answer;
      if (typeof answer === "boolean") this.#answers.set(tier.name, answer);
    }
    this.append(make("form", { class: "consent", novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      this.#submit();
    } }, tiers.map((tier) => this.#tier(tier)), this.#problem, this.#refusal,
    make("div", { class: "actions" }, make("button", { type: "submit", class: "primary" }, t("consent.continue")))));
  }

  #tier(tier) {
    const name = identity("tier");
    const radios = [true, false].map((granted) => {
      const id = identity("answer");
      const input = make("input", { type: "radio", name, id, value: granted ? "yes" : "no", onchange: () => {
        this.#answers.set(tier.name, granted);
        this.#context.storage.set("consent", Object.fromEntries(this.#answers));
        line.hidden = true;
        row.classList.remove("wrong");
        this.#problem.hidden = true;
        this.#refusal.hidden = true;
      } });
      input.checked = this.#answers.get(tier.name) === granted;
      return make("label", { class: "answer", for: id }, input, make("span", {}, t(granted ? "consent.yes" : "consent.no")));
    });
    const line = make("p", { class: "problem", id: `${name}-problem`, hidden: true }, t("consent.missing"));
    const row = make("fieldset", { class: "card tier", "aria-describedby": `${name}-text ${name}-problem` },
      make("legend", {}, tier.title ?? tier.name, " ",
        make("span", { class: `badge${tier.required ? " needed" : ""}` }, t(tier.required ? "consent.required" : "consent.optional"))),
      make("div", { id: `${name}-text` }, paragraphs(tier.explanation), tier.endpoint && endpoint(tier.endpoint)),
      make("div", { class: "answers" }, radios), line);
    row.dataset.tier = tier.name;
    this.#rows.push({ tier, row, line });
    return row;
  }

  #submit() {
    const missing = this.#rows.filter(({ tier }) => !this.#answers.has(tier.name));
    for (const { tier, row, line } of this.#rows) {
      const isMissing = !this.#answers.has(tier.name);
      line.hidden = !isMissing;
      row.classList.toggle("wrong", isMissing);
    }
    if (missing.length > 0) {
      this.#problem.textContent = t("consent.someMissing", { count: missing.length });
      this.#problem.hidden = false;
      missing[0].row.querySelector("input").focus();
      return;
    }
    const refused = this.#rows.filter(({ tier }) => tier.required && !this.#answers.get(tier.name));
    if (refused.length > 0) {
      this.#refuse(refused.map(({ tier }) => tier.title ?? tier.name));
      return;
    }
    this.#tell();
    this.#onDone();
  }

  #tell() {
    for (const { tier } of this.#rows) {
      this.#context.outbox.add("consent", { tier: tier.name, granted: this.#answers.get(tier.name) }, undefined, true);
    }
  }

  #refuse(titles) {
    this.#refusal.replaceChildren(make("p", {}, t("consent.refused", { tiers: titles.join(", ") })),
      make("div", { class: "actions" }, make("button", { type: "button", onclick: () => {
        this.#refusal.hidden = true;
        this.#rows[0]?.row.querySelector("input:checked")?.focus();
      } }, t("consent.change")), make("button", { type: "button", class: "danger", onclick: () => {
        this.#tell();
        this.#context.leave("stop", { reason: "consent refused" });
      } }, t("consent.leave"))));
    this.#refusal.hidden = false;
    this.#refusal.focus();
  }
}

/** What one needs to know of a model's endpoint before agreeing. */
function endpoint(facts) {
  const rows = ["url", "operator", "country", "retention"].filter((name) => facts[name])
    .flatMap((name) => [make("dt", {}, t(`consent.endpoint.${name}`)), make("dd", {}, String(facts[name]))]);
  return make("dl", { class: "endpoint" }, rows);
}

customElements.define("attune-consent", Consent);
