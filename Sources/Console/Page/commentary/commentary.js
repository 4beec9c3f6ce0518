// Plug-in of playback: the commentary of a think-aloud beside its session, heard in session time or in
// speech time, with its transcript.

import { make, setText } from "/participant/elements.js";
import { get, post } from "../api.js";
import { useStyle } from "../app.js";
import { clockWords, delayWords } from "../think-aloud/words.js";
import { CommentaryMap } from "./commentary-map.js";
import { CommentaryPlayer } from "./commentary-player.js";
import { CommentaryTrack } from "./commentary-track.js";
import { SpeechEnvelope } from "./envelope.js";
import { SoundMap } from "./sound-map.js";
import { SoundReader } from "./sound-reader.js";
import { SpeechTranscript } from "./speech-transcript.js";

const modes = [["off", "Silent"], ["session", "In session time"], ["speech", "In speech time"]];

export async function attach(workbench) {
  if (workbench.session.kind === "commentary") return;
  const plugin = new CommentaryPlugin(workbench);
  await plugin.start();
}

class CommentaryPlugin {
  #workbench;
  #player;
  #track = new CommentaryTrack();
  #isTracked = false;
  #transcript = new SpeechTranscript();
  #choice = make("select", { "aria-label": "Which think-aloud" });
  #modes;
  #words = make("p", { class: "hint" });
  #problem = make("p", { class: "wrong", role: "alert" });
  #body = make("div", { class: "stack", hidden: true });
  #none = make("div", { class: "empty", hidden: true });
  #open = null;

  constructor(workbench) {
    this.#workbench = workbench;
    this.#player = new CommentaryPlayer(workbench.clock);
    this.#modes = modes.map(([mode, label]) => make("button", { type: "button", class: "small", "aria-pressed": String(mode === "off"),
      onclick: () => this.#player.setMode(mode) }, label));
    this.#choice.addEventListener("change", () => this.#load(this.#choice.value));
  }

  get #base() { return `/api/commentaries/${encodeURIComponent(this.#open.id)}`; }

  async start() {
    await useStyle("/page/commentary/commentary.css");
    const workbench = this.#workbench;
    const id = workbench.session.id;
    const hold = make("a", { class: "button", href: `/think-aloud/${encodeURIComponent(id)}` }, "Hold a think-aloud");
    this.#none.append(make("p", {}, "Nobody has thought aloud over this session yet."));
    this.#body.append(this.#choice, make("div", { class: "toolbar", role: "group", "aria-label": "How it is heard" }, this.#modes), this.#words,
      this.#transcript.element);
    const panel = workbench.addPanel({ id: "commentary", title: "Commentary", element: make("div", { class: "stack commentary-panel" },
      this.#problem, this.#none, this.#body, make("div", { class: "actions start" }, hold)) });
    this.#listen();
    try {
      const { commentaries } = await get(`/api/sessions/${encodeURIComponent(id)}/commentaries`);
      this.#none.hidden = commentaries.length > 0;
      if (commentaries.length === 0) return;
      this.#body.hidden = false;
      this.#choice.replaceChildren(...commentaries.map((one) => make("option", { value: one.id }, [
        new Date(one.started_utc / 1e6).toLocaleString(), one.duration_s ? clockWords(one.duration_s) : null,
        one.state && one.state !== "finished" ? one.state : null].filter(Boolean).join(" · "))));
      const wanted = new URLSearchParams(location.search).get("commentary");
      const chosen = commentaries.find((one) => one.id === wanted) ?? commentaries[0];
      this.#choice.value = chosen.id;
      if (wanted === chosen.id) panel.show();
      await this.#load(chosen.id);
      // For whoever measures how well the sound follows.
      this.#body.dispatchEvent(new CustomEvent("commentary", { bubbles: true, detail: { player: this.#player, clock: workbench.clock } }));
    } catch (error) {
      setText(this.#problem, error.message);
    }
  }

