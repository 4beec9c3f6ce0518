// The sessions as a table, and those that record now as cards.

import { make } from "/participant/elements.js";
import { duration, kindOf, machineTime, stateOf, when } from "./words.js";

/** Where a session is played back; a commentary, with the session that it is about. */
function playback({ id, kind, parent }) {
  return kind === "commentary" && parent
    ? `/sessions/${encodeURIComponent(parent)}?commentary=${encodeURIComponent(id)}` : `/sessions/${encodeURIComponent(id)}`;
}

function badge([state, text]) { return make("span", { class: "badge", "data-state": state }, text); }

function participant(session) {
  const visit = session.visit ? `, visit ${session.visit}` : "";
  return `${session.participant}${visit}`;
}

/** Seconds since a session began. */
function running(session) { return (Date.now() - session.started_utc_ns / 1e6) / 1000; }

/** What can be done with a session. */
function actions(session) {
  if (session.state === "withdrawn") return make("span", { class: "hint" }, "The participant withdrew");
  const what = `${participant(session)}, ${when(session.started_utc_ns)}`;
  const hidden = make("span", { class: "visually-hidden" }, ` ${what}`);
  return make("div", { class: "toolbar" },
    make("a", { class: "button small", href: playback(session) }, session.kind === "commentary" ? "Listen" : "Play back", hidden),
    session.kind === "chat" && session.state === "finished"
      ? make("a", { class: "button small quiet", href: `/think-aloud/${encodeURIComponent(session.id)}` }, "Think aloud", hidden.cloneNode(true)) : null,
    session.has_quality ? make("a", { class: "button small quiet", href: `/api/sessions/${encodeURIComponent(session.id)}/quality` }, "Quality", hidden.cloneNode(true)) : null);
}

/** Whether a finished session is backed up; nothing where the station has no backup place. */
function backup(session, hasBackup) {
  if (session.backed_up_utc_ns) return make("span", { class: "hint" }, ` backed up ${when(session.backed_up_utc_ns)}`);
  return hasBackup && session.state === "finished" ? make("span", { class: "hint" }, " not backed up") : null;
}

/** A row of the table. */
function row(session, hasBackup) {
  return make("tr", { "data-session": session.id },
    make("th", { scope: "row" }, make("a", { href: playback(session) }, make("time", { datetime: machineTime(session.started_utc_ns) }, when(session.started_utc_ns)))),
    make("td", { "data-label": "Study", class: "anywhere" }, session.study),
    make("td", { "data-label": "Participant", class: "anywhere" },
      make("span", {}, participant(session), session.pilot ? " " : null, session.pilot ? make("span", { class: "badge" }, "Pilot") : null)),
    make("td", { "data-label": "Kind" }, kindOf(session)),
    make("td", { "data-label": "Duration", class: "number" }, session.state === "recording" ? "running" : duration(session.duration_s)),
    make("td", { "data-label": "State" }, badge(stateOf(session)), backup(session, hasBackup)),
    make("td", {}, actions(session)));
}

/** The table of some sessions. */
export function table(sessions) {
  const hasBackup = sessions.some((session) => session.backed_up_utc_ns);
  const columns = ["Started", "Study", "Participant", "Kind", "Duration", "State"];
  return make("div", { class: "scroll", role: "region", "aria-label": "Sessions", tabindex: "0" },
    make("table", { class: "data cards" },
      make("caption", { class: "visually-hidden" }, "Sessions, newest first"),
      make("thead", {}, make("tr", {}, ...columns.map((name) => make("th", { scope: "col", class: name === "Duration" ? "number" : null }, name)),
        make("th", { scope: "col" }, make("span", { class: "visually-hidden" }, "What to do")))),
      make("tbody", {}, ...sessions.map((session) => row(session, hasBackup)))));
}

/** A card of a session that records now; its clock is set by `tick`. */
export function card(session) {
  const clock = make("span", { class: "clock figures", "data-started": session.started_utc_ns }, duration(running(session)));
  return make("article", { class: "card recording", "data-session": session.id },
    make("div", { class: "card-head" }, make("h3", { class: "anywhere" }, participant(session)), badge(stateOf(session))),
    make("dl", { class: "facts" },
      make("dt", {}, "Study"), make("dd", {}, session.study),
      make("dt", {}, "Kind"), make("dd", {}, kindOf(session), session.pilot ? ", pilot" : ""),
      make("dt", {}, "For"), make("dd", {}, clock)),
    make("div", { class: "toolbar" },
      session.kind === "commentary"
        ? make("a", { class: "button small", href: `/think-aloud/${encodeURIComponent(session.id)}` }, "Think-aloud", make("span", { class: "visually-hidden" }, ` with ${participant(session)}`))
        : make("a", { class: "button small", href: "/dashboard" }, "Dashboard", make("span", { class: "visually-hidden" }, ` for ${participant(session)}`)),
      make("a", { class: "button small quiet", href: playback(session) }, "Play back so far", make("span", { class: "visually-hidden" }, `, ${participant(session)}`))));
}

/** Sets the clocks of the cards. */
export function tick(element) {
  for (const clock of element.querySelectorAll("[data-started]")) {
    const text = duration((Date.now() - Number(clock.dataset.started) / 1e6) / 1000);
    if (clock.textContent !== text) clock.textContent = text;
  }
}
