// A new plan: what is chosen, what comes of it, and making it.

import { make } from "/participant/elements.js";
import { post } from "../api.js";
import { scrolls } from "./results.js";

function field(label, input, hint) {
  input.id ||= `plan-${label.replace(/\W+/g, "-").toLowerCase()}`;
  return make("div", { class: "field" }, make("label", { for: input.id }, label), input, hint ? make("p", { class: "hint" }, hint) : null);
}

/** The form. `done` hears the plan's id. */
export function planForm({ base, overview, done, cancel }) {
  const name = make("input", { type: "text", required: true, maxlength: "100" });
  const scheme = make("select", {}, overview.schemes.map((one) => make("option", { value: one.name },
    `${one.title} (${one.version}): ${one.ratings} questions, ${one.flags} flags, ${one.stages.length === 2 ? "two stages" : "one stage"}`)));
  const raters = make("textarea", { rows: "4", spellcheck: "false" }, overview.raters.join("\n"));
  const each = make("input", { type: "number", min: "1", value: "2" });
  const share = make("input", { type: "number", min: "0", max: "100", step: "5", value: "0" });
  const distance = make("input", { type: "number", min: "1", max: "100", value: "3" });
  const own = make("input", { type: "checkbox", id: "plan-own" });
  const seed = make("input", { type: "number", min: "1", step: "1" });
  const uses = new Map();
  const sessions = scrolls(make("table", { class: "data dense" },
    make("thead", {}, make("tr", {}, ["Session", "Began", "Condition", "Use"].map((text) => make("th", { scope: "col" }, text)))),
    make("tbody", {}, overview.sessions.map((one) => {
      const use = make("select", { "aria-label": `Use of ${one.participant}, ${one.id.slice(0, 8)}` },
        [["main", "Rate"], ["calibration", "Calibration"], ["", "Leave out"]].map(([value, text]) => make("option", { value, selected: one.pilot ? value === "" : value === "main" }, text)));
      uses.set(one.id, use);
      return make("tr", {}, make("th", { scope: "row" }, one.participant, " ", make("code", { class: "soft" }, one.id.slice(0, 8)), one.pilot ? make("span", { class: "badge" }, "Pilot") : null),
        make("td", {}, make("time", {}, new Date(one.started_utc_ns / 1e6).toLocaleString())), make("td", {}, one.condition.join(", ") || "–"), make("td", {}, use));
    }))));
  const outcome = make("div", { class: "stack", "aria-live": "polite" });
  const makeIt = make("button", { type: "button", class: "primary", disabled: true, onclick: () => send() }, "Make this plan");
  let drawn = null;
  const id = crypto.randomUUID();

  const request = () => ({
    id, name: name.value.trim(), scheme: scheme.value,
    sessions: [...uses].filter(([, use]) => use.value === "main").map(([session]) => session),
    calibration: [...uses].filter(([, use]) => use.value === "calibration").map(([session]) => session),
    raters: raters.value.split(/[\n,]/).map((text) => text.trim()).filter(Boolean),
    raters_per_session: Number(each.value), repeat_share: Number(share.value) / 100, repeat_distance: Number(distance.value), own: own.checked,
    ...(seed.value ? { seed: Number(seed.value) } : {}),
  });

  function problem(error) {
    makeIt.disabled = true;
    outcome.replaceChildren(make("div", { class: "problem", role: "alert" }, make("p", {}, error.message)));
  }

  async function look() {
    try {
      drawn = await post(`${base}/preview`, request());
    } catch (error) { problem(error); return; }
    seed.value = drawn.seed;
    makeIt.disabled = false;
    const byRater = Map.groupBy ? Map.groupBy(drawn.lines, ({ rater }) => rater) : drawn.lines.reduce((map, line) => map.set(line.rater, [...map.get(line.rater) ?? [], line]), new Map());
    outcome.replaceChildren(make("h2", {}, "What is drawn"), make("p", { class: "soft" }, `Seed ${drawn.seed}: the same choices with the same seed give the same plan. Raters see the labels alone.`),
      make("div", { class: "grid" }, [...byRater].map(([rater, lines]) => make("section", { class: "card" },
        make("h3", {}, rater, make("span", { class: "soft" }, ` ${lines.length}`)),
        make("ol", { class: "plain" }, lines.map(({ participant, session, purpose }) => make("li", {}, participant, " ", make("code", { class: "soft" }, session.slice(0, 8)),
          purpose === "main" ? null : make("span", { class: "badge" }, purpose))))))));
  }

  async function send() {
    makeIt.disabled = true;
    try {
      done((await post(`${base}/plans`, request())).plan);
    } catch (error) { problem(error); }
  }

  const form = make("form", { class: "stack plan-form", onsubmit: (event) => { event.preventDefault(); look(); }, oninput: () => { makeIt.disabled = true; } },
    overview.schemes.length ? null : make("div", { class: "problem" }, make("p", {}, "No scheme asks for ratings or flags: put one into the schemes' folder.")),
    overview.sessions.length ? null : make("div", { class: "empty" }, make("p", {}, "This study has no finished conversation yet.")),
    make("div", { class: "grid" },
      make("section", { class: "card" }, field("Name", name), field("Scheme", scheme)),
      make("section", { class: "card" }, field("Raters", raters, "Names of accounts with the role expert, one a line."), field("Raters of each conversation", each)),
      make("section", { class: "card" },
        field("Hidden repeats (% of a rater's conversations)", share, "They come again under another label, so that raters can be compared with themselves."),
        field("Others between the two times, at least", distance),
        make("label", { class: "choice", for: own.id }, own, "Participants rate their own messages, too"),
        field("Seed", seed, "Left empty, one is drawn."))),
    make("section", { class: "stack" }, make("h2", {}, "Conversations"), make("p", { class: "soft" }, "Those for calibration come first, for all raters in the same order."), sessions),
    make("div", { class: "actions start" }, make("button", { type: "submit" }, "Look at the plan"), makeIt, make("button", { type: "button", class: "quiet", onclick: cancel }, "Cancel")), outcome);
  return form;
}