  #listen() {
    const workbench = this.#workbench;
    const player = this.#player;
    player.addEventListener("mode", () => {
      modes.forEach(([mode], index) => this.#modes[index].setAttribute("aria-pressed", String(mode === player.mode)));
      workbench.announce(`Commentary: ${modes.find(([mode]) => mode === player.mode)[1]}`);
      tellLead();
    });
    // In speech time the sound plays, also where the session stands.
    const tellLead = () => { workbench.lead = player.mode === "speech" ? player : null; };
    player.addEventListener("playing", tellLead);
    player.addEventListener("problem", () => setText(this.#problem, "The sound cannot be played in this browser."));
    const showSpeech = () => { if (this.#open) this.#transcript.position = this.#speech(); };
    player.addEventListener("tick", showSpeech);
    workbench.clock.addEventListener("tick", showSpeech);
    this.#transcript.addEventListener("seek", ({ speech }) => player.seekSpeech(speech));
    this.#transcript.addEventListener("save", ({ segments }) => this.#send({ format: "typed", segments: segments.map(({ from_s, to_s, ...rest }) => ({ start_s: from_s, end_s: to_s, ...rest })) }));
    this.#transcript.addEventListener("import", ({ format, text }) => this.#send({ format, text }));
    workbench.addKeys([
      { keys: ["v"], group: "Commentary", label: "Silent, in session time, in speech time", run: () => player.setMode({ off: "session", session: "speech", speech: "off" }[player.mode]) },
      { keys: ["e"], group: "Commentary", label: "Write down what is said", run: () => this.#transcript.focus() },
      { keys: ["Shift+s"], group: "Commentary", label: "Save what was written down", run: () => this.#transcript.save() },
    ]);
  }

  /** Speech time of now: that of the sound where it leads or is heard. */
  #speech() {
    return this.#player.speech ?? this.#open.map.nearest(this.#workbench.clock.position);
  }

  async #load(id) {
    setText(this.#problem, "");
    try {
      const data = await get(`/api/commentaries/${encodeURIComponent(id)}`);
      const sound = soundOf(data, id);
      const map = new CommentaryMap(data.map, data.duration_s);
      this.#open = { id, map, data };
      this.#player.load(map, sound);
      const envelope = sound ? new SpeechEnvelope(sound) : null;
      envelope?.addEventListener("change", () => this.#workbench.redraw("commentary"));
      this.#track.show({ map, envelope, cues: data.cues ?? [] });
      if (!this.#isTracked) this.#workbench.addTrack(this.#track);
      this.#isTracked = true;
      this.#workbench.redraw("commentary");
      setText(this.#words, [`${clockWords(data.duration_s)} long`, Number.isFinite(data.delay_ms) ? `${delayWords(data.delay_ms)} after the task` : null,
        sound ? null : "without sound"].filter(Boolean).join(", "));
      for (const button of this.#modes.slice(1)) button.disabled = !sound;
      this.#showTranscript(data.transcript);
    } catch (error) {
      setText(this.#problem, error.message);
    }
  }

  #showTranscript(transcript) {
    const segments = transcript?.segments ?? [];
    this.#transcript.show(segments, transcript ? `Version ${transcript.id ?? ""} · ${transcript.source ?? ""} · ${segments.length} pieces` : "");
  }

  /** Saves a new version, and shows it as the station has it. */
  async #send(body) {
    setText(this.#problem, "");
    try {
      await post(`${this.#base}/transcript`, body);
      const data = await get(this.#base);
      this.#showTranscript(data.transcript);
      this.#workbench.announce("The transcript is saved");
    } catch (error) {
      setText(this.#problem, `The transcript was not saved: ${error.message}`);
    }
  }
}

/** The sound of a commentary, of all its microphones: where it is, its times, what reads it. */
function soundOf({ sound }, id) {
  if (!sound) return null;
  const address = `/api/commentaries/${encodeURIComponent(id)}/audio.wav`;
  return { address, times: new SoundMap(sound.pieces), reader: new SoundReader(address), duration: sound.seconds };
}
