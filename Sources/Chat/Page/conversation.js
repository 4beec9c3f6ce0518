// The conversation: turns of both sides, and when each was painted.

import { announce } from "./announcer.js";
import { make, setText } from "./elements.js";
import { now } from "./moment.js";
import { t } from "./texts.js";

export class Conversation extends HTMLElement {
  #context;
  #log;
  #list;
  #typing;
  #more;
  #turns = new Map();
  /** Turns that were sent and that the server has not numbered yet, by their id. */
  #pending = new Map();
  #observer;
  #shown;
  #isFirst = true;
  #height = 0;

  prepare(context) {
    this.#context = context;
    this.#shown = new Set(context.storage.get("shown") ?? []);
    this.#list = make("ol", { class: "turns" });
    this.#typing = make("div", { class: "typing", hidden: true },
      make("span", { class: "dots", "aria-hidden": "true" }, make("i"), make("i"), make("i")),
      make("span", {}, t("chat.typing", { client: this.#label() })));
    this.#log = make("div", { class: "log", role: "log", "aria-live": "off", tabindex: 0, "aria-label": t("chat.conversation"),
      onscroll: () => this.#scrolled() }, this.#list, this.#typing);
    this.#more = make("button", { type: "button", class: "more", hidden: true, onclick: () => this.#scrollDown() },
      t("chat.newMessage"));
    this.append(this.#log, this.#more);
    this.#observer = new IntersectionObserver((entries) => {
      for (const entry of entries) if (entry.isIntersecting) this.#seen(entry.target);
    });
    // A keyboard of a phone, or a longer message field, must not hide the newest turn.
    new ResizeObserver(() => {
      this.#height = this.#log.clientHeight;
      if (this.#follows) this.#scrollDown();
    }).observe(this.#log);
    for (const turn of context.outbox.waitingTurns) this.addPending(turn);
    this.update();
  }

  #label() {
    return this.#context.state.chat?.client_label || t("chat.client");
  }

  #follows = true;

  /** Shows a turn that was just sent, before the server knows it. */
  addPending(turn) {
    if (this.#pending.has(turn.id) || [...this.#turns.values()].some((known) => known.turn.id === turn.id)) return;
    const item = this.#addPending(turn);
    this.#observer.observe(item);
    this.#follows = true;
    this.#scrollDown();
    setTimeout(() => item.classList.add("waiting"), 2000);
  }

  #addPending(turn) {
    const item = this.#item({ ...turn, author: "participant" });
    item.classList.add("pending");
    this.#pending.set(turn.id, { turn, item, shown: null });
    item.dataset.pending = turn.id;
    this.#list.append(item);
    return item;
  }

  update() {
    const { chat } = this.#context.state;
    const wasFirst = this.#isFirst;
    this.#forget(chat?.turns ?? []);
    for (const turn of chat?.turns ?? []) {
      const known = this.#turns.get(turn.number);
      if (!known) this.#add(turn, wasFirst);
      else this.#change(known, turn);
    }
    this.#isFirst = false;
    const isTyping = Boolean(chat?.typing) && !(chat?.turns ?? []).some((turn) => turn.partial);
    if (this.#typing.hidden === isTyping) {
      this.#typing.hidden = !isTyping;
      if (isTyping) announce(t("chat.typing", { client: this.#label() }));
      if (this.#follows) this.#scrollDown();
    }
  }

  /** A replay also goes back. */
  #forget(turns) {
    if (this.#turns.size === 0) return;
    const numbers = new Set(turns.map((turn) => turn.number));
    for (const [number, { item }] of this.#turns) {
      if (numbers.has(number)) continue;
      item.remove();
      this.#turns.delete(number);
    }
  }

  #add(turn, isFirst) {
    const pending = turn.id ? this.#pending.get(turn.id) : undefined;
    let item;
    if (pending) {
      ({ item } = pending);
      this.#pending.delete(turn.id);
      item.classList.remove("pending", "waiting");
      delete item.dataset.pending;
      setText(item.querySelector(".text"), turn.text);
    } else {
      item = this.#item(turn);
    }
    item.dataset.turn = turn.number;
    const entry = { turn, item, first: pending?.shown ?? null, last: null, wasPartial: Boolean(turn.partial) };
    this.#turns.set(turn.number, entry);
    this.#place(item, turn.number);
    item.classList.toggle("partial", Boolean(turn.partial));
    if (entry.first !== null) this.#report(entry);
    else if (!this.#shown.has(turn.number)) this.#observer.observe(item);
    if (turn.author === "client" && !turn.partial && !isFirst) this.#say(turn);
    if (this.#follows || turn.author === "participant") this.#scrollDown();
    else if (turn.author === "client" && !isFirst) this.#more.hidden = false;
  }

  #change(entry, turn) {
    if (entry.turn === turn) return;
    const wasPartial = Boolean(entry.turn.partial);
    const text = entry.item.querySelector(".text");
    if (text.textContent !== turn.text) {
      // What is added to the end is appended, so that what stands there is not laid out anew.
      if (turn.text.startsWith(text.textContent)) text.append(turn.text.slice(text.textContent.length));
      else setText(text, turn.text);
      if (this.#follows) this.#scrollDown();
    }
    entry.turn = turn;
    entry.item.classList.toggle("partial", Boolean(turn.partial));
    if (wasPartial && !turn.partial) {
      if (turn.author === "client") this.#say(turn);
      requestAnimationFrame(() => requestAnimationFrame(() => {
        entry.last = now();
        this.#report(entry);
      }));
    }
  }

  #say(turn) {
    announce(t("chat.said", { client: this.#label(), text: turn.text }));
  }

  #item(turn) {
    const isOwn = turn.author === "participant";
    return make("li", { class: `turn ${isOwn ? "own" : "theirs"}` },
      make("p", { class: "author" }, isOwn ? t("chat.you") : this.#label()),
      make("p", { class: "text", dir: "auto" }, turn.text ?? ""),
      isOwn && make("p", { class: "waiting-note" }, t("chat.waiting")));
  }

  /** Numbers may come in any order; what is pending stays below. */
  #place(item, number) {
    const next = [...this.#list.children].find((other) => other !== item
      && (other.dataset.pending !== undefined || Number(other.dataset.turn) > number));
    if (item.nextElementSibling !== (next ?? null) || item.parentNode !== this.#list) {
      this.#list.insertBefore(item, next ?? null);
    }
  }

  // MARK: Paint

  /** In the frame that brings a turn into view; it is painted when the next one begins. */
  #seen(item) {
    this.#observer.unobserve(item);
    requestAnimationFrame(() => {
      const time = now();
      if (item.dataset.pending !== undefined) {
        const pending = this.#pending.get(item.dataset.pending);
        if (pending) pending.shown = time;
        return;
      }
      const entry = this.#turns.get(Number(item.dataset.turn));
      if (!entry || entry.first !== null) return;
      entry.first = time;
      this.#report(entry);
    });
  }

  #report(entry) {
    const { turn } = entry;
    // A turn that is still coming is told when it is whole, with both of its times.
    if (turn.partial || entry.first === null || this.#shown.has(turn.number)) return;
    if (entry.wasPartial && entry.last === null) return;
    this.#shown.add(turn.number);
    this.#context.storage.set("shown", [...this.#shown]);
    const payload = { number: turn.number, shown_ns: entry.first };
    if (entry.wasPartial) payload.last_ns = Math.max(entry.last, entry.first);
    this.#context.outbox.add("turn_shown", payload, payload.last_ns ?? entry.first);
  }

  // MARK: What is seen

  /** As it is told with the screen. */
  get screen() {
    const shown = [...this.#turns.values()].map((entry) => entry.turn);
    return { turns: Math.max(0, ...this.#turns.keys()), partial: shown.find((turn) => turn.partial)?.number ?? null,
      typing: !this.#typing.hidden, more: !this.#more.hidden };
  }

  /** As it is told with a scroll: who tells hears of the scroll before the conversation does. */
  get place() {
    this.#scrolled();
    return { follows: this.#follows, more: !this.#more.hidden };
  }

  /**
   * Shows a moment that was recorded, whatever was shown before.
   * @param {object[]} pending turns that were sent and had no number yet; `isWaiting`: for so long that it is said
   * @param {{follows: boolean, more: boolean, top: number}} place where the participant had scrolled to
   */
  replay(pending, place) {
    const ids = new Set(pending.map((turn) => turn.id));
    for (const [id, { item }] of this.#pending) {
      if (ids.has(id)) continue;
      item.remove();
      this.#pending.delete(id);
    }
    for (const turn of pending) {
      if (!this.#pending.has(turn.id)) this.#addPending(turn);
      this.#pending.get(turn.id).item.classList.toggle("waiting", turn.isWaiting);
    }
    this.#follows = place.follows;
    if (place.follows) this.#scrollDown();
    else this.#log.scrollTop = place.top;
    this.#more.hidden = !place.more;
  }

  // MARK: Scrolling

  #scrollDown() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#more.hidden = true;
  }

  #scrolled() {
    const log = this.#log;
    if (log.clientHeight !== this.#height) {
      // The window or a notice moved it, not the participant.
      this.#height = log.clientHeight;
      if (this.#follows) this.#scrollDown();
    }
    this.#follows = log.scrollHeight - log.scrollTop - log.clientHeight < 48;
    if (this.#follows) this.#more.hidden = true;
  }
}

customElements.define("attune-conversation", Conversation);
