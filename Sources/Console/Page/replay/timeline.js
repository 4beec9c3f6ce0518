// What was on the participant's screen at each moment, out of what was recorded. Pure: the same source and
// the same position give the same answer, whatever was asked before.

import { DraftText } from "./draft-text.js";

/** So many steps lie between two moments that are kept, so that going back need not begin at the start. */
const keptEach = 256;

/** What is known before the page was opened. */
const nothing = Object.freeze({
  page: null, view: null, screen: null, screenSince: 0, typingSince: 0, draft: DraftText.empty(1), sent: 0, caret: null,
  place: Object.freeze({ follows: true, more: false, top: 0 }), scrolls: Object.freeze({}), folds: null, control: null, hover: null,
  hadSuggestions: false, offersHelp: false, message: null, isLeft: false,
});

export class ReplayTimeline {
  #steps;
  /** The moment before step 0, before step 256, … */
  #kept = [nothing];
  #at = 0;
  #model = nothing;
  #series = new Map();
  #pauses = [];

  /** @param {object} source what `/api/sessions/ID/replay` gives */
  constructor(source) {
    this.source = source;
    this.turns = source.turns.map((turn) => ({ number: turn.number, author: turn.author, text: turn.text, partial: false, id: `turn-${turn.number}` }));
    this.times = source.turns;
    this.own = source.turns.filter((turn) => turn.author === "participant");
    this.sets = new Map();
    this.emotions = new Map();
    this.painted = new Map();
    this.#index(source);
    this.inserted = insertedTexts(source);
    this.#steps = steps(source);
  }

  get duration() { return this.source.duration_s; }

