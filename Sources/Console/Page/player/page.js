// The page of playback, put together: what there is, what hears what, and what others add to it.

import { make, setText } from "/participant/elements.js";
import { get, getBytes } from "../api.js";
import { setTitle } from "../app.js";
import { Actions } from "./actions.js";
import { Address, momentOf } from "./address.js";
import { PageAnnouncer } from "./announcer.js";
import { plain } from "./canvas-text.js";
import { PlayerClock } from "./clock.js";
import { Drafts } from "./drafts.js";
import { EventsPanel } from "./events-panel.js";
import { Gestures } from "./gestures.js";
import { icon } from "./icons.js";
import { activity, idleStretches } from "./idle.js";
import { showKeys } from "./keys-dialog.js";
import { keysOf } from "./keys-track.js";
import { KeyTable } from "./keys.js";
import { Overview } from "./overview.js";
import { pageKeys } from "./page-keys.js";
import { Panels } from "./panels.js";
import { PlayheadSlider } from "./playhead-slider.js";
import { Readout } from "./readout.js";
import { SessionPanel } from "./session-panel.js";
import { addSessionStops } from "./session-stops.js";
import { sessionTracks } from "./session-tracks.js";
import { Stops } from "./stops.js";
import { Theme } from "./theme.js";
import { TileStore } from "./tiles.js";
import { wallClock } from "./times.js";
import { TrackList } from "./track-list.js";
import { showTracks } from "./tracks-dialog.js";
import { Transcript } from "./transcript.js";
import { Transport } from "./transport.js";
import { TimeView } from "./view.js";
import { Workbench } from "./workbench.js";

/** What others add to playback, where it is there. */
const PLUGINS = ["../annotations/annotations.js", "../commentary/commentary.js"];

/** Peaks of signals are found after the session was opened: they are asked for again after so long, ms. */
const PEAKS_AFTER = [1500, 4000, 10_000, 30_000];

export class PlaybackPage {
  #session;
  #address;
  #keyTimes = new Float64Array(0);
  #activity = [];
  #signalTracks;

