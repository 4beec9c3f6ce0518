// The operator's dashboard: the station's state, a session's signals, and all that is done in it.

import { make } from "/participant/elements.js";
import { setTitle, useStyle } from "../app.js";
import { Alarms } from "../dashboard/alarms.js";
import { AlarmSound } from "../dashboard/alarm-sound.js";
import { Commands } from "../dashboard/commands.js";
import { Devices } from "../dashboard/devices.js";
import { ago, timeOfDay } from "../dashboard/format.js";
import { Health } from "../dashboard/health.js";
import { Keys } from "../dashboard/keys.js";
import { SessionLog } from "../dashboard/log.js";
import { Procedure } from "../dashboard/procedure.js";
import { Overview, SessionBar } from "../dashboard/session-bar.js";
import { consent, invite, markWithLabel, pauseOrResume, stop } from "../dashboard/session-dialogs.js";
import { LiveSignals } from "../dashboard/signals.js";
import { askStart } from "../dashboard/start.js";
import { StationClock } from "../dashboard/station-clock.js";
import { StationStream } from "../dashboard/stream.js";

export async function open(main, { me }) {
  setTitle("Dashboard");
  await useStyle("/page/dashboard/dashboard.css");
  new Dashboard(main, me);
}

/** The page: it knows the state, and hands it to its parts. What the parts need of it is public. */
class Dashboard {
  clock = new StationClock();
  title = "Dashboard";
  showsOverview = false;
  /** What keeps the page from knowing the station, in words; empty where nothing does. */
  trouble = "";
  commands = new Commands(this);
  #state = null;
  #stateAt = 0;
  #isConnected = false;
  #lostAt = Date.now();
  #wanted = new URLSearchParams(location.search).get("session");
  #trouble = make("div", { class: "problem trouble", role: "alert", hidden: true });
  #nothing;
  #stream;

  constructor(main, me) {
    this.mayAct = me.roles.includes("operator");
    this.sound = new AlarmSound();
    this.soundButton = this.sound.element;
    this.alarms = new Alarms(this, this.sound);
    this.signals = new LiveSignals(this.clock);
    this.devices = new Devices();
    this.procedure = new Procedure(this);
    this.log = new SessionLog(this);
    this.health = new Health();
    this.overview = new Overview(this);
    this.keys = new Keys(this.#table());
    this.bar = new SessionBar(this);
    this.#nothing = make("div", { class: "empty no-session" }, make("h2", {}, "No session is recording"),
      make("p", {}, this.mayAct ? "Start one when the participant is ready." : "An operator starts sessions."),
      this.mayAct ? make("button", { type: "button", class: "primary", onclick: () => this.start() }, "Start a session", make("kbd", { "aria-hidden": "true" }, "S")) : null);
    this.element = make("div", { class: "dashboard", "aria-busy": "true" },
      this.#trouble, this.alarms.element, this.alarms.announcer, this.bar.element, this.commands.element, this.overview.element,
      make("div", { class: "panels" }, this.procedure.element, make("div", { class: "panels-middle" }, this.#nothing, this.signals.element, this.log.element),
        make("div", { class: "panels-side" }, this.devices.element, this.health.element)));
    main.append(this.element);
    document.body.classList.add("fills");
    this.clock.start();
    this.#stream = new StationStream({
      connection: (isOpen) => this.#connected(isOpen),
      state: (state) => this.#take(state),
      log: (news) => this.log.take(news),
      live: (live) => this.signals.take(live),
      missed: ({ since_ns, until_ns }) => this.signals.noteMissed(Math.max(0, until_ns - since_ns) / 1e9),
    });
    this.#stream.follow(this.#wanted);
    setInterval(() => this.#show(), 250);
  }

