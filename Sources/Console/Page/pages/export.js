// Exports of a study: choosing, what would leave, how far it is, and what there is to download.

import { make } from "/participant/elements.js";
import { setTitle, useStyle } from "../app.js";
import { get } from "../api.js";
import { ExportForm } from "../exports/form.js";
import { exportCard, RunningExport } from "../exports/list.js";

/** How often it is asked how far an export is, and whether somebody else has made one, in milliseconds. */
const periods = { running: 1000, idle: 5000 };

export async function open(main, { parameters }) {
  const { study } = parameters;
  setTitle(`Export ${study}`);
  const base = `/api/exports/${encodeURIComponent(study)}`;
  const [choices] = await Promise.all([get(`${base}/choices`), useStyle("/page/exports/exports.css")]);
  const page = make("div", { class: "page" });
  const problem = make("p", { class: "problem", role: "alert", hidden: true });
  const state = make("p", { class: "visually-hidden", role: "status" });
  const list = make("div", { class: "export-list" });
  const earlier = make("section", { "aria-labelledby": "earlier", hidden: true }, make("h2", { id: "earlier" }, "Exports so far"), list);
  let known = "";
  let last = null;
  let timer = 0;

  const load = async () => {
    clearTimeout(timer);
    try {
      const found = await get(base);
      problem.hidden = true;
      show(found);
    } catch (error) {
      problem.hidden = false;
      problem.textContent = error.message;
    }
    if (document.visibilityState === "visible") timer = setTimeout(load, last?.running ? periods.running : periods.idle);
  };
  const running = new RunningExport({ base, choices, changed: load });
  const form = new ExportForm({ base, choices, started: load });

  function show(found) {
    // Where nothing has changed nothing is drawn anew, so that focus and what is unfolded stay.
    const now = JSON.stringify(found.exports);
    if (now !== known) list.replaceChildren(...found.exports.map((one) => exportCard(one, { base, choices, changed: load })));
    known = now;
    earlier.hidden = found.exports.length === 0;
    running.show(found.running);
    form.isRunning = Boolean(found.running);
    if (last && Boolean(last.running) !== Boolean(found.running)) {
      state.textContent = found.running ? "The export has begun." : `The export has ended: ${found.exports[0]?.record.state ?? ""}.`;
    }
    last = found;
  }

  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") load(); });
  page.append(
    make("div", { class: "page-head" }, make("h1", {}, `Export ${study}`),
      make("div", { class: "toolbar" }, make("a", { class: "button", href: "/" }, "Sessions"))),
    problem, state, running.element);
  if (choices.sessions === 0) {
    page.append(make("div", { class: "empty" }, make("h2", {}, "There is nothing to export yet"), make("p", {}, "This study has no sessions.")));
  } else page.append(form.element);
  page.append(earlier);
  main.replaceChildren(page);
  await load();
}
