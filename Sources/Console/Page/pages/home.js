// The first page: what there is to do. What records now, and all sessions, newest first.

import { make } from "/participant/elements.js";
import { get } from "../api.js";
import { setTitle } from "../app.js";
import { has } from "../frame.js";
import { Filters } from "../home/filters.js";
import { card, table, tick } from "../home/sessions.js";

/** Rows that are shown at first, and with each further press. */
const step = 100;

export async function open(main, { me }) {
  setTitle("Sessions");
  const page = make("div", { class: "page" });
  main.append(page);
  if (has(me, "researcher")) await showSessions(page);
  else showOperator(page);
}

/** An operator's work is on the dashboard. */
function showOperator(page) {
  page.append(
    make("h1", {}, "Sessions"),
    make("div", { class: "card" }, make("h2", {}, "Run a session"),
      make("p", {}, "Devices, live signals, phases and alarms are on the dashboard."),
      make("p", {}, make("a", { class: "button primary", href: "/dashboard" }, "Open the dashboard"))),
    make("p", { class: "hint" }, "To look back at sessions, ask for the role of a researcher."));
}

async function showSessions(page) {
  const filters = new Filters();
  const now = make("section", { "aria-labelledby": "now", hidden: true }, make("h2", { id: "now" }, "Recording now"), make("div", { class: "grid" }));
  const links = make("div", { class: "toolbar" });
  const count = make("p", { class: "hint", role: "status" });
  const place = make("div", { class: "stack" });
  page.append(
    make("div", { class: "page-head" }, make("h1", {}, "Sessions"), links),
    now, filters.element, count, place);
  let sessions = [];
  let shown = step;

  const show = () => {
    const found = filters.of(sessions);
    showLinks(links, sessions, filters.study);
    const recording = sessions.filter(({ state }) => state === "recording");
    now.hidden = recording.length === 0;
    now.querySelector(".grid").replaceChildren(...recording.map(card));
    count.textContent = sessions.length === 0 ? "" : filters.isActive ? `${found.length} of ${sessions.length} sessions` : `${found.length} session${found.length === 1 ? "" : "s"}`;
    filters.element.hidden = sessions.length === 0;
    if (found.length === 0) return place.replaceChildren(empty(sessions.length > 0, filters));
    place.replaceChildren(table(found.slice(0, shown)));
    if (found.length > shown) {
      const more = make("button", { type: "button", onclick: () => { shown += step; show(); } }, `Show ${Math.min(step, found.length - shown)} more`);
      place.append(make("div", { class: "actions start" }, more));
    }
  };
  const load = async () => {
    try {
      ({ sessions } = await get("/api/sessions"));
      filters.offer(sessions);
      show();
    } catch (error) {
      if (error.status !== 401) place.replaceChildren(problem(error, load));
    }
  };

  place.append(make("p", { class: "loading", role: "status" }, "Loading the sessions …"));
  filters.addEventListener("change", () => { shown = step; show(); });
  // The frame tells when a session begins or ends.
  document.addEventListener("attune-station", load);
  setInterval(() => tick(now), 1000);
  await load();
}

/** What there is for a whole study: the one that is chosen, or the only one. */
function showLinks(links, sessions, chosen) {
  const studies = [...new Set(sessions.map(({ study }) => study))];
  const study = chosen ?? (studies.length === 1 ? studies[0] : null);
  links.replaceChildren(...(study === null ? [] : [["Figures", "figures"], ["Reviews", "reviews"], ["Export", "export"]].map(([name, path]) =>
    make("a", { class: "button", href: `/${path}/${encodeURIComponent(study)}` }, name, make("span", { class: "visually-hidden" }, ` of ${study}`)))));
}

function empty(isFiltered, filters) {
  if (isFiltered) {
    return make("div", { class: "empty" }, make("h2", {}, "No session is like that"),
      make("p", {}, make("button", { type: "button", onclick: () => filters.clear() }, "Show all")));
  }
  return make("div", { class: "empty" }, make("h2", {}, "There are no sessions yet"),
    make("p", {}, "Start one from the dashboard, or with ", make("code", {}, "attune session start"), "."),
    make("p", {}, make("a", { class: "button primary", href: "/dashboard" }, "Open the dashboard")));
}

function problem(error, again) {
  return make("div", { class: "problem", role: "alert" }, make("h2", {}, "The sessions cannot be listed"), make("p", {}, error.message),
    make("div", { class: "actions start" }, make("button", { type: "button", onclick: again }, "Try again")));
}