  constructor({ main, me, session, address }) {
    this.#session = session;
    this.#address = address;
    this.main = main;
    const read = () => this.#session;
    const range = rangeOf(session);
    const edge = () => (this.#session.state === "recording" ? this.#session.last_s : null);
    this.theme = new Theme();
    this.clock = new PlayerClock({ range });
    this.view = new TimeView(range);
    this.stops = new Stops();
    this.keys = new KeyTable();
    this.panels = new Panels();
    this.announcer = new PageAnnouncer();
    this.list = new TrackList({ view: this.view, clock: this.clock, theme: this.theme, study: session.study, edge });
    this.workbench = new Workbench({
      session, me, clock: this.clock, view: this.view,
      parts: { tracks: this.list, panels: this.panels, keys: this.keys, stops: this.stops, announcer: this.announcer },
    });
    this.store = new TileStore({
      session: session.id, onarrival: (track) => this.list.redraw(`signal:${track}`),
      onfailure: (track, error) => this.list.row(`signal:${track}`)?.fail(error && { message: `It cannot be read: ${error.message}` }),
    });
    this.drafts = new Drafts({ session });
    this.drafts.addEventListener("edits", () => this.list.redraw("drafts"));
    addSessionStops(this.stops, read);
    this.actions = new Actions({
      workbench: this.workbench, stops: this.stops, list: this.list,
      idle: (threshold) => idleStretches(this.#activity, this.clock.range, threshold),
    });
    this.#signalTracks = sessionTracks({ session: read, store: this.store, drafts: this.drafts, edge: () => this.clock.range[1] });
    this.#makeParts(edge);
    this.#layOut();
    this.#listen();
    this.#recount();
  }

  #makeParts(edge) {
    const { workbench, list, theme } = this;
    this.overview = new Overview({ workbench, theme, keys: () => this.#keyTimes, edge });
    this.transport = new Transport({ actions: this.actions, workbench, stops: this.stops });
    this.readout = new Readout({ workbench, list });
    this.slider = new PlayheadSlider({ workbench, list });
    list.axis.plot.append(this.slider.element);
    this.transcript = new Transcript({ workbench, drafts: this.drafts });
    this.events = new EventsPanel({ workbench });
    this.about = new SessionPanel({ workbench });
    this.panels.add({ id: "transcript", title: "Transcript", element: this.transcript.element });
    this.panels.add({ id: "events", title: "Events", element: this.events.element });
    this.panels.add({ id: "session", title: "Session", element: this.about.element });
    this.panels.addEventListener("show", ({ id }) => { if (id === "events") this.events.shown(); });
    this.hint = make("div", { class: "track-hint", hidden: true });
    this.gestures = new Gestures({ list, workbench, hint: (words, x, y) => this.#showHint(words, x, y) });
    this.address = new Address({ clock: this.clock, view: this.view });
  }

  #layOut() {
    const session = this.#session;
    const title = `${plain(session.participant, 60) || "Session"}`;
    setTitle(`${title}, ${session.kind}`);
    const button = (name, words, key, run) => make("button", { type: "button", title: `${words} (${key})`, onclick: run }, name);
    this.state = make("span", { class: "badge", "data-state": "idle" });
    this.refreshButton = make("button", { type: "button", onclick: () => this.refresh(), hidden: true }, "Refresh");
    const head = make("div", { class: "playback-head" },
      make("h1", { tabindex: "-1" }, title), make("span", { class: "soft" }, [session.study, session.kind].filter(Boolean).join(" · ")),
      make("span", { class: "soft figures wide-only" }, wallClock(session, 0).replace(/\.\d+ /, " ")), this.state,
      session.pilot ? make("span", { class: "badge" }, "Pilot") : null, make("span", { class: "spacer" }), this.refreshButton,
      make("button", { type: "button", title: "Copy a link to this moment (C)", onclick: () => this.#copyLink() }, icon("link"), make("span", { class: "wide-only" }, "Copy link")),
      make("button", { type: "button", title: "Choose tracks (T)", onclick: () => showTracks(this.list) }, icon("tracks"), "Tracks"),
      button("Keys", "All keys", "?", () => showKeys(this.keys)));
    const isEmpty = !(session.tracks?.length || session.turns?.length || session.events?.length || session.marks?.length);
    this.element = make("div", { class: "playback" }, head, this.overview.element,
      make("div", { class: "playback-body" },
        make("section", { class: "playback-tracks", "aria-label": "Tracks over time" },
          isEmpty ? make("div", { class: "empty" }, make("h2", {}, "Nothing was recorded in this session"), make("p", {}, "It has no signals, no turns and no events.")) : null,
          this.list.element, this.readout.element),
        this.panels.element),
      this.transport.element, this.hint, this.announcer.element);
    this.main.replaceChildren(this.element);
    for (const track of this.#signalTracks) this.list.add(track);
    this.#showState();
  }

  #listen() {
    addEventListener("keydown", (event) => this.keys.handle(event));
    this.keys.add(pageKeys(this.actions, {
      showKeys: () => showKeys(this.keys), showTracks: () => showTracks(this.list), copyLink: () => this.#copyLink(),
      search: () => {
        this.panels.show("transcript");
        this.transcript.focusSearch();
      },
      say: (text) => this.announcer.say(text),
    }));
    this.workbench.addEventListener("selection", () => {
      this.list.select(this.workbench.selection);
      this.actions.selectionChanged();
      this.transport.refresh();
    });
    this.workbench.addEventListener("reviewed", () => {
      // What was recorded stays as it was.
      this.store.forget(new Set((this.#session.tracks ?? []).filter(({ derived }) => derived).map(({ id }) => id)));
      this.refresh({ isAsked: false });
    });
    // After a click the keys are the page's again: a button would take Space, a list the arrows.
    let pointed = null;
    addEventListener("pointerdown", (event) => { pointed = event.target; });
    addEventListener("keydown", () => { pointed = null; }, { capture: true });
    this.element.addEventListener("click", (event) => {
      const button = event.target.closest("button, [role=tab]");
      if (button && event.detail > 0) button.blur();
    });
    this.element.addEventListener("change", (event) => {
      if (event.target.tagName === "SELECT" && pointed?.closest?.("select") === event.target) event.target.blur();
    });
  }

  /** Signals are what one waits for: they are drawn first, and what stands beside them then. */
  async open() {
    const { t, from, to, speed } = momentOf(location.search);
    if (speed !== undefined) this.clock.setRate(speed);
    if (t !== undefined) this.clock.seek(t);
    // What is shown is what the link says, also where the playhead is elsewhere.
    if (from !== undefined && to !== undefined && to > from) this.view.set(from, to);
    await drawnOnce(this.list);
    this.transcript.refresh();
    await Promise.all([this.#readKeys(), this.#attach()]);
    this.#waitForPeaks(0);
  }

  async #readKeys() {
    const track = this.#session.tracks?.find(({ kind }) => kind === "keys");
    if (!track) return;
    const row = this.list.row("keys");
    try {
      const keys = keysOf(await getBytes(`${this.#address}/keys`));
      this.#keyTimes = keys.times;
      row.track.keys = keys;
      row.fail(null);
      this.#recount();
      this.list.redraw("keys");
      this.overview.redraw();
    } catch (error) {
      row.track.retry = () => this.#readKeys();
      row.fail({ message: `The keys cannot be read: ${error.message}` });
    }
  }

  #recount() { this.#activity = activity(this.#session, this.#keyTimes); }

  /** Adds what others made for playback. One that fails is said; playback goes on. */
  async #attach() {
    await Promise.all([...PLUGINS.map(async (path) => {
      let plugin;
      try {
        plugin = await import(path);
      } catch (error) {
        console.info(`${path} is not there: ${error.message}`);
        return;
      }
      try {
        await plugin.attach(this.workbench);
      } catch (error) {
        console.warn(`${path}:`, error);
        this.announcer.say(`A part of the page could not be started: ${error.message}`);
      }
    }), this.#addScreen()]);
  }

  /** The participant's screen as it was, in a panel; read when one looks at it first. */
  async #addScreen() {
    let ReplayScreen;
    try {
      ({ ReplayScreen } = await import("../replay/replay.js"));
    } catch (error) {
      console.info(`The replayed screen is not there: ${error.message}`);
      return;
    }
    const holder = make("div", { class: "screen-panel" }, make("p", { class: "loading" }, "Loading the screen …"));
    this.panels.add({ id: "screen", title: "Screen", element: holder });
    let screen = null;
    let isAsked = false;
    const show = async () => {
      if (this.panels.shown !== "screen") return;
      if (!isAsked) {
        isAsked = true;
        try {
          screen = await ReplayScreen.load(`${this.#address}/replay`);
          holder.replaceChildren(screen.element);
        } catch (error) {
          isAsked = false;
          holder.replaceChildren(make("div", { class: "problem" }, make("p", {}, `The screen cannot be shown: ${error.message}`), make("button", { type: "button", onclick: show }, "Try again")));
        }
      }
      screen?.show(this.clock.position);
    };
    this.panels.addEventListener("show", show);
    this.clock.addEventListener("tick", (event) => { if (this.panels.shown === "screen") screen?.show(event.position); });
  }

  /** Reads the manifest again: a session that records has more by now. `isAsked`: the reader wants to hear of it. */
  async refresh({ isAsked = true } = {}) {
    this.refreshButton.disabled = true;
    try {
      this.#take(await get(this.#address));
      await this.#readKeys();
      if (isAsked) this.announcer.say(`Up to ${wallClock(this.#session, this.clock.range[1])}`);
    } catch (error) {
      this.announcer.say(`It could not be read again: ${error.message}`);
    } finally {
      this.refreshButton.disabled = false;
    }
  }

  #take(session) {
    const before = this.clock.range[1];
    this.#session = session;
    const range = rangeOf(session);
    if (range[1] !== before) {
      // What was the end is in the middle now.
      this.store.forgetFrom(before - 5);
      this.drafts.forgetFrom(before - 5);
      this.clock.range = range;
      this.view.range = range;
    }
    this.drafts.refresh(session);
    for (const track of this.#signalTracks) {
      track.refresh?.(session);
      this.list.row(track.id).rename();
    }
    this.workbench.refresh(session);
    this.#recount();
    this.transcript.refresh();
    this.events.refresh();
    this.about.refresh();
    this.slider.refresh();
    this.transport.refresh();
    this.overview.redraw();
    this.list.redraw();
    this.#showState();
  }

  #showState() {
    const isRecording = this.#session.state === "recording";
    this.state.dataset.state = isRecording ? "warn" : "idle";
    setText(this.state, isRecording ? "Records now" : plain(this.#session.outcome ?? this.#session.state, 40));
    this.refreshButton.hidden = !isRecording;
  }

  #waitForPeaks(round) {
    if (this.#session.peaks_complete !== false || round >= PEAKS_AFTER.length) return;
    setTimeout(async () => {
      try {
        const session = await get(this.#address);
        this.#take(session);
      } catch { /* The next round asks again. */ }
      this.#waitForPeaks(round + 1);
    }, PEAKS_AFTER[round]);
  }

  async #copyLink() {
    try {
      await navigator.clipboard.writeText(this.address.link);
      this.announcer.say("The link to this moment is copied");
    } catch {
      // Without a safe connection there is no clipboard: the link is shown to be copied by hand.
      prompt("The link to this moment", this.address.link);
    }
  }

  #showHint(words, x, y) {
    this.hint.hidden = !words;
    if (!words) return;
    setText(this.hint, words);
    const left = Math.min(x + 14, innerWidth - this.hint.offsetWidth - 8);
    const top = y + 18 + this.hint.offsetHeight > innerHeight ? y - this.hint.offsetHeight - 10 : y + 18;
    this.hint.style.transform = `translate(${Math.max(4, left)}px, ${top}px)`;
  }
}

/** When tracks were drawn once, or would have been: a hidden page draws nothing. */
function drawnOnce(list) {
  return new Promise((resolve) => {
    list.addEventListener("drawn", () => setTimeout(resolve), { once: true });
    setTimeout(resolve, 250);
  });
}

/** From the first to the last moment of a session; one without length still has an axis. */
function rangeOf({ first_s: first, last_s: last, duration_s: duration }) {
  const from = Math.min(0, first ?? 0);
  return [from, Math.max(last ?? 0, duration ?? 0, from + 1)];
}