  /** The moment at a position in seconds: the same object until something changes. */
  at(position) {
    let next = this.#after(position);
    if (next < this.#at || next - this.#at > keptEach) {
      const kept = Math.min(Math.floor(next / keptEach), this.#kept.length - 1);
      if (next < this.#at || kept * keptEach > this.#at) {
        this.#at = kept * keptEach;
        this.#model = this.#kept[kept];
      }
    }
    for (; this.#at < next; this.#at += 1) {
      if (this.#at % keptEach === 0) this.#kept[this.#at / keptEach] ??= this.#model;
      this.#model = advance(this.#model, this.#steps[this.#at], this);
    }
    return this.#model;
  }

  /** The times of everything that changes the screen, in order. */
  get changes() { return this.#steps.map((step) => step.t); }

  /** The stay in a phase at a position; null for none. */
  stay(phase, position) {
    return this.source.stays.findLast((stay) => stay.name === phase && stay.from_s <= position) ?? null;
  }

  /** How long a stay had lasted at a position, without its pauses, in ms. */
  elapsed(stay, position) {
    let elapsed = position - stay.from_s;
    for (const { from, to } of this.#pauses) elapsed -= Math.max(0, Math.min(position, to) - Math.max(stay.from_s, from));
    return Math.max(0, elapsed * 1000);
  }

  /** The first feelings of the client, as a list that stays the same for the same count. */
  series(count) {
    if (!this.#series.has(count)) this.#series.set(count, [...this.emotions.values()].slice(0, count)
      .map((emotion) => ({ number: emotion.turn, valence: emotion.valence, arousal: emotion.arousal, probabilities: emotion.probabilities })));
    return this.#series.get(count);
  }

  /** Number of the first step that lies behind a position. */
  #after(position) {
    const steps = this.#steps;
    let low = 0;
    let high = steps.length;
    // Playing forward goes on where it was.
    if (this.#at < high && (this.#at === 0 || steps[this.#at - 1].t <= position)) {
      low = this.#at;
      if (steps[low].t > position) return low;
    }
    while (low < high) {
      const middle = (low + high) >> 1;
      if (steps[middle].t <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #index(source) {
    const emotions = [];
    let since = null;
    for (const event of source.events) {
      if (event.kind === "suggestions") this.sets.set(event.set, { set: event.set, turn: event.turn, groups: event.groups });
      else if (event.kind === "emotion") emotions.push(event);
      else if (event.kind === "turn_shown" && event.last_s !== undefined) this.painted.set(event.number, event.last_s);
      else if (event.kind === "paused") since ??= event.t_s;
      else if (event.kind === "resumed" && since !== null) {
        this.#pauses.push({ from: since, to: event.t_s });
        since = null;
      }
    }
    if (since !== null) this.#pauses.push({ from: since, to: Infinity });
    emotions.sort((a, b) => a.turn - b.turn);
    for (const emotion of emotions) this.emotions.set(emotion.turn, emotion);
  }
}

/** The suggestions that edits without a text put into drafts, by edit. */
function insertedTexts(source) {
  const texts = new Map();
  for (const event of source.events) {
    if (event.kind !== "suggestions") continue;
    for (const group of event.groups ?? []) for (const item of group.items ?? []) texts.set(item.id, item.text);
  }
  const found = new Map();
  for (const event of source.events) {
    if (event.kind !== "suggestion_inserted" || !texts.has(event.id)) continue;
    const edit = source.edits.find(([draft, t, position, , inserted, , text]) => text === null && draft === event.draft
      && position === event.position && inserted === event.inserted && Math.abs(t - event.t_s) < 0.05);
    if (edit) found.set(edit, texts.get(event.id));
  }
  return found;
}

/** Everything that changes the screen, in the order of time. */
function steps(source) {
  const list = [];
  const isOld = !source.events.some((event) => event.kind === "screen");
  for (const edit of source.edits) list.push({ t: edit[1], kind: "edit", edit });
  for (const turn of source.turns) if (turn.author === "participant") list.push({ t: turn.sent_s, kind: "sent", turn });
  for (const event of [...source.events, ...(isOld ? screensOfOldPages(source) : [])]) list.push({ t: event.t_s, kind: event.kind, event });
  // What has the same time stays in the order in which it was told.
  return list.map((step, index) => ({ step, index })).sort((a, b) => a.step.t - b.step.t || a.index - b.index).map(({ step }) => step);
}

/** The moment after a step. */
function advance(model, step, timeline) {
  const { event } = step;
  switch (step.kind) {
    case "edit": {
      return { ...model, draft: model.draft.after(step.edit, timeline.inserted.get(step.edit)), caret: null };
    }
    case "sent": return { ...model, sent: model.sent + 1, draft: DraftText.empty(model.draft.number + 1), caret: null,
      scrolls: { ...model.scrolls, message: 0 }, place: { ...model.place, follows: true, more: false } };
    case "view":
      // A load of the page begins with nothing scrolled or focused, and with its draft as it was.
      if (event.page !== model.page) {
        return { ...model, page: event.page, view: event, screen: null, place: nothing.place, scrolls: nothing.scrolls,
          folds: null, control: null, hover: null, caret: null, hadSuggestions: false, isLeft: false };
      }
      return { ...model, view: event, isLeft: false };
    case "screen": return {
      ...model, screen: event, screenSince: step.t, isLeft: false, typingSince: event.typing && !model.screen?.typing ? step.t : model.typingSince,
      folds: model.screen && model.screen.phase !== event.phase ? foldsSince(model.folds, timeline.stay(event.phase, step.t)) : model.folds,
      hadSuggestions: model.hadSuggestions || Boolean(event.suggestions),
      place: event.more === undefined ? model.place : { ...model.place, more: event.more },
    };
    case "scroll":
      if ((event.area ?? "conversation") === "conversation") {
        return { ...model, place: { follows: event.follows ?? false, more: event.more ?? model.place.more, top: event.top } };
      }
      return { ...model, scrolls: { ...model.scrolls, [event.area]: event.top } };
    case "fold": return { ...model, folds: { ...model.folds, [event.fold]: { isOpen: event.open, t: step.t } } };
    case "control": return { ...model, control: event.control ? event : null };
    case "hover": return { ...model, hover: event.control ? event : null };
    case "caret": return { ...model, caret: event };
    case "message": return { ...model, message: event };
    case "alarm": return { ...model, offersHelp: true };
    // The clock of a page that loads slowly is known less well: its first view may come before the last page's end.
    case "pagehide": return event.page === model.page ? { ...model, isLeft: true } : model;
    default: return model;
  }
}

/** A phase that is built anew folds everything as usual; what differs is told after its start. */
function foldsSince(folds, stay) {
  if (!folds || !stay) return folds;
  return Object.fromEntries(Object.entries(folds).filter(([, fold]) => fold.t >= stay.from_s));
}

/**
 * What pages of version 1 showed, which did not tell it by themselves: out of first paints, and where there
 * is none of them, out of when the server said it.
 */
function screensOfOldPages(source) {
  const moments = [];
  const shownSets = new Map(source.events.filter((event) => event.kind === "suggestions_shown").map((event) => [event.set, event.t_s]));
  const shownEmotions = new Map(source.events.filter((event) => event.kind === "emotion_shown").map((event) => [event.turn, event.t_s]));
  const add = (t, change) => Number.isFinite(t) && moments.push({ t, change });
  for (const stay of source.stays) add(stay.from_s, { phase: stay.name, can_write: stay.kind === "chat" });
  for (const turn of source.turns) {
    if (turn.author === "participant") add(turn.sent_s, { turns: turn.number, suggestions: null });
    else {
      const shown = turn.shown_s ?? turn.sent_s;
      add(Math.min(turn.composed_from_s ?? shown, shown), { typing: true });
      add(shown, { typing: false, turns: turn.number });
    }
  }
  for (const event of source.events) {
    if (event.kind === "suggestions") add(shownSets.get(event.set) ?? event.t_s, { suggestions: event.set });
    else if (event.kind === "emotion") add(shownEmotions.get(event.turn) ?? event.t_s, { emotion: event.turn, points: "more" });
    else if (event.kind === "paused") add(event.t_s, { can_write: false, notices: ["paused"] });
    else if (event.kind === "resumed") add(event.t_s, { can_write: true, notices: [] });
    else if (event.kind === "message") add(event.t_s, { notices: ["message"] });
  }
  moments.sort((a, b) => a.t - b.t);
  let screen = { view: "phase", notices: [], phase: null, turns: 0, partial: null, typing: false, suggestions: null, emotion: null,
    points: 0, can_write: true, began_ms: null };
  const chat = source.stays.find((stay) => stay.kind === "chat");
  if (chat) screen.began_ms = Math.round(chat.from_s * 1000);
  return moments.map(({ t, change }) => {
    screen = { ...screen, ...change, points: change.points === "more" ? screen.points + 1 : screen.points };
    return { kind: "screen", t_s: t, ...screen };
  });
}
