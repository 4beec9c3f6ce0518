// One plan: how far it is, how far raters agree, bias, and one conversation turn by turn.

import { make } from "/participant/elements.js";
import { get, post } from "../api.js";
import { scrolls, showAgreement, showBias } from "./results.js";
import { showBeside } from "./beside.js";

const states = { open: ["idle", "Not begun"], begun: ["warn", "Begun"], finished: ["ok", "Finished"], withdrawn: ["bad", "Withdrawn"] };
const tables = [["assignments.csv", "Assignments"], ["ratings.csv", "Ratings"], ["flags.csv", "Flags"], ["agreement.csv", "Agreement"], ["confusion.csv", "Confusion matrices"], ["bias.csv", "Bias"]];

export async function showPlan(place, { base, plan, overview }) {
  const address = `${base}/plans/${plan.id}`;
  let answer = await get(address);
  const sessionName = (id) => {
    const known = overview.sessions.find((one) => one.id === id);
    return known ? `${known.participant} ${id.slice(0, 8)}` : id.slice(0, 8);
  };
  const body = make("div", { class: "stack", role: "tabpanel", id: "plan-panel", tabindex: "0" });
  const views = {
    progress: ["Progress", () => progress()],
    agreement: ["Agreement", () => showAgreement(body, answer.results)],
    bias: ["Peers and experts", () => showBias(body, answer.results)],
    turns: ["Turn by turn", () => showBeside(body, { address, sessions: [...new Set(answer.assignments.map(({ session }) => session))], sessionName })],
  };
  const tabs = make("div", { class: "tabs", role: "tablist", "aria-label": "Plan" }, Object.entries(views).map(([key, [title]]) =>
    make("button", { type: "button", role: "tab", id: `tab-${key}`, "aria-controls": "plan-panel", onclick: () => show(key) }, title)));
  tabs.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const all = [...tabs.children];
    const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
    next.focus();
    next.click();
  });
  place.replaceChildren(make("div", { class: "stack" },
    make("p", { class: "soft" }, `${answer.title} (${answer.scheme} ${answer.scheme_version}), seed ${answer.seed}. Agreement counts what is locked; drafts do not count.`),
    answer.unreadable.length ? make("p", { class: "note warn" }, `${answer.unreadable.length} conversations cannot be read, and are left out.`) : null, tabs, body,
    make("section", { class: "card" }, make("h2", {}, "Tables"), make("div", { class: "toolbar" }, tables.map(([file, title]) => make("a", { class: "button small", href: `${address}/tables/${file}`, download: "" }, `${title} (CSV)`))))));

  async function show(key) {
    for (const tab of tabs.children) {
      const isThis = tab.id === `tab-${key}`;
      tab.setAttribute("aria-selected", String(isThis));
      tab.tabIndex = isThis ? 0 : -1;
    }
    body.setAttribute("aria-labelledby", `tab-${key}`);
    history.replaceState(null, "", `#${key}`);
    body.replaceChildren(make("p", { class: "loading" }, "Loading …"));
    try { await views[key][1](); } catch (error) { body.replaceChildren(make("div", { class: "problem", role: "alert" }, make("p", {}, error.message))); }
  }

  function progress() {
    body.replaceChildren(scrolls(make("table", { class: "data cards" },
      make("thead", {}, make("tr", {}, ["Rater", "No.", "Conversation", "Purpose", "State", "Answers", "Flags", ""].map((text) => make("th", { scope: "col" }, text)))),
      make("tbody", {}, answer.assignments.map((one) => {
        const [state, words] = states[one.state];
        return make("tr", {}, make("th", { scope: "row" }, one.rater), make("td", { class: "number", "data-label": "No." }, one.position),
          make("td", { "data-label": "Conversation" }, sessionName(one.session)), make("td", { "data-label": "Purpose" }, one.purpose),
          make("td", { "data-label": "State" }, make("span", { class: "badge", "data-state": state }, words)),
          make("td", { class: "number", "data-label": "Answers" }, `${one.answered} of ${one.asked}`), make("td", { class: "number", "data-label": "Flags" }, one.flags),
          make("td", {}, one.purpose === "own" && one.state !== "finished" ? make("button", { type: "button", class: "quiet small", onclick: (event) => invite(one, event.target) }, "Link for the participant") : null,
            make("button", { type: "button", class: "quiet small", onclick: () => change(one) }, one.state === "withdrawn" ? "Give out again" : "Withdraw")));
      })))));
  }

  async function invite(one, button) {
    try {
      const { url } = await post(`${base}/assignments/${one.id}/invite`);
      button.replaceWith(make("input", { type: "text", readonly: true, value: url, "aria-label": `Link for ${one.rater}, works once`, onfocus: (event) => event.target.select() }));
    } catch (error) { button.replaceWith(make("span", { class: "wrong" }, error.message)); }
  }

  async function change(one) {
    await post(`${base}/assignments/${one.id}`, { action: one.state === "withdrawn" ? "restored" : "withdrawn" });
    answer = await get(address);
    progress();
  }

  await show(location.hash.slice(1) in views ? location.hash.slice(1) : "progress");
}
