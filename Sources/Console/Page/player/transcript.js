// What was said, beside the tracks: it follows playback and leads to the moment of each turn.

import { make, setText } from "/participant/elements.js";
import { DraftView } from "./draft-view.js";
import { sessionTime } from "./times.js";
import { authorName, turnTime } from "./turns-track.js";

/** While the playhead is dragged along, the list is marked and scrolled once it rests for so long, and not more often than each so long, ms.
 *  Painting and scrolling a thousand turns costs more than all else of a frame, and nobody reads them meanwhile. */
const REST_MS = 100;
const EACH_MS = 350;

/** So many changes after a rest are shown at once: a key pressed some times is no drag. */
const AT_ONCE = 3;

/** So many turns are painted together. */
const GROUP = 24;

/** After the list was scrolled by the page, so long its scrolling is not the reader's, ms. */
const OWN_SCROLL = 120;

export class Transcript {
  #list = make("div", { class: "transcript-turns" });
  #scroller = make("div", { class: "transcript-scroller" }, this.#list);
  #back = make("button", { type: "button", class: "small primary transcript-back", hidden: true }, "Back to the current turn");
  #search = make("input", { type: "search", placeholder: "Search the transcript", "aria-label": "Search the transcript", autocomplete: "off", spellcheck: "false" });
  #found = make("span", { class: "hint figures", role: "status" });
  #draft;
  #items = [];
  #current = -2;
  #marked = -2;
  #changedAt = -Infinity;
  #markedAt = -Infinity;
  #inOneGo = 0;
  #markTimer = 0;
  #isAway = false;
  #scrolledAt = 0;
  #revealedAt = -Infinity;
  #revealTimer = 0;
  #hits = [];
  #hit = -1;

