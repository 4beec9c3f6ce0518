// Which sessions are shown: by study, kind, state and participant. The choice stands in the address, so that
// it can be kept as a bookmark.

import { make } from "/participant/elements.js";
import { kindOf, stateOf } from "./words.js";

const names = ["study", "kind", "state", "find"];

export class Filters extends EventTarget {
  constructor() {
    super();
    const query = new URLSearchParams(location.search);
    this.values = Object.fromEntries(names.map((name) => [name, query.get(name) ?? ""]));
    this.choices = {
      study: select("study", "Study", "All studies"),
      kind: select("kind", "Kind", "All kinds"),
      state: select("state", "State", "All states"),
    };
    this.find = make("input", { type: "search", id: "filter-find", autocomplete: "off", spellcheck: "false" });
    this.find.value = this.values.find;
    this.element = make("form", { class: "toolbar filters", role: "search", "aria-label": "Sessions" },
      ...Object.values(this.choices).map(({ field }) => field),
      make("div", { class: "field" }, make("label", { for: "filter-find" }, "Participant"), this.find));
    this.element.addEventListener("submit", (event) => event.preventDefault());
    this.element.addEventListener("input", () => this.read());
  }

  /** Whether something is left out. */
  get isActive() { return names.some((name) => this.values[name]); }

  /** The study that is looked at; null for several. */
  get study() { return this.values.study || null; }

  /** Offers what there is. */
  offer(sessions) {
    const distinct = (of) => [...new Map(sessions.map((session) => [of(session)[0], of(session)])).values()]
      .sort((one, other) => one[1].localeCompare(other[1]));
    this.fill("study", distinct((session) => [session.study, session.study]));
    this.fill("kind", distinct((session) => [session.kind, kindOf(session)]));
    this.fill("state", distinct((session) => [session.state, stateOf(session)[1]]));
  }

  fill(name, entries) {
    const { list, all } = this.choices[name];
    list.replaceChildren(make("option", { value: "" }, all), ...entries.map(([value, text]) => make("option", { value }, text)));
    // What is asked for and not there stays, so that the empty list is understood.
    const value = this.values[name];
    if (value && !entries.some(([known]) => known === value)) list.append(make("option", { value }, value));
    list.value = value;
  }

  /** The sessions that are shown. */
  of(sessions) {
    const { study, kind, state } = this.values;
    const find = this.values.find.trim().toLowerCase();
    return sessions.filter((session) => (!study || session.study === study) && (!kind || session.kind === kind)
      && (!state || session.state === state) && (!find || session.participant.toLowerCase().includes(find)));
  }

  clear() {
    for (const name of names) this.values[name] = "";
    this.find.value = "";
    for (const { list } of Object.values(this.choices)) list.value = "";
    this.tell();
  }

  read() {
    for (const [name, { list }] of Object.entries(this.choices)) this.values[name] = list.value;
    this.values.find = this.find.value;
    this.tell();
  }

  tell() {
    const query = new URLSearchParams(names.filter((name) => this.values[name]).map((name) => [name, this.values[name]]));
    history.replaceState(null, "", query.size > 0 ? `?${query}` : location.pathname);
    this.dispatchEvent(new Event("change"));
  }
}

function select(name, label, all) {
  const list = make("select", { id: `filter-${name}` }, make("option", { value: "" }, all));
  return { list, all, field: make("div", { class: "field" }, make("label", { for: `filter-${name}` }, label), list) };
}
