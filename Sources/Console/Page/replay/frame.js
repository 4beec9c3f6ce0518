// Runs in the replayed document: draws moments with the modules of the participant's page.

import "/participant/notices.js";
import { areaNamed, controlNamed, foldNamed } from "/participant/controls.js";
import { make, paragraphs } from "/participant/elements.js";
import { PageHeader } from "/participant/header.js";
import { plainPage } from "/participant/plain.js";
import { loadTexts, pageLanguage } from "/participant/texts.js";

/** Areas of the page beside the conversation that can be scrolled. */
const areas = ["page", "talk", "state", "table"];
/** Phases whose answers are not replayed: their words alone are shown. */
const wordsAlone = new Set(["consent", "fitting", "ratings"]);

/** The device that the participant had: asked by the modules as media queries. */
let isTouch = false;
/** Their window: a frame whose size was set just now still answers by the one before. */
let participantsWindow = null;
const ask = window.matchMedia.bind(window);
window.matchMedia = (query) => {
  if (query.includes("any-pointer: fine")) return { matches: !isTouch };
  if (query.includes("pointer: coarse")) return { matches: isTouch };
  const narrow = /^\(max-width: ([\d.]+)rem\)$/.exec(query);
  if (narrow && participantsWindow) return { matches: participantsWindow.width <= Number(narrow[1]) * (participantsWindow.font_px ?? 16) };
  return ask(query);
};

/** The modules tell and keep things here as they would live: nothing comes of it. */
const nowhere = Object.freeze({
  add() {}, get() { return undefined; }, set() {}, remove() {}, keys() { return []; }, waitingTurns: Object.freeze([]), page: "replay",
});

class ReplayFrame {
  #context;
  #header;
  #notices;
  #main = document.querySelector("main");
  #view = null;
  #viewKey = null;
  #moment = null;
  #position = 0;
  #marked = [];

  constructor() {
    const context = { storage: nowhere, outbox: nowhere, page: "replay", state: null, isLeaving: null, leave() {}, focusStart() {},
      serverTime: { now: 0 }, phaseTime: { now: 0 } };
    this.#context = context;
    this.#header = new PageHeader(context);
    this.#notices = document.querySelector("attune-notices");
    this.#notices.prepare(context);
  }

  /**
   * @param {object} moment what the timeline has at the position
   * @param {number} position in seconds
   */
  show(moment, position, timeline) {
    const { serverTime, phaseTime } = this.#context;
    serverTime.now = position * 1000;
    this.#position = position;
    const stay = timeline.stay(moment.screen?.phase, position);
    phaseTime.now = stay ? timeline.elapsed(stay, position) : 0;
    const isPainting = moment.screen?.partial != null || (moment.sent > 0 && this.#pending(moment, position, timeline).length > 0);
    if (moment !== this.#moment || isPainting || this.#wasPainting) this.#change(moment, stay, position, timeline);
    this.#wasPainting = isPainting;
    this.#header.tick();
    this.#view?.tick?.();
    this.#freeze(moment, position);
  }

  #wasPainting = false;

  /** Parts that are not to be seen; everything else stays where it was. */
  leaveOut(parts) {
    for (const part of ["suggestions", "emotions"]) document.documentElement.classList.toggle(`without-${part}`, parts.has(part));
  }

  #change(moment, stay, position, timeline) {
    const before = this.#moment;
    this.#moment = moment;
    this.#context.state = state(moment, stay, position, timeline);
    const view = moment.screen?.view ?? "waiting";
    const key = [view, stay?.from_s, moment.page].join("|");
    // Some parts remember what was there: going back behind it they begin anew.
    if (key !== this.#viewKey || (before?.hadSuggestions && !moment.hadSuggestions)) {
      this.#viewKey = key;
      this.#prefer(moment.view);
      this.#build(view, stay);
    } else {
      this.#view.update?.();
    }
    const isRunning = view === "phase" && Boolean(stay);
    this.#header.show({ isRunning, isWaiting: view === "waiting" });
    this.#notices.update();
    this.#notices.replay(moment.screen?.notices ?? []);
    this.#view.replay?.({
      pending: this.#pending(moment, position, timeline), place: moment.place,
      draft: { text: moment.draft.text, start: moment.caret?.start ?? moment.draft.caret, end: moment.caret?.end ?? moment.draft.caret,
        top: moment.scrolls.message ?? null },
    });
    this.#fold(moment.folds);
    this.#mark(moment);
    for (const name of areas) {
      const area = areaNamed(name);
      const top = moment.scrolls[name] ?? 0;
      if (area && area.scrollTop !== top) area.scrollTop = top;
    }
  }

  /** Turns that the participant had sent, and that the server had not numbered yet. */
  #pending(moment, position, timeline) {
    const known = moment.screen?.turns ?? 0;
    return timeline.own.slice(0, moment.sent).filter((turn) => turn.number > known).map((turn) => ({
      id: `turn-${turn.number}`, text: turn.text, isWaiting: position - turn.sent_s >= 2,
    }));
  }

  #prefer(view) {
    isTouch = Boolean(view?.touch);
    participantsWindow = view?.width > 0 ? view : null;
    const { documentElement: root } = document;
    root.classList.toggle("thin-scrollbars", view?.scrollbar === 0);
    root.classList.toggle("still", Boolean(view?.reduced_motion));
    root.style.fontSize = "";
    const natural = parseFloat(getComputedStyle(root).fontSize);
    if (view?.font_px && Math.abs(view.font_px - natural) > 0.01) root.style.fontSize = `${view.font_px}px`;
  }

  #build(view, stay) {
    const isPhase = view === "phase" && stay;
    const isChat = Boolean(isPhase && stay.kind === "chat");
    let element;
    if (isPhase && !wordsAlone.has(stay.kind) && stay.kind) {
      element = document.createElement("attune-phase");
      element.prepare(this.#context);
    } else if (isPhase) {
      element = make("section", { class: "phase" }, make("h2", {}, stay.title || stay.name),
        make("div", { class: "phase-body" }, ...paragraphs(stay.instructions)));
    } else {
      const name = { "other-tab": "otherTab", ended: "ended", refused: "refused", stopping: "stopping", withdrawing: "withdrawing" }[view];
      element = plainPage(name ?? "waiting");
    }
    this.#view = element;
    this.#main.replaceChildren(element);
    this.#main.className = `view-${view}`;
    document.body.className = isChat ? "in-chat" : "";
  }

  /** What nobody touched yet is as it was built, also behind a moment at which somebody did. */
  #fold(folds) {
    for (const name of ["instructions", "course", "table"]) {
      const details = foldNamed(name);
      if (!details) continue;
      if (!this.#usual.has(details)) this.#usual.set(details, details.open);
      const isOpen = folds?.[name]?.isOpen ?? this.#usual.get(details);
      if (details.open !== isOpen) details.open = isOpen;
    }
  }

  #usual = new WeakMap();

  #mark({ control, hover }) {
    for (const element of this.#marked) element.classList.remove("as-focused", "as-hovered");
    this.#marked = [];
    for (const [place, name] of [[control, "as-focused"], [hover, "as-hovered"]]) {
      const element = place && controlNamed(place.control, place.index);
      if (!element) continue;
      element.classList.add(name);
      this.#marked.push(element);
    }
  }

  /** Animations stand where they stood. */
  #freeze(moment, position) {
    if (!moment.screen?.typing) return;
    for (const animation of document.getAnimations()) {
      animation.pause();
      animation.currentTime = Math.max(0, position - moment.typingSince) * 1000;
    }
  }
}

