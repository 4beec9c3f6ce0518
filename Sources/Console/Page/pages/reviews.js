// A study's reviews: plans, how far they are, and what came out.

import { make } from "/participant/elements.js";
import { setTitle, useStyle } from "../app.js";
import { get } from "../api.js";
import { showPlan } from "../review/plan.js";
import { planForm } from "../review/plan-form.js";
import { scrolls } from "../review/results.js";

export async function open(main, { parameters }) {
  await useStyle("/page/review/review.css");
  await useStyle("/page/review/results.css");
  const study = decodeURIComponent(parameters.study);
  const base = `/api/reviews/${encodeURIComponent(study)}`;
  setTitle(`Reviews of ${study}`);
  const page = make("div", { class: "page" });
  main.replaceChildren(page);
  let overview;
  const place = make("div", { class: "stack" });

  const choose = (plan, push = true) => {
    const address = plan ? `${location.pathname}?plan=${plan}` : location.pathname;
    if (push) history.pushState(null, "", address);
    return show();
  };

  async function show() {
    overview = await get(base);
    const chosen = new URLSearchParams(location.search).get("plan");
    const plan = overview.plans.find(({ id }) => id === chosen);
    page.replaceChildren(head(plan), place);
    place.replaceChildren(make("p", { class: "loading" }, "Loading …"));
    try {
      if (plan) await showPlan(place, { base, plan, overview, refresh: show });
      else place.replaceChildren(...plans());
    } catch (error) {
      place.replaceChildren(make("div", { class: "problem", role: "alert" }, make("h2", {}, "This cannot be shown"), make("p", {}, error.message),
        make("button", { type: "button", onclick: show }, "Try again")));
    }
  }

  function head(plan) {
    return make("div", { class: "page-head" }, make("h1", {}, plan ? plan.name : `Reviews of ${study}`),
      make("div", { class: "toolbar" }, plan
        ? make("a", { class: "button", href: location.pathname, onclick: (event) => { event.preventDefault(); choose(null); } }, "All plans")
        : make("button", { type: "button", class: "primary", onclick: () => form() }, "New plan …")));
  }

  function form() {
    page.replaceChildren(make("div", { class: "page-head" }, make("h1", {}, "A new plan")), planForm({ base, overview, done: (id) => choose(id), cancel: show }));
  }

  function plans() {
    if (!overview.plans.length) {
      return [make("div", { class: "empty" }, make("h2", {}, "No plan yet"),
        make("p", {}, "A plan says who rates which conversations by which scheme. Orders, hidden repeats and blinding are drawn and kept with it."))];
    }
    return [scrolls(make("table", { class: "data cards" },
      make("thead", {}, make("tr", {}, ["Plan", "Scheme", "Finished", "Made", "By"].map((text) => make("th", { scope: "col" }, text)))),
      make("tbody", {}, overview.plans.map((plan) => make("tr", {},
        make("th", { scope: "row" }, make("a", { href: `?plan=${plan.id}`, onclick: (event) => { event.preventDefault(); choose(plan.id); } }, plan.name)),
        make("td", { "data-label": "Scheme" }, `${plan.scheme} ${plan.scheme_version}`),
        make("td", { "data-label": "Finished" }, `${plan.finished} of ${plan.assignments}`),
        make("td", { "data-label": "Made" }, make("time", {}, new Date(plan.made_utc_ns / 1e6).toLocaleString())),
        make("td", { "data-label": "By" }, plan.actor))))))];
  }

  addEventListener("popstate", show);
  await show();
}
