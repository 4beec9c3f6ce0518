// The microphone of one view: on or off as this browser's tab remembers it, over a load of the page again too;
// what it heard is handed over before the think-aloud ends, and before the page goes away.

import { Microphone } from "./microphone.js";

/** Seconds of sound that wait in the page, from which on leaving it is asked about. */
const manyS = 1;

/** Says for the page that opens next whether this tab records. */
export function remember(commentary, isOn) { sessionStorage.setItem(`microphone:${commentary}`, isOn ? "on" : "off"); }

export class Recording {
  microphone;
  #room;
  #commentary;
  #isHandingOver = false;

  /** @param {import("./room.js").ThinkAloudRoom} room */
  constructor(room, commentary) {
    this.#room = room;
    this.#commentary = commentary;
    this.microphone = new Microphone(room.sound);
    room.addEventListener("state", () => this.#follow());
    addEventListener("pagehide", () => this.microphone.sendLast());
    addEventListener("beforeunload", (event) => {
      if ((this.microphone.outbox?.waitingS ?? 0) > manyS && !room.state.ended) event.preventDefault();
    });
  }

  get #isWanted() { return sessionStorage.getItem(`microphone:${this.#commentary}`) === "on"; }

  /** Goes on where the page that this tab showed before left off. */
  resume() { if (this.#isWanted && !this.#room.state.stopping) this.set(true); }

  async set(isOn) {
    remember(this.#commentary, isOn);
    if (isOn) await this.microphone.start();
    else await this.microphone.stop();
  }

  async #follow() {
    const { stopping, ended } = this.#room.state;
    if (ended) {
      await this.microphone.stop();
    } else if (stopping && !this.#isHandingOver) {
      this.#isHandingOver = true;
      await this.microphone.stop();
      await this.#room.handedOver();
    } else if (!stopping && this.#isHandingOver) {
      // It could not be ended, and goes on.
      this.#isHandingOver = false;
      this.resume();
    }
  }
}
