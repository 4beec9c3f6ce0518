// The devices: what is wrong at a glance, in words what to do, and the figures beside it.

import { make, setText } from "/participant/elements.js";
import { ago, value } from "./format.js";
import { keyed, setAttribute } from "./keyed.js";

const levels = {
  good: ["ok", "Good"], doubtful: ["warn", "Doubtful"], bad: ["bad", "Bad"], idle: ["idle", "Not recorded"],
};
const states = {
  absent: "not there", opening: "opening", starting: "starting", streaming: "sending", silent: "silent", failed: "failed",
  unbound: "not bound", paused: "not read",
};
const order = ["bad", "doubtful", "good", "idle"];

/** The panel of devices. */
export class Devices {
  #list = make("ul", { class: "device-list" });
  #empty = make("p", { class: "empty" }, "The station knows no device. Name them in attuned.yaml, or plug one in.");

  constructor() {
    this.element = make("section", { class: "card panel devices", "aria-labelledby": "devices-title" },
      make("h2", { id: "devices-title" }, "Devices"), this.#empty,
      make("div", { class: "panel-body", tabindex: "0", role: "region", "aria-label": "List of devices" }, this.#list));
  }

  /** @param session the one that is shown: its devices come first */
  update(devices, session) {
    const ours = (device) => !session || device.session === session.id ? 0 : device.session ? 2 : 1;
    const sorted = [...devices].sort((left, right) => ours(left) - ours(right)
      || order.indexOf(left.quality) - order.indexOf(right.quality) || left.name.localeCompare(right.name));
    this.#empty.hidden = sorted.length > 0;
    keyed(this.#list, sorted, ({ name, node }) => `${name}\n${node}`, () => this.#item(), (item, device) => show(item, device, session));
  }

  #item() {
    return make("li", { class: "device" },
      make("div", { class: "device-head" }, make("strong", { class: "device-name anywhere" }), make("span", { class: "soft device-profile" }), make("span", { class: "badge" })),
      make("p", { class: "device-words" }),
      make("dl", { class: "device-figures figures" }));
  }
}

function show(item, device, session) {
  const [state, words] = levels[device.quality] ?? levels.idle;
  setAttribute(item, "data-quality", device.quality);
  setText(item.querySelector(".device-name"), device.name);
  setText(item.querySelector(".device-profile"), device.profile && device.profile !== device.name ? device.profile : "");
  const badge = item.querySelector(".badge");
  setAttribute(badge, "data-state", state);
  setText(badge, device.state === "streaming" ? words : `${words === "Not recorded" ? "" : `${words}: `}${states[device.state] ?? device.state}`);
  const advice = item.querySelector(".device-words");
  const elsewhere = device.session && session && device.session !== session.id ? ["It records for another session."] : [];
  const text = [...elsewhere, ...device.words].join("\n");
  advice.hidden = !text;
  setText(advice, text);
  const rate = device.rate_hz == null ? "–" : value(device.rate_hz);
  const figures = [
    ["Rate", device.nominal_rate_hz == null ? `${rate} Hz` : `${rate} of ${value(device.nominal_rate_hz)} Hz`, device.rate_hz != null || device.nominal_rate_hz != null],
    ["Last", device.last_sample_age_ms == null ? "none" : `${ago(device.last_sample_age_ms)} ago`, true],
    ["Times", device.bound_ms == null ? "" : `±${value(device.bound_ms)} ms`, device.bound_ms != null],
    ["Came", device.received_share == null ? "" : `${(device.received_share * 100).toFixed(device.received_share > 0.9995 ? 0 : 1)}% in 1 min`, device.received_share != null],
    ["Gaps", `${device.gaps}, ${device.lost} lost`, device.session != null],
    ["Faults", String(device.faults), device.faults > 0],
    ["Battery", `${device.battery_percent}%`, device.battery_percent != null],
    ["Heard at", `${device.rssi_dbm} dBm`, device.rssi_dbm != null],
  ].filter(([, , isShown]) => isShown);
  keyed(item.querySelector(".device-figures"), figures, ([name]) => name,
    ([name]) => make("div", {}, make("dt", {}, name), make("dd", {})), (pair, [, text]) => setText(pair.lastChild, text));
}