/** The room's state as the page had it. */
function state(moment, stay, position, timeline) {
  const { source } = timeline;
  const { screen } = moment;
  const turns = [];
  const partial = screen?.partial ?? null;
  for (const [index, turn] of timeline.turns.entries()) {
    if (turn.number > (screen?.turns ?? 0)) continue;
    turns.push(turn.number === partial ? paintedPart(turn, timeline.times[index], timeline.painted.get(turn.number), position) : turn);
  }
  const emotions = source.chat.emotions ? timeline.emotions : new Map();
  return {
    language: source.language, session: { state: "recording", pilot: source.pilot }, phases: source.phases,
    phase: stay ? { name: stay.name, title: stay.title ?? stay.name, kind: stay.kind ?? "chat", advance: stay.advance,
      instructions: stay.instructions, duration_seconds: stay.duration_seconds } : null,
    consent: { tiers: [], needed: false }, questionnaires: [], limits: {},
    resources: moment.offersHelp ? source.chat.resources : [],
    message: moment.message && screen?.notices?.includes("message") ? { id: moment.message.id, text: moment.message.text } : null,
    paused: screen?.notices?.includes("paused") ? { reason: "paused" } : null, ended: null,
    chat: {
      client_label: source.chat.client_label, turns, typing: Boolean(screen?.typing), can_write: Boolean(screen?.can_write),
      started_ms: clockBegan(moment), emotion: emotions.get(screen?.emotion) ?? null,
      series: timeline.series(source.chat.emotions ? screen?.points ?? 0 : 0),
      suggestions: timeline.sets.get(screen?.suggestions) ?? null, machine_notice: stay?.machine_notice ?? null,
    },
  };
}

/** Where the chat's clock began for the page: pages of version 1 did not tell how far it was. */
function clockBegan({ screen, screenSince }) {
  if (screen?.began_ms == null) return undefined;
  return screen.lasted_ms === undefined ? screen.began_ms : screenSince * 1000 - screen.lasted_ms;
}

/** A turn that was painted word by word between its first and its last paint. */
function paintedPart(turn, times, last, position) {
  const first = times.shown_s ?? times.sent_s;
  const words = turn.text.split(" ");
  const share = last > first ? (position - first) / (last - first) : 1;
  const count = Math.max(1, Math.min(words.length, Math.ceil(share * words.length)));
  return { ...turn, text: words.slice(0, count).join(" "), partial: true };
}

/** Begins: told by the page around it, once the document stands. */
window.attuneReplay = async (source) => {
  await loadTexts("en");
  if (source.language !== "en") await loadTexts(source.language);
  document.documentElement.lang = pageLanguage();
  // What draws asks for the device when it is loaded.
  await import("/participant/phase.js");
  return new ReplayFrame();
};
