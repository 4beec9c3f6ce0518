// The sessions that record: which there are, which is shown, how it is, and what can be done in it.

import { make, setText } from "/participant/elements.js";
import { duration } from "./format.js";
import { keyed, setAttribute } from "./keyed.js";

const rank = ["idle", "good", "doubtful", "bad"];
const states = { idle: ["idle", "no devices"], good: ["ok", "signals good"], doubtful: ["warn", "signals doubtful"], bad: ["bad", "signals bad"] };

/** The worst quality of a session's devices. */
export function worstOf(devices, session) {
  return devices.filter((device) => device.session === session.id).reduce((worst, { quality }) =>
    rank.indexOf(quality) > rank.indexOf(worst) ? quality : worst, "idle");
}

/** What a session is about in one line: its phase and how it stands. */
function phaseTitle(session) {
  return session.procedure?.phases.find(({ name }) => name === session.procedure.phase)?.title ?? session.phase ?? "no phase yet";
}

/** Tabs of sessions, the head of the one that is shown, and its commands. */
export class SessionBar {
  #page;
  #tabs = make("div", { class: "session-tabs", role: "group", "aria-label": "Sessions" });
  #overview = make("button", { type: "button", class: "small", id: "show-overview", title: "Key O", onclick: () => this.#page.toggleOverview() }, "All sessions");
  #start = make("button", { type: "button", class: "small", id: "start-session", onclick: () => this.#page.start() }, "Start a session", make("kbd", { "aria-hidden": "true" }, "S"));
  #head = make("div", { class: "session-head" });
  #who = make("h1", { class: "session-who anywhere" });
  #what = make("p", { class: "soft session-what anywhere" });
  #state = make("span", { class: "badge session-state" });
  #clock = make("span", { class: "session-clock figures" });
  #phase = make("span", { class: "session-phase anywhere" });
  #phaseClock = make("span", { class: "session-phase-clock figures" });
  #room = make("span", { class: "badge session-room" });
  #departures = make("span", { class: "badge session-departures", "data-state": "warn" });
  #commands;
  #pause;