  /** `workbench`, and the `drafts` that are replayed below the turns. */
  constructor({ workbench, drafts }) {
    this.workbench = workbench;
    this.#draft = new DraftView({ drafts, clock: workbench.clock });
    const step = (by, label, text) => make("button", { type: "button", class: "small quiet", "aria-label": label, onclick: () => this.#toHit(by) }, text);
    this.element = make("div", { class: "transcript" },
      make("div", { class: "transcript-search" }, this.#search, this.#found, step(-1, "Previous turn found", "↑"), step(1, "Next turn found", "↓")),
      make("div", { class: "transcript-frame" }, this.#scroller, this.#back), this.#draft.element);
    this.#search.addEventListener("input", () => this.#find());
    this.#search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        this.#toHit(event.shiftKey ? -1 : 1);
      } else if (event.key === "Escape") {
        this.#search.value = "";
        this.#find();
        this.#search.blur();
      }
    });
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    for (const type of ["wheel", "touchmove"]) this.#scroller.addEventListener(type, () => { this.#scrolledAt = 0; }, { passive: true });
    this.#back.addEventListener("click", () => this.follow());
    this.#list.addEventListener("click", (event) => {
      const item = event.target.closest("[data-turn]");
      // Who marks words to copy them does not want to go there.
      if (!item || String(getSelection())) return;
      this.#go(Number(item.dataset.turn));
    });
    workbench.clock.addEventListener("tick", (event) => this.#show(event.position));
    this.#list.append(make("p", { class: "loading" }, "Loading the turns …"));
  }

  /** The turns; none before `refresh` was called first, which the page does once the signals stand on the screen. */
  turns = [];

  /** Shows the turns of the manifest. */
  refresh() {
    this.turns = [...this.workbench.session.turns ?? []].filter((turn) => Number.isFinite(turnTime(turn))).sort((a, b) => turnTime(a) - turnTime(b));
    this.#items = this.turns.map((turn, place) => make("li", { class: "transcript-turn", "data-turn": place, "data-author": turn.author === "participant" ? "participant" : "other" },
      make("button", { type: "button", class: "transcript-when figures", "aria-label": `${authorName(turn.author)}, turn ${turn.number ?? ""}: go to ${sessionTime(turnTime(turn), 1)}` },
        make("span", { class: "transcript-who" }, authorName(turn.author)), make("span", { class: "transcript-time" }, sessionTime(turnTime(turn), 1))),
      make("p", { class: "transcript-text" }, turn.text || "(the text is withheld)")));
    const groups = [];
    for (let place = 0; place < this.#items.length; place += GROUP) {
      groups.push(make("ol", { class: "transcript-group" }, this.#items.slice(place, place + GROUP)));
    }
    if (groups.length > 0) this.#list.replaceChildren(...groups);
    else this.#list.replaceChildren(make("p", { class: "empty" }, "Nothing was said in this session."));
    this.#current = -2;
    this.#marked = -2;
    this.#find();
    this.#show(this.workbench.clock.position);
  }

  focusSearch() { this.#search.focus(); }

  /** Goes on following playback. */
  follow() {
    this.#isAway = false;
    this.#back.hidden = true;
    this.#reveal();
  }

  #go(place) {
    this.#isAway = false;
    this.#back.hidden = true;
    this.workbench.go(turnTime(this.turns[place]));
  }

  #show(position) {
    let current = -1;
    for (let low = 0, high = this.turns.length; low < high;) {
      const middle = (low + high) >> 1;
      if (turnTime(this.turns[middle]) <= position + 1e-6) [low, current] = [middle + 1, middle];
      else high = middle;
    }
    this.#draft.show(position);
    if (current === this.#current) return;
    this.#current = current;
    const now = performance.now();
    this.#inOneGo = now - this.#changedAt > EACH_MS ? 0 : this.#inOneGo + 1;
    this.#changedAt = now;
    clearTimeout(this.#markTimer);
    const wait = this.#markedAt + EACH_MS - now;
    if (this.#marked < -1 || this.#inOneGo < AT_ONCE || wait <= 0) this.#showCurrent();
    else this.#markTimer = setTimeout(() => this.#showCurrent(), Math.min(REST_MS, wait));
  }

  /** Shows which turn is the current one, and what is still to come. */
  #showCurrent() {
    clearTimeout(this.#markTimer);
    const [before, current] = [this.#marked, this.#current];
    this.#marked = current;
    this.#markedAt = performance.now();
    if (before !== current) {
      this.#items[before]?.removeAttribute("aria-current");
      this.#items[current]?.setAttribute("aria-current", "true");
    }
    // Only what lies between is told anew that it is still to come, or is not.
    const [from, to] = before < -1 ? [0, this.#items.length - 1] : [Math.max(0, Math.min(before, current)), Math.max(before, current)];
    for (let place = from; place <= to; place += 1) this.#items[place]?.classList.toggle("later", place > current);
    if (!this.#isAway) this.#revealSoon();
  }

  #revealSoon() {
    clearTimeout(this.#revealTimer);
    const since = performance.now() - this.#revealedAt;
    if (since >= EACH_MS) this.#reveal();
    else this.#revealTimer = setTimeout(() => this.#reveal(), Math.min(REST_MS, EACH_MS - since));
  }

  #reveal() {
    clearTimeout(this.#revealTimer);
    this.#revealedAt = performance.now();
    if (this.#isAway) return;
    const item = this.#items[Math.max(0, this.#current)];
    if (!item) return;
    this.#scrolledAt = performance.now();
    const top = this.#topOf(item) - this.#scroller.clientHeight * 0.45 + item.offsetHeight / 2;
    this.#scroller.scrollTop = top;
  }

  /** Where a turn begins in what is scrolled, px. */
  #topOf(item) {
    let top = 0;
    for (let element = item; element && element !== this.#scroller; element = element.offsetParent) top += element.offsetTop;
    return top;
  }

  #scrolled() {
    if (performance.now() - this.#scrolledAt < OWN_SCROLL) return;
    const item = this.#items[Math.max(0, this.#current)];
    if (!item) return;
    const [top, bottom] = [this.#scroller.scrollTop, this.#scroller.scrollTop + this.#scroller.clientHeight];
    this.#isAway = this.#topOf(item) + item.offsetHeight < top || this.#topOf(item) > bottom;
    this.#back.hidden = !this.#isAway;
  }

  #find() {
    const wanted = this.#search.value.trim().toLocaleLowerCase();
    this.#hits = [];
    this.#hit = -1;
    this.turns.forEach((turn, place) => {
      const isHit = wanted !== "" && (turn.text ?? "").toLocaleLowerCase().includes(wanted);
      if (isHit) this.#hits.push(place);
      this.#mark(this.#items[place].querySelector(".transcript-text"), turn.text || "(the text is withheld)", isHit ? wanted : "");
      this.#items[place].classList.toggle("hit", isHit);
    });
    setText(this.#found, wanted === "" ? "" : this.#hits.length === 0 ? "none" : `${this.#hits.length} ${this.#hits.length === 1 ? "turn" : "turns"}`);
  }

  /** Marks what was searched for; the text stays text. */
  #mark(element, text, wanted) {
    if (wanted === "") {
      if (element.childElementCount > 0 || element.textContent !== text) element.textContent = text;
      return;
    }
    const small = text.toLocaleLowerCase();
    // Where capitals have other lengths than small letters, places would not fit: the turn alone is marked.
    if (small.length !== text.length) return;
    const pieces = [];
    let place = 0;
    for (let at = small.indexOf(wanted); at >= 0; at = small.indexOf(wanted, place)) {
      pieces.push(text.slice(place, at), make("mark", {}, text.slice(at, at + wanted.length)));
      place = at + wanted.length;
    }
    element.replaceChildren(...pieces, text.slice(place));
  }

  #toHit(by) {
    if (this.#hits.length === 0) return;
    if (this.#hit < 0) {
      const here = this.#hits.findIndex((place) => place > this.#current);
      this.#hit = by > 0 ? (here < 0 ? 0 : here) : (here < 0 ? this.#hits.length : here) - 1;
    } else {
      this.#hit += by;
    }
    this.#hit = (this.#hit + this.#hits.length) % this.#hits.length;
    this.#go(this.#hits[this.#hit]);
    setText(this.#found, `${this.#hit + 1} of ${this.#hits.length}`);
  }
}