  /** The session that is shown, as the station last told it; null for none. */
  get session() { return this.#state?.sessions?.find(({ id }) => id === this.#stream.session) ?? null; }

  choose(id) {
    this.#wanted = id;
    this.showsOverview = false;
    if (this.#stream.session !== id) {
      this.signals.clear();
      this.log.clear();
      this.#stream.follow(id);
    }
    const address = new URL(location.href);
    if (id) address.searchParams.set("session", id); else address.searchParams.delete("session");
    history.replaceState(null, "", address);
    this.#show();
  }

  toggleOverview() {
    this.showsOverview = !this.showsOverview;
    this.#show();
  }

  async start() {
    if (!this.mayAct) return;
    let order;
    try { order = await askStart(); } catch (error) { this.commands.tell(error.message, "bad"); return; }
    if (!order) return;
    const answer = await this.commands.sendTo("/api/dashboard/sessions", order, ({ session }) => `The session of ${session.participant} records.`);
    if (answer) this.choose(answer.session.id);
  }

  stop() { return this.#inSession(() => stop(this)); }
  pauseOrResume() { return this.#inSession(() => pauseOrResume(this)); }
  consent() { return this.#inSession(() => consent(this)); }
  invite() { return this.#inSession(() => invite(this)); }

  #inSession(run) {
    if (this.session) return run();
    this.commands.tell("There is no session to do this in.", "bad");
    return null;
  }

  #step(by) {
    const sessions = this.#state?.sessions ?? [];
    if (!sessions.length) return;
    const place = sessions.findIndex(({ id }) => id === this.#stream.session);
    this.choose(sessions[(place + by + sessions.length) % sessions.length].id);
  }

  #table() {
    const act = (run) => (event) => this.mayAct ? run(event) : this.commands.tell("Your account may look, but not act: that needs the role operator.", "bad");
    const inSession = (run) => act((event) => this.#inSession(() => run(event)));
    return [
      { key: "s", group: "Session", label: "Start a session (asks)", run: act(() => this.start()) },
      { key: "n", group: "Session", label: "Next phase (asks where somebody else ends this one)", run: inSession(() => this.procedure.next()) },
      { key: "p", group: "Session", label: "Pause (asks for the reason), or go on", run: inSession(() => this.pauseOrResume()) },
      { key: "x", group: "Session", label: "Stop (asks for outcome and reason)", run: inSession(() => this.stop()) },
      { key: "i", group: "Session", label: "Link for the participant's page", run: inSession(() => this.invite()) },
      { key: "c", group: "Session", label: "Consent (asks)", run: inSession(() => this.consent()) },
      { key: "f", group: "Session", label: "Notes of the fitting", run: inSession(() => this.procedure.fitting.focus()) },
      { key: "m", group: "Notes", label: "Mark this moment", run: inSession((event) => this.commands.mark("mark", event.timeStamp)) },
      { key: "M", group: "Notes", label: "Mark this moment with words", run: inSession((event) => markWithLabel(this, event.timeStamp)) },
      { key: "t", group: "Notes", label: "Type a note, stamped at its first key", run: inSession(() => this.log.focusNote()) },
      { key: "g", group: "Notes", label: "Message to the participant", run: inSession(() => this.log.focusMessage()) },
      { key: "a", group: "Alarms", label: "Say that the newest alarm was seen (asks)", run: act(() => this.alarms.acknowledge()) },
      { key: "v", group: "Alarms", label: "Sound on or off", run: () => this.sound.toggle() },
      { key: " ", group: "Picture", label: "Hold the picture, or go on", run: () => this.signals.togglePause() },
      { key: "1", group: "Picture", label: "Show 10 seconds", run: () => this.signals.setWindow(10) },
      { key: "2", group: "Picture", label: "Show 30 seconds", run: () => this.signals.setWindow(30) },
      { key: "3", group: "Picture", label: "Show 60 seconds", run: () => this.signals.setWindow(60) },
      { key: "[", group: "Picture", label: "The session before", run: () => this.#step(-1) },
      { key: "]", group: "Picture", label: "The session after", run: () => this.#step(1) },
      { key: "o", group: "Picture", label: "All sessions side by side", run: () => this.toggleOverview() },
      { key: "?", group: "Picture", label: "This list", run: () => this.keys.list() },
    ];
  }

  // What the station says.

  #connected(isOpen) {
    if (this.#isConnected && !isOpen) this.#lostAt = Date.now();
    this.#isConnected = isOpen;
    this.#show();
  }

  #take(state) {
    this.#state = state;
    this.#stateAt = performance.now();
    this.#isConnected = true;
    const sessions = state.sessions ?? [];
    // Without a choice the only session, or the first, is shown; one that has ended is left.
    if (!sessions.some(({ id }) => id === this.#stream.session)) {
      const next = sessions.find(({ id }) => id === this.#wanted) ?? sessions[0];
      if (next && next.id !== this.#stream.session) this.choose(next.id);
      else if (!next && this.#stream.session && state.daemon.reachable) this.choose(null);
    }
    this.#show();
  }

  /** What keeps the page from knowing the station, in words; empty where nothing does. */
  #troubleWords() {
    if (!this.#isConnected) return `The console does not answer since ${timeOfDay(this.#lostAt)}. What is shown is older. The page connects again by itself.`;
    if (!this.#state) return "";
    const { daemon } = this.#state;
    if (!daemon.reachable) return `The recording daemon cannot be reached since ${timeOfDay(daemon.since_utc_ns / 1e6)}: ${daemon.trouble} The page connects again by itself.`;
    const silentMs = daemon.answered_ns == null ? 0 : (this.#state.now_ns - daemon.answered_ns) / 1e6 + performance.now() - this.#stateAt;
    return silentMs > 2500 ? `The recording daemon has not answered for ${ago(silentMs)}. What is shown is older.` : "";
  }

  #show() {
    const trouble = this.#troubleWords();
    this.trouble = trouble;
    this.element.dataset.away = String(Boolean(trouble));
    this.#trouble.hidden = !trouble;
    if (trouble && this.#trouble.textContent !== trouble) this.#trouble.replaceChildren(make("h2", {}, this.#isConnected ? "The station is away" : "The console is away"), make("p", {}, trouble));
    const state = this.#state;
    if (!state?.station) { this.alarms.update(state?.alarms ?? [], state?.now_ns ?? 0, trouble); return; }
    this.element.removeAttribute("aria-busy");
    const { session } = this;
    const nowNs = state.now_ns + (performance.now() - this.#stateAt) * 1e6;
    this.title = session ? `${session.participant} · Dashboard` : "Dashboard";
    this.alarms.update(state.alarms, nowNs, trouble);
    this.procedure.update(session, nowNs);
    this.log.update(session);
    this.bar.update(state, session, nowNs);
    this.#nothing.hidden = Boolean(session);
    this.signals.element.hidden = !session;
    this.log.element.hidden = !session;
    if (session) this.signals.update(session);
    this.devices.update(state.devices, session);
    this.health.update(state, nowNs);
    this.overview.element.hidden = !this.showsOverview;
    this.element.dataset.overview = String(this.showsOverview);
    this.element.dataset.session = session ? "true" : "false";
    this.element.dataset.paused = String(session?.paused != null);
    if (this.showsOverview) this.overview.update(state, nowNs);
  }
}
