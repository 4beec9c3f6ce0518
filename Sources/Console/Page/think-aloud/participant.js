// The participant's view: the replayed screen, one large button, and plain words. Traces and peaks are not
// here unless the researcher switched them on.

import { make, setText } from "/participant/elements.js";
import { ReplayScreen } from "../replay/replay.js";
import { MicrophoneBox } from "./microphone-box.js";
import { Recording } from "./recording.js";

export async function openParticipant(main, room, { commentary, isResearcher }) {
  document.body.classList.add("fills", "looking-back");
  const screen = await ReplayScreen.load(`/api/think-aloud/${encodeURIComponent(commentary)}/replay`);
  screen.largest = 2;
  const words = make("p", { class: "look-back-words", role: "status" });
  const button = make("button", { type: "button", class: "primary talk-button", onclick: () => toggle() });
  const problem = make("p", { class: "note warn", role: "alert", hidden: true });
  const tracks = make("div", { class: "small-tracks", hidden: true });
  const place = make("div", { class: "look-back-screen" }, screen.element);
  const recording = new Recording(room, commentary);
  const { microphone } = recording;
  const box = new MicrophoneBox(microphone);
  const record = make("button", { type: "button", onclick: () => recording.set(true) }, "Use this computer’s microphone");
  const stopRecording = make("button", { type: "button", class: "quiet", hidden: true, onclick: () => recording.set(false) }, "Microphone off");
  main.replaceChildren(make("div", { class: "look-back" },
    make("h1", { class: "visually-hidden" }, "Looking back"), place, tracks, problem,
    make("div", { class: "look-back-bar" }, make("div", { class: "look-back-left" }, button, words),
      make("div", { class: "look-back-right" }, record, box.element, stopRecording))));

  async function toggle() {
    const { playing, position } = room.player;
    try {
      // It stands at once where it was pressed; the station's word follows.
      if (playing) room.player.pause();
      await room.command(playing ? "pause" : "play", "participant", playing ? { position_s: room.player.position } : {});
    } catch (error) {
      if (playing) room.player.seek(position);
      tellProblem(error.message);
    }
  }

  function tellProblem(text) {
    problem.hidden = !text;
    setText(problem, text ?? "");
  }

  function update() {
    const { state, player } = room;
    const isEnded = state.ended;
    button.hidden = isEnded;
    setText(button, player.playing ? "Pause and talk" : "Go on");
    button.setAttribute("aria-keyshortcuts", "Space");
    showTraces(state.shows ?? {});
    screen.leaveOut(["suggestions", "emotions"].filter((name) => state.shows?.[name] !== true));
    setText(words, isEnded ? "Thank you. This is the end: you can close this page."
      : player.playing ? "This is your own screen. Say whatever comes to your mind; press the button or Space to stop and talk."
        : "Take your time and talk. Press the button or Space to go on.");
    const isOver = isEnded || state.stopping;
    record.hidden = isOver || !["off", "failed"].includes(microphone.state);
    box.element.hidden = microphone.state === "off";
    stopRecording.hidden = microphone.state === "off" || isOver;
  }

  let traces = "";

  /** Traces, where the researcher switched them on, and this browser is theirs: a link has no right to them. */
  async function showTraces({ signals, peaks }) {
    const wanted = [signals && "signals", peaks && "peaks"].filter(Boolean).join();
    if (wanted === traces || !isResearcher) return;
    traces = wanted;
    tracks.hidden = wanted === "";
    if (wanted === "") return tracks.replaceChildren();
    const { showSmallTracks } = await import("./small-tracks.js");
    await showSmallTracks(tracks, room.state.session, room.player, { signals, peaks });
  }

  function fit() {
    screen.mostHeight = Math.max(120, place.clientHeight);
    screen.fit();
  }

  room.addEventListener("state", update);
  room.addEventListener("connection", () => tellProblem(room.isConnected || room.state.ended ? "" : "The connection is interrupted. You can go on talking: nothing is lost."));
  room.player.addEventListener("change", () => { update(); room.reportPosition(); });
  room.player.addEventListener("tick", ({ position }) => screen.show(position));
  microphone.addEventListener("state", update);
  addEventListener("keydown", (event) => {
    if (event.key !== " " || event.repeat || event.target.closest?.("button, input, textarea, a") && event.target !== button) return;
    event.preventDefault();
    if (!room.state.ended) toggle();
  });
  new ResizeObserver(fit).observe(place);
  fit();
  update();
  await screen.ready;
  screen.show(room.player.position);
  room.reportPosition();
  recording.resume();
  button.focus();
  // For whoever measures what really stood on the screen.
  main.dispatchEvent(new CustomEvent("look-back", { bubbles: true, detail: { screen, room, microphone, isResearcher } }));
  return { screen, microphone };
}
