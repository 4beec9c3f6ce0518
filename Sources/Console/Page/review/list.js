// The conversations that somebody is to rate, in their order.

import { make } from "/participant/elements.js";
import { get } from "../api.js";

const states = {
  open: ["idle", "Not begun"], begun: ["warn", "Begun"], finished: ["ok", "Finished"], waiting: ["idle", "Comes later"],
};

export async function showList(main, me) {
  const { assignments } = await get("/api/review");
  const page = make("div", { class: "page narrow" });
  main.replaceChildren(page);
  const done = assignments.filter(({ state }) => state === "finished").length;
  page.append(make("div", { class: "page-head" }, make("h1", {}, "Review")));
  if (!assignments.length) {
    page.append(make("div", { class: "empty" }, make("h2", {}, "Nothing to rate"),
      make("p", {}, me.roles.includes("researcher")
        ? "No conversation is assigned to you. Plans are made from a study's page of reviews."
        : "No conversation is assigned to you yet. The researcher will let you know.")));
    if (me.roles.includes("researcher")) await showStudies(page);
    return;
  }
  page.append(
    make("p", { class: "soft" }, "Rate one conversation after the other. What you do is kept as you go; a stage is closed only when you say so."),
    make("div", { class: "progress" }, make("span", {}, `${done} of ${assignments.length} finished`),
      make("progress", { max: assignments.length, value: done, "aria-label": "Conversations finished" })),
    make("ol", { class: "review-list" }, assignments.map((one) => {
      const [state, words] = states[one.state];
      const name = one.state === "waiting" ? make("span", { class: "name" }, one.label)
        : make("a", { class: "name", href: `/review/${one.id}` }, one.label);
      return make("li", { class: "card" }, name,
        make("span", { class: "badge", "data-state": state }, words),
        make("span", { class: "soft figures" }, `${one.answered} of ${one.asked} answers`),
        make("progress", { max: Math.max(one.asked, 1), value: one.answered, "aria-label": `Answers of ${one.label}` }));
    })));
  if (me.roles.includes("researcher")) await showStudies(page);
}

/** For researchers: the way to the studies' plans. */
async function showStudies(page) {
  const { sessions } = await get("/api/sessions");
  const studies = [...new Set(sessions.map(({ study }) => study))].sort();
  if (!studies.length) return;
  page.append(make("section", { class: "card" }, make("h2", {}, "Plans and results"),
    make("ul", { class: "plain" }, studies.map((study) => make("li", {}, make("a", { href: `/reviews/${encodeURIComponent(study)}` }, study))))));
}
