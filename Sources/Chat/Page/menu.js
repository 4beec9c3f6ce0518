// Stop, withdraw everything, withdraw one tier: behind one button that is always there.

import { confirm } from "./dialogs.js";
import { identity, make } from "./elements.js";
import { t } from "./texts.js";

export class Menu extends HTMLElement {
  #context;
  #button;
  #list;
  #onOutside = (event) => {
    if (!this.contains(event.target)) this.#open(false);
  };

  prepare(context) {
    this.#context = context;
    const id = identity("menu");
    this.#list = make("ul", { id, class: "menu-list", hidden: true });
    this.#button = make("button", { type: "button", class: "menu-button", "aria-expanded": "false", "aria-controls": id,
      onclick: () => this.#open(this.#list.hidden) }, t("menu.button"));
    this.append(this.#button, this.#list);
    this.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.#list.hidden) {
        this.#open(false);
        this.#button.focus();
      }
    });
    this.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !this.contains(event.relatedTarget)) this.#open(false);
    });
  }

  disconnectedCallback() {
    document.removeEventListener("pointerdown", this.#onOutside);
  }

  #open(isOpen) {
    if (isOpen) this.#list.replaceChildren(...this.#choices().map((choice) => make("li", {}, choice)));
    this.#list.hidden = !isOpen;
    this.#button.setAttribute("aria-expanded", String(isOpen));
    document[isOpen ? "addEventListener" : "removeEventListener"]("pointerdown", this.#onOutside);
  }

  #choices() {
    const granted = (this.#context.state?.consent?.tiers ?? []).filter((tier) => tier.answer === true);
    return [
      this.#choice(t("menu.stop"), t("menu.stopNote"), () => this.#ask("stop", {}, {
        title: t("stop.title"), text: t("stop.text"), action: t("stop.action"),
      })),
      ...granted.filter((tier) => !tier.required).map((tier) => this.#choice(
        t("menu.withdrawTier", { tier: tier.title ?? tier.name }), t("menu.withdrawTierNote"),
        () => this.#ask("withdraw", { what: tier.name }, { title: t("withdrawTier.title", { tier: tier.title ?? tier.name }),
          text: t("withdrawTier.text", { tier: tier.title ?? tier.name }), action: t("withdrawTier.action") }))),
      this.#choice(t("menu.withdraw"), t("menu.withdrawNote"), () => this.#ask("withdraw", { what: "all" }, {
        title: t("withdraw.title"), text: t("withdraw.text"), action: t("withdraw.action"),
      })),
    ];
  }

  #choice(title, note, choose) {
    return make("button", { type: "button", class: "menu-choice", onclick: () => {
      this.#open(false);
      this.#button.focus();
      choose();
    } }, make("strong", {}, title), make("span", {}, note));
  }

  async #ask(kind, payload, question) {
    if (await confirm(question)) this.#context.leave(kind, payload);
  }
}

customElements.define("attune-menu", Menu);
