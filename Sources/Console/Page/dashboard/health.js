// The station itself: disk, commits, rings, clock, and how long a sample takes to this screen.

import { make, setText } from "/participant/elements.js";
import { ago, bytes, hours, timeOfDay, value } from "./format.js";
import { keyed, setAttribute } from "./keyed.js";
import { latency } from "./latency.js";

/** What is told of the station: [name, text, state, what to do]. */
function facts(state, nowNs) {
  const { storage, rings, clock, chat, station, backup } = state;
  const told = [];
  const free = storage.free_bytes;
  const left = storage.hours_left;
  const disk = free < 2 ** 30 || (left ?? Infinity) < 2 ? "bad" : free < 10 * 2 ** 30 || (left ?? Infinity) < 8 ? "warn" : "ok";
  told.push(["Disk", `${bytes(free)} free${left == null ? "" : `, ${hours(left)} at this rate`}`, disk, disk === "ok" ? "" : "Make room."]);
  const commitAge = storage.last_commit_age_ms;
  const isRecording = state.sessions.length > 0;
  // Where nothing comes, nothing is committed.
  const waits = rings.some(({ used }) => used > 4096);
  const commit = isRecording && waits && commitAge > 5000 ? "bad" : storage.commit_ms_worst > 1000 ? "warn" : "ok";
  told.push(["Commits", commitAge == null ? "none yet" : `${value(storage.commit_ms_median)} ms, worst ${value(storage.commit_ms_worst)} ms${isRecording ? `, last ${ago(commitAge)} ago` : ""}`, commit, commit === "ok" ? "" : "The disk is slow: what comes waits in memory."]);
  for (const ring of rings) {
    const share = ring.capacity ? ring.used / ring.capacity : 0;
    const level = ring.overflowed_records > 0 || share > 0.8 ? "bad" : share > 0.3 ? "warn" : "ok";
    told.push([`Ring, ${ring.name}`, `${(share * 100).toFixed(share < 0.1 ? 1 : 0)}% full${ring.overflowed_records ? `, ${ring.overflowed_records} readings lost` : ""}`, level, level === "ok" ? "" : "Writing does not keep up."]);
  }
  if (backup) {
    const last = backup.verified_utc_ns == null ? "" : `, last at ${timeOfDay(backup.verified_utc_ns / 1e6)}`;
    told.push(["Backup", `${backup.waiting ? `${backup.waiting} finished session${backup.waiting > 1 ? "s wait" : " waits"}` : "all finished sessions are backed up"}${last}`,
      backup.problem ? "bad" : backup.waiting ? "warn" : "ok", backup.problem ?? ""]);
  }
  const clockState = clock.synchronised === false || clock.steps > 0 ? "warn" : "ok";
  told.push(["Wall clock", [clock.synchronised === null || clock.synchronised === undefined ? "not known whether synchronised" : clock.synchronised ? `synchronised${clock.error_bound_ms == null ? "" : ` to ±${value(clock.error_bound_ms)} ms`}` : "not synchronised",
    clock.steps ? `set ${clock.steps} times, last by ${value(clock.last_step_ms)} ms` : "never set since the start"].join(", "), clockState, clock.synchronised === false ? "Switch a time service on (timedatectl set-ntp true)." : ""]);
  told.push(["Sleep", `${clock.inhibits_sleep ? "held off" : "not held off"}${clock.sleeps ? `, slept ${clock.sleeps} times for ${ago(clock.slept_ms)}` : ""}`, isRecording && !clock.inhibits_sleep || clock.sleeps ? "warn" : "ok",
    isRecording && !clock.inhibits_sleep ? "See that the computer does not go to sleep." : ""]);
  told.push(["Chat", chat.reachable ? "running" : `away for ${ago((nowNs - chat.since_ns) / 1e6)}`, chat.reachable ? "ok" : "warn", chat.reachable ? "" : "Start attune-chat if participants are to chat."]);
  const seen = latency.quantiles("shown", 2000);
  told.push(["To this screen", seen ? `${Math.round(seen.p50)} ms, 99% within ${Math.round(seen.p99)} ms` : "no signal yet", seen && seen.p99 > 250 ? "warn" : seen ? "ok" : "idle", ""]);
  told.push(["Daemon", `${station.version}, up ${ago(station.uptime_ms)}`, "ok", ""]);
  return told;
}

const labels = { ok: "Well", warn: "Look", bad: "Bad", idle: "–" };

/** The panel of the station's health. */
export class Health {
  #list = make("dl", { class: "health-list figures" });
  #title = make("h2", { id: "health-title" }, "Station");

  constructor() {
    this.element = make("section", { class: "card panel health", "aria-labelledby": "health-title" }, this.#title,
      make("div", { class: "panel-body", tabindex: "0", role: "region", "aria-label": "Health of the station" }, this.#list));
  }

  update(state, nowNs) {
    setText(this.#title, `Station ${state.station.name}`);
    // What is not well stands first.
    const rank = ["bad", "warn", "ok", "idle"];
    const all = facts(state, nowNs).sort((left, right) => rank.indexOf(left[2]) - rank.indexOf(right[2]));
    keyed(this.#list, all, ([name]) => name,
      ([name]) => make("div", {}, make("dt", {}, name), make("dd", {}, make("span", { class: "badge" }), make("span", { class: "health-words" }), make("span", { class: "health-advice" }))),
      (pair, [, text, level, advice]) => {
        const [badge, words, what] = pair.lastChild.children;
        setAttribute(pair, "data-state", level);
        setAttribute(badge, "data-state", level);
        setText(badge, labels[level]);
        setText(words, text);
        setText(what, advice ? ` ${advice}` : "");
      });
  }
}
