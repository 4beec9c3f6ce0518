// The researcher's view: the replayed screen and the tracks, the transport, cue points, prompts and notes,
// the microphone, and what the participant sees.

import { make, setText } from "/participant/elements.js";
import { get } from "../api.js";
import { KeyTable } from "../player/keys.js";
import { ReplayScreen } from "../replay/replay.js";
import { CueList } from "./cue-list.js";
import { MicrophoneBox } from "./microphone-box.js";
import { Recording } from "./recording.js";
import { SaidBox } from "./said-box.js";
import { clockWords, delayWords } from "./words.js";

const rates = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 2, 4, 8, 16];
const shown = [["suggestions", "Suggestions"], ["emotions", "Emotions"], ["signals", "Traces"], ["peaks", "Peaks"]];

export async function openResearcher(main, room, { commentary }) {
  document.body.classList.add("fills", "holding");
  const { session } = room.state;
  const [screen, { cues }, before] = await Promise.all([
    ReplayScreen.load(`/api/think-aloud/${encodeURIComponent(commentary)}/replay`),
    get(`/api/sessions/${encodeURIComponent(session)}/cues`),
    // A page that is loaded again goes on where it was; what is not there yet is no reason to stay away.
    get(`/api/commentaries/${encodeURIComponent(commentary)}`).catch(() => null),
  ]);
  screen.largest = 1.5;
  const { player } = room;
  const problem = make("p", { class: "note warn", role: "alert", hidden: true });
  const recording = new Recording(room, commentary);
  const { microphone } = recording;
  const box = new MicrophoneBox(microphone);
  let isAsking = Promise.resolve();

  /** Commands go out in order, and what is refused is said. */
  const command = (action, more = {}, by = "researcher") => {
    isAsking = isAsking.then(() => room.command(action, by, more)).then(() => tell(""), (error) => tell(error.message));
    return isAsking;
  };
  const tell = (text) => { problem.hidden = !text; setText(problem, text); };
  const toggle = (by = "researcher") => {
    if (player.playing) {
      player.pause();
      command("pause", { position_s: player.position }, by);
    } else {
      command("play", {}, by);
    }
  };
  const seek = (position) => command("seek", { position_s: Math.min(player.range[1], Math.max(player.range[0], position)) });

  // The transport

  const play = make("button", { type: "button", class: "primary", onclick: () => toggle() });
  const time = make("span", { class: "figures time" });
  const rate = make("select", { "aria-label": "Speed", onchange: () => command("rate", { rate: Number(rate.value) }) },
    rates.map((value) => make("option", { value }, `${value}×`)));
  const slider = make("input", { type: "range", min: player.range[0], max: player.range[1], step: 0.01, "aria-label": "Position in the session",
    onchange: () => seek(Number(slider.value)) });
  const transport = make("div", { class: "toolbar transport" },
    make("button", { type: "button", onclick: () => seek(player.position - 5), title: "5 s back (←)" }, "−5 s"), play,
    make("button", { type: "button", onclick: () => seek(player.position + 5), title: "5 s on (→)" }, "+5 s"), time, slider, rate);

  // Beside it

  const list = new CueList(cues, (cue) => command("cue", { cue }));
  const said = new SaidBox({ room, command, clock: () => player.position });
  if (before) {
    list.restore(before.cues.map(({ cue }) => cue));
    said.restore(before);
  }
  const record = make("button", { type: "button", onclick: () => recording.set(true) }, "Record with this computer’s microphone");
  const silence = make("button", { type: "button", class: "quiet small", onclick: () => recording.set(false) }, "Off");
  const elsewhere = make("p", { class: "hint" });
  const link = make("div", { class: "stack" });
  const parts = new Map(shown.map(([name, label]) => {
    const input = make("input", { type: "checkbox", onchange: () => command("show", { shows: { [name]: input.checked } }) });
    return [name, { input, label: make("label", { class: "choice" }, input, label) }];
  }));
  const leads = make("p", { class: "note warn", hidden: true }, "Traces and peaks lead the witness: they explain the curve instead of telling what they thought. They are seen where the "
    + "participant’s view is open in a browser of the lab; a link does not show them.");
  const elapsed = make("span", { class: "figures" });
  const delay = make("span");
  const paused = make("span", { class: "badge", role: "status" });
  const end = make("button", { type: "button", class: "danger", onclick: () => ask.showModal() }, "End");
  const ask = make("dialog", { "aria-labelledby": "end-title" }, make("h2", { id: "end-title" }, "End the think-aloud?"),
    make("p", {}, "What was said is kept, and the views close. It cannot be taken up again."),
    make("div", { class: "actions" }, make("button", { type: "button", onclick: () => ask.close() }, "Go on"),
      make("button", { type: "button", class: "danger primary", onclick: () => finish() }, "End it")));
  const tracks = make("div", { class: "small-tracks" });
  const place = make("div", { class: "holding-screen" }, screen.element);
  const panel = (title, ...content) => make("section", { class: "card" }, make("h2", {}, title), ...content);
  main.replaceChildren(make("div", { class: "hold" },
    make("div", { class: "hold-head toolbar" }, make("h1", {}, `Think-aloud of ${room.state.participant}`), paused,
      make("span", { class: "spacer" }), make("span", { class: "soft" }, "Running ", elapsed), make("span", { class: "soft" }, "After the task ", delay), end),
    problem,
    make("div", { class: "hold-main" }, place, transport, tracks),
    make("div", { class: "hold-side" }, panel("Cue points", list.element), panel("Said", said.element),
      panel("Microphone", record, make("div", { class: "microphone-row" }, box.element, silence), elsewhere),
      panel("The participant’s view", make("div", { class: "choices" }, [...parts.values()].map(({ label }) => label)), leads,
        make("div", { class: "actions start" }, make("a", { class: "button", href: `/think-aloud/${encodeURIComponent(commentary)}?view=participant`, target: "_blank",
          rel: "noopener" }, "Open in this browser"), make("button", { type: "button", onclick: () => invite() }, "Link for another computer")), link)), ask));

  async function invite() {
    try {
      const { url } = await room.invite();
      const field = make("input", { readonly: true, value: new URL(url, location.href).href, "aria-label": "The participant’s link" });
      link.replaceChildren(field, make("p", { class: "hint" }, "It opens the participant’s view, once, in one browser."));
      field.focus();
      field.select();
    } catch (error) { tell(error.message); }
  }

  async function finish() {
    ask.close();
    try {
      await room.end();
    } catch (error) { tell(error.message); }
  }

  function update() {
    const { state } = room;
    setText(play, player.playing ? "Pause" : "Play");
    rate.value = String(state.rate);
    setText(paused, state.ended ? "Ended" : player.playing ? "Playing" : `Paused by the ${state.by === "participant" ? "participant" : state.by === "researcher" ? "researcher" : "console"}`);
    paused.dataset.state = state.ended ? "idle" : player.playing ? "ok" : "warn";
    list.current = state.cue;
    for (const [name, { input }] of parts) input.checked = state.shows?.[name] === true;
    leads.hidden = !(state.shows?.signals || state.shows?.peaks);
    const here = state.microphone?.view === room.view;
    record.hidden = !["off", "failed"].includes(microphone.state) || state.ended;
    box.element.hidden = microphone.state === "off";
    silence.hidden = microphone.state === "off";
    const words = state.may_record === false ? "The participant did not agree to sound: nothing is kept."
      : !state.microphone || here ? "" : `${state.microphone.view.startsWith("participant") ? "The participant’s" : "Another"} microphone: `
        + `${state.microphone.state === "recording" ? "recording" : "silent"}, ${(state.microphone.samples / (state.microphone.rate ?? 48000)).toFixed(0)} s stored.`;
    setText(elsewhere, words);
    elsewhere.classList.toggle("wrong", state.may_record === false);
    if (!state.ended) return;
    for (const element of main.querySelectorAll("button, select, input, textarea")) element.disabled = true;
    link.replaceChildren(make("p", {}, make("a", { href: `/sessions/${encodeURIComponent(session)}?commentary=${encodeURIComponent(commentary)}` }, "Play the session back with this commentary")));
  }

  function tick(position) {
    screen.show(position);
    list.position = position;
    setText(time, `${clockWords(position, true)} of ${clockWords(player.range[1])}`);
    if (document.activeElement !== slider || !slider.matches(":active")) slider.value = position;
  }

  const keys = new KeyTable();
  keys.add([
    { keys: [" "], group: "Replay", label: "Play, pause", run: () => toggle() },
    { keys: ["b"], group: "Replay", label: "Pause in the participant’s name", run: () => toggle("participant") },
    { keys: ["ArrowLeft"], group: "Replay", label: "5 s back", run: () => seek(player.position - 5) },
    { keys: ["ArrowRight"], group: "Replay", label: "5 s on", run: () => seek(player.position + 5) },
    { keys: ["n"], group: "Replay", label: "Next cue point", run: () => list.next() },
    { keys: ["1", "2", "0"], group: "Said", label: "The participant, the researcher, nobody speaks", run: ({ key }) => said.speak({ 1: "participant", 2: "researcher", 0: null }[key]) },
    { keys: ["q"], group: "Said", label: "A question", run: () => said.begin("prompt") },
    { keys: ["r"], group: "Said", label: "A note", run: () => said.begin("note") },
  ]);
  addEventListener("keydown", (event) => !room.state.ended && keys.handle(event));
  const help = make("details", { class: "hint" }, make("summary", {}, "Keys"), make("dl", { class: "keys" }, [
    ["Space", "play, pause"], ["B", "pause, because the participant asked"], ["← →", "5 s"], ["N", "next cue point"],
    ["1 2 0", "who speaks: participant, researcher, nobody"], ["Q", "a question"], ["R", "a note"],
  ].flatMap(([key, words]) => [make("dt", {}, ...key.split(" ").map((one) => make("kbd", {}, one))), make("dd", {}, words)])));
  main.querySelector(".hold-side").append(help);

  room.addEventListener("state", update);
  room.addEventListener("connection", () => tell(room.isSignedOut ? "You are signed out. Sign in again in another tab: sound is kept in this page and sent then."
    : room.isConnected || room.state.ended ? "" : "The console does not answer. Sound is kept in this page and sent later."));
  player.addEventListener("change", () => { update(); room.reportPosition(); });
  player.addEventListener("tick", ({ position }) => tick(position));
  microphone.addEventListener("state", update);
  setInterval(() => {
    setText(elapsed, clockWords((room.clock.toStation(performance.now()) - room.state.started_ns) / 1e9));
    setText(delay, delayWords(room.state.delay_ms));
  }, 250);
  const fit = () => { screen.mostHeight = Math.max(160, place.clientHeight || innerHeight * 0.6); screen.fit(); };
  new ResizeObserver(fit).observe(place);
  fit();
  update();
  import("./small-tracks.js").then(({ showSmallTracks }) => showSmallTracks(tracks, session, player, { cues, onseek: seek }))
    .catch((error) => tracks.replaceChildren(make("p", { class: "hint" }, `The tracks cannot be shown: ${error.message}`)));
  await screen.ready;
  tick(player.position);
  room.reportPosition();
  recording.resume();
  main.dispatchEvent(new CustomEvent("holding", { bubbles: true, detail: { screen, room, microphone } }));
  return { screen, microphone };
}