  constructor(page) {
    this.#page = page;
    const command = (id, words, key, run, kind = "") => make("button", { type: "button", id, class: kind, onclick: (event) => run(event) }, words, make("kbd", { "aria-hidden": "true" }, key));
    this.#pause = command("pause-session", "Pause", "P", () => page.pauseOrResume());
    this.#commands = make("div", { class: "toolbar session-commands" },
      command("mark", "Mark", "M", (event) => page.commands.mark("mark", event.timeStamp)),
      this.#pause,
      command("invite", "Participant's link", "I", () => page.invite()),
      command("consent", "Consent", "C", () => page.consent()),
      command("stop-session", "Stop", "X", () => page.stop(), "danger"));
    this.#head.append(
      make("div", { class: "session-title" }, this.#who, this.#what),
      make("div", { class: "session-now" }, make("div", { class: "session-times" }, this.#clock, this.#state), make("div", { class: "session-times" }, this.#phase, this.#phaseClock)),
      make("div", { class: "session-badges" }, this.#room, this.#departures),
      this.#commands);
    this.element = make("section", { class: "session-bar", "aria-label": "Session" },
      make("div", { class: "session-choice toolbar" }, this.#tabs, this.#overview, make("span", { class: "spacer" }), this.#page.soundButton,
        make("button", { type: "button", class: "small", id: "keys", onclick: () => this.#page.keys.list() }, "Keys", make("kbd", { "aria-hidden": "true" }, "?")), this.#start),
      this.#head);
  }

  update(state, session, nowNs) {
    const { sessions, devices } = state;
    this.#overview.hidden = sessions.length < 2;
    setAttribute(this.#overview, "aria-pressed", String(this.#page.showsOverview));
    this.#start.hidden = !this.#page.mayAct;
    keyed(this.#tabs, sessions, ({ id }) => id, ({ id }) => make("button", { type: "button", class: "session-tab", onclick: () => this.#page.choose(id) },
      make("span", { class: "badge" }), make("strong", { class: "anywhere" }), make("span", { class: "figures tab-clock" })),
    (tab, one) => {
      const [level] = states[worstOf(devices, one)];
      setAttribute(tab, "aria-pressed", String(session?.id === one.id));
      setAttribute(tab.children[0], "data-state", one.paused != null ? "warn" : level);
      setText(tab.children[0], one.paused != null ? "paused" : phaseTitle(one));
      setText(tab.children[1], one.participant);
      setText(tab.children[2], duration((nowNs - one.started_ns) / 1e6));
    });
    this.#tabs.hidden = sessions.length < 2;
    this.#head.hidden = !session;
    if (!session) return;
    setText(this.#who, session.participant);
    setText(this.#what, [`study ${session.study}`, session.protocol, session.kind === "chat" ? null : session.kind, session.pilot ? "trial run" : null].filter(Boolean).join(" · "));
    const isPaused = session.paused != null;
    setAttribute(this.#state, "data-state", isPaused ? "warn" : session.state === "recording" ? "ok" : "warn");
    const isKnown = !this.#page.trouble;
    if (!isKnown) setAttribute(this.#state, "data-state", "warn");
    setText(this.#state, !isKnown ? `not known now, was ${session.state}` : isPaused ? `paused for ${duration((nowNs - session.paused_since_ns) / 1e6)}: ${session.paused}` : session.state);
    setText(this.#clock, duration((nowNs - session.started_ns) / 1e6));
    setText(this.#phase, phaseTitle(session));
    const current = this.#page.procedure.current;
    const elapsed = this.#page.procedure.elapsedMs(nowNs);
    const over = current?.duration_ms ? elapsed - current.duration_ms : 0;
    setText(this.#phaseClock, !Number.isFinite(elapsed) ? "" : over > 1000 ? `over by ${duration(over)}` : current?.duration_ms ? `${duration(current.duration_ms - elapsed + 999)} left` : duration(elapsed));
    setAttribute(this.#phaseClock, "data-over", over > 1000);
    const { room } = session;
    setAttribute(this.#room, "data-state", room?.pages ? "ok" : room ? "warn" : "idle");
    setText(this.#room, room?.pages ? `participant's page open, ${room.turns} turns` : room?.joined ? "participant's page closed" : room ? `participant not here${room.open_invitations ? ", link waits" : ""}` : "no participant's page");
    const departures = this.#page.log.departures;
    this.#departures.hidden = !departures;
    setText(this.#departures, `${departures} departure${departures === 1 ? "" : "s"} from the protocol`);
    this.#commands.hidden = !this.#page.mayAct;
    if (this.#pause.firstChild.textContent !== (isPaused ? "Go on" : "Pause")) this.#pause.firstChild.textContent = isPaused ? "Go on" : "Pause";
  }
}

/** All sessions side by side. */
export class Overview {
  #page;
  #list = make("ul", { class: "overview-list grid" });

  constructor(page) {
    this.#page = page;
    this.element = make("section", { class: "overview", "aria-label": "All sessions", hidden: true }, this.#list);
  }

  update(state, nowNs) {
    keyed(this.#list, state.sessions, ({ id }) => id, ({ id }) => make("li", { class: "card" },
      make("h2", { class: "anywhere" }), make("p", { class: "overview-clock figures" }), make("p", { class: "toolbar" }, make("span", { class: "badge" }), make("span", { class: "badge" })), make("p", { class: "soft" }),
      make("button", { type: "button", onclick: () => this.#page.choose(id) }, "Show")),
    (card, one) => {
      const [level, words] = states[worstOf(state.devices, one)];
      const alarms = state.alarms.filter(({ open, session }) => open && session === one.id).length;
      setText(card.children[0], one.participant);
      setText(card.children[1], `${duration((nowNs - one.started_ns) / 1e6)} · ${phaseTitle(one)}`);
      setAttribute(card.children[2].children[0], "data-state", level);
      setText(card.children[2].children[0], words);
      setAttribute(card.children[2].children[1], "data-state", alarms ? "bad" : one.paused != null ? "warn" : "ok");
      setText(card.children[2].children[1], alarms ? `${alarms} alarms` : one.paused != null ? "paused" : "no alarm");
      setText(card.children[3], `study ${one.study} · ${one.gaps} gaps, ${one.lost} samples lost`);
    });
  }
}
