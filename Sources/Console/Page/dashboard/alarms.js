// Alarms: across the whole page, newest first, until somebody says to have seen them.

import { draw, make, setText } from "/participant/elements.js";
import { setTitle } from "../app.js";
import { ask } from "./dialogs.js";
import { ago } from "./format.js";
import { keyed, setAttribute } from "./keyed.js";

const severities = { urgent: "Urgent", warning: "Warning", notice: "Notice" };

/** A shape for each severity, so that none is told by its colour alone. */
function icon(severity) {
  const shapes = {
    urgent: draw("path", { d: "M9 2h8l7 7v8l-7 7H9l-7-7V9z" }),
    warning: draw("path", { d: "M13 2.5 25 23.5H1z" }),
    notice: draw("circle", { cx: 13, cy: 13, r: 11 }),
  };
  return draw("svg", { viewBox: "0 0 26 26", class: "alarm-icon", "aria-hidden": "true" }, shapes[severity] ?? shapes.warning,
    draw("path", { class: "sign", d: severity === "notice" ? "M13 11v8M13 7v.2" : "M13 8v8M13 19v.2" }));
}

/** Whether an alarm is about a person's safety. */
function isSafety(alarm) { return alarm.code.includes("safety"); }

/** The bar of alarms, their sound and their title. */
export class Alarms {
  #page;
  #sound;
  #list = make("ul", { class: "alarm-list" });
  #told = make("p", { class: "visually-hidden", role: "alert" });
  #known = new Set();
  #open = [];
  #blink = false;

  constructor(page, sound) {
    this.#page = page;
    this.#sound = sound;
    this.element = make("section", { class: "alarms", "aria-label": "Alarms", hidden: true }, this.#list);
    this.announcer = this.#told;
    setInterval(() => this.#showTitle(), 1000);
  }

  /** Alarms that nobody has seen, newest first. */
  get open() { return this.#open; }

  update(alarms, nowNs, trouble) {
    this.#open = alarms.filter((alarm) => alarm.open && alarm.severity !== "notice" || alarm.open && alarm.needs_acknowledgement)
      .sort((left, right) => Number(isSafety(right)) - Number(isSafety(left)) || right.since_ns - left.since_ns);
    const shown = [...this.#open, ...alarms.filter((alarm) => !this.#open.includes(alarm) && alarm.over_ns === null && !(alarm.needs_acknowledgement && alarm.acknowledged))];
    this.element.hidden = shown.length === 0;
    keyed(this.#list, shown, ({ key }) => key, (alarm) => this.#item(alarm), (item, alarm) => this.#show(item, alarm, nowNs));
    this.#announce();
    const worst = this.#open.find(({ severity }) => severity === "urgent") ?? this.#open[0];
    this.#sound.set(trouble ? "urgent" : worst?.severity ?? null);
    this.trouble = trouble;
    this.#showTitle();
  }

  /** Asks for a note, and tells the station that somebody has seen an alarm (the newest, if none is given). */
  async acknowledge(alarm = this.#open[0]) {
    if (!alarm) return this.#page.commands.tell("No alarm waits for anybody.");
    const answer = await ask({
      title: "Say that you have seen it", words: alarm.text, action: "I have seen it",
      fields: [{ name: "note", label: "What was done about it (may be left empty)", kind: "area" }],
    });
    if (!answer) return null;
    return this.#page.commands.sendTo("/api/dashboard/alarms/acknowledge",
      { session: alarm.session ?? "", alarm: alarm.id, note: answer.note || null }, "The station knows that you have seen it.");
  }

  #item(alarm) {
    const item = make("li", { class: "alarm", "data-severity": alarm.severity, "data-safety": isSafety(alarm) || null },
      icon(alarm.severity),
      make("div", { class: "alarm-words" }, make("strong", { class: "alarm-head" }), make("p", { class: "alarm-text" })),
      make("button", { type: "button", class: alarm.severity === "urgent" ? "danger primary" : "", onclick: () => this.acknowledge(item.alarm) }, "Seen", make("kbd", { "aria-hidden": "true" }, "A")));
    return item;
  }

  #show(item, alarm, nowNs) {
    item.alarm = alarm;
    const who = alarm.participant ? `${alarm.participant}: ` : "";
    const since = alarm.over_ns === null
      ? `for ${ago((nowNs - alarm.since_ns) / 1e6)}` : `over since ${ago((nowNs - alarm.over_ns) / 1e6)}, seen by nobody`;
    setText(item.querySelector(".alarm-head"), `${isSafety(alarm) ? "Participant's safety" : severities[alarm.severity]} · ${who}${since}${alarm.times > 1 ? ` · ${alarm.times} times` : ""}`);
    setText(item.querySelector(".alarm-text"), alarm.text);
    setAttribute(item, "data-open", alarm.open);
    setAttribute(item, "data-over", alarm.over_ns !== null);
    const button = item.querySelector("button");
    button.hidden = !alarm.open || !this.#page.mayAct;
    // The key is for the newest one.
    button.querySelector("kbd").hidden = alarm.key !== this.#open[0]?.key;
  }

  #announce() {
    const news = this.#open.filter(({ key, since_ns }) => !this.#known.has(`${key}${since_ns}`));
    for (const { key, since_ns } of news) this.#known.add(`${key}${since_ns}`);
    if (news.length) setText(this.#told, news.map(({ severity, text }) => `${severities[severity]}: ${text}`).join(" "));
  }

  #showTitle() {
    const count = this.#open.length + (this.trouble ? 1 : 0);
    this.#blink = count > 0 && !this.#blink;
    if (!count) return setTitle(this.#page.title);
    const words = this.trouble || this.#open[0].text;
    return setTitle(`${this.#blink ? "⚠" : "●"} ${count} alarm${count > 1 ? "s" : ""}: ${words.slice(0, 60)}`);
  }
}
