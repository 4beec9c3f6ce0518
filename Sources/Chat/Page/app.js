// The participant's page: connects the room's state with what is shown, and what is done with what
// is told.

import "./notices.js";
import "./phase.js";
import { prepareAnnouncer } from "./announcer.js";
import { Clock } from "./clock.js";
import { make } from "./elements.js";
import { PageHeader } from "./header.js";
import { now, timeOf, whenPainted } from "./moment.js";
import { Outbox } from "./outbox.js";
import { plainPage as page } from "./plain.js";
import { resourceList } from "./resources.js";
import { Room } from "./room.js";
import { Storage } from "./storage.js";
import { Tab } from "./tab.js";
import { loadTexts, pageLanguage, t } from "./texts.js";
import { Running } from "./times.js";
import { viewPayload, Viewing } from "./viewing.js";

const version = "2";

class App {
  #base = new URL("./", location.href).pathname;
  #storage;
  #outbox = null;
  #room = null;
  #clock = null;
  #tab;
  #view = null;
  #viewKey = null;
  #header;
  #notices;
  #main;
  #context;
  #viewing;
  #lostSince = null;
  #isOutboxLost = false;
  #hasBegun = false;

  constructor() {
    this.#storage = new Storage(`attune:${this.#base}:`);
    this.#tab = new Tab(`attune:${this.#base}`);
    this.#main = document.querySelector("main");
    this.#context = {
      storage: this.#storage, state: null, outbox: null, page: null, phaseTime: new Running(0), serverTime: new Running(0),
      isLeaving: this.#storage.get("left") ?? null,
      leave: (kind, payload) => this.#leave(kind, payload), focusStart: () => this.#view?.focusStart?.(),
    };
  }

  async start() {
    prepareAnnouncer();
    await loadTexts("en");
    this.#buildFrame();
    this.#tab.addEventListener("change", () => this.#tabChanged());
    // A tab that was just reloaded may get the room a moment later than it asks.
    setTimeout(() => this.#tab.isActive || this.#render(), 400);
    await this.#tab.claim();
  }

  #buildFrame() {
    this.#header = new PageHeader(this.#context);
    this.#notices = document.querySelector("attune-notices");
    this.#notices.prepare(this.#context);
    // What a click closes or opens is told once it is done.
    addEventListener("click", () => setTimeout(() => this.#tellScreen()));
    this.#run();
  }

  #tabChanged() {
    if (!this.#tab.isActive) {
      this.#view?.flush?.();
      this.#room?.stop();
      this.#clock?.stop();
      this.#render();
    } else if (this.#hasBegun) {
      // What the other tab did meanwhile is best read anew.
      location.reload();
    } else {
      this.#begin();
    }
  }

  #begin() {
    this.#hasBegun = true;
    this.#outbox = new Outbox(`${this.#base}events`, this.#storage, version);
    this.#room = new Room(this.#base);
    this.#clock = new Clock(`${this.#base}clock`, (trip) => this.#outbox.addTrip(trip));
    this.#outbox.askClock = () => this.#clock.ask();
    this.#context.outbox = this.#outbox;
    this.#context.page = this.#outbox.page;
    this.#outbox.addEventListener("change", (event) => {
      this.#isOutboxLost = !event.detail.isReachable;
    });
    this.#outbox.addEventListener("refused", (event) => {
      if (event.detail.status === 403) this.#room.refuse();
      this.#render();
    });
    this.#room.addEventListener("change", (event) => this.#changed(event.detail.patch));
    this.#room.addEventListener("connection", () => this.#render());
    this.#watchPage();
    this.#clock.run();
    this.#room.follow();
    this.#render();
  }

  // MARK: The page itself

  #watchPage() {
    let hasFocus = null;
    const tellFocus = (event) => {
      const focus = document.hasFocus() && document.visibilityState === "visible";
      if (focus === hasFocus || !this.#tab.isActive) return;
      hasFocus = focus;
      this.#outbox.add("focus", { focused: focus }, event ? timeOf(event) : now());
    };
    addEventListener("focus", tellFocus);
    addEventListener("blur", (event) => {
      // document.hasFocus() may be told late.
      if (hasFocus === false || !this.#tab.isActive) return;
      hasFocus = false;
      this.#outbox.add("focus", { focused: false }, timeOf(event));
    });
    document.addEventListener("visibilitychange", tellFocus);
    tellFocus(null);
    let resized = null;
    addEventListener("resize", () => {
      clearTimeout(resized);
      resized = setTimeout(() => this.#tellView(), 300);
    });
    this.#tellView();
    this.#viewing = new Viewing(this.#context);
    addEventListener("pagehide", () => {
      if (!this.#tab.isActive) return;
      this.#view?.flush?.();
      this.#outbox.add("pagehide");
      this.#outbox.sendLast();
    });
  }

  #tellView() {
    if (!this.#tab.isActive) return;
    this.#outbox.add("view", { page_version: version, ...viewPayload() });
  }

  // MARK: State

  async #changed(patch) {
    const { state } = this.#room;
    this.#context.state = state;
    if (patch === null || patch.now_ms !== undefined) this.#context.serverTime = new Running(state.now_ms ?? 0);
    this.#notePhase(state, patch);
    if (state.language && state.language !== this.#wantedLanguage) {
      this.#wantedLanguage = state.language;
      await loadTexts(state.language);
      document.documentElement.lang = pageLanguage();
      this.#header.renew();
      this.#viewKey = null;
    }
    this.#render();
  }

  #wantedLanguage = "en";

  /** A phase that begins anew, also the same one once more, forgets what belonged to the one before. */
  #notePhase(state, patch) {
    const { phase } = state;
    if (!phase || (patch !== null && patch.phase?.elapsed_ms === undefined && patch.phase?.name === undefined)) return;
    const kept = this.#storage.get("phase");
    const elapsed = phase.elapsed_ms ?? 0;
    const isSame = kept?.name === phase.name && (this.#context.phaseName !== phase.name
      || elapsed > this.#context.phaseTime.now - 1500);
    if (!isSame) {
      for (const key of [...this.#storage.keys("answers:"), ...this.#storage.keys("typing:"), "done", "consent"]) {
        this.#storage.remove(key);
      }
      this.#storage.set("phase", { name: phase.name });
      this.#context.phaseCount = (this.#context.phaseCount ?? 0) + 1;
    }
    this.#context.phaseName = phase.name;
    this.#context.phaseTime = new Running(elapsed);
  }

  /** The participant stops, or takes consent back. */
  #leave(kind, payload) {
    const { state, outbox } = this.#context;
    outbox.add(kind, payload, now(), true);
    if (kind === "withdraw" && payload.what !== "all") {
      const tier = state.consent?.tiers?.find((one) => one.name === payload.what);
      this.#notices.tell(t("withdrawTier.done", { tier: tier?.title ?? payload.what }));
      return;
    }
    this.#view?.flush?.();
    this.#context.isLeaving = kind;
    this.#storage.set("left", kind);
    this.#render();
    outbox.whenEmpty().then(() => this.#render());
  }

  // MARK: Showing

  #render() {
    const { key, make: build } = this.#wanted();
    const { state } = this.#context;
    if (key !== this.#viewKey) {
      const isFirst = this.#viewKey === null || this.#viewKey === "loading";
      this.#viewKey = key;
      this.#view?.flush?.();
      const view = build();
      this.#view = view;
      this.#main.replaceChildren(view);
      if (key.startsWith("ended")) this.#storage.close();
      this.#main.className = `view-${key.split("|")[0]}`;
      document.body.className = `${state?.phase?.kind === "chat" && key.startsWith("phase") ? "in-chat" : ""}`;
      if (!isFirst) scrollTo({ top: 0 });
      if (!isFirst || state?.phase?.kind === "chat") view.focusStart?.();
    } else {
      this.#view?.update?.();
    }
    this.#renderFrame();
  }

  /** What is to be seen, and how it is made. */
  #wanted() {
    const { state, isLeaving } = this.#context;
    const connection = this.#room?.connection;
    if (!this.#tab.isActive) {
      return { key: "other-tab", make: () => page("otherTab", make("button", { type: "button", class: "primary",
        onclick: () => this.#tab.take() }, t("otherTab.take"))) };
    }
    if (connection === "refused") return { key: "refused", make: () => page("refused") };
    if (state?.ended || connection === "over") {
      const outcome = state?.ended?.outcome ?? (isLeaving === "withdraw" ? "withdrawn" : null);
      return { key: `ended|${outcome}`, make: () => page(outcome === "withdrawn" ? "withdrawn" : "ended",
        state?.resources?.length ? make("section", { class: "card" }, make("h3", {}, t("resources.title")), resourceList(state.resources)) : null) };
    }
    if (isLeaving) {
      const isTold = this.#outbox.isEmpty;
      const name = isLeaving === "withdraw" ? "withdrawing" : "stopping";
      return { key: `${name}|${isTold}`, make: () => page(name, make("p", { role: "status" }, t(isTold ? "leaving.told" : "leaving.waiting")),
        state?.resources?.length ? make("section", { class: "card" }, make("h3", {}, t("resources.title")), resourceList(state.resources)) : null) };
    }
    if (!state) return { key: "loading", make: () => make("p", { class: "wait-note", role: "status" }, t("page.loading")) };
    if (!state.phase) return { key: "waiting", make: () => page("waiting") };
    return { key: `phase|${state.phase.name}|${this.#context.phaseCount}|${this.#wantedLanguage}`, make: () => {
      const view = document.createElement("attune-phase");
      view.prepare(this.#context);
      return view;
    } };
  }

  #renderFrame() {
    const { state } = this.#context;
    const isRunning = Boolean(state) && this.#viewKey?.startsWith("phase");
    this.#header.show({ isRunning, isWaiting: this.#viewKey === "waiting" });
    if (isRunning || this.#viewKey === "waiting") this.#notices.update();
    else this.#notices.clear();
    this.#tick();
  }

  /** Five times a second, and whenever the chat's clock shows another second. */
  #run() {
    this.#tick();
    setTimeout(() => this.#run(), Math.min(200, 1000 - this.#header.elapsed % 1000));
  }

  #tick() {
    this.#header.tick();
    this.#view?.tick?.();
    this.#tickConnection();
    this.#tellScreen();
  }

  /** A short interruption is nobody's concern. */
  #tickConnection() {
    const isLost = this.#tab.isActive && !navigator.onLine
      || this.#room?.connection === "lost" || (this.#isOutboxLost && this.#outbox && !this.#outbox.isEmpty);
    if (!isLost) this.#lostSince = null;
    else this.#lostSince ??= performance.now();
    const isOver = ["refused", "ended", "other-tab"].some((name) => this.#viewKey?.startsWith(name));
    this.#notices.connection(!isOver && this.#lostSince !== null && performance.now() - this.#lostSince > 1500);
  }

  // MARK: What is seen

  #screen = null;
  #clockBegan = 0;

  /** Tells what the page shows by itself, once it is painted: see `screen` in chat-events.md. */
  #tellScreen() {
    if (!this.#tab.isActive || !this.#context.state) return;
    const screen = { view: this.#viewKey.split("|")[0], notices: this.#notices.visible, ...this.#view?.screen };
    const key = JSON.stringify(screen);
    // Only a chat has a clock; one that is off by less is nobody's concern.
    const hasClock = "began_ms" in screen;
    const clockBegan = hasClock ? performance.now() - this.#header.elapsed : 0;
    if (key === this.#screen && Math.abs(clockBegan - this.#clockBegan) < 10) return;
    this.#screen = key;
    this.#clockBegan = clockBegan;
    // How far the chat's clock is here: a page that was slow to take in the server's time goes after.
    whenPainted((time) => this.#outbox.add("screen", hasClock
      ? { ...screen, lasted_ms: Math.round(this.#header.elapsed) } : screen, time));
  }
}

new App().start();
