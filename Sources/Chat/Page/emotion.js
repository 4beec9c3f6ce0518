// The client's emotional state: an emoji and a word.

import { make } from "./elements.js";
import { whenPainted } from "./moment.js";
import { categoryName } from "./categories.js";
import { t } from "./texts.js";

export class Emotion extends HTMLElement {
  #context;
  #turn = null;

  prepare(context) {
    this.#context = context;
    this.hidden = true;
    this.update();
  }

  update() {
    const emotion = this.#context.state.chat?.emotion ?? null;
    this.hidden = emotion === null;
    if (emotion === null || (this.#turn === emotion.turn && this.dataset.label === emotion.label)) return;
    this.#turn = emotion.turn;
    this.dataset.label = emotion.label;
    this.replaceChildren(make("section", { class: "emotion", "aria-labelledby": "emotion-title" },
      make("h3", { id: "emotion-title" }, t("emotion.title", { client: this.#context.state.chat.client_label || t("chat.client") })),
      make("p", { class: "emotion-now" },
        make("span", { class: "emoji", "aria-hidden": "true" }, emotion.emoji ?? ""),
        make("strong", {}, emotion.label || categoryName(emotion.category)))));
    const turn = emotion.turn;
    const { outbox, storage } = this.#context;
    whenPainted((time) => {
      if ((storage.get("emotion") ?? -1) >= turn) return;
      storage.set("emotion", turn);
      outbox.add("emotion_shown", { turn }, time);
    });
  }
}

customElements.define("attune-emotion", Emotion);
